"""Cells with their addresses: what a file holds before anybody asks what it means."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.addresses import Addresses, Source
from pipeline.intake.cells.cell_findings import RUN_LENGTH, Facts, cell_findings
from pipeline.intake.cells.word_codes import encode_words, join_text, repeated_text, trim_text

__all__ = [
    "RUN_LENGTH",
    "Addresses",
    "CellKind",
    "Cells",
    "Facts",
    "Grid",
    "Source",
    "cell_findings",
    "join_arrays",
    "scalar_text",
]


class CellKind(IntEnum):
    """What a cell is besides its text.

    MISSING: a declared missing code. BROKEN: a formula without a value or an Excel error. PERCENT:
    a number that Excel shows with %. REPORTED: the cell it comes from has a finding already.
    """

    PLAIN = 0
    NUMBER = 1
    DATE = 2
    TIME = 3
    BROKEN = 4
    PERCENT = 5
    MISSING = 6
    REPORTED = 7


@dataclass(frozen=True)
class Cells:
    """Cells of one column, one per row.

    text: as shown, outer spaces trimmed, "" when empty; words and codes (a categorical column) where
    the file was read so (see `word_codes`). kind: CellKind. number: the native number
    where kind is NUMBER. column_number: column of the file from 1; 0 where the value comes from
    study.yaml and has no cell. row_number: row of the file from 1 where a cell stands in another row
    than the row it serves, as the head of a block does; None when every cell stands in its own row.
    """

    text: "pd.Series[str]"
    kind: NDArray[np.int8]
    number: NDArray[np.float64]
    column_number: NDArray[np.int32]
    row_number: NDArray[np.int64] | None = None

    @classmethod
    def of_text(cls, text: "pd.Series[str]", column_number: int) -> "Cells":
        """Cells of a text file: nothing but text."""
        n = len(text)
        return cls(
            trim_text(text),
            np.broadcast_to(np.int8(CellKind.PLAIN), n),
            np.broadcast_to(np.float64(np.nan), n),
            np.broadcast_to(np.int32(column_number), n),
        )

    @classmethod
    def constant(cls, value: str | int | float | bool, n: int) -> "Cells":
        """The same value of study.yaml in n rows; a number stays one whatever the decimal mark."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return cls(
            repeated_text(scalar_text(value), n),
            np.broadcast_to(np.int8(CellKind.NUMBER if is_number else CellKind.PLAIN), n),
            np.broadcast_to(np.float64(value if is_number else np.nan), n),
            np.broadcast_to(np.int32(0), n),
        )

    @classmethod
    def join(cls, parts: Sequence["Cells"]) -> "Cells":
        """The cells of several blocks of rows, one block after the other."""
        return cls(
            join_text([part.text for part in parts]),
            join_arrays([part.kind for part in parts]),
            join_arrays([part.number for part in parts]),
            join_arrays([part.column_number for part in parts]),
            _joined_rows(parts),
        )

    @property
    def holds_nothing(self) -> bool:
        """Whether every cell is empty: told from the words, so that 16,000 empty columns cost little."""
        return not any(encode_words(self.text)[1])

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Whether each cell is empty or holds a missing code."""
        missing = (self.text == "").to_numpy(dtype=bool) | (self.kind == CellKind.MISSING)
        return np.asarray(missing & (self.kind != CellKind.REPORTED), dtype=bool)

    def take(self, positions: NDArray[np.intp]) -> "Cells":
        """The cells of some rows, in the order of `positions`."""
        n = len(self.text)
        if len(positions) == n and np.array_equal(positions, np.arange(n)):
            return self
        return Cells(
            self.text.take(positions).reset_index(drop=True),
            _taken(self.kind, positions),
            _taken(self.number, positions),
            _taken(self.column_number, positions),
            None if self.row_number is None else self.row_number[positions],
        )


Numbers = TypeVar("Numbers", bound=np.generic)


def _taken(values: NDArray[Numbers], positions: NDArray[np.intp]) -> NDArray[Numbers]:
    """Some values; one value that stands for all rows (see `Cells.of_text`) stays one."""
    if values.strides == (0,) and len(values):
        return np.broadcast_to(values[0], len(positions))
    return values[positions]


def join_arrays(parts: Sequence[NDArray[Numbers]]) -> NDArray[Numbers]:
    """Arrays one after the other; a single one is not copied."""
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _joined_rows(parts: Sequence[Cells]) -> NDArray[np.int64] | None:
    if all(part.row_number is None for part in parts):
        return None
    return np.concatenate(
        [
            np.zeros(len(part.text), dtype=np.int64) if part.row_number is None else part.row_number
            for part in parts
        ]
    )


@dataclass(frozen=True)
class Grid:
    """One sheet or text file: headings and the cells below them.

    row_numbers: row of each row of cells as Excel counts (the heading row of most files is 1).
    Rows that are wholly empty are left out. file_headings: by column of the file, where cells stand
    in other columns than those of `columns`; None when every column stands in its place.
    """

    file: str
    sheet: str | None
    heading_row: int
    headings: tuple[str, ...]
    row_numbers: NDArray[np.int64]
    columns: tuple[Cells, ...]
    file_headings: tuple[str, ...] | None = None

    def cell_at(self, column: int, position: int) -> str:
        """Address of a cell: column and row of the grid, both from 0."""
        cells = self.columns[column]
        row = 0 if cells.row_number is None else int(cells.row_number[position])
        letter = get_column_letter(int(cells.column_number[position]) or column + 1)
        return f"{letter}{row or self.row_numbers[position]}"

    def heading_cell(self, column: int) -> str:
        """Address of the heading of a column (from 0); "variable 3" where headings have no row."""
        cells = self.columns[column]
        number = int(cells.column_number[0]) if len(cells.column_number) else column + 1
        own = cells.row_number is not None and len(cells.row_number) > 0
        row = int(cells.row_number[0]) if own else 0  # type: ignore[index]  # own rules out None
        if not (row or self.heading_row):
            return f"variable {number or column + 1}"
        return f"{get_column_letter(number or column + 1)}{row or self.heading_row}"


def scalar_text(value: str | int | float | bool) -> str:
    """A value of study.yaml as the text that a cell would show."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
