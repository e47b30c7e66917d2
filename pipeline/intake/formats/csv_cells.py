"""Text tables (CSV, TSV): bytes -> letters -> cells, in bounded memory. Decides encoding and separator only."""

import codecs
import csv
import gc
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Cells, Grid
from pipeline.intake.cells.word_codes import WordNumbers, text_of
from pipeline.intake.columns.headings import heading_place, note_on_rows_above
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    file_problem,
    make_finding,
    quoted,
)
from pipeline.intake.privacy.identifiers import identifying_columns

BLOCK_BYTES: Final = 1 << 20
_BYTE_ORDER_MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_WORKBOOK_STARTS: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_OLD: Final = "cp1252"
_MOSTLY: Final = 0.4
"""Share of zero bytes at every second place from which a file without a mark is UTF-16."""


@dataclass(frozen=True)
class TextEncoding:
    """How the bytes of a file become letters.

    said: what has to be said about it, "" for plain UTF-8. example: a word of the file that shows
    whether the letters came out right, in quotes; "" where no letter is in doubt.
    """

    path: Path
    name: str
    said: str = ""
    example: str = ""

    def open(self) -> io.TextIOWrapper:
        """The file as text; letters that do not exist in an old encoding become a question mark."""
        errors = "replace" if self.name == _OLD else "strict"
        return self.path.open("r", encoding=self.name, errors=errors, newline="")


def text_encoding(file: str, path: Path) -> TextEncoding:
    """The encoding of a text file.

    file: name for messages. Raises FileProblemError when the file is a workbook, damaged, or no text.
    """
    with path.open("rb") as stream:
        start = stream.read(BLOCK_BYTES)
    if start.startswith(_WORKBOOK_STARTS):
        raise file_problem(
            file,
            "This is an Excel workbook with the name of a text file.",
            "Rename it to .xlsx, or save it as CSV UTF-8 in Excel.",
        )
    name = _named_by_its_start(start)
    if _decodes(file, path, name):
        said = "as UTF-16 text" if name.startswith("utf-16") else ""
        return TextEncoding(path, name, said)
    if not name.startswith("utf-8"):
        raise file_problem(
            file, "The file is damaged: its text breaks off.", "Copy the file again."
        )
    old = TextEncoding(path, _OLD, "as Windows Western European text, because it is not UTF-8")
    return TextEncoding(path, _OLD, old.said, _first_foreign_word(old))


