"""The example row of a template: recognised by its code, never read; and cohorts with nobody in them.

A template shows how a row is filled in. Its example must never be analysed, whoever leaves it in.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import Grid
from pipeline.intake.findings.messages import Finding, listed, make_finding, quoted
from schemas.tables import COHORT_TABLES

EXAMPLE_CODE: Final = "EXAMPLE"
"""Code of the participant of every example row; a person cannot have it."""
_CODE: Final = re.compile(r"example[\s_.-]*[0-9]*", re.IGNORECASE)

MOST_EXAMPLES: Final = 1
"""Example rows on one sheet of the template."""


@dataclass(frozen=True)
class ExamplePlace:
    """An example row that was not read: file, sheet ("" for a text file) and the cell of the code."""

    file: str
    sheet: str
    cell: str


def is_example_code(code: str) -> bool:
    """Whether a code is the example's, however somebody wrote or numbered it ("Example 1")."""
    return _CODE.fullmatch(code.strip()) is not None


def _of_examples(codes: "pd.Series[str]") -> NDArray[np.bool_]:
    """Which texts are the code of the example; every text is looked at once."""
    words = [word for word in codes.unique() if is_example_code(str(word))]
    if not words:
        return np.zeros(len(codes), dtype=bool)
    return codes.isin(words).to_numpy(dtype=bool)


def without_examples(
    grid: Grid, column: int | None, rows: NDArray[np.intp]
) -> tuple[NDArray[np.intp], tuple[ExamplePlace, ...]]:
    """Rows of a grid that are no examples, and where the examples stand.

    column: column of the grid (from 0) with the participants' codes, None when no column has them.
    rows: positions (from 0) of the rows to look at.
    """
    if column is None:
        return rows, ()
    codes = grid.columns[column]
    is_example = _of_examples(codes.text)[rows]
    if not is_example.any():
        return rows, ()
    places = tuple(
        ExamplePlace(
            grid.file,
            grid.sheet or "",
            f"{get_column_letter(int(codes.column_number[row]))}{grid.row_numbers[row]}",
        )
        for row in rows[is_example].tolist()
    )
    return rows[~is_example], places


def not_of_examples(grid: Grid, cells: Sequence[str]) -> list[str]:
    """Addresses (such as C7) that are not in an example row, whose look means nothing."""
    if not cells:
        return []
    rows = set[int]()
    for column in grid.columns:
        rows.update(grid.row_numbers[_of_examples(column.text)].tolist())
    return [cell for cell in cells if int(cell.lstrip(ascii_uppercase)) not in rows]


def is_example_row(texts: Collection[str]) -> bool:
    """Whether a row of a template, given as the texts of its cells, is an example."""
    return any(is_example_code(text) for text in texts)


def no_rows(grid: Grid, table: str, examples: Sequence[ExamplePlace]) -> Finding:
    """FILE-02 for a table without rows, or with none but the example."""
    near = f" The row {EXAMPLE_CODE} belongs to the template and does not count."
    facts = {"near": near} if examples else {}
    return make_finding("FILE-02", table=table, file=grid.file, sheet=grid.sheet, facts=facts)


def example_notes(places: Sequence[ExamplePlace]) -> list[Finding]:
    """One EXAMPLE-01 note per file on the example rows that were not read."""
    notes: list[Finding] = []
    by_file: dict[str, list[ExamplePlace]] = {}
    for place in dict.fromkeys(places):
        by_file.setdefault(place.file, []).append(place)
    for file, here in by_file.items():
        only = here[0] if len(here) == 1 else None
        words = [f"{p.cell} of {p.sheet}" if p.sheet else p.cell for p in here]
        notes.append(
            make_finding(
                "EXAMPLE-01",
                file=file,
                sheet=only.sheet if only else "",
                cell=only.cell if only else "",
                found=quoted(EXAMPLE_CODE),
                facts={"value": listed(words)},
            )
        )
    return notes


def merge_unstarted(problems: Sequence[Finding], filled: Collection[str]) -> list[Finding]:
    """The findings about files, with FILE-06 in place of every FILE-02 when nobody is there yet.

    filled: tables that have rows; printed means are no rows of people. A cohort whose tables are all empty has one problem, not one per
    table; where another table has rows, an empty participants table is a mistake like any other.
    """
    empty = [finding for finding in problems if finding.rule_id == "FILE-02"]
    people = [finding for finding in empty if finding.table == "participants"]
    if set(filled) & set(COHORT_TABLES) or not people:
        return list(problems)
    found = make_finding(
        "FILE-06", table="participants", file=people[0].file, sheet=people[0].sheet
    )
    return [found, *(finding for finding in problems if finding not in empty)]


def is_only_unstarted(rule_ids: Iterable[str]) -> bool:
    """Whether the one thing to say about a cohort is that there are no participants yet."""
    return list(rule_ids) == ["FILE-06"]


NOTHING_WRONG_SO_FAR: Final = "Nothing is wrong so far; there are no participants yet."
"""What `stance check` says of a cohort that nobody has filled in."""
