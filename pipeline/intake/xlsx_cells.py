"""Excel workbooks: bytes -> cells, with what Excel knows about each cell."""

import datetime as dt
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import openpyxl
import pandas as pd
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.intake.cells import CellKind, Cells, Grid
from pipeline.intake.messages import FileProblemError, file_problem

MAXIMUM_UNPACKED_BYTES = 200_000_000
_ZEROS_ONLY = re.compile(r"0+")
_BROKEN_WORKBOOK = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    ParseError,
    EOFError,
    OSError,
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    AttributeError,
    NotImplementedError,
    RuntimeError,
)
"""What openpyxl and zipfile raise on files that are cut off, encrypted or were never workbooks."""

RawCell = tuple[str, CellKind, float]
_EMPTY: RawCell = ("", CellKind.PLAIN, np.nan)


@dataclass(frozen=True)
class Workbook:
    """A workbook that can be opened: its name for messages, bytes and sheet names."""

    file: str
    data: bytes
    sheets: tuple[str, ...]


def open_workbook(file: str, data: bytes) -> Workbook:
    """Look into a workbook without reading its cells. Raises FileProblemError in plain words."""
    _refuse_what_is_no_workbook(file, data)
    _refuse_what_unpacks_too_large(file, data)
    book = _load(file, data, cached_values=False)
    return Workbook(file, data, tuple(sheet.title for sheet in book.worksheets))


def read_sheet(workbook: Workbook, sheet: str) -> Grid:
    """The cells of one sheet; the heading row is the first row that is not empty.

    Raises FileProblemError when the sheet is empty or damaged.
    """
    rows = _raw_rows(workbook, sheet)
    if not rows:
        raise file_problem(
            workbook.file, "The sheet is empty.", "Fill in the table or remove it.", sheet=sheet
        )
    heading_row, heading_cells = rows[0]
    body = rows[1:]
    width = max((i + 1 for _, row in rows for i, cell in enumerate(row) if cell[0]), default=0)
    headings = [cell[0] for cell in heading_cells][:width]
    headings += [""] * (width - len(headings))
    columns = []
    for j in range(width):
        cells = [row[j] if j < len(row) else _EMPTY for _, row in body]
        columns.append(
            Cells(
                pd.Series([cell[0] for cell in cells], dtype="str"),
                np.array([cell[1] for cell in cells], dtype=np.int8),
                np.array([cell[2] for cell in cells], dtype=np.float64),
                np.full(len(cells), j + 1, dtype=np.int32),
            )
        )
    return Grid(
        file=workbook.file,
        sheet=sheet,
        heading_row=heading_row,
        headings=tuple(headings),
        row_numbers=np.array([number for number, _ in body], dtype=np.int64),
        columns=tuple(columns),
    )


def has_rows(workbook: Workbook, sheet: str) -> bool:
    """Whether a sheet holds anything below its headings. Raises FileProblemError when damaged."""
    return len(_raw_rows(workbook, sheet, at_most=2)) > 1


def is_blank(workbook: Workbook, sheet: str) -> bool:
    """Whether a sheet holds nothing at all. Raises FileProblemError when damaged."""
    return not _raw_rows(workbook, sheet, at_most=1)


def _refuse_what_is_no_workbook(file: str, data: bytes) -> None:
    if data.startswith(b"PK\x03\x04"):
        return
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            problem = "The workbook is protected by a password."
            raise file_problem(file, problem, "Save a copy without the password.")
        raise file_problem(
            file,
            "This is an old Excel workbook (.xls) with a new name.",
            "Open it in Excel and save it as Excel workbook (.xlsx).",
        )
    if not data:
        raise file_problem(file, "The file has no content.", "Copy the file again.")
    raise file_problem(
        file,
        "This is not an Excel workbook, although its name says so; it may be a text file.",
        "Save it as .xlsx in Excel, or rename it to .csv if it is a text file.",
    )


