"""Which file or sheet of a cohort folder is which table. Looks at names, opens workbooks for theirs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.intake.cells import Grid
from pipeline.intake.csv_cells import read_text_table
from pipeline.intake.headings import plain_name
from pipeline.intake.messages import (
    FileProblemError,
    Finding,
    file_problem,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.xlsx_cells import Workbook, has_rows, is_blank, open_workbook, read_sheet
from pipeline.workspace.hashing import is_hidden
from schemas.study import Study, TableSource
from schemas.tables import COHORT_TABLES, CohortTable

TEXT_SUFFIXES: Final = (".csv", ".tsv", ".txt")
WORKBOOK_SUFFIX: Final = ".xlsx"
MAXIMUM_FILE_BYTES: Final = 200_000_000

HIDDEN: Final = "The file or its folder is hidden (the name starts with a dot or ~$)."
HIDDEN_FIX: Final = (
    "Hidden files are not read: give the file and its folder a name without the mark."
)

GridKey = tuple[str, str | None]
"""File name (relative to the folder) and sheet; a text file has no sheet."""


@dataclass(frozen=True)
class FoundTable:
    """One source of one table: what study.yaml says about it and where its cells are."""

    table: CohortTable
    source: TableSource
    key: GridKey


@dataclass
class CohortFiles:
    """The files of a cohort folder, each read at most once.

    folder: the cohort folder. Reading raises FileProblemError; notes on how files were read gather
    in `notes`.
    """

    folder: Path
    notes: list[Finding] = field(default_factory=list)
    _workbooks: dict[str, Workbook] = field(default_factory=dict)
    _grids: dict[GridKey, Grid] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Files directly in the folder that may be tables; hidden and Excel lock files are not."""
        return sorted(
            entry.name
            for entry in self.folder.iterdir()
            if not entry.name.startswith((".", "~$")) and entry.is_file()
        )

    def workbook(self, name: str) -> Workbook:
        """An opened workbook of the folder."""
        if name not in self._workbooks:
            self._workbooks[name] = open_workbook(name, self._bytes(name))
        return self._workbooks[name]

    def grid(self, key: GridKey) -> Grid:
        """The cells of a text file or a sheet."""
        if key not in self._grids:
            name, sheet = key
            if sheet is None:
                self._grids[key], notes = read_text_table(name, self._bytes(name))
                self.notes += notes
            else:
                self._grids[key] = read_sheet(self.workbook(name), sheet)
        return self._grids[key]

    def _bytes(self, name: str) -> bytes:
        path = file_inside(self.folder, name)
        if path is None:
            raise file_problem(
                name,
                "The file is a link to another place, or no plain file.",
                "Copy the file itself into the cohort folder.",
            )
        if is_hidden(self.folder.resolve(), path):
            raise file_problem(name, HIDDEN, HIDDEN_FIX)
        try:
            if path.stat().st_size > MAXIMUM_FILE_BYTES:
                limit = MAXIMUM_FILE_BYTES // 1_000_000
                raise file_problem(
                    name, f"The file is larger than {limit} MB.", "Split it into several files."
                )
            return path.read_bytes()
        except OSError:
            raise file_problem(
                name,
                "The file cannot be opened.",
                "Close it in other programs, check that it is complete and that you may read it.",
            ) from None


def file_inside(folder: Path, name: str) -> Path | None:
    """The plain file of this name in the cohort folder, or None; links must not lead out of it."""
    if not name or "\x00" in name or PurePosixPath(name).is_absolute():
        return None
    try:
        path = (folder / name).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):  # absent, a loop of links, a name no system has
        return None
    return path if path.is_relative_to(folder.resolve()) and path.is_file() else None


def find_tables(files: CohortFiles, study: Study) -> tuple[list[FoundTable], list[Finding]]:
    """All sources of all tables, and findings about missing, doubtful and unreadable files."""
    found: list[FoundTable] = []
    findings: list[Finding] = []
    sheets, unreadable = _table_sheets(files)
    for table in COHORT_TABLES.values():
        declared = study.tables.get(table.name, ())  # type: ignore[call-overload]
        try:
            if declared:
                found += [_declared(files, table, source) for source in declared]
            else:
                found += _by_name(files, table, sheets.get(table.name, []))
        except FileProblemError as problem:
            findings += problem.findings
    missing = {f.table for f in findings if f.rule_id == "FILE-01"}
    if missing and unreadable:
        # The workbook that cannot be opened is the likely home of the table: one root cause.
        kept = [f for f in findings if f.rule_id != "FILE-01" or f.found]
        return found, [*kept, *unreadable]
    return found, [*findings, *(_not_searched(problem) for problem in unreadable)]


