"""One sheet of a workbook, read once from its XML: cells, and what Excel shows but cells do not hold."""

import datetime as dt
import math
import zipfile
from array import array
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

from pipeline.intake.cells.grid import CellKind
from pipeline.intake.formats.xlsx_package import Package, related, unescaped
from pipeline.intake.formats.xlsx_styles import CellFormat
from pipeline.intake.formats.xml_stream import StopReadingError, walk_xml

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
_SPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_NAMES: Final = ("c", "v", "t", "f", "row", "col", "mergeCell", "autoFilter", "rPh")
_TAGS: Final = {f"{space} {name}": name for space in _SPACES for name in _NAMES}
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


def read_cells(package: Package, sheet: str, *, rows_wanted: int | None = None) -> SheetCells:
    """The cells of a sheet, or those of its first rows that hold anything.

    Raises what damaged workbooks raise (xlsx_package.BROKEN_WORKBOOK).
    """
    part = package.sheet(sheet)
    with zipfile.ZipFile(package.path) as archive:
        reader = _SheetReader(package, rows_wanted)
        with archive.open(part.member) as stream:
            walk_xml(stream, reader.start, reader.end, reader.text)  # type: ignore[arg-type]
        cells = reader.cells
        if rows_wanted is None:
            _refuse_cells_that_stand_twice(cells)
            cells.commented = _commented(archive, part.member)
    return cells


class _SheetReader:
    """The handlers of one walk through the XML of a sheet."""

    def __init__(self, package: Package, rows_wanted: int | None) -> None:
        self.cells = SheetCells()
        self._strings = package.strings
        self._formats = package.formats
        self._epoch = CALENDAR_MAC_1904 if package.since_1904 else CALENDAR_WINDOWS_1900
        self._rows_wanted = rows_wanted
        self._rows_filled = 0
        self._row = 0
        self._column = 0
        self._cells_before = 0
        self._letters: dict[str, int] = {}
        self._shared: dict[str, str] = {}
        self._cell: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._shared_number: str | None = None
        self._pieces: list[str] = []
        self._collecting = False
        self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = _TAGS.get(tag)
        if name is None:
            return
        if name == "c":
            self._begin_cell(attributes)
        elif name == "v":
            self._collecting = True
            self._pieces = []
        elif name == "t":
            if not self._phonetic:
                self._collecting = True
                self._pieces = []
        elif name == "f":
            self._collecting = True
            self._pieces = []
            self._shared_number = attributes.get("si") if attributes.get("t") == "shared" else None
        elif name == "row":
            self._begin_row(attributes)
        elif name == "rPh":
            self._phonetic = True
        else:
            self._note(name, attributes)

    def text(self, piece: str) -> None:
        """A piece of text."""
        if self._collecting:
            self._pieces.append(piece)

    def end(self, tag: str) -> None:
        """An element ends."""
        name = _TAGS.get(tag)
        if name is None:
            return
        if name == "v":
            self._collecting = False
            self._value = "".join(self._pieces)
        elif name == "c":
            self._end_cell()
        elif name == "t":
            if not self._phonetic:
                self._collecting = False
                self._value = (self._value or "") + "".join(self._pieces)
        elif name == "f":
            self._collecting = False
            text = "".join(self._pieces)
            if self._shared_number is not None:
                text = self._shared.setdefault(self._shared_number, text)
            self._formula = f"={text}"
        elif name == "rPh":
            self._phonetic = False
        elif name == "row":
            self._end_row()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes.get("r", self._row + 1))
        if not 0 < self._row <= LAST_ROW:
            raise ValueError("no such row")
        self._column = 0
        self._cells_before = len(self.cells.texts)
        if attributes.get("hidden") in ("1", "true"):
            self.cells.hidden_rows.add(self._row)

    def _end_row(self) -> None:
        self.cells.last_row = max(self.cells.last_row, self._row)
        self._rows_filled += len(self.cells.texts) > self._cells_before
        if self._rows_wanted is not None and self._rows_filled >= self._rows_wanted:
            raise StopReadingError

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self._cell = attributes
        self._value = self._formula = self._shared_number = None
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip("0123456789")
            if place[len(letters) :] != str(self._row):
                raise ValueError("a cell in the wrong row")
            number = self._letters.get(letters)
            if number is None:
                number = self._letters[letters] = _column_number(letters)
            self._column = number
        if not 0 < self._column <= LAST_COLUMN:
            raise ValueError("no such column")

    def _end_cell(self) -> None:
        value, formula = self._value, self._formula
        if value is None and formula is None:
            return
        style = int(self._cell.get("s", 0))
        cell_format = self._formats[style] if 0 <= style < len(self._formats) else _PLAIN
        kind = self._cell.get("t", "n")
        if value is None or (value == "" and kind == "n"):
            if formula is None:
                return
            raw: RawCell = (formula, CellKind.BROKEN, math.nan)
        else:
            raw = self._raw(value, kind, cell_format)
        if not raw[0]:
            return
        cells = self.cells
        if formula is not None and raw[1] is not CellKind.BROKEN:
            cells.formulas[len(cells.texts)] = formula
        cells.rows.append(self._row)
        cells.columns.append(self._column)
        cells.texts.append(raw[0])
        cells.kinds.append(raw[1])
        cells.numbers.append(raw[2])
        cells.looks.append(cell_format.look)

    def _raw(self, value: str, kind: str, cell_format: CellFormat) -> RawCell:
        if kind == "s":
            place = int(value)
            if place < 0:
                raise ValueError("no such text")
            return self._strings[place], CellKind.PLAIN, math.nan
        if kind == "n":
            return _number(value, cell_format, self._epoch)
        if kind == "e":
            return value.strip(), CellKind.BROKEN, math.nan
        if kind == "b":
            return ("TRUE" if value.strip() in ("1", "true") else "FALSE"), CellKind.PLAIN, math.nan
        if kind == "d":
            return _moment(from_ISO8601(value.strip()))
        return unescaped(value).strip(), CellKind.PLAIN, math.nan

    def _note(self, name: str, attributes: dict[str, str]) -> None:
        if name == "mergeCell":
            self.cells.merged.append(attributes["ref"])
        elif name == "autoFilter":
            self.cells.is_filtered = True
        elif attributes.get("hidden") in ("1", "true"):
            first, last = int(attributes["min"]), min(int(attributes["max"]), LAST_COLUMN)
            self.cells.hidden_columns.update(range(first, last + 1))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError("no such column")
        number = number * 26 + ord(letter) - 64
        if number > LAST_COLUMN:
            raise ValueError("no such column")
    return number


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


def _commented(archive: zipfile.ZipFile, member: str) -> list[str]:
    """Cells with comments, in the order of the file; what the comments say is not read."""
    found: dict[str, None] = {}
    members = set(archive.namelist())

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(" ")[2] in ("comment", "threadedComment") and "ref" in attributes:
            found[attributes["ref"]] = None

    for kind, target in related(archive, member).values():
        if kind in ("comments", "threadedComment") and target in members:
            with archive.open(target) as stream:
                walk_xml(stream, start, lambda _tag: None, lambda _text: None)  # type: ignore[arg-type]
    return list(found)
