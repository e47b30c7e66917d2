"""What a sheet shows besides the values of its cells: merged, hidden, coloured, commented, calculated."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from openpyxl.utils import get_column_letter, range_boundaries

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.example_rows import not_of_examples
from pipeline.intake.columns.headings import note_on_rows_above, row_words
from pipeline.intake.findings.messages import Finding, cell_ranges, listed, make_finding
from pipeline.intake.formats.sheet_cells import SheetCells

EMPTY_ROWS_WORTH_A_NOTE: Final = 2000
"""A few formatted rows below a table are no news (LibreOffice writes 1,000 below a sheet with
drop-downs); a stray cell far below it is."""
_ADDRESS: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def merged_cells(cells: SheetCells, grid: Grid) -> list[Finding]:
    """SHEET-01 for merged cells among the rows of a table. Titles above the headings may be merged."""
    if not len(grid.row_numbers):
        return []
    last_row, width = int(grid.row_numbers[-1]), len(grid.headings)
    ranges = []
    for text in cells.merged:
        try:
            left, top, right, bottom = range_boundaries(text)
        except (ValueError, TypeError):
            continue
        if None in (left, top, right, bottom) or (left, top) == (right, bottom):
            continue
        if bottom > grid.heading_row and top <= last_row and left <= width:
            ranges.append((top, left, text))
    if not ranges:
        return []
    names = [text for _, _, text in sorted(ranges)]
    return [
        make_finding(
            "SHEET-01",
            file=grid.file,
            sheet=grid.sheet,
            cell=names[0] if len(names) == 1 else f"{names[0]} ({len(names)} ranges)",
            cells=" ".join(names),
            row=sorted(ranges)[0][0],
            facts={"ranges": listed(names), "are": "is" if len(names) == 1 else "are"},
        )
    ]


def notes_on_rows(cells: SheetCells, grid: Grid, above: Sequence[int]) -> list[Finding]:
    """FILE-04 for filled rows above the headings, for long empty stretches, and SHEET-04.

    above: filled rows above the heading row.
    """
    problems: list[tuple[str, int]] = []
    filled = np.concatenate([[grid.heading_row], grid.row_numbers, [cells.last_row + 1]])
    for place in np.flatnonzero(np.diff(filled) > EMPTY_ROWS_WORTH_A_NOTE).tolist():
        n_empty, before = int(filled[place + 1] - filled[place] - 1), int(filled[place])
        problems.append((f"{n_empty:,} empty rows below row {before} are ignored.", before))
    found = [
        make_finding(
            "FILE-04",
            file=grid.file,
            sheet=grid.sheet,
            cell=f"row {row}",
            row=row,
            facts={"problem": problem},
        )
        for problem, row in problems
    ]
    return [*note_on_rows_above(grid, above), *found, *_stored_values(cells, grid)]


def warnings_of_sheet(cells: SheetCells, grid: Grid, *, is_hidden: bool) -> list[Finding]:
    """SHEET-02 and SHEET-03: what a reader of the sheet may not see, and what Stance does not."""
    found = _hidden(cells, grid, is_hidden=is_hidden)
    coloured = not_of_examples(grid, _unlike_their_column(cells, grid))
    commented = not_of_examples(grid, _commented(cells, grid))
    if not coloured and not commented:
        return found
    words = []
    if coloured:
        cells_are = "cell is" if len(coloured) == 1 else "cells are"
        words.append(f"{len(coloured)} {cells_are} coloured or struck through")
    if commented:
        have = "cell has a comment" if len(commented) == 1 else "cells have comments"
        words.append(f"{len(commented)} {have}")
    return [*found, _at_cells("SHEET-03", grid, coloured + commented, f"{' and '.join(words)}.")]


def _hidden(cells: SheetCells, grid: Grid, *, is_hidden: bool) -> list[Finding]:
    found: list[Finding] = []
    if is_hidden:
        found.append(_hidden_finding(grid, "", "", "The sheet is hidden."))
    rows = sorted(cells.hidden_rows.intersection(grid.row_numbers.tolist()))
    if rows:
        last = get_column_letter(len(grid.headings))
        are = "1 row is hidden" if len(rows) == 1 else f"{len(rows)} rows are hidden"
        how = "; a filter is set." if cells.is_filtered else "."
        cell = f"row {rows[0]}"
        if len(rows) > 1:
            cell = f"rows {rows[0]} to {rows[-1]} ({len(rows)} rows)"
        ranges = " ".join(f"A{row}:{last}{row}" for row in rows)
        found.append(_hidden_finding(grid, cell, ranges, f"{are}: {row_words(rows)}{how}", rows[0]))
    numbers = sorted(
        number
        for number in cells.hidden_columns
        if number <= len(grid.headings)
        and (grid.headings[number - 1] or (grid.columns[number - 1].text != "").any())
    )
    if numbers:
        letters = [get_column_letter(number) for number in numbers]
        are = "1 column is hidden" if len(letters) == 1 else f"{len(letters)} columns are hidden"
        places = [f"{letter}{grid.heading_row}" for letter in letters]
        cell = places[0]
        if len(places) > 1:
            cell = f"{places[0]}:{places[-1]} ({len(places)} cells)"
        problem = f"{are}: {listed(letters)}."
        found.append(_hidden_finding(grid, cell, " ".join(places), problem, grid.heading_row))
    return found


def _hidden_finding(grid: Grid, cell: str, cells: str, problem: str, row: int = 0) -> Finding:
    return make_finding(
        "SHEET-02",
        file=grid.file,
        sheet=grid.sheet,
        cell=cell,
        cells=cells,
        row=row,
        facts={"problem": problem},
    )


def _unlike_their_column(cells: SheetCells, grid: Grid) -> list[str]:
    """Cells below the headings that look unlike most cells of their column."""
    looks = np.asarray(cells.looks)
    if not looks.any():
        return []
    columns = np.asarray(cells.columns)
    below = np.asarray(cells.rows) > grid.heading_row
    places: list[int] = []
    for column in np.unique(columns[below & (looks > 0)]).tolist():
        members = np.flatnonzero(below & (columns == column))
        counts = Counter(looks[members].tolist())
        usual = max(counts, key=lambda look: (counts[look], -look))
        places += members[looks[members] != usual].tolist()
    return [cells.cell(place) for place in places]


def _commented(cells: SheetCells, grid: Grid) -> list[str]:
    found = [_ADDRESS.fullmatch(cell) for cell in cells.commented]
    return [match[0] for match in found if match and int(match[2]) > grid.heading_row]


def _stored_values(cells: SheetCells, grid: Grid) -> list[Finding]:
    below = [cells.cell(place) for place in cells.formulas if cells.rows[place] > grid.heading_row]
    if not below:
        return []
    one = len(below) == 1
    problem = f"{len(below)} {'cell holds a formula' if one else 'cells hold formulas'}; the "
    problem += f"{'value' if one else 'values'} that Excel stored {'was' if one else 'were'} taken."
    return [_at_cells("SHEET-04", grid, below, problem)]


def _at_cells(rule_id: str, grid: Grid, places: Sequence[str], problem: str) -> Finding:
    """A finding at cells of several columns."""
    split = [_ADDRESS.fullmatch(place) for place in dict.fromkeys(places)]
    addresses = sorted((len(m[1]), m[1], int(m[2])) for m in split if m)
    names = [f"{letters}{row}" for _, letters, row in addresses]
    cell = names[0] if len(names) == 1 else f"{names[0]}:{names[-1]} ({len(names)} cells)"
    return make_finding(
        rule_id,
        file=grid.file,
        sheet=grid.sheet,
        cell=cell,
        cells=cell_ranges(names),
        row=addresses[0][2],
        facts={"problem": problem},
    )
