"""Cells that identify people are left empty in a marked copy. A copy rather loses a cell than keeps a name."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from openpyxl.cell.cell import MergedCell

from pipeline.publishing.fix_list.fix_entries import FixEntry
from pipeline.publishing.fix_list.mark_cells import add_comment

HEADINGS_IDENTIFY: Final = "COL-05"
CELLS_IDENTIFY: Final = "COL-07"
_ROWS_WITH_HEADINGS: Final = 10
"""How far down the headings of a sheet are looked for that no finding speaks of."""

_EMPTIED: Final = "This identifies people, so the cells here are left empty in this copy."

Identifying = Callable[[Sequence[str]], Sequence[int]]
"""Headings of a row -> places (from 0) of those that identify people."""


def empty_identifying(sheet: Any, entries: Sequence[FixEntry], identifying: Identifying) -> int:
    """Empty the cells of an openpyxl sheet that identify people; answers how many headings did.

    They are the cells that findings name, the cells under a heading such as Name, and those beside a
    label such as Name:. Sheets that nobody read as a table are looked at too. Comments, links and
    filters of these cells go with them: they can hold the same names.
    """
    named = any(entry.rule_id == HEADINGS_IDENTIFY for entry in entries)
    scanned = sheet.max_row if named else _ROWS_WITH_HEADINGS
    headings: dict[int, int] = {}
    n_labels = 0
    for row, cells in enumerate(sheet.iter_rows(max_row=scanned), start=1):
        texts = ["" if cell.value is None else str(cell.value).strip() for cell in cells]
        for place in identifying([text.split(":")[0] for text in texts]):
            if ":" in texts[place]:
                _empty(cells[place + 1 :])
                cells[place].value = texts[place].split(":")[0] + ":"
                add_comment(cells[place], _EMPTIED)
                n_labels += 1
            elif row <= _ROWS_WITH_HEADINGS:
                headings.setdefault(place + 1, row)
    for entry in entries:
        if entry.rule_id in (HEADINGS_IDENTIFY, CELLS_IDENTIFY):
            for span in entry.ranges:
                if (span.first_row, span.column) in sheet._cells and span.column not in headings:
                    headings[span.column] = _heading_row(sheet, span.column, entry.column)
    for column, heading_row in headings.items():
        rows = (row for row in range(1, sheet.max_row + 1) if row != heading_row)
        _empty(cell for row in rows if (cell := sheet._cells.get((row, column))) is not None)
        if heading_row:
            add_comment(sheet.cell(heading_row, column), _EMPTIED)
    if headings or n_labels:
        _drop_filters(sheet)
    return len(headings) + n_labels


def _heading_row(sheet: Any, column: int, heading: str) -> int:
    """Row (from 1) in which a heading stands; 0 when it is not found, so that every cell goes."""
    for row in range(1, _ROWS_WITH_HEADINGS + 1):
        cell = sheet._cells.get((row, column))
        if cell is not None and heading and str(cell.value).strip() == heading:
            return row
    return 0


def _empty(cells: Iterable[Any]) -> None:
    for cell in cells:
        if not isinstance(cell, MergedCell):
            cell.value = None
            cell.comment = None
            cell.hyperlink = None


def _drop_filters(sheet: Any) -> None:
    """Remove the values that filters were set to."""
    sheet.auto_filter.filterColumn = []
    for table in sheet.tables.values():
        if table.autoFilter is not None:
            table.autoFilter.filterColumn = []
