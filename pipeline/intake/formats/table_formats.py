"""The file formats that can be a table: their suffixes, what they are called, how they are opened."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.intake.cells.grid import Grid
from pipeline.intake.findings.messages import FileProblemError, Finding, file_problem
from pipeline.intake.formats.csv_cells import notes_on_whole_text, read_text_table, whole_text
from pipeline.intake.formats.file_kinds import kind_of, refusal
from pipeline.intake.formats.reading import Reading
from pipeline.intake.formats.statistics_files import read_statistics_file
from pipeline.intake.formats.xlsx_cells import (
    count_rows,
    headings_of,
    notes_on_whole_sheet,
    open_workbook,
    read_sheet,
    whole_sheet,
)


@dataclass(frozen=True)
class OpenedTable:
    """A file whose content fits its name.

    sheets: names of the sheets of a workbook; () for a file that is one table. read: the cells of a
    sheet (None for a file that is one table) and notes on how they were read. rows_up_to: how many
    rows of a sheet hold anything, counted up to the given number; the heading row is one of them.
    `read` and `rows_up_to` raise FileProblemError when the content is damaged. whole: all cells of a
    sheet without a heading row; None for formats that are a plain table always. headings: those of a
    sheet, without reading the rest of it. whole_notes: what is to be said about the cells of `whole`.
    """

    sheets: tuple[str, ...]
    read: Callable[[str | None], tuple[Grid, list[Finding]]]
    rows_up_to: Callable[[str, int], int] = lambda _sheet, at_most: at_most
    whole: Callable[[str | None], Grid] | None = None
    headings: Callable[[str], tuple[str, ...]] = lambda _sheet: ()
    whole_notes: Callable[[str | None], list[Finding]] = lambda _sheet: []


@dataclass(frozen=True)
class TableFormat:
    """One format: lower-case suffixes, what people call it, and how a file of it is opened.

    open: name for messages, path of a plain file, how the study's tables are read. Raises FileProblemError in plain words when the file is none of this
    format. sheets: whether a file of it can hold several tables.
    """

    suffixes: tuple[str, ...]
    what: str
    open: Callable[[str, Path, Reading], OpenedTable]
    sheets: bool = False


def _open_text(file: str, path: Path, reading: Reading) -> OpenedTable:
    return OpenedTable(
        (),
        lambda _sheet: read_text_table(file, path, reading.known_headings),
        whole=lambda _sheet: whole_text(file, path),
        whole_notes=lambda _sheet: notes_on_whole_text(file, path),
    )


def _open_xlsx(file: str, path: Path, reading: Reading) -> OpenedTable:
    book = open_workbook(file, path, reading)
    return OpenedTable(
        book.sheets,
        lambda sheet: read_sheet(book, sheet or book.sheets[0]),
        lambda sheet, at_most: count_rows(book, sheet, at_most),
        lambda sheet: whole_sheet(book, sheet or book.sheets[0]),
        lambda sheet: headings_of(book, sheet),
        lambda sheet: notes_on_whole_sheet(book, sheet or book.sheets[0]),
    )


def _open_statistics(kind: str) -> Callable[[str, Path, Reading], OpenedTable]:
    def opened(file: str, path: Path, reading: Reading) -> OpenedTable:
        return OpenedTable(
            (), lambda _sheet: read_statistics_file(file, path, kind, reading.limits)
        )

    return opened


TABLE_FORMATS: Final = (
    TableFormat((".csv", ".tsv", ".txt"), "text table", _open_text),
    TableFormat((".xlsx",), "Excel workbook", _open_xlsx, sheets=True),
    TableFormat((".sav", ".zsav"), "SPSS file", _open_statistics("sav")),
    TableFormat((".dta",), "Stata file", _open_statistics("dta")),
)
"""Every format that is read. A file with another suffix is no table."""

TABLE_SUFFIXES: Final = tuple(suffix for entry in TABLE_FORMATS for suffix in entry.suffixes)
"""The suffixes of all formats, the first of each format first in its list."""


FOREIGN_TABLES: Final = (".xls", ".xlsm", ".xlsb", ".ods", ".numbers")
"""Suffixes of tables that people send and Stance does not read; what they are is said."""


def table_format(file: str) -> TableFormat | None:
    """The format that a file's name says it has, or None when it is no table."""
    suffix = Path(file).suffix.casefold()
    return next((entry for entry in TABLE_FORMATS if suffix in entry.suffixes), None)


def open_table(file: str, path: Path, reading: Reading) -> OpenedTable:
    """Open a table by the format that its name says.

    file: name for messages. path: a plain file, checked by the caller. reading: how the study's tables are
    read. Raises FileProblemError when the content is not what the name says. A file of another
    program is refused by what it is; any other unknown name is opened as text.
    """
    if Path(file).suffix.casefold() in FOREIGN_TABLES:
        raise _foreign(file, path)
    entry = table_format(file) or TABLE_FORMATS[0]
    return entry.open(file, path, reading)


def _foreign(file: str, path: Path) -> FileProblemError:
    try:
        return refusal(file, kind_of(path))
    except OSError:
        return file_problem(file, "The file cannot be opened.", "Check that you may read it.")
