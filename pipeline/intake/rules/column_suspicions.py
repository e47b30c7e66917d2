"""Whole columns that look like another unit than their heading says. Never converted: asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import column_finding
from pipeline.intake.findings.messages import Finding
from schemas.columns import column_rules
from schemas.study import Study

FEWEST_VALUES: Final = 5
"""Fewer values above 0 say nothing about a column."""


@dataclass(frozen=True)
class Suspicion:
    """A column that looks like another unit; limits are in the unit of the heading.

    It does when its largest value is at most `largest`, or its median is above `median`. decimals: only with decimals, or with twice the fewest values. looks_like, suggestion: words for
    the fix list.
    """

    rule_id: str
    table: str
    column: str
    looks_like: str
    suggestion: str = ""
    largest: float | None = None
    median: float | None = None
    decimals: bool = False


_MAP: Final = "map the heading to {} under `columns` in study.yaml"

SUSPICIONS: Final = (
    Suspicion("PAIN-01", "participants", "vas_mm", "centimetres", largest=10, decimals=True),
    Suspicion(
        "STR-02",
        "strength",
        "abd_strength_n_kg",
        "newton",
        _MAP.format("abd_strength_n"),
        median=10,
    ),
    Suspicion(
        "STR-02",
        "strength",
        "abd_strength_n",
        "newton per kilogram",
        _MAP.format("abd_strength_n_kg"),
        largest=10,
    ),
    Suspicion(
        "STR-02",
        "strength",
        "abd_torque_nm_kg",
        "newton metre",
        _MAP.format("abd_torque_nm"),
        median=10,
    ),
    Suspicion(
        "STR-02",
        "strength",
        "abd_torque_nm",
        "newton metre per kilogram",
        _MAP.format("abd_torque_nm_kg"),
        largest=5,
    ),
    Suspicion(
        "STR-02",
        "strength",
        "abd_strength_pct_bw",
        "a fraction of body weight",
        "write `units: {abd_strength_pct_bw: fraction}`",
        largest=2,
    ),
)

WHOLE_COLUMN_RULES: Final = frozenset({s.rule_id for s in SUSPICIONS} | {"BODY-03", "SCORE-06"})
_EXPLAINED: Final = frozenset({"CELL-03", "CELL-06"})


def check_columns_fit_units(draft: Draft, study: Study) -> list[Finding]:
    """One finding per column that looks like another unit; its values leave.

    A unit that study.yaml declares for the column is believed.
    """
    findings: list[Finding] = []
    for suspicion in SUSPICIONS:
        column = suspicion.column
        if suspicion.table != draft.table.name or column not in draft.shown:
            continue
        if unit_is_declared(draft, column, study):
            continue
        # As typed: values beyond the range of the heading's unit are part of the same problem.
        text = draft.text(column).str.replace(",", ".", regex=False)
        typed = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
        if not _looks_wrong(typed[typed > 0], suspicion):
            continue
        rows = np.isfinite(typed) & ~elsewhere_out(draft, column)
        facts = {
            "column": column,
            "unit": column_rules(draft.table.model)[column].facts["unit"],
            "looks_like": suspicion.looks_like,
            "limit": f"{suspicion.largest or suspicion.median:g}",
            "found": _in_words(suspicion),
            "suggestion": suspicion.suggestion,
        }
        findings += column_finding(draft, suspicion.rule_id, column, rows, facts)
        leave_values(draft, column, rows, suspicion.rule_id)
    return findings


def leave_values(draft: Draft, column: str, rows: NDArray[np.bool_], rule_id: str) -> None:
    """Leave out values of a suspected column: cells of participants, rows of other tables.

    Rows that left because this value is out of range get the suspicion as their reason.
    """
    if draft.table.name == "participants":
        draft.leave_cells(column, rows, rule_id)
        return
    draft.reason[rows & draft.broken[column] & (draft.reason == "CELL-03")] = rule_id
    draft.leave(rows, rule_id)


def unit_is_declared(draft: Draft, column: str, study: Study) -> bool:
    """Whether study.yaml says in which unit a column of this table is."""
    sources = study.tables.get(draft.table.name, ())  # type: ignore[call-overload]  # any table name
    return any(column in source.units for source in sources)


def without_explained(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without range problems of single cells that a whole-column finding explains."""
    columns = {
        (f.table, f.file, f.sheet, f.column) for f in findings if f.rule_id in WHOLE_COLUMN_RULES
    }
    return [
        f
        for f in findings
        if f.rule_id not in _EXPLAINED or (f.table, f.file, f.sheet, f.column) not in columns
    ]


def elsewhere_out(draft: Draft, column: str) -> NDArray[np.bool_]:
    """Rows that left the analysis for another reason than the value of this column."""
    return np.asarray(~draft.usable & ~draft.broken[column], dtype=bool)


def _looks_wrong(values: NDArray[np.float64], suspicion: Suspicion) -> bool:
    if len(values) < FEWEST_VALUES:
        return False
    if suspicion.median is not None:
        return bool(np.median(values) > suspicion.median)
    if suspicion.largest is None or values.max() > suspicion.largest:
        return False
    has_decimals = bool((values != np.floor(values)).any())
    return not suspicion.decimals or has_decimals or len(values) >= 2 * FEWEST_VALUES


def _in_words(suspicion: Suspicion) -> str:
    if suspicion.median is not None:
        return f"half of the entries are above {suspicion.median:g}"
    return f"no entry is above {suspicion.largest:g}"
