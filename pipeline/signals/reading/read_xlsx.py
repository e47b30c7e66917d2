"""Reads recordings from XLSX workbooks, in the same layouts as text files."""

from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.files.sheet_walk import ERROR, NUMBER, SheetWalk
from pipeline.files.workbook import (
    BROKEN_WORKBOOK,
    Package,
    UnpackLimits,
    UnpacksTooLargeError,
    open_package,
)
from pipeline.signals.reading.contents.columns_of_samples import (
    TableHead,
    TableShape,
    recording_of_table,
)
from pipeline.signals.reading.contents.numbers_as_text import MISSING_WORDS, Dialect
from pipeline.signals.reading.layouts import table_layouts
from pipeline.signals.samples.recording import AnySamples, Recording, SignalProblem
from schemas.emg_settings import EmgSettings

HEAD_ROWS: Final = 700
LIMITS: Final = UnpackLimits(unpacked_mb=2_000, ratio=200, ratio_from_mb=1, each_member=True)
"""A full sheet of 1,048,576 rows and 30 columns unpacks to less; numbers in a sheet pack to a fifth or a
tenth of their size, never to a two-hundredth."""
_NUMBERS: Final = Dialect(",", ".")
_COMMAS: Final = Dialect(";", ",")

Cell = float | str


def read_xlsx(path: Path, settings: EmgSettings) -> Recording:
    """The channels of the first visible sheet that holds rows of samples.

    Headings, units and rates are found as in text files; numbers that a sheet holds as text may have
    decimal commas. Raises SignalProblem when no sheet holds samples or a sample is no number.
    """
    sheet, shape = _first_table(path)
    sheet.check(shape)
    return recording_of_table(
        shape,
        partial(sheet.numbers, first_row=shape.first_row),
        declared_rate_hz=settings.sampling_rate_hz,
        words=sheet.words(shape),
    )


def _first_table(path: Path) -> tuple["_Sheet", TableShape]:
    problem = SignalProblem("The workbook has no rows of samples.", "Export the recording again.")
    with _damage_in_words():
        package = open_package(path, LIMITS)
        for part in package.sheets:
            if part.is_hidden:
                continue
            sheet = _Sheet(package, part.name)
            try:
                return sheet, table_layouts.shape_of(sheet.head)
            except SignalProblem as found:
                problem = found if sheet.columns else problem
    raise problem


@contextmanager
def _damage_in_words() -> Iterator[None]:
    try:
        yield
    except UnpacksTooLargeError:
        raise SignalProblem(
            "The workbook unpacks to far more than its size, which a recording does not.",
            "Export the recording again, as CSV.",
        ) from None
    except BROKEN_WORKBOOK as problem:
        raise SignalProblem(
            "The file is damaged or is not an XLSX workbook.",
            "Export or copy the recording again.",
        ) from problem


class _Sheet(SheetWalk):
    """The numbers of a sheet by column, its texts by cell, and its first rows."""

    most_columns = 2_000
    in_order = True

    def __init__(self, package: Package, name: str) -> None:
        super().__init__()
        self.columns: list[array[float]] = []
        self.texts: dict[int, dict[int, str]] = {}
        self.n_rows = 0
        self._filled = 0
        self._head: list[list[str]] = []
        self._head_row: list[str] = []
        self.read(package, name)
        width = len(self.columns)
        rows_of_head = tuple((*row, *[""] * (width - len(row))) for row in self._head)
        self.head = TableHead(
            tuple("\t".join(row) for row in rows_of_head), rows_of_head, width, _NUMBERS
        )

    def take_cell(
        self, column: int, kind: str, value: str | None, formula: str | None, style: int
    ) -> None:
        position = column - 1
        while len(self.columns) < column:
            self.columns.append(array("d", [np.nan] * self.n_rows))
        for between in self.columns[self._filled : position]:
            between.append(np.nan)
        self._filled = column
        if value is None or kind == ERROR:  # an error such as #N/A is a missing sample
            cell: Cell = ""
            number = np.nan
        elif kind == NUMBER:
            cell = number = float(value)
        else:
            cell = value.strip()
            number = self._number(cell, self.n_rows, position)
        self.columns[position].append(number)
        if self.n_rows < HEAD_ROWS:
            self._head_row += [""] * (position - len(self._head_row))
            self._head_row.append(_shown(cell))

    def end_row(self) -> None:
        for column in self.columns[self._filled :]:
            column.append(np.nan)
        if self.n_rows < HEAD_ROWS:
            self._head.append(self._head_row)
            self._head_row = []
        self._filled = 0
        self.n_rows += 1

    def _number(self, text: str, row: int, position: int) -> float:
        if text.casefold() in MISSING_WORDS:
            return np.nan
        for dialect in (_NUMBERS, _COMMAS):
            if row and dialect.is_number(text):
                return float(text.replace(",", "."))
        self.texts.setdefault(position, {})[row] = text
        return np.nan

    def numbers(self, position: int, first_row: int) -> AnySamples:
        """The numbers of a column from a row on, shape (n_rows,); missing cells are not-a-number."""
        if position >= len(self.columns):
            return np.full(0, np.nan)
        return np.asarray(self.columns[position], dtype=np.float64)[first_row:]

    def words(self, shape: TableShape) -> dict[int, str]:
        """The words of the column of events, by row of samples."""
        if shape.event_position is None:
            return {}
        texts = self.texts.get(shape.event_position, {})
        return {
            row - shape.first_row: word for row, word in texts.items() if row >= shape.first_row
        }

    def check(self, shape: TableShape) -> None:
        """Raise SignalProblem for a text among the samples of a column."""
        names = {column.position: column.heading or column.label for column in shape.samples}
        names |= {column.position: "time" for column in shape.times}
        for position, name in names.items():
            for row, text in self.texts.get(position, {}).items():
                if row >= shape.first_row:
                    raise SignalProblem(
                        f"Row {row + 1} of the sheet has {text[:20]!r} under {name}, which is not "
                        "a number.",
                        "Export the samples as plain numbers under one heading line.",
                    )


def _shown(cell: Cell) -> str:
    """A cell as a text file with decimal points would write it."""
    if isinstance(cell, float):
        return f"{cell:.17g}"
    return cell.replace(",", ".") if _COMMAS.is_number(cell) else cell
