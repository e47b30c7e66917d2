"""Whole columns that look like another unit than their heading says. Never converted: asked about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import column_finding, numbers
from pipeline.intake.findings.messages import Finding
from schemas.columns import column_rules
from schemas.study import Study

FEWEST_VALUES: Final = 5
"""Fewer values above 0 say nothing about a column."""


@dataclass(frozen=True)
class Suspicion:
    """A column that looks like another unit; limits are in the unit of the heading.

    It does when its largest value is at most `largest`, or its median is above `median`. decimals: only with decimals, or with twice the fewest values. zeros: they count among the values. looks_like, suggestion: words for
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
    zeros: bool = False


_MAP: Final = "map the heading to {} under `columns` in study.yaml"

SUSPICIONS: Final = (
    Suspicion("PAIN-01", "participants", "vas_mm", "centimetres", largest=10, decimals=True),
    Suspicion("ODI-02", "participants", "odi_pct", "a fraction", largest=1, zeros=True),
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

WHOLE_COLUMN_RULES: Final = frozenset(
    {s.rule_id for s in SUSPICIONS} | {"BODY-03", "SCORE-06", "CELL-21"}
)
_EXPLAINED: Final = frozenset({"CELL-03", "CELL-06"})
_SWAPPED: Final = ("height_cm ", "mass_kg ")
"""How the sentences of CELL-03 and CELL-06 begin that a swap of height and mass explains."""
_FAR_BELOW: Final = 0.1
"""A hold below this share of the shortest timed hold is hardly one in seconds."""
_SLACK: Final = 1e-9


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
        counts = typed >= 0 if suspicion.zeros else typed > 0
        if not _looks_wrong(typed[counts], suspicion):
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


def check_short_holds(holds: Draft, study: Study) -> list[Finding]:
    """CELL-21 for hold times that look like minutes or thousandths as a whole; CELL-06 for single ones.

    Holds of 0 s do not count: somebody could not stand on the leg. The rows of a suspected column leave;
    a unit that study.yaml declares for the column is believed.
    """
    column, shortest_s = "hold_time_s", study.holds.shortest_timed_hold_s
    times_s = numbers(holds, column)
    timed = times_s > 0
    is_declared = unit_is_declared(holds, column, study)
    if (
        not is_declared
        and timed.sum() >= FEWEST_VALUES
        and np.median(times_s[timed]) < shortest_s - _SLACK
    ):
        facts = {"value": f"{np.median(times_s[timed]):.3g}", "limit": f"{shortest_s:g}"}
        rows = np.isfinite(times_s)
        findings = column_finding(holds, "CELL-21", column, rows, facts)
        leave_values(holds, column, rows, "CELL-21")
        return findings
    facts = {
        "column": column,
        "direction": "below",
        "limit": f"{_FAR_BELOW * shortest_s:g} s",
        "plausible_why": "nobody stops a clock so fast; it may be minutes or a thousandth of the time",
    }
    return holds.findings(
        "CELL-06", column, timed & (times_s < _FAR_BELOW * shortest_s - _SLACK), facts
    )


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


def without_explained(
    findings: Sequence[Finding], drafts: Mapping[str, Draft] | None = None
) -> list[Finding]:
    """The findings without range problems of single cells that a whole-column finding explains.

    It explains the rows that it names itself, as long as no decision keeps them (`Draft.kept` of
    `drafts`); every other cell that is left out has a finding of its own. That height and mass of
    people are swapped (BODY-04) explains both of their values.
    """
    swapped = {row for f in findings if f.rule_id == "BODY-04" for row in f.rows}
    explained: dict[tuple[str, str, str, str], set[int]] = {}
    for f in findings:
        if f.rule_id in WHOLE_COLUMN_RULES:
            rows = np.asarray(f.rows, dtype=np.intp)
            draft = (drafts or {}).get(f.table)
            if draft is not None and f.rule_id in draft.kept:
                rows = rows[~draft.kept[f.rule_id][rows]]
            explained.setdefault((f.table, f.file, f.sheet, f.column), set()).update(rows.tolist())
    if not explained and not swapped:
        return list(findings)
    return [
        f
        for f in findings
        if f.rule_id not in _EXPLAINED
        or not len(f.rows)
        or not (
            explained.get((f.table, f.file, f.sheet, f.column), set()).issuperset(f.rows)
            or (_is_of_body(f) and swapped.issuperset(f.rows))
        )
    ]


def _is_of_body(finding: Finding) -> bool:
    """Whether a finding is about a height or a mass, whatever the heading in the file."""
    return finding.table == "participants" and finding.why.startswith(_SWAPPED)


def elsewhere_out(draft: Draft, column: str) -> NDArray[np.bool_]:
    """Rows that left the analysis for another reason than the value of this column."""
    return np.asarray(~draft.usable & ~draft.broken[column], dtype=bool)


def _looks_wrong(values: NDArray[np.float64], suspicion: Suspicion) -> bool:
    if len(values) < FEWEST_VALUES:
        return False
    if suspicion.median is not None:
        return bool(np.median(values) > suspicion.median)
    if suspicion.largest is None or not 0 < values.max() <= suspicion.largest:
        return False
    has_decimals = bool((values != np.floor(values)).any())
    return not suspicion.decimals or has_decimals or len(values) >= 2 * FEWEST_VALUES


def _in_words(suspicion: Suspicion) -> str:
    if suspicion.median is not None:
        return f"half of the entries are above {suspicion.median:g}"
    return f"no entry is above {suspicion.largest:g}"
