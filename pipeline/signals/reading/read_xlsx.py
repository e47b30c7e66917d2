"""Reads recordings from XLSX workbooks, in the same layouts as text files."""

from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from pipeline.signals.reading.contents.columns_of_samples import Samples, recording_of_table
from pipeline.signals.reading.contents.numbers_as_text import MISSING_WORDS, Dialect, Row
from pipeline.signals.reading.contents.table_shape import TableHead, TableShape
from pipeline.signals.reading.layouts import table_layouts
from pipeline.signals.reading.xlsx_sheets import Cell, opened
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings

HEAD_ROWS: Final = 700
_NUMBERS: Final = Dialect(",", ".")
_COMMAS: Final = Dialect(";", ",")


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
    with opened(path) as sheets:
        for _, rows in sheets:
            sheet = _Sheet(rows)
            try:
                return sheet, table_layouts.shape_of(sheet.head)
            except SignalProblem as found:
                problem = found if sheet.columns else problem
    raise problem


class _Sheet:
    """The numbers of a sheet by column, its texts by cell, and its first rows."""

    def __init__(self, rows: Iterator[list[Cell]]) -> None:
        self.columns: list[array[float]] = []
        self.texts: dict[int, dict[int, str]] = {}
        head: list[Row] = []
        n_rows = 0
        for n_rows, cells in enumerate(rows, start=1):
            if n_rows <= HEAD_ROWS:
                head.append(tuple(_shown(cell) for cell in cells))
            while len(self.columns) < len(cells):
                self.columns.append(array("d", [np.nan] * (n_rows - 1)))
            for position, cell in enumerate(cells):
                self.columns[position].append(self._number(cell, n_rows - 1, position))
            for column in self.columns[len(cells) :]:
                column.append(np.nan)
        width = len(self.columns)
        self.n_rows = n_rows
        rows_of_head = tuple((*row, *[""] * (width - len(row))) for row in head)
        self.head = TableHead(
            tuple("\t".join(row) for row in rows_of_head), rows_of_head, width, _NUMBERS
        )

    def _number(self, cell: Cell, row: int, position: int) -> float:
        if isinstance(cell, float):
            return cell
        text = cell.strip()
        if text.casefold() in MISSING_WORDS:
            return np.nan
        for dialect in (_NUMBERS, _COMMAS):
            if row and dialect.is_number(text):
                return float(text.replace(",", "."))
        self.texts.setdefault(position, {})[row] = text
        return np.nan

    def numbers(self, position: int, first_row: int) -> Samples:
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
    text = cell.strip()
    return text.replace(",", ".") if _COMMAS.is_number(text) else text
