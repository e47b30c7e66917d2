"""One walk through the XML of a sheet; what a cell means is for whoever takes the cells."""

import zipfile
from typing import ClassVar, Final

from pipeline.files.workbook import Package, unescaped, walk_member

LAST_ROW: Final = 1_048_576
LAST_COLUMN: Final = 16_384
_SPACES: Final = (
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
)
_NAMES: Final = ("c", "v", "t", "f", "row", "col", "mergeCell", "autoFilter", "rPh")
_TAGS: Final = {f"{space} {name}": name for space in _SPACES for name in _NAMES}

TEXT: Final = "text"
NUMBER: Final = "n"
TRUTH: Final = "b"
ERROR: Final = "e"
MOMENT: Final = "d"
"""Kinds of cells: shared and inline texts are texts alike, the others are named as in the file."""


class SheetWalk:
    """Takes the cells of a sheet in the order of the file; a subclass keeps what it needs of them.

    row: number of the row that is being read, from 1. most_columns: a cell further to the right is
    damage. in_order: whether the cells of a row have to stand from left to right. A method may raise StopReadingError when it has
    seen enough, and ValueError for what no sheet can hold.
    """

    most_columns: ClassVar[int] = LAST_COLUMN
    in_order: ClassVar[bool] = False

    def __init__(self) -> None:
        self.row = 0
        self._strings: tuple[str, ...] = ()
        self._column = 0
        self._letters: dict[str, int] = {}
        self._shared: dict[str, str] = {}
        self._cell: dict[str, str] = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._shared_number: str | None = None
        self._pieces: list[str] = []
        self._collecting = False
        self._phonetic = False

    def take_cell(
        self, column: int, kind: str, value: str | None, formula: str | None, style: int
    ) -> None:
        """A cell with a value or a formula. column: from 1. kind: see TEXT. style: number of its format.

        value: None for a formula of which no value was stored. formula: with its "=", None for a value.
        """

    def end_row(self) -> None:
        """The row is over, whether or not it had cells."""

    def take_mark(self, name: str, attributes: dict[str, str]) -> None:
        """What Excel shows but cells do not hold: hidden rows and columns, merged cells, a filter."""

    def read(self, package: Package, sheet: str) -> None:
        """Walk through a sheet. Raises what damaged workbooks raise (workbook.BROKEN_WORKBOOK)."""
        self._strings = package.strings
        with zipfile.ZipFile(package.path) as archive:
            member = package.sheet(sheet).member
            walk_member(archive, member, self._start, self._end, self._text)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
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
            self.take_mark(name, attributes)

    def _text(self, piece: str) -> None:
        if self._collecting:
            self._pieces.append(piece)

    def _end(self, tag: str) -> None:
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
            self.end_row()

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self.row = int(attributes.get("r", self.row + 1))
        if not 0 < self.row <= LAST_ROW:
            raise ValueError("no such row")
        self._column = 0
        if "hidden" in attributes:
            self.take_mark("row", attributes)

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        before = self._column if self.in_order else 0
        self._cell = attributes
        self._value = self._formula = self._shared_number = None
        place = attributes.get("r")
        if place is None:
            self._column += 1
        else:
            letters = place.rstrip("0123456789")
            if place[len(letters) :] != str(self.row):
                raise ValueError("a cell in the wrong row")
            number = self._letters.get(letters)
            if number is None:
                number = self._letters[letters] = _column_number(letters)
            self._column = number
        if not before < self._column <= self.most_columns:
            raise ValueError("no such column")

    def _end_cell(self) -> None:
        value, formula = self._value, self._formula
        if value is None and formula is None:
            return
        kind = self._cell.get("t", NUMBER)
        style = int(self._cell.get("s", 0))
        if value == "" and kind == NUMBER:
            if formula is None:
                return
            value = None
        if value is None or kind in (NUMBER, TRUTH, ERROR, MOMENT):
            self.take_cell(self._column, kind, value, formula, style)
        elif kind == "s":
            place = int(value)
            if place < 0:
                raise ValueError("no such text")
            self.take_cell(self._column, TEXT, self._strings[place], formula, style)
        else:
            self.take_cell(self._column, TEXT, unescaped(value).strip(), formula, style)


def is_on(attributes: dict[str, str], name: str) -> bool:
    """Whether an attribute that is on or off, such as hidden, is on."""
    return attributes.get(name) in ("1", "true")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        if not "A" <= letter <= "Z":
            raise ValueError("no such column")
        number = number * 26 + ord(letter) - 64
        if number > LAST_COLUMN:
            raise ValueError("no such column")
    return number
