"""Tables as a person would keep them: cells with an address, written to CSV files and one workbook."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Cell = str | int | float | None

FIXED_DATE: Final = datetime(2026, 1, 1)
"""Written into workbooks as the date of creation, so that equal content gives equal bytes."""


@dataclass
class TableFile:
    """One table of the cohort and the file (and sheet) that holds it.

    Row 1 of the file is the heading row; the rows below are changed only through `put` and
    `repeat_row` after they are made, so that every change has an address.
    """

    table: str
    file: str
    headings: tuple[str, ...]
    sheet: str = ""
    rows: list[list[Cell]] = field(default_factory=list)

    def add(self, **cells: Cell) -> None:
        """Append a row; headings that are not named stay empty. Errors: KeyError for an unknown heading."""
        unknown = set(cells) - set(self.headings)
        if unknown:
            raise KeyError(f"{self.table} has no heading {', '.join(sorted(unknown))}")
        self.rows.append([cells.get(heading) for heading in self.headings])

    def value(self, row: int, heading: str) -> Cell:
        """Cell of a row (0 = first row below the headings)."""
        return self.rows[row][self.headings.index(heading)]

    def put(self, row: int, heading: str, value: Cell) -> str:
        """Overwrite a cell; answers its address as Excel writes it."""
        self.rows[row][self.headings.index(heading)] = value
        return self.address(row, heading)

    def repeat_row(self, row: int) -> int:
        """Append a copy of a row; answers the new row's number (0 = first)."""
        self.rows.append(list(self.rows[row]))
        return len(self.rows) - 1

    def address(self, row: int, heading: str) -> str:
        """Address of a cell as Excel writes it, such as D5."""
        return f"{xl_col_to_name(self.headings.index(heading))}{row + 2}"

    def matching(self, **cells: Cell) -> list[int]:
        """Numbers of the rows whose cells have these values."""
        return [
            row
            for row in range(len(self.rows))
            if all(self.value(row, heading) == value for heading, value in cells.items())
        ]


def written(cell: Cell) -> str:
    """A cell as it stands in a text file: numbers in their shortest form, empty for nothing."""
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else format(cell, ".10g")


def csv_text(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """A comma-separated table with line feeds; cells with a comma are quoted."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([written(cell) for cell in row] for row in rows)
    return text.getvalue()


def write_tables(folder: Path, tables: Mapping[str, TableFile]) -> None:
    """Write every table to its file in the folder; sheets of one workbook keep their order."""
    workbooks: dict[str, list[TableFile]] = {}
    for table in tables.values():
        if table.sheet:
            workbooks.setdefault(table.file, []).append(table)
        else:
            text = csv_text(table.headings, table.rows)
            (folder / table.file).write_text(text, encoding="utf-8", newline="")
    for name, sheets in workbooks.items():
        _write_workbook(folder / name, sheets)


def _write_workbook(path: Path, sheets: Sequence[TableFile]) -> None:
    # Every text is a cell text: a code that starts with "=" is no formula.
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(str(path), options) as workbook:
        workbook.set_properties({"created": FIXED_DATE, "title": "Simulated data"})
        bold = workbook.add_format({"bold": True})
        for table in sheets:
            sheet = workbook.add_worksheet(table.sheet)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(table.headings) - 1, 14)
            sheet.write_row(0, 0, table.headings, bold)
            for number, row in enumerate(table.rows, start=1):
                for column, cell in enumerate(row):
                    if cell is not None:
                        sheet.write(number, column, cell)