def _table_sheets(files: CohortFiles) -> tuple[dict[str, list[GridKey]], list[Finding]]:
    """Sheets that are called like a table, by table; and problems of workbooks with other names."""
    sheets: dict[str, list[GridKey]] = {}
    unreadable: list[Finding] = []
    for name in files.names():
        if Path(name).suffix.casefold() != WORKBOOK_SUFFIX:
            continue
        try:
            for sheet in files.workbook(name).sheets:
                sheets.setdefault(plain_name(sheet), []).append((name, sheet))
        except FileProblemError as problem:
            if plain_name(Path(name).stem) not in COHORT_TABLES:
                unreadable += problem.findings
    return sheets, unreadable


def _not_searched(problem: Finding) -> Finding:
    facts = {"problem": f"{problem.why} No table was looked for in it."}
    return make_finding("FILE-04", file=problem.file, facts=facts)


def _declared(files: CohortFiles, table: CohortTable, source: TableSource) -> FoundTable:
    """The source that study.yaml names. Raises FileProblemError when it is not there."""
    name = source.file.replace("\\", "/")
    if not os.path.lexists(files.folder / name):
        alike = [n for n in files.names() if n.casefold() == name.casefold()]
        if len(alike) != 1:
            raise FileProblemError([_absent(files, table, [name], found=name)])
        name = alike[0]
    if Path(name).suffix.casefold() != WORKBOOK_SUFFIX:
        return FoundTable(table, source, (name, None))
    book = files.workbook(name)
    if source.sheet is None:
        return FoundTable(table, source, (name, _only_sheet(files, table, name)))
    for sheet in book.sheets:
        if sheet.strip().casefold() == source.sheet.strip().casefold():
            return FoundTable(table, source, (name, sheet))
    near = near_sentence(source.sheet, book.sheets, "sheet")
    facts = {"what": table.what, "expected": f"the sheet {source.sheet} of {name}", "near": near}
    raise FileProblemError(
        [
            make_finding(
                "FILE-01", table=table.name, file=name, found=quoted(source.sheet), facts=facts
            )
        ]
    )


def _by_name(files: CohortFiles, table: CohortTable, sheets: Sequence[GridKey]) -> list[FoundTable]:
    """The one file or sheet called like the table. Raises FileProblemError for none or several."""
    candidates: list[GridKey] = []
    for name in files.names():
        path = Path(name)
        if plain_name(path.stem) != table.name:
            continue
        if path.suffix.casefold() in TEXT_SUFFIXES:
            candidates.append((name, None))
        elif path.suffix.casefold() == WORKBOOK_SUFFIX:
            candidates.append((name, _only_sheet(files, table, name)))
    candidates += [key for key in sheets if key not in candidates]
    if not table.required:
        # A workbook template has a sheet for every table; one that nobody filled in is no table.
        candidates = [k for k in candidates if k[1] is None or has_rows(files.workbook(k[0]), k[1])]
    if len(candidates) > 1:
        raise FileProblemError([_doubtful(table, candidates)])
    if not candidates and table.required:
        expected = [table.name + suffix for suffix in (*TEXT_SUFFIXES, WORKBOOK_SUFFIX)]
        raise FileProblemError([_absent(files, table, expected, found="")])
    return [FoundTable(table, TableSource(file=key[0], sheet=key[1]), key) for key in candidates]


def _only_sheet(files: CohortFiles, table: CohortTable, name: str) -> str:
    book = files.workbook(name)
    for sheet in book.sheets:
        if plain_name(sheet) == table.name:
            return sheet
    filled = [sheet for sheet in book.sheets if not is_blank(book, sheet)]
    if len(filled) > 1:
        raise FileProblemError([_doubtful(table, [(name, sheet) for sheet in filled])])
    return (filled or list(book.sheets))[0]


def _doubtful(table: CohortTable, keys: Sequence[GridKey]) -> Finding:
    words = [name if sheet is None else f"sheet {sheet} of {name}" for name, sheet in keys]
    return make_finding(
        "FILE-05",
        table=table.name,
        file=keys[0][0],
        found=quoted(words[1]),
        facts={"value": words[0], "other": " and ".join(words[1:]), "what": table.what},
    )


def _absent(files: CohortFiles, table: CohortTable, expected: list[str], *, found: str) -> Finding:
    tables = (*TEXT_SUFFIXES, WORKBOOK_SUFFIX, ".xls", ".ods")
    there = [n for n in files.names() if Path(n).suffix.casefold() in tables]
    near = near_sentence(expected[0], there, "file name in the folder")
    words = ", ".join(expected)
    if not found:
        words += f", or a sheet called {table.name} in a workbook"
    return make_finding(
        "FILE-01",
        table=table.name,
        file=expected[0],
        found=quoted(found) if found else "",
        facts={"what": table.what, "expected": words, "near": near},
    )
