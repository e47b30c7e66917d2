"""Which file or sheet of a cohort folder is which table. Looks at names, opens workbooks for theirs."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.intake.columns.headings import plain_name
from pipeline.intake.files.cohort_files import PHENOTYPE, CohortFiles, GridKey, file_inside
from pipeline.intake.files.left_alone import (
    copied_name,
    identifying_headings_of_sheet,
    is_own_sheet,
    note_on_copy,
    note_on_sheet,
    notes_on_folder,
    shown_sheets,
)
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    listed,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.formats.table_formats import (
    FOREIGN_TABLES,
    TABLE_SUFFIXES,
    OpenedTable,
    table_format,
)
from pipeline.intake.privacy.identifying_cells import named_after_person
from schemas.study import Study
from schemas.table_sources import TableSource
from schemas.tables import INPUT_TABLES, CohortTable

__all__ = ["PHENOTYPE", "CohortFiles", "FoundTable", "GridKey", "file_inside", "find_tables"]


_PARTS: Final = (
    " If each of them holds a part of the table, keep them all: list them all under `tables` in "
    "study.yaml, with `constants: {group: ...}` (or participant_id) for what only the sheet's name says."
)
_OTHERS_NOT_SHOWN: Final = (
    "the others (names of sheets that look like those of people are not shown)"
)


@dataclass(frozen=True)
class FoundTable:
    """One source of one table: what study.yaml says about it and where its cells are."""

    table: CohortTable
    source: TableSource
    key: GridKey


def find_tables(files: CohortFiles, study: Study) -> tuple[list[FoundTable], list[Finding]]:
    """All sources of all tables, and findings about missing, doubtful and unreadable files."""
    found: list[FoundTable] = []
    findings: list[Finding] = []
    names = names_of_originals(files, study)
    sheets, unreadable = _table_sheets(files, names)
    for table in INPUT_TABLES.values():
        declared = study.tables.get(table.name, ())  # type: ignore[call-overload]
        try:
            if declared:
                found += [_declared(files, table, source) for source in declared]
            else:
                found += _by_name(files, table, names, sheets.get(table.name, []))
        except FileProblemError as problem:
            findings += problem.findings
    missing = {f.table for f in findings if f.rule_id == "FILE-01"}
    if missing and (unreadable or any(_may_hold_tables(finding) for finding in findings)):
        # The workbook that cannot be opened is the likely home of the table: one root cause.
        findings = [f for f in findings if f.rule_id != "FILE-01" or f.found] + unreadable
    else:
        findings += [_not_searched(problem) for problem in unreadable]
    if not missing:
        findings += _copies(files, names, study)
    findings += _further_sheets(files, found, study)
    return found, [*findings, *notes_on_folder(files.folder)]


def _may_hold_tables(finding: Finding) -> bool:
    kind = table_format(finding.file)
    return finding.rule_id == "FILE-03" and (kind is None or kind.sheets)


def names_of_originals(files: CohortFiles, study: Study) -> list[str]:
    """Names of files that may be tables, without the copies of others that nobody declared."""
    declared = {source.file.replace("\\", "/") for each in study.tables.values() for source in each}
    return [name for name in files.names() if name in declared or copied_name(name) is None]


def _copies(files: CohortFiles, originals: Sequence[str], study: Study) -> list[Finding]:
    found: list[Finding] = []
    for name in files.names():
        original = copied_name(name)
        if name in originals or original is None or table_format(name) is None:
            continue
        if original not in originals:
            if plain_name(Path(original).stem) in INPUT_TABLES:
                found.append(note_on_copy(name, original, is_same=None))
            continue
        try:
            is_same = files.is_same(name, original)
        except FileProblemError as problem:
            found += [_not_searched(finding) for finding in problem.findings]
            continue
        found.append(note_on_copy(name, original, is_same=is_same))
    return found


def _further_sheets(files: CohortFiles, found: Sequence[FoundTable], study: Study) -> list[Finding]:
    """FILE-05 for a sheet with the same headings as one that is read, FILE-07 for other filled ones."""
    findings: list[Finding] = []
    for name in dict.fromkeys(entry.key[0] for entry in found if entry.key[1] is not None):
        book = files.opened(name)
        taken = {entry.key[1]: entry for entry in found if entry.key[0] == name}
        try:
            headings = {sheet: _plain_headings(book, sheet) for sheet in book.sheets}
            for sheet in book.sheets:
                filled_like_a_table = book.rows_up_to(sheet, 2) > 1
                if sheet in taken or is_own_sheet(sheet) or not filled_like_a_table:
                    continue
                named = identifying_headings_of_sheet(name, sheet, book.headings(sheet))
                if named:
                    findings += named
                    continue
                like = [s for s in taken if s is not None and headings[s] == headings[sheet]]
                if not like or len(headings[sheet]) < 2 or _is_declared(taken[like[0]], study):
                    findings.append(note_on_sheet(name, sheet, [s for s in taken if s]))
                else:
                    table = taken[like[0]].table
                    findings.append(_doubtful(table, [(name, like[0]), (name, sheet)], like[0]))
        except FileProblemError as problem:
            findings += [f for f in problem.findings if f not in findings]
    return findings


def _plain_headings(book: OpenedTable, sheet: str) -> frozenset[str]:
    return frozenset(plain_name(heading) for heading in book.headings(sheet))


def _is_declared(entry: FoundTable, study: Study) -> bool:
    declared = study.tables.get(entry.table.name, ())  # type: ignore[call-overload]
    return any(source.sheet is not None for source in declared)


def _table_sheets(
    files: CohortFiles, names: Sequence[str]
) -> tuple[dict[str, list[GridKey]], list[Finding]]:
    """Sheets that are called like a table, by table; and problems of workbooks with other names."""
    sheets: dict[str, list[GridKey]] = {}
    unreadable: list[Finding] = []
    for name in names:
        entry = table_format(name)
        if entry is None or not entry.sheets:
            continue
        try:
            for sheet in files.opened(name).sheets:
                sheets.setdefault(plain_name(sheet), []).append((name, sheet))
        except FileProblemError as problem:
            if plain_name(Path(name).stem) not in INPUT_TABLES:
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
    book = files.opened(name)
    if not book.sheets:
        return FoundTable(table, source, (name, None))
    if source.sheet is None:
        return FoundTable(table, source, (name, _only_sheet(files, table, name)))
    for sheet in book.sheets:
        if sheet.strip().casefold() == source.sheet.strip().casefold():
            return FoundTable(table, source, (name, sheet))
    there = [sheet for sheet in book.sheets if not named_after_person(sheet)]
    near = near_sentence(source.sheet, there, "sheet")
    facts = {"what": table.what, "expected": f"the sheet {source.sheet} of {name}", "near": near}
    raise FileProblemError(
        [
            make_finding(
                "FILE-01", table=table.name, file=name, found=quoted(source.sheet), facts=facts
            )
        ]
    )


def _by_name(
    files: CohortFiles, table: CohortTable, names: Sequence[str], sheets: Sequence[GridKey]
) -> list[FoundTable]:
    """The one file or sheet called like the table. Raises FileProblemError for none or several."""
    candidates: list[GridKey] = []
    for name in names:
        if plain_name(Path(name).stem) != table.name:
            continue
        if table_format(name) is None:
            if Path(name).suffix.casefold() in FOREIGN_TABLES:
                candidates.append((name, None))
            continue
        one_table = not files.opened(name).sheets
        candidates.append((name, None if one_table else _only_sheet(files, table, name)))
    candidates += [key for key in sheets if key not in candidates]
    if not table.required:
        # A workbook template has a sheet for every table; one that nobody filled in is no table.
        candidates = [
            k for k in candidates if k[1] is None or files.opened(k[0]).rows_up_to(k[1], 2) > 1
        ]
    if len(candidates) > 1:
        raise FileProblemError([_doubtful(table, candidates)])
    if candidates and table_format(candidates[0][0]) is None:
        files.opened(candidates[0][0])  # says what the file is and how to save it
    if not candidates and table.required:
        expected = [table.name + suffix for suffix in TABLE_SUFFIXES]
        raise FileProblemError([_absent(files, table, expected, found="")])
    return [FoundTable(table, TableSource(file=key[0], sheet=key[1]), key) for key in candidates]


def _only_sheet(files: CohortFiles, table: CohortTable, name: str) -> str:
    book = files.opened(name)
    for sheet in book.sheets:
        if plain_name(sheet) == table.name:
            return sheet
    filled = [sheet for sheet in book.sheets if book.rows_up_to(sheet, 1)]
    if len(filled) > 1:
        raise FileProblemError([_doubtful(table, [(name, sheet) for sheet in filled])])
    return (filled or list(book.sheets))[0]


def _doubtful(table: CohortTable, keys: Sequence[GridKey], sheet: str | None = None) -> Finding:
    words = [name if sheet is None else f"sheet {sheet} of {name}" for name, sheet in keys]
    value, other, found = words[0], " and ".join(words[1:]), quoted(words[1])
    if any(named_after_person(name) for _, name in keys if name is not None):
        value, other = f"one of {len(keys)} sheets of {keys[0][0]}", _OTHERS_NOT_SHOWN
        sheet, found = None, f"{len(keys)} sheets"
    are_sheets = all(name is not None for _, name in keys)
    return make_finding(
        "FILE-05",
        table=table.name,
        file=keys[0][0],
        sheet=sheet,
        found=found,
        facts={
            "value": value,
            "other": other,
            "what": table.what,
            "near": _PARTS if are_sheets else "",
        },
    )


def _what_is_there(files: CohortFiles, names: Sequence[str]) -> str:
    """Sentence that names the tables of the folder, with the sheets of workbooks."""
    words: list[str] = []
    for name in names:
        try:
            sheets = files.opened(name).sheets
        except FileProblemError:
            sheets = ()
        words.append(f"{name} (sheet {shown_sheets(sheets)})" if sheets else name)
    return f" The folder holds {listed(words, 6)}." if words else ""


def _absent(files: CohortFiles, table: CohortTable, expected: list[str], *, found: str) -> Finding:
    tables = (*TABLE_SUFFIXES, *FOREIGN_TABLES)
    there = [n for n in files.names() if Path(n).suffix.casefold() in tables]
    near = near_sentence(expected[0], there, "file name in the folder") or _what_is_there(
        files, there
    )
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
