"""Rows in which the template's example, or values of it, were left standing under another code."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import cell_findings
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, listed
from pipeline.intake.templates.example_values import ExampleValue, example_row
from schemas.columns import column_rules

SAME_VALUES: Final = 5
"""From so many equal measures on a row is no coincidence: about 3 in 100,000 people would share five of
twelve measures with the example when each is shared by one person in thirty."""

_EXAMPLE_ROW: Final = 2
"""Where a sheet or text file of the template has its example."""

_MEASURED_KINDS: Final = ("number", "integer")
"""A count is a measure where a row is a day: the example's day has to be right as well."""

_ALIKE_FOR_MANY: Final = frozenset({"ceiling_s", "trial", "session"})
_EXAMPLE_RULES: Final = frozenset({"EXAMPLE-02", "EXAMPLE-03"})
_OF_LOOKS: Final = "SHEET-03"


def check_example_overwritten(draft: Draft) -> list[Finding]:
    """EXAMPLE-02 for rows that share many measures with the example, EXAMPLE-03 for the example itself.

    Somebody who types a code over EXAMPLE and fills in a part of the row leaves made-up values in it;
    somebody who types nothing but the code makes a person of the example. Its row leaves the analysis.
    Keys and words are shared by many people and count only where the template has its example.
    """
    filled = {
        name: (text != "").to_numpy(dtype=bool)
        for name, text in draft.shown.items()
        if name != "participant_id"
    }
    same = {
        name: _same(draft, name, value)
        for name, value in example_row(draft.table).items()
        if name in filled
    }
    measures = [
        name
        for name in filled
        if name not in draft.table.key and column_rules(draft.table.model)[name].kind == "number"
    ]
    equal = [name for name in measures if name in same]
    none = np.zeros(len(draft.frame), dtype=bool)
    n_equal = sum((same[name].astype(np.int64) for name in equal), start=none.astype(np.int64))
    shares_many = n_equal >= SAME_VALUES
    has_a_measure = np.logical_or.reduce([none, *(same[n] for n in _measured(draft) & {*same})])
    in_its_place = (draft.addresses.row_number == _EXAMPLE_ROW) & has_a_measure
    is_whole = (shares_many & _all_same(measures, filled, same, none)) | (
        in_its_place & _all_same(list(filled), filled, same, none)
    )
    draft.leave(is_whole, "EXAMPLE-03")
    findings: list[Finding] = []
    for position in np.flatnonzero(is_whole | shares_many).tolist():
        names = [name for name in same if name not in draft.table.key and same[name][position]]
        code = [draft.text("participant_id").iloc[position]]
        rule_id = "EXAMPLE-03" if is_whole[position] else "EXAMPLE-02"
        facts = {"measures": listed(names)}
        findings += cell_findings(
            rule_id, draft.addresses, "participant_id", [position], code, facts
        )
    return findings


def _measured(draft: Draft) -> set[str]:
    """Columns of a table in which people differ; terms, keys and settings are alike for many."""
    rules = column_rules(draft.table.model)
    kinds = {*_MEASURED_KINDS} if "date" in draft.table.key else {"number"}
    return {
        name for name, rule in rules.items() if rule.kind in kinds and name not in _ALIKE_FOR_MANY
    }


def without_looks_of_examples(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without remarks on colours and comments that only the example's row has."""
    rows = {(f.file, f.sheet, f.row) for f in findings if f.rule_id in _EXAMPLE_RULES}
    return [
        f
        for f in findings
        if f.rule_id != _OF_LOOKS
        or not f.cells
        or not all((f.file, f.sheet, row) in rows for row in _rows_of(f.cells))
    ]


def _rows_of(cells: str) -> set[int]:
    """First and last rows of Excel ranges such as "C2:C31 C40"."""
    ends = cells.replace(":", " ").split()
    return {int("".join(letter for letter in end if letter.isdigit())) for end in ends}


def _same(draft: Draft, name: str, value: ExampleValue) -> NDArray[np.bool_]:
    """Whether each cell of a column holds the example's value."""
    column = draft.frame[name]
    if isinstance(value, dt.date):
        column = column.astype("str").str[:10]
        return column.eq(value.isoformat()).to_numpy(dtype=bool)
    if isinstance(value, int | float):
        numbers = pd.to_numeric(column, errors="coerce")
        return numbers.eq(float(value)).to_numpy(dtype=bool)
    typed = draft.shown[name].eq(value).to_numpy(dtype=bool)
    return np.asarray(typed | column.eq(value).to_numpy(dtype=bool), dtype=bool)


def _all_same(
    names: Sequence[str],
    filled: dict[str, NDArray[np.bool_]],
    same: dict[str, NDArray[np.bool_]],
    none: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    """Whether each row holds the example's value in all of these columns that are filled in."""
    differs = none.copy()
    for name in names:
        differs |= filled[name] & ~same.get(name, none)
    return np.asarray(~differs, dtype=bool)
