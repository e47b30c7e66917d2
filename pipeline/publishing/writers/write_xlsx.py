"""The tables as a workbook: one sheet per table, then all estimates; numbers stay numbers."""

import datetime as dt
import io
import math
from typing import Any, Final

import xlsxwriter

from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.report_model import Report, Table
from pipeline.publishing.writers.write_csv import STARTS_A_FORMULA, FlatCell, flat_table

FIXED_DATE: Final = dt.datetime(2000, 1, 1)
"""A file's own dates would make two runs differ; the release names the real day."""

_WIDEST: Final = 60
_NARROWEST: Final = 9
_ESTIMATES_SHEET: Final = "estimates"
_LONGEST_SHEET_NAME: Final = 31


def write_xlsx(report: Report) -> bytes:
    """The workbook. Cells from data are never read as formulas or links."""
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"title": report.title, "author": "Stance", "created": FIXED_DATE})
        formats = _Formats(book)
        names = _sheet_names(report.tables())
        for table, name in zip(report.tables(), names, strict=True):
            _write_table(book.add_worksheet(name), table, report.labels[table.id], formats)
        _write_estimates(book.add_worksheet(_ESTIMATES_SHEET), report, formats)
    return target.getvalue()


class _Formats:
    """Cell formats of one workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._by_number_format: dict[str, Any] = {}
        self.caption = book.add_format({"bold": True, "font_size": 12})
        self.heading = self._header("left")
        self.number_heading = self._header("right")
        self.text = book.add_format({"valign": "top", "text_wrap": True})
        # Without the mark, a text such as =1 becomes a formula when somebody edits the cell.
        self.quoted = book.add_format({"valign": "top", "text_wrap": True, "quote_prefix": True})
        self.note = book.add_format({"italic": True, "font_color": "#59636E"})

    def _header(self, align: str) -> Any:
        return self._book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom", "align": align}
        )

    def number(self, number_format: str) -> Any:
        """The format of numbers that are shown this way."""
        if number_format not in self._by_number_format:
            self._by_number_format[number_format] = self._book.add_format(
                {"num_format": number_format, "align": "right", "valign": "top"}
            )
        return self._by_number_format[number_format]


def _sheet_names(tables: tuple[Table, ...]) -> list[str]:
    """Table ids as sheet names: short enough for Excel and each used once."""
    names: list[str] = []
    for table in tables:
        name = table.id[:_LONGEST_SHEET_NAME]
        counter = 2
        while name.lower() in {taken.lower() for taken in (*names, _ESTIMATES_SHEET)}:
            ending = f"_{counter}"
            name = table.id[: _LONGEST_SHEET_NAME - len(ending)] + ending
            counter += 1
        names.append(name)
    return names


def _write_table(sheet: Any, table: Table, label: str, formats: _Formats) -> None:
    flat = flat_table(table)
    sheet.write_string(0, 0, f"{label}. {table.caption}", formats.caption)
    numeric = [
        any(isinstance(row[place], Num) for row in flat.rows) for place in range(len(flat.headings))
    ]
    for place, heading in enumerate(flat.headings):
        look = formats.number_heading if numeric[place] else formats.heading
        sheet.write_string(1, place, heading, look)
    for line, row in enumerate(flat.rows, start=2):
        for place, cell in enumerate(row):
            _write_cell(sheet, line, place, cell, formats)
    for place, heading in enumerate(flat.headings):
        sheet.set_column(place, place, _width(heading, [row[place] for row in flat.rows]))
    below = len(flat.rows) + 3
    for line, note in enumerate(table.footnotes):
        text = f"{note.mark} {note.text}".strip()
        sheet.write_string(below + line, 0, text, formats.note)
    sheet.freeze_panes(2, 0)


def _write_cell(sheet: Any, line: int, place: int, cell: FlatCell, formats: _Formats) -> None:
    if isinstance(cell, Num):
        sheet.write_number(line, place, cell.value, formats.number(cell.excel_format))
    elif cell is not None:
        risky = cell.startswith(STARTS_A_FORMULA)
        sheet.write_string(line, place, cell, formats.quoted if risky else formats.text)


def _width(heading: str, cells: list[FlatCell]) -> int:
    """Characters that a column needs: its longest cell, or half of a heading that can wrap."""
    longest_word = max((len(word) for word in heading.split()), default=0)
    lengths = [
        len(cell.text if isinstance(cell, Num) else cell) for cell in cells if cell is not None
    ]
    wanted = max([*lengths, longest_word, math.ceil(len(heading) / 2)], default=0) + 2
    return min(max(wanted, _NARROWEST), _WIDEST)


def _write_estimates(sheet: Any, report: Report, formats: _Formats) -> None:
    frame = report.numbers
    plain = formats.number("General")
    for place, name in enumerate(frame.columns):
        sheet.write_string(0, place, str(name), formats.heading)
    for line, record in enumerate(frame.to_dict("records"), start=1):
        for place, cell in enumerate(record.values()):
            if isinstance(cell, str):
                risky = cell.startswith(STARTS_A_FORMULA)
                sheet.write_string(line, place, cell, formats.quoted if risky else None)
            elif isinstance(cell, int | float) and math.isfinite(cell):
                sheet.write_number(line, place, cell, plain)
    sheet.set_column(0, 4, 26)
    sheet.freeze_panes(1, 1)