def _refuse_what_unpacks_too_large(file: str, data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except _BROKEN_WORKBOOK:
        raise _incomplete(file) from None
    if unpacked > MAXIMUM_UNPACKED_BYTES:
        raise file_problem(
            file,
            f"The workbook unpacks to {unpacked // 1_000_000} MB; the limit is "
            f"{MAXIMUM_UNPACKED_BYTES // 1_000_000} MB.",
            "Copy the table into a new workbook, or save it as CSV UTF-8.",
        )


def _incomplete(file: str) -> FileProblemError:
    return file_problem(
        file,
        "The workbook is damaged or incomplete; perhaps a download or a synchronisation stopped.",
        "Copy the file again; if Excel can open it, save it under the same name.",
    )


def _load(file: str, data: bytes, *, cached_values: bool) -> Any:
    try:
        with warnings.catch_warnings():
            # openpyxl warns about drop-downs and styles that it does not carry on; we only read.
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(
                io.BytesIO(data), read_only=True, data_only=cached_values, keep_links=False
            )
    except _BROKEN_WORKBOOK:
        raise _incomplete(file) from None


def _raw_rows(
    workbook: Workbook, sheet: str, at_most: int | None = None
) -> list[tuple[int, list[RawCell]]]:
    """Rows that are not empty, by row number; formulas are replaced by their stored values."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found: list[tuple[int, list[RawCell]]] = []
            formulas: list[tuple[int, int, int]] = []
            for number, row in _sheet_rows(workbook, sheet, cached_values=False):
                raw = [_raw_cell(cell) for cell in row]
                if not any(cell[0] for cell in raw):
                    continue
                formulas += [
                    (len(found), number, j) for j, cell in enumerate(row) if cell.data_type == "f"
                ]
                found.append((number, raw))
                if at_most is not None and len(found) >= at_most:
                    return found
            if formulas:
                _fill_formulas(workbook, sheet, found, formulas)
            return found
    except _BROKEN_WORKBOOK:
        raise _incomplete(workbook.file) from None


def _sheet_rows(
    workbook: Workbook, sheet: str, *, cached_values: bool
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    page = _load(workbook.file, workbook.data, cached_values=cached_values)[sheet]
    page.reset_dimensions()  # other programs write wrong dimensions, and rows would be lost
    yield from enumerate(page.iter_rows(), start=1)


def _fill_formulas(
    workbook: Workbook,
    sheet: str,
    rows: list[tuple[int, list[RawCell]]],
    formulas: list[tuple[int, int, int]],
) -> None:
    wanted: dict[int, list[tuple[int, int]]] = {}
    for position, number, j in formulas:
        wanted.setdefault(number, []).append((position, j))
    for number, row in _sheet_rows(workbook, sheet, cached_values=True):
        for position, j in wanted.get(number, ()):
            if j < len(row) and row[j].value is not None:
                rows[position][1][j] = _raw_cell(row[j])


def _raw_cell(cell: Any) -> RawCell:
    value = cell.value
    if value is None:
        return _EMPTY
    if cell.data_type == "f":
        formula = getattr(value, "text", None) or str(value)
        return formula, CellKind.BROKEN, np.nan
    if cell.data_type == "e":
        return str(value), CellKind.BROKEN, np.nan
    if isinstance(value, bool):
        return str(value).upper(), CellKind.PLAIN, np.nan
    if isinstance(value, int | float):
        return _number_cell(float(value), str(cell.number_format))
    if isinstance(value, dt.datetime):
        has_clock_time = value.time() != dt.time(0)
        shown = value.isoformat(sep=" ") if has_clock_time else value.date().isoformat()
        return shown, CellKind.DATE, np.nan
    if isinstance(value, dt.date):
        return value.isoformat(), CellKind.DATE, np.nan
    if isinstance(value, dt.time | dt.timedelta):
        return str(value), CellKind.TIME, np.nan
    return str(value).strip(), CellKind.PLAIN, np.nan


def _number_cell(value: float, number_format: str) -> RawCell:
    shown = str(int(value)) if value.is_integer() else repr(value)
    if _ZEROS_ONLY.fullmatch(number_format) and value.is_integer():
        shown = shown.zfill(len(number_format))  # a code typed as 1 and shown as 001
    if "%" in number_format:
        return f"{value * 100:g}%", CellKind.PERCENT, np.nan
    return shown, CellKind.NUMBER, value
