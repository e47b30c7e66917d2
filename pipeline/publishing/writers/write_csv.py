"""Tables as CSV: one file per table, numbers unrounded, text that a spreadsheet cannot run."""

import csv
import io
import math
from typing import Final

from pipeline.publishing.report.flat_table import FlatTable, flat_table
from pipeline.publishing.report.number_format import Num
from pipeline.publishing.report.report_model import Report

STARTS_A_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")
"""The last four are the full-width forms that some spreadsheets take for the first four."""


def write_csvs(report: Report) -> dict[str, bytes]:
    """File name -> content (UTF-8 with a byte-order mark, so that Excel reads it right), per table."""
    return {f"{table.id}.csv": csv_bytes(flat_table(table)) for table in report.tables()}


def csv_bytes(table: FlatTable) -> bytes:
    """A flat table as CSV; columns apart that stand together in print, numbers with all digits."""
    lines: list[tuple[str | Num | None, ...]] = [table.headings, *table.rows]
    return _written([[as_text(cell) for cell in line] for line in lines])


def rows_as_csv(headings: list[str], rows: list[list[str | float | int | None]]) -> bytes:
    """Plain rows as CSV with the same rules for text; None is an empty cell."""
    lines: list[list[str | float | int | None]] = [[*headings], *rows]
    return _written([[_plain(cell) for cell in line] for line in lines])


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


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")
