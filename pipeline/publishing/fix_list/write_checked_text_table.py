"""A text or statistics file as a workbook with its wrong cells marked: such a file has no colours.

Every cell is text exactly as it was read, and stands where the file has it, so that an address that
Stance names is the address in the copy.
"""

import re
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Final

import numpy as np
import openpyxl
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.publishing.fix_list.fix_entries import FixEntry
from pipeline.publishing.fix_list.identifying_cells import Identifying
from pipeline.publishing.fix_list.write_checked_workbook import MOST_ROWS, NoCopy, marked_book
from pipeline.publishing.report.printable import printable
from pipeline.publishing.writers.write_csv import STARTS_A_FORMULA
from schemas.lab_files import TextTable

MOST_CELLS: Final = 400_000
"""A copy of more cells takes too long to write for a check that people wait for."""

MOST_SHOWN_ROWS: Final = 5_000
"""Rows of a copy that shows only rows with findings; the fix list has all of them."""

FIRST_ROWS_OF_A_FINDING: Final = 100
"""So many rows of every finding come first, so that one run of cells does not crowd out the others."""

_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384
_NO_SHEET_NAME: Final = re.compile(r"[\\/*?:\[\]]")
_LONGEST_SHEET_NAME: Final = 31
_LOOKED_AT: Final = 200
_NARROWEST: Final = 8
_WIDEST: Final = 40
_LONGEST_TEXT: Final = 32_000
_TEXT_FORMAT: Final = "@"
_ALL_TEXT: Final = (
    "Every cell is shown as text, as it stands in the file, without spaces around it."
)


def checked_text_table(
    table: TextTable, file: str, entries: Sequence[FixEntry], since: str, identifying: Identifying
) -> bytes:
    """The table as a workbook, marked, with a sheet FIX LIST in front.

    entries: the findings of this file, worst first. since: sentence about the last check. Of a very
    large table only the heading row and the rows with findings are shown, in their own places. Raises
    NoCopy when the table is wider than a sheet.
    """
    if len(table.columns) > _LAST_COLUMN:
        raise NoCopy("The file has more columns than a sheet can hold.")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = _sheet_name(file)
    wanted, notes = _shown_rows(table, entries)
    first_row = table.heading_row or int(table.row_numbers[:1].sum())
    columns = [_in_one_line(column.take(wanted)) for column in table.columns]
    numbers = table.row_numbers[wanted].tolist()
    plain, quoted = _text_styles(sheet)
    for place, column in enumerate(columns, start=1):
        heads = [table.headings[place - 1]] if table.heading_row else []
        rows = [*([table.heading_row] if heads else []), *numbers]
        for row, text in zip(rows, [*map(printable, heads), *column], strict=True):
            if text != "":
                cell = sheet.cell(row, place)
                cell.value = text
                cell.data_type = "s"
                cell._style = quoted if text.startswith(STARTS_A_FORMULA) else plain
    if len(wanted) < len(table.row_numbers):
        sheet.sheet_format.zeroHeight = True
        for number in {first_row, *table.row_numbers[wanted].tolist()}:
            sheet.row_dimensions[number].hidden = False
    _set_widths(sheet, table.headings, columns)
    if first_row:
        sheet.freeze_panes = f"A{first_row + 1}"
    shown = table.row_numbers[wanted]
    if table.heading_row:
        shown = np.append(table.heading_row, shown)
    on_sheet = [_as_shown(entry, sheet.title, np.sort(shown)) for entry in entries]
    return marked_book(book, file, on_sheet, since, identifying, [_ALL_TEXT, *notes])


def _shown_rows(
    table: TextTable, entries: Sequence[FixEntry]
) -> tuple[NDArray[np.intp], list[str]]:
    """Which rows of the table stand in the copy, and a sentence where these are not all of them."""
    numbers = table.row_numbers
    if len(numbers) <= MOST_ROWS and len(numbers) * len(table.columns) <= MOST_CELLS:
        return np.arange(len(numbers)), []
    wanted, some_of_each = _rows_with_findings(numbers, entries)
    notes = [
        f"The file has {len(numbers):,} rows. This copy shows only the heading row and rows with "
        "findings; the numbers at the left are the row numbers of the file."
    ]
    if len(wanted) > MOST_SHOWN_ROWS:
        others = np.setdiff1d(wanted, some_of_each)
        room = max(MOST_SHOWN_ROWS - len(some_of_each), 0)
        wanted = np.union1d(some_of_each[:MOST_SHOWN_ROWS], others[:room])
        notes.append(f"Only {MOST_SHOWN_ROWS:,} of these rows are shown, some of every finding.")
    if not table.heading_row:
        wanted = np.union1d([0], wanted)
    return wanted.astype(np.intp), notes


def _rows_with_findings(
    numbers: NDArray[np.int64], entries: Sequence[FixEntry]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of all rows with findings, and of the first few rows of every finding."""
    named = np.zeros(len(numbers), dtype=bool)
    few = np.zeros(len(numbers), dtype=bool)
    for entry in entries:
        left = FIRST_ROWS_OF_A_FINDING
        for span in entry.ranges:
            start, end = np.searchsorted(numbers, (span.first_row, span.last_row + 1))
            named[start:end] = True
            few[start : min(end, start + left)] = True
            left = max(left - int(end - start), 0)
    reachable = numbers <= _LAST_ROW
    return np.flatnonzero(named & reachable), np.flatnonzero(few & reachable)


def _in_one_line(column: "pd.Series[str]") -> list[str]:
    """The texts of a column as a workbook can hold them; each different text is looked at once."""
    clean = {text: printable(text)[:_LONGEST_TEXT] for text in column.unique()}
    return [clean[text] for text in column]


def _text_styles(sheet: Any) -> tuple[Any, Any]:
    """The styles of a text cell, and of one whose text a spreadsheet could take for a formula."""
    model = openpyxl.cell.cell.Cell(sheet, row=1, column=1)
    model.number_format = _TEXT_FORMAT
    plain = copy(model._style)
    model.quotePrefix = True
    return plain, model._style


def _set_widths(sheet: Any, headings: Sequence[str], columns: Sequence[Sequence[str]]) -> None:
    """Columns as wide as the longest of their first cells, within reason."""
    for place, column in enumerate(columns):
        heading = headings[place] if place < len(headings) else ""
        longest = max([len(text) for text in column[:_LOOKED_AT]], default=0)
        width = min(max(longest, len(heading), _NARROWEST), _WIDEST) + 2
        sheet.column_dimensions[get_column_letter(place + 1)].width = width


def _sheet_name(file: str) -> str:
    """The file's name without its ending, as far as a sheet may be called so."""
    name = _NO_SHEET_NAME.sub("_", printable(PurePosixPath(file).stem)).strip("' ")
    return name[:_LONGEST_SHEET_NAME].rstrip("' ") or "table"


def _as_shown(entry: FixEntry, title: str, rows: NDArray[np.int64]) -> FixEntry:
    """The entry with the name of the copy's sheet and those of its cells that the copy shows."""
    pieces: list[str] = []
    for span in entry.ranges:
        letters = get_column_letter(span.column)
        start, end = np.searchsorted(rows, (span.first_row, span.last_row + 1))
        inside = rows[start:end]
        for run in np.split(inside, np.flatnonzero(np.diff(inside) > 1) + 1):
            if len(run):
                last = f":{letters}{run[-1]}" if len(run) > 1 else ""
                pieces.append(f"{letters}{run[0]}{last}")
    return replace(entry, sheet=title, cells=" ".join(pieces))
