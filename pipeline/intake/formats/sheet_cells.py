"""The cells of one sheet as Excel shows them, and what it shows besides: marks, comments, formulas."""

import datetime as dt
import math
import zipfile
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import (
    CALENDAR_MAC_1904,
    CALENDAR_WINDOWS_1900,
    from_excel,
    from_ISO8601,
)

from pipeline.files.cell_formats import CellFormat
from pipeline.files.sheet_walk import (
    ERROR,
    LAST_COLUMN,
    NUMBER,
    TEXT,
    TRUTH,
    SheetWalk,
    is_on,
)
from pipeline.files.workbook import Package, StopReadingError, local_name, related, walk_member
from pipeline.intake.cells.grid import CellKind

_PLAIN: Final = CellFormat()

RawCell = tuple[str, CellKind, float]
"""Text as shown, kind, and the number of a number."""


@dataclass
class SheetCells:
    """The filled cells of a sheet, side by side.

    rows, columns: place of each cell (from 1). looks: see CellFormat. formulas: place in these lists ->
    formula, for cells whose value Excel calculated. merged: ranges such as A2:A5. hidden_rows,
    hidden_columns: from 1. last_row: last row that the sheet mentions, filled or not. commented: cells with
    comments.
    """

    rows: "array[int]" = field(default_factory=lambda: array("i"))
    columns: "array[int]" = field(default_factory=lambda: array("i"))
    texts: list[str] = field(default_factory=list)
    kinds: bytearray = field(default_factory=bytearray)
    numbers: "array[float]" = field(default_factory=lambda: array("d"))
    looks: "array[int]" = field(default_factory=lambda: array("i"))
    formulas: dict[int, str] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    is_filtered: bool = False
    last_row: int = 0
    commented: list[str] = field(default_factory=list)

    def cell(self, place: int) -> str:
        """Address of a cell by its place in the lists."""
        return f"{get_column_letter(self.columns[place])}{self.rows[place]}"


def read_cells(
    package: Package,
    formats: Sequence[CellFormat],
    sheet: str,
    *,
    rows_wanted: int | None = None,
) -> SheetCells:
    """The cells of a sheet, or those of its first rows that hold anything.

    formats: what the style number of a cell means. Raises what damaged workbooks raise
    (workbook.BROKEN_WORKBOOK).
    """
    walk = _CellsOfTable(package, formats, rows_wanted)
    walk.read(package, sheet)
    if rows_wanted is None:
        _refuse_cells_that_stand_twice(walk.cells)
        walk.cells.commented = _commented(package, sheet)
    return walk.cells


class _CellsOfTable(SheetWalk):
    """Keeps every filled cell as Excel shows it."""

    def __init__(
        self, package: Package, formats: Sequence[CellFormat], rows_wanted: int | None
    ) -> None:
        super().__init__()
        self.cells = SheetCells()
        self._formats = formats
        self._epoch = CALENDAR_MAC_1904 if package.since_1904 else CALENDAR_WINDOWS_1900
        self._rows_wanted = rows_wanted
        self._rows_filled = 0
        self._cells_before = 0

    def take_cell(
        self, column: int, kind: str, value: str | None, formula: str | None, style: int
    ) -> None:
        cell_format = self._formats[style] if 0 <= style < len(self._formats) else _PLAIN
        if value is None:
            raw: RawCell = (formula or "", CellKind.BROKEN, math.nan)
        else:
            raw = self._raw(value, kind, cell_format)
        if not raw[0]:
            return
        cells = self.cells
        if formula is not None and raw[1] is not CellKind.BROKEN:
            cells.formulas[len(cells.texts)] = formula
        cells.rows.append(self.row)
        cells.columns.append(column)
        cells.texts.append(raw[0])
        cells.kinds.append(raw[1])
        cells.numbers.append(raw[2])
        cells.looks.append(cell_format.look)

    def end_row(self) -> None:
        self.cells.last_row = max(self.cells.last_row, self.row)
        self._rows_filled += len(self.cells.texts) > self._cells_before
        self._cells_before = len(self.cells.texts)
        if self._rows_wanted is not None and self._rows_filled >= self._rows_wanted:
            raise StopReadingError

    def take_mark(self, name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            self.cells.merged.append(attributes["ref"])
        elif name == "autoFilter":
            self.cells.is_filtered = True
        elif not is_on(attributes, "hidden"):
            return
        elif name == "row":
            self.cells.hidden_rows.add(self.row)
        else:
            first, last = int(attributes["min"]), min(int(attributes["max"]), LAST_COLUMN)
            self.cells.hidden_columns.update(range(first, last + 1))

    def _raw(self, value: str, kind: str, cell_format: CellFormat) -> RawCell:
        if kind == TEXT:
            return value, CellKind.PLAIN, math.nan
        if kind == NUMBER:
            return _number(value, cell_format, self._epoch)
        if kind == ERROR:
            return value.strip(), CellKind.BROKEN, math.nan
        if kind == TRUTH:
            return ("TRUE" if value.strip() in ("1", "true") else "FALSE"), CellKind.PLAIN, math.nan
        return _moment(from_ISO8601(value.strip()))


def _number(text: str, cell_format: CellFormat, epoch: dt.datetime) -> RawCell:
    value = float(text)
    if not math.isfinite(value) or "_" in text:
        raise ValueError("no number")
    if cell_format.shown == "percent":
        return f"{value * 100:g}%", CellKind.PERCENT, math.nan
    if cell_format.shown in ("date", "duration"):
        try:
            moment = from_excel(value, epoch, timedelta=cell_format.shown == "duration")
        except (OverflowError, ValueError):
            return "#VALUE!", CellKind.BROKEN, math.nan  # Excel shows ##### for such a date
        return _moment(moment)
    shown = str(int(value)) if value.is_integer() else repr(value)
    if cell_format.zeros and value.is_integer():
        shown = shown.zfill(cell_format.zeros)
    return shown, CellKind.NUMBER, value


def _moment(moment: object) -> RawCell:
    if isinstance(moment, dt.datetime):
        has_clock_time = moment.time() != dt.time(0)
        shown = moment.isoformat(sep=" ") if has_clock_time else moment.date().isoformat()
        return shown, CellKind.DATE, math.nan
    if isinstance(moment, dt.date):
        return moment.isoformat(), CellKind.DATE, math.nan
    return str(moment), CellKind.TIME, math.nan


def _refuse_cells_that_stand_twice(cells: SheetCells) -> None:
    places = np.asarray(cells.rows, dtype=np.int64) * (LAST_COLUMN + 1) + np.asarray(cells.columns)
    if (np.diff(places) > 0).all():
        return
    if len(np.unique(places)) != len(places):
        raise ValueError("a cell stands twice")


def _commented(package: Package, sheet: str) -> list[str]:
    """Cells with comments, in the order of the file; what the comments say is not read."""
    found: dict[str, None] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local_name(tag) in ("comment", "threadedComment") and "ref" in attributes:
            found[attributes["ref"]] = None

    with zipfile.ZipFile(package.path) as archive:
        members = set(archive.namelist())
        for kind, target in related(archive, package.sheet(sheet).member).values():
            if kind in ("comments", "threadedComment") and target in members:
                walk_member(archive, target, start)
    return list(found)
