"""Tables as CSV: one file per table, one unrounded number per cell, text that a spreadsheet cannot run."""

import csv
import io
import math
from dataclasses import dataclass
from typing import Final

from pipeline.publishing.report.number_format import FORMS, Num
from pipeline.publishing.report.report_model import Cell, Column, Report, Table

FlatCell = str | Num | None


@dataclass(frozen=True)
class FlatTable:
    """Headings and rows of equal length; a cell is text, a number or nothing."""

    headings: tuple[str, ...]
    rows: tuple[tuple[FlatCell, ...], ...]


def flat_table(table: Table) -> FlatTable:
    """The table with every printed column spread over as many as its cells have numbers.

    "Mean (SD)" of the column LBP becomes the columns "LBP: mean" and "LBP: SD". Words in place of
    a number stand in the first of them, with their reason. A table with blocks gets the name of
    the block as a first column, so that every row can be read by itself.
    """
    has_blocks = any(row.kind == "heading" for row in table.rows)
    parts = [_parts(table, place) for place in range(len(table.columns))]
    headings = ["Block"] if has_blocks else []
    for column, names in zip(table.columns, parts, strict=True):
        headings += [_heading(column, name) for name in names]
    rows: list[tuple[FlatCell, ...]] = []
    block = ""
    for row in table.rows:
        if row.kind == "heading":
            block = row.cells[0].text
            if row.is_bare_heading:
                continue
        cells: list[FlatCell] = [block] if has_blocks else []
        for cell, names in zip(row.cells, parts, strict=True):
            cells += _spread_cell(cell, names)
        rows.append(tuple(cells))
    return FlatTable(tuple(headings), tuple(rows))


def _parts(table: Table, place: int) -> tuple[str, ...]:
    """Names of the numbers that the cells of one column hold, in order of appearance."""
    names: dict[str, None] = {}
    for row in table.rows:
        cell = row.cells[place]
        if cell.nums:
            names.update(dict.fromkeys(FORMS[cell.form].parts))
        elif cell.words and not names:
            names[""] = None
    return tuple(names) or ("",)


def _heading(column: Column, name: str) -> str:
    return f"{column.label}: {name}" if name else column.label


def _spread_cell(cell: Cell, names: tuple[str, ...]) -> list[FlatCell]:
    if cell.nums:
        values = dict(zip(FORMS[cell.form].parts, cell.nums, strict=True))
        return [values.get(name) for name in names]
    words = f"{cell.words}: {cell.reason}" if cell.words and cell.reason else cell.words
    return [words or None, *(None for _ in names[1:])]


STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
"""The last four are the full-width forms that some spreadsheets take for the first four."""


def write_csvs(report: Report) -> dict[str, bytes]:
    """File name -> content (UTF-8 with a byte-order mark, so that Excel reads it right), per table."""
    return {f"{table.id}.csv": csv_bytes(flat_table(table)) for table in report.tables()}


def csv_bytes(table: FlatTable) -> bytes:
    """A flat table as CSV; columns apart that stand together in print, numbers with all digits."""
    lines: list[tuple[str | Num | None, ...]] = [table.headings, *table.rows]
    return _write([[as_text(cell) for cell in line] for line in lines])


def rows_as_csv(headings: list[str], rows: list[list[str | float | int | None]]) -> bytes:
    """Plain rows as CSV with the same rules for text; None is an empty cell."""
    lines: list[list[str | float | int | None]] = [[*headings], *rows]
    return _write([[_plain(cell) for cell in line] for line in lines])


def as_text(cell: str | Num | None) -> str:
    """One cell of a CSV file."""
    return _plain(cell.value if isinstance(cell, Num) else cell)


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula: a leading apostrophe where it could.

    Source: OWASP ASVS 4.0, requirement 5.3.10 (formula injection).
    """
    return "'" + text if text.startswith(STARTS_A_FORMULA) else text


def _plain(cell: str | float | int | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return neutral(cell)
    value = float(cell)
    if not math.isfinite(value):
        return ""
    return str(int(value)) if value.is_integer() else repr(value)


def _write(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
