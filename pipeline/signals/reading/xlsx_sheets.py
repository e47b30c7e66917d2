"""The sheets of an XLSX workbook as rows of numbers and texts, one row at a time.

Own code, because a workbook may unpack to thousands of times its size and may name a cell in a column
that does not exist; here unpacked bytes and columns are counted while they are read.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final
from xml.etree import ElementTree as ET  # document types are refused below

from pipeline.signals.samples.problem import SignalProblem

Cell = float | str
LARGEST_BYTES: Final = 2_000_000_000
"""A full sheet of 1,048,576 rows and 30 columns unpacks to less."""
LARGEST_RATIO: Final = 200
"""Numbers in a sheet pack to a fifth or a tenth of their size, never to a two-hundredth."""
MOST_COLUMNS: Final = 2_000
_LETTERS: Final = re.compile(r"([A-Z]{1,3})[0-9]+")
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ERRORS: Final = (zipfile.BadZipFile, zlib.error, EOFError, ET.ParseError, KeyError, ValueError)
_MORE_ERRORS: Final = (NotImplementedError, RuntimeError, OverflowError, LookupError)


class _Counted:
    """A stream that refuses to unpack more than it may."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        self.stream = stream
        self.left = most
        self.is_start = True

    def __enter__(self) -> "_Counted":
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def read(self, size: int = -1) -> bytes:
        part = self.stream.read(65_536 if size < 0 else size)
        self.left -= len(part)
        if self.left < 0:
            raise _bomb()
        if self.is_start and b"<!DOCTYPE" in part[:4096]:
            raise _damaged()
        self.is_start = False
        return part


@contextmanager
def opened(path: Path) -> Iterator[Iterator[tuple[str, Iterator[list[Cell]]]]]:
    """(name, rows) of the visible sheets, while the workbook is open; a missing cell is "".

    Rows are read as they are asked for; a sheet has to be read before the next one. Raises
    SignalProblem when the file is no workbook or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as package:
            yield _sheets(package)
    except (*_ERRORS, *_MORE_ERRORS) as problem:
        raise _damaged() from problem


def _sheets(package: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[list[Cell]]]]:
    shared = _shared_texts(package)
    for name, part in _parts(package):
        yield name, _rows(package, part, shared)


def _open(package: zipfile.ZipFile, part: str) -> _Counted:
    about = package.getinfo(part)
    most = min(LARGEST_BYTES, max(about.compress_size * LARGEST_RATIO, 1_000_000))
    if about.file_size > most:
        raise _bomb()
    return _Counted(package.open(about), most)


def _parts(package: zipfile.ZipFile) -> list[tuple[str, str]]:
    """(name, part) of the visible sheets in their order."""
    targets = {
        element.get("Id"): element.get("Target", "")
        for element in _elements(package, "xl/_rels/workbook.xml.rels", "}Relationship")
    }
    found = []
    for element in _elements(package, "xl/workbook.xml", "}sheet"):
        target = targets.get(element.get(_RELATION), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        is_sheet = PurePosixPath(part).suffix == ".xml" and part in package.namelist()
        if is_sheet and element.get("state", "visible") == "visible":
            found.append((element.get("name", ""), part))
    return found


def _shared_texts(package: zipfile.ZipFile) -> list[str]:
    part = "xl/sharedStrings.xml"
    if part not in package.namelist():
        return []
    return [_text(element) for element in _elements(package, part, "}si")]


def _elements(package: zipfile.ZipFile, part: str, tag: str) -> Iterator[ET.Element]:
    """The elements of a part whose tag ends so; each is emptied when the next one is asked for."""
    with _open(package, part) as stream:
        for _, element in ET.iterparse(stream):  # noqa: S314
            if element.tag.endswith(tag):
                yield element
                element.clear()


def _rows(package: zipfile.ZipFile, part: str, shared: list[str]) -> Iterator[list[Cell]]:
    columns: dict[str, int] = {}
    table = None
    with _open(package, part) as stream:
        for event, element in ET.iterparse(stream, events=("start", "end")):  # noqa: S314
            if event == "start":
                if element.tag.endswith("}sheetData"):
                    table = element
            elif element.tag.endswith("}row") and table is not None:
                yield _cells(element, shared, columns)
                table.clear()


def _cells(row: ET.Element, shared: list[str], columns: dict[str, int]) -> list[Cell]:
    cells: list[Cell] = []
    for element in row:
        place = element.get("r")
        column = len(cells) if place is None else _column(place, columns)
        if column < len(cells) or column >= MOST_COLUMNS:
            raise ValueError("columns are not in order")
        while len(cells) < column:
            cells.append("")
        cells.append(_value(element, shared))
    return cells


def _column(place: str, columns: dict[str, int]) -> int:
    """Number of the column of a cell such as AB12, from 0."""
    letters = place.rstrip("0123456789")
    number = columns.get(letters)
    if number is None:
        if not _LETTERS.fullmatch(place):
            raise ValueError("no cell")
        number = 0
        for letter in letters:
            number = 26 * number + ord(letter) - 64
        columns[letters] = number
    return number - 1


def _value(cell: ET.Element, shared: list[str]) -> Cell:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(cell)
    value = next((part.text for part in cell if part.tag.endswith("}v")), None)
    if value is None or kind == "e":  # an error such as #N/A is a missing sample
        return ""
    if kind == "s":
        return shared[int(value)]
    return float(value) if kind == "n" else value


def _text(element: ET.Element) -> str:
    return "".join(part.text or "" for part in element.iter() if part.tag.endswith("}t"))


def _damaged() -> SignalProblem:
    return SignalProblem(
        "The file is damaged or is not an XLSX workbook.", "Export or copy the recording again."
    )


def _bomb() -> SignalProblem:
    return SignalProblem(
        "The workbook unpacks to far more than its size, which a recording does not.",
        "Export the recording again, as CSV.",
    )
