"""A printed table taken apart for spreadsheets: one number per cell, one heading per column."""

from dataclasses import dataclass

from pipeline.publishing.report.number_format import FORMS, Num
from pipeline.publishing.report.report_model import Cell, Column, Table

FlatCell = str | Num | None


@dataclass(frozen=True)
class FlatTable:
    """Headings and rows of equal length; a cell is text, a number or nothing."""

    headings: tuple[str, ...]
    rows: tuple[tuple[FlatCell, ...], ...]


def flat_table(table: Table) -> FlatTable:
    """The table with every printed column spread over as many as its cells have numbers.

    "Mean (SD)" of the column LBP becomes the columns "LBP: mean" and "LBP: SD". Words in place of
    a number stand in the first of them, with their reason. A table with blocks gets the name of
    the block as a first column, so that every row can be read by itself.
    """
    has_blocks = any(row.kind == "heading" for row in table.rows)
    parts = [_parts(table, place) for place in range(len(table.columns))]
    headings = ["Block"] if has_blocks else []
    for column, names in zip(table.columns, parts, strict=True):
        headings += [_heading(column, name) for name in names]
    rows: list[tuple[FlatCell, ...]] = []
    block = ""
    for row in table.rows:
        if row.kind == "heading":
            block = row.cells[0].text
            if row.is_bare_heading:
                continue
        cells: list[FlatCell] = [block] if has_blocks else []
        for cell, names in zip(row.cells, parts, strict=True):
            cells += _spread(cell, names)
        rows.append(tuple(cells))
    return FlatTable(tuple(headings), tuple(rows))


def _parts(table: Table, place: int) -> tuple[str, ...]:
    """Names of the numbers that the cells of one column hold, in order of appearance."""
    names: dict[str, None] = {}
    for row in table.rows:
        cell = row.cells[place]
        if cell.nums:
            names.update(dict.fromkeys(FORMS[cell.form].parts))
        elif cell.words and not names:
            names[""] = None
    return tuple(names) or ("",)


def _heading(column: Column, name: str) -> str:
    return f"{column.label}: {name}" if name else column.label


def _spread(cell: Cell, names: tuple[str, ...]) -> list[FlatCell]:
    if cell.nums:
        values = dict(zip(FORMS[cell.form].parts, cell.nums, strict=True))
        return [values.get(name) for name in names]
    words = f"{cell.words}: {cell.reason}" if cell.words and cell.reason else cell.words
    return [words or None, *(None for _ in names[1:])]
