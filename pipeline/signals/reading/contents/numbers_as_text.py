"""How a text file writes its numbers: which sign separates columns and which marks decimals.

Sniffed from rows of samples, never from the name of the file: a file with decimal commas that is
read with points gives other numbers without a word.
"""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from pipeline.signals.samples.recording import SignalProblem

Row = tuple[str, ...]
DecimalMark = Literal[".", ","]

DELIMITERS: Final = ("\t", ";", ",")
DECIMAL_MARKS: Final[tuple[DecimalMark, ...]] = (".", ",")
MISSING_WORDS: Final = frozenset({"", "nan", "na", "n/a", "-nan", "-nan(ind)", "1.#qnan"})
"""Cells that are missing samples, in lower case."""

_PATTERNS: Final = {
    ".": re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE),
    ",": re.compile(r"[+-]?(\d+(,\d*)?|,\d+)([eE][+-]?\d+)?|[+-]?inf(inity)?", re.IGNORECASE),
}
_NUMBER_SIGNS = re.compile(r"[-+\d.,;\seE]*\d[-+\d.,;\seE]*")
"""Made of what numbers are made of; when it is no number, delimiter or decimal mark is another."""


@dataclass(frozen=True)
class Dialect:
    """Sign between columns and decimal mark of a text file."""

    delimiter: str
    decimal: DecimalMark

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number in this dialect."""
        return _PATTERNS[self.decimal].fullmatch(cell.strip()) is not None

    def cells(self, line: str) -> Row:
        """The cells of one line, without spaces around them. Raises SignalProblem for no text."""
        try:
            row = next(csv.reader([line], delimiter=self.delimiter, skipinitialspace=True), [])
        except csv.Error as problem:
            raise SignalProblem(
                "The file is no table of samples.", "Export the recording again as text."
            ) from problem
        return tuple(cell.strip() for cell in row)

    def is_sample_row(self, row: Row) -> bool:
        """Whether all filled cells are numbers, and at least one is filled."""
        filled = [cell for cell in row if cell.casefold() not in MISSING_WORDS]
        return bool(filled) and all(self.is_number(cell) for cell in filled)

    def may_be_sample_row(self, row: Row) -> bool:
        """Whether at least half of the filled cells are numbers and none is a broken number."""
        filled = [cell for cell in row if cell.casefold() not in MISSING_WORDS]
        numbers = sum(self.is_number(cell) for cell in filled)
        broken = any(_NUMBER_SIGNS.fullmatch(cell) and not self.is_number(cell) for cell in filled)
        return not broken and 2 * numbers >= max(len(filled), 1)


def dialects(lines: Sequence[str]) -> list[tuple[Dialect, int]]:
    """The dialects in which lines from the middle of a file are rows of samples, likeliest first.

    lines: some lines of samples. Returns (dialect, number of columns); empty when the lines are no
    rows of samples in any dialect. Where a line can be cut into more columns, that comes first:
    `0,1` are two whole numbers before it is one number with a decimal comma.
    """
    found = []
    for delimiter in DELIMITERS:
        for decimal in DECIMAL_MARKS:
            dialect = Dialect(delimiter, decimal)
            rows = [dialect.cells(line) for line in lines]
            widths = Counter(
                len(row) for row in rows if any(row) and dialect.may_be_sample_row(row)
            )
            if not widths:
                continue
            width, n_rows = widths.most_common(1)[0]
            writes_it = any(decimal in cell for row in rows for cell in row)
            found.append((n_rows, width, writes_it, decimal == ".", dialect))
    found.sort(key=lambda one: one[:4], reverse=True)
    return [(dialect, width) for _, width, _, _, dialect in found]


def broken_number(row: Row, dialect: Dialect) -> str:
    """The first cell that is made of the signs of numbers and is none, "" when there is none."""
    return next(
        (
            cell
            for cell in row
            if cell and _NUMBER_SIGNS.fullmatch(cell) and not dialect.is_number(cell)
        ),
        "",
    )
