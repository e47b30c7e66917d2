"""Excel workbooks: a file -> cells under their headings, with what Excel knows about each cell."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.files.cell_formats import CellFormat, cell_formats
from pipeline.files.workbook import (
    BROKEN_WORKBOOK,
    Package,
    UnpackLimits,
    UnpacksTooLargeError,
    open_package,
)
from pipeline.intake.cells.grid import RUN_LENGTH, CellKind, Cells, Grid
from pipeline.intake.cells.word_codes import repeated_text, text_of
from pipeline.intake.columns.example_rows import MOST_EXAMPLES, is_example_row
from pipeline.intake.columns.headings import heading_place
from pipeline.intake.findings.messages import FileProblemError, Finding, file_problem
from pipeline.intake.formats.file_kinds import DAMAGED, WORKBOOK, kind_of, refusal
from pipeline.intake.formats.reading import Reading
from pipeline.intake.formats.sheet_cells import SheetCells, read_cells
from pipeline.intake.formats.sheet_findings import merged_cells, notes_on_rows, warnings_of_sheet
from pipeline.intake.privacy.identifiers import identifying_columns

HEADINGS_WITHIN = 10
"""The heading row is looked for among this many filled rows."""

MOST_RATIO: Final = 100
RATIO_COUNTS_FROM_MB: Final = 20
_ANOTHER_FILE: Final = "Copy the table into a new workbook, or save it as CSV UTF-8."


@dataclass(frozen=True)
class Workbook:
    """A workbook that can be opened, and how its sheets are read.

    file: name for messages. formats: what the style number of a cell means.
    """

    file: str
    package: Package
    formats: tuple[CellFormat, ...]
    reading: Reading

    @property
    def sheets(self) -> tuple[str, ...]:
        """Names of the sheets, in their order."""
        return tuple(sheet.name for sheet in self.package.sheets)


def open_workbook(file: str, path: Path, reading: Reading) -> Workbook:
    """Look into a workbook without reading its sheets. Raises FileProblemError in plain words."""
    limits = UnpackLimits(reading.limits.unpacked_mb, MOST_RATIO, RATIO_COUNTS_FROM_MB)
    with _damage_in_words(file):
        kind = kind_of(path)
        if kind is not WORKBOOK:
            raise refusal(file, kind)
        try:
            package = open_package(path, limits)
        except UnpacksTooLargeError as problem:
            raise _too_large(file, problem, limits) from None
        formats = cell_formats(package)
    if not package.sheets:
        raise file_problem(file, "The workbook has no sheet with cells.", "Copy the file again.")
    return Workbook(file, package, formats, reading)


@contextmanager
def _damage_in_words(file: str) -> Iterator[None]:
    """Turn everything that a damaged workbook can raise into one sentence for people."""
    try:
        yield
    except BROKEN_WORKBOOK:
        raise refusal(file, DAMAGED) from None


def _too_large(file: str, problem: UnpacksTooLargeError, limits: UnpackLimits) -> FileProblemError:
    unpacks = f"The workbook unpacks to {problem.unpacked_mb:.0f} MB"
    if problem.ratio is None:
        return file_problem(
            file,
            f"{unpacks}; the limit is {limits.unpacked_mb:g} MB.",
            f"{_ANOTHER_FILE} Or raise unpacked_mb under `limits` in study.yaml.",
        )
    return file_problem(
        file,
        f"{unpacks}, {problem.ratio:.0f} times its size, which no table of measurements does.",
        _ANOTHER_FILE,
    )


def read_sheet(workbook: Workbook, sheet: str) -> tuple[Grid, list[Finding]]:
    """The cells of one sheet under its headings, and what was noticed while reading.

    The heading row is the first filled row, or one of the first ten that holds more of the headings
    that the study can use. Raises FileProblemError when the sheet is empty, damaged, or has merged
    cells below its headings.
    """
    cells = _read(workbook, sheet)
    whole = _grid(workbook.file, sheet, cells)
    if not len(whole.row_numbers):
        raise file_problem(
            workbook.file, "The sheet is empty.", "Fill in the table or remove it.", sheet=sheet
        )
    top = _top_rows(cells, whole)
    place = heading_place(top, workbook.reading.known_headings)
    grid = _under_headings(whole, place, top[place])
    merged = merged_cells(cells, grid)
    if merged:
        named = identifying_columns(grid.file, sheet, grid.heading_row, grid.headings)
        raise FileProblemError([*named, *merged])
    is_hidden = workbook.package.sheet(sheet).is_hidden
    notes = notes_on_rows(cells, grid, whole.row_numbers[:place].tolist())
    return grid, [*notes, *warnings_of_sheet(cells, grid, is_hidden=is_hidden)]


def whole_sheet(workbook: Workbook, sheet: str) -> Grid:
    """All cells of a sheet without a heading row, for sheets that are laid out in blocks.

    Raises FileProblemError when the sheet is damaged.
    """
    return _grid(workbook.file, sheet, _read(workbook, sheet))


def notes_on_whole_sheet(workbook: Workbook, sheet: str) -> list[Finding]:
    """SHEET-02 for what is hidden on a sheet that is laid out in blocks.

    Colours are no news there: heads and headings of blocks are coloured as a rule.
    """
    cells = _read(workbook, sheet)
    is_hidden = workbook.package.sheet(sheet).is_hidden
    noticed = warnings_of_sheet(cells, _grid(workbook.file, sheet, cells), is_hidden=is_hidden)
    # There is no heading row, so that no cell stands for a hidden column.
    return [replace(f, cell="", cells="", row=0) for f in noticed if f.rule_id == "SHEET-02"]


def count_rows(workbook: Workbook, sheet: str, at_most: int) -> int:
    """How many rows of a sheet hold anything, up to `at_most`. Raises FileProblemError when damaged.

    The example row of a template is nobody's and does not count.
    """
    rows = _first_rows(workbook, sheet, at_most + MOST_EXAMPLES)
    return min(sum(not is_example_row(row) for row in rows), at_most)


def headings_of(workbook: Workbook, sheet: str) -> tuple[str, ...]:
    """The headings of a sheet as they are typed; () for an empty one. Raises FileProblemError."""
    rows = _first_rows(workbook, sheet, HEADINGS_WITHIN)
    return tuple(rows[heading_place(rows, workbook.reading.known_headings)]) if rows else ()


def _first_rows(workbook: Workbook, sheet: str, wanted: int) -> list[list[str]]:
    with _damage_in_words(workbook.file):
        cells = read_cells(workbook.package, workbook.formats, sheet, rows_wanted=wanted)
        rows: dict[int, list[str]] = {}
        for row, text in zip(cells.rows, cells.texts, strict=True):
            rows.setdefault(row, []).append(text)
        return [rows[row] for row in sorted(rows)][:wanted]


def _read(workbook: Workbook, sheet: str) -> SheetCells:
    with _damage_in_words(workbook.file):
        cells = read_cells(workbook.package, workbook.formats, sheet)
    if not workbook.reading.takes_stored_values:
        for place, formula in cells.formulas.items():
            cells.texts[place] = formula
            cells.kinds[place] = CellKind.BROKEN
            cells.numbers[place] = np.nan
        cells.formulas.clear()
    _name_one_formula_per_column(cells)
    return cells


def _name_one_formula_per_column(cells: SheetCells) -> None:
    """Many formulas of one column are one problem, although each names other cells."""
    by_column: dict[int, list[int]] = {}
    for place in np.flatnonzero(np.frombuffer(cells.kinds, np.int8) == CellKind.BROKEN).tolist():
        if cells.texts[place].startswith("="):
            by_column.setdefault(cells.columns[place], []).append(place)
    for places in by_column.values():
        if len(places) > RUN_LENGTH:
            for place in places:
                cells.texts[place] = cells.texts[places[0]]


def _top_rows(cells: SheetCells, whole: Grid) -> list[list[str]]:
    """The texts of the first filled rows, in the width of the sheet."""
    numbers = whole.row_numbers[:HEADINGS_WITHIN].tolist()
    rows = {number: [""] * len(whole.columns) for number in numbers}
    for place in np.flatnonzero(np.asarray(cells.rows) <= numbers[-1]).tolist():
        rows[cells.rows[place]][cells.columns[place] - 1] = cells.texts[place]
    return [rows[number] for number in numbers]


def _grid(file: str, sheet: str, cells: SheetCells) -> Grid:
    """All filled rows and columns; empty columns share their cells, however many there are."""
    rows, row_places = np.unique(np.asarray(cells.rows, dtype=np.int64), return_inverse=True)
    columns = np.asarray(cells.columns, dtype=np.int64)
    n = len(rows)
    order = np.argsort(columns, kind="stable")
    starts = np.searchsorted(columns[order], np.arange(1, columns.max(initial=0) + 2))
    texts = np.array(cells.texts, dtype=object)
    kinds = np.frombuffer(bytes(cells.kinds), dtype=np.int8)
    numbers = np.asarray(cells.numbers, dtype=np.float64)
    empty = Cells.of_text(repeated_text("", n), 0)
    parts = []
    for j in range(int(columns.max(initial=0))):
        taken = order[starts[j] : starts[j + 1]]
        column_number = np.broadcast_to(np.int32(j + 1), n)
        if not len(taken):
            parts.append(Cells(empty.text, empty.kind, empty.number, column_number))
            continue
        at = row_places[taken]
        parts.append(
            Cells(
                text_of(*pd.factorize(_spread(texts[taken], at, n, ""))),
                _spread(kinds[taken], at, n, CellKind.PLAIN),
                _spread(numbers[taken], at, n, np.nan),
                column_number,
            )
        )
    return Grid(file, sheet, 0, ("",) * len(parts), rows, tuple(parts))


def _spread(values: NDArray[Any], at: NDArray[np.intp], n: int, empty: object) -> NDArray[Any]:
    column: NDArray[Any] = np.full(n, empty, dtype=values.dtype)
    column[at] = values
    return column


def _under_headings(whole: Grid, place: int, headings: list[str]) -> Grid:
    below = np.arange(place + 1, len(whole.row_numbers))
    return Grid(
        file=whole.file,
        sheet=whole.sheet,
        heading_row=int(whole.row_numbers[place]),
        headings=tuple(headings),
        row_numbers=whole.row_numbers[below],
        columns=_below(whole.columns, place + 1),
    )


def _below(columns: Sequence[Cells], first: int) -> tuple[Cells, ...]:
    """The columns from a row on; empty columns go on sharing their text."""
    shared: dict[int, pd.Series[str]] = {}
    parts = []
    for column in columns:
        text = shared.get(id(column.text))
        if text is None:
            text = shared[id(column.text)] = column.text.iloc[first:].reset_index(drop=True)
        number = column.column_number[first:]
        parts.append(Cells(text, column.kind[first:], column.number[first:], number))
    return tuple(parts)