def _named_by_its_start(start: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS.items():
        if start.startswith(mark):
            return name
    sample = start[:4000]
    if sample[1::2].count(0) > _MOSTLY * len(sample) / 2:
        return "utf-16-le"
    if sample[0::2].count(0) > _MOSTLY * len(sample) / 2:
        return "utf-16-be"
    return "utf-8"


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _decodes(file: str, path: Path, name: str) -> bool:
    """Whether the whole file is text in this encoding. Raises FileProblemError for zero bytes."""
    decoder = codecs.getincrementaldecoder(name)()
    is_bytewise = name.startswith("utf-8")
    decodes = True
    for block in _blocks(path):
        if is_bytewise and b"\x00" in block:
            raise _zero_bytes(file)
        try:
            if decodes and not (is_bytewise and block.isascii() and not decoder.getstate()[0]):
                text = decoder.decode(block)
                if not is_bytewise and "\x00" in text:
                    raise _zero_bytes(file)
        except UnicodeDecodeError:
            decodes = False
    try:
        decoder.decode(b"", final=decodes)
    except UnicodeDecodeError:
        return False
    return decodes


def _zero_bytes(file: str) -> FileProblemError:
    return file_problem(
        file,
        "The file holds zero bytes, so it is no text file or it is damaged.",
        "Export the table again as CSV UTF-8.",
    )


def _first_foreign_word(encoding: TextEncoding) -> str:
    with encoding.open() as stream:
        for line in stream:
            if not line.isascii():
                words = re.split(r"[\s,;]+", line)
                return quoted(next((word for word in words if not word.isascii()), ""))
    return ""


DELIMITERS: Final = {",": "commas", ";": "semicolons", "\t": "tabs"}
SNIFFED_LETTERS: Final = 200_000
SNIFFED_ROWS: Final = 20
CHUNK_ROWS: Final = 1_000
"""Rows that are taken apart at once: few enough to stay in the fast memory of the processor."""
_USUAL: Final = {".tsv": "\t"}
_QUOTED = re.compile(r'"[^"]*"')

Line = tuple[int, list[str]]


def read_text_table(
    file: str, path: Path, known_headings: frozenset[str] = frozenset()
) -> tuple[Grid, list[Finding]]:
    """Cells of a text table and notes on how it was read.

    file: name for messages. known_headings: headings that the study can use, as plain names; among the
    first rows they tell the headings from titles above them. The rows are streamed: memory holds every text once and a few bytes per
    cell. Raises FileProblemError when the file is no text, is empty, or a row has another number of
    cells than the heading row.
    """
    try:
        encoding = text_encoding(file, path)
        delimiter = _delimiter(encoding)
        body = _Body(known_headings)
        with _without_collection():
            for first, rows in _chunks(file, encoding, delimiter):
                body.add(first, rows)
    except (UnicodeDecodeError, OSError):
        raise file_problem(
            file, "The file changed while it was being read.", "Wait until it is saved; run again."
        ) from None
    if not body.headings:
        raise file_problem(file, "The file is empty.", "Fill in the table or remove the file.")
    identifying = identifying_columns(file, None, body.heading_row, body.headings)
    if body.odd_rows:
        problems = _uneven(file, body.odd_rows, len(body.headings))
        raise FileProblemError([*identifying, *problems])
    notes = _without_values(_notes(file, encoding, delimiter), identifying)
    grid = body.grid(file)
    return grid, [*note_on_rows_above(grid, body.above), *notes]


def whole_text(file: str, path: Path) -> Grid:
    """All cells of a text file without a heading row; rows may differ in length.

    For files that are laid out in blocks. Raises FileProblemError when the file is no text.
    """
    encoding = text_encoding(file, path)
    delimiter = _delimiter(encoding)
    lines = [row for _, rows in _chunks(file, encoding, delimiter) for row in rows]
    rows = [(i, row) for i, row in enumerate(lines, start=1) if not _is_blank(row)]
    width = max((len(row) for _, row in rows), default=0)
    columns = []
    for j in range(width):
        words = WordNumbers()
        codes = [words[row[j].strip() if j < len(row) else ""] for _, row in rows]
        columns.append(Cells.of_text(text_of(np.array(codes, dtype=np.int32), list(words)), j + 1))
    numbers = np.array([number for number, _ in rows], dtype=np.int64)
    return Grid(file, None, 0, ("",) * width, numbers, tuple(columns))


def notes_on_whole_text(file: str, path: Path) -> list[Finding]:
    """How a text file that is laid out in blocks was read. Raises FileProblemError."""
    encoding = text_encoding(file, path)
    return _notes(file, encoding, _delimiter(encoding))


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep Python from searching the rows for cycles: they have none, and looking doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _chunks(
    file: str, encoding: TextEncoding, delimiter: str
) -> Iterator[tuple[int, list[list[str]]]]:
    """The rows in pieces, each with the number of its first row."""
    number = 1
    with encoding.open() as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        try:
            while rows := list(islice(reader, CHUNK_ROWS)):
                yield number, rows
                number += len(rows)
        except csv.Error:
            raise file_problem(
                file,
                f"The quotation marks near row {number} or below do not match, so cells run into "
                "each other.",
                'Open the file in Excel and save it again, or correct the marks (").',
            ) from None


@dataclass
class _OddRows:
    """Rows of one wrong length: first and last number, and how many."""

    first: int
    last: int
    count: int


@dataclass
class _Body:
    """The rows of a table while they come in: headings, codes per column, rows of wrong length."""

    known: frozenset[str] = frozenset()
    headings: list[str] = field(default_factory=list)
    heading_row: int = 0
    above: list[int] = field(default_factory=list)
    odd_rows: dict[int, _OddRows] = field(default_factory=dict)
    _words: list[WordNumbers] = field(default_factory=list)
    _codes: list[list[NDArray[np.signedinteger]]] = field(default_factory=list)
    _blocks: list[tuple[int, int, NDArray[np.int64] | None]] = field(default_factory=list)

    def add(self, first: int, rows: list[list[str]]) -> None:
        """Take in the next rows; `first` is the row of the file (from 1) of the first of them."""
        if not self.headings:
            top = list(islice((i for i, row in enumerate(rows) if not _is_blank(row)), 10))
            if not top:
                return
            place = heading_place([rows[i] for i in top], self.known)
            start = top[place]
            self.above = [first + i for i in top[:place]]
            self.heading_row = first + start
            self.headings = _without_empty_tail([cell.strip() for cell in rows[start]])
            self._words = [WordNumbers() for _ in self.headings]
            self._codes = [[] for _ in self.headings]
            rows, first = rows[start + 1 :], first + start + 1
        numbers: NDArray[np.int64] | None = None
        if set(map(len, rows)) - {len(self.headings)}:
            rows, numbers = self._even(rows, first)
        if not rows:
            return
        for words, codes, column in zip(
            self._words, self._codes, zip(*rows, strict=True), strict=True
        ):
            numbers_of = np.fromiter(map(words.__getitem__, column), np.int32, len(rows))
            codes.append(numbers_of.astype(np.min_scalar_type(-len(words))))
        self._blocks.append((first, len(rows), numbers))

    def _even(self, rows: list[list[str]], first: int) -> tuple[list[list[str]], NDArray[np.int64]]:
        """The rows as wide as the headings; empty cells at the right end and blank rows do not count."""
        width = len(self.headings)
        even: list[Line] = []
        for number, row in enumerate(rows, start=first):
            if _is_blank(row):
                continue
            if len(row) > width:
                row = [*row[:width], *_without_empty_tail(row[width:])]
            if len(row) == width:
                even.append((number, row))
                continue
            odd = self.odd_rows.setdefault(len(row), _OddRows(number, number, 0))
            odd.last, odd.count = number, odd.count + 1
        return [row for _, row in even], np.array([number for number, _ in even], dtype=np.int64)

    def _row_numbers(self) -> NDArray[np.int64]:
        """Row of the file of every row; blocks without gaps are counted only now."""
        numbers = np.empty(sum(count for _, count, _ in self._blocks), dtype=np.int64)
        start = 0
        for first, count, exact in self._blocks:
            block = numbers[start : start + count]
            block[:] = np.arange(first, first + count) if exact is None else exact
            start += count
        return numbers

    def grid(self, file: str) -> Grid:
        """Everything that came in, without rows whose cells are all empty."""
        none = np.zeros(0, dtype=np.int8)
        columns = []
        blank = np.ones(sum(count for _, count, _ in self._blocks), dtype=bool)
        for j, words in enumerate(self._words):
            codes = np.concatenate([none, *self._codes[j]])
            self._codes[j] = []
            text = text_of(codes, [word.strip() for word in words])
            columns.append(Cells.of_text(text, j + 1))
            if blank.any():
                blank &= (text == "").to_numpy(dtype=bool)
        numbers = self._row_numbers()
        if blank.any():
            filled = np.flatnonzero(~blank)
            numbers, columns = numbers[filled], [column.take(filled) for column in columns]
        return Grid(
            file=file,
            sheet=None,
            heading_row=self.heading_row,
            headings=tuple(self.headings),
            row_numbers=numbers,
            columns=tuple(columns),
        )


def _notes(file: str, encoding: TextEncoding, delimiter: str) -> list[Finding]:
    """One note on everything about the file that is not plain UTF-8 with its usual separator."""
    usual = _USUAL.get(Path(file).suffix.casefold(), ",")
    said = [encoding.said] if encoding.said else []
    if delimiter != usual:
        said.append(f"with {DELIMITERS[delimiter]} between the cells")
    if not said:
        return []
    facts = {"problem": f"The file was read {' and '.join(said)}."}
    return [make_finding("FILE-04", file=file, found=encoding.example, facts=facts)]


def _delimiter(encoding: TextEncoding) -> str:
    """The mark that stands in the heading row and equally often in the rows below it."""
    with encoding.open() as stream:
        text = stream.read(SNIFFED_LETTERS)
    lines = [_QUOTED.sub("", line) for line in text.splitlines() if line.strip()]
    # A title above the headings has no separators.
    title = next((i for i, line in enumerate(lines) if any(map(line.count, DELIMITERS))), 0)
    lines = lines[title : title + SNIFFED_ROWS + 1]
    if not lines:
        return ","

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        in_heading = lines[0].count(delimiter)
        agreeing = sum(line.count(delimiter) == in_heading for line in lines)
        return in_heading > 0, agreeing / len(lines), in_heading

    return max(DELIMITERS, key=fitness)


def _is_blank(row: list[str]) -> bool:
    return not any(cell and not cell.isspace() for cell in row)


def _without_empty_tail(cells: list[str]) -> list[str]:
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return cells


def _without_values(findings: list[Finding], identifying: list[Finding]) -> list[Finding]:
    """The findings; in a file with names they do not repeat what rows hold."""
    return [replace(finding, found="") for finding in findings] if identifying else findings


def _uneven(file: str, odd_rows: dict[int, _OddRows], width: int) -> list[Finding]:
    return [
        make_finding(
            "ROW-01",
            file=file,
            cell=(
                f"row {odd.first}"
                if odd.count == 1
                else f"rows {odd.first} to {odd.last} ({odd.count} rows)"
            ),
            # Never the cells: nobody knows whether a name stands among them.
            found="1 cell" if length == 1 else f"{length} cells",
            row=odd.first,
            facts={"value": str(length), "other": str(width)},
        )
        for length, odd in odd_rows.items()
    ]
