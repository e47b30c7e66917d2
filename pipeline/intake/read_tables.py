"""From the files of a cohort to drafts of its tables: cells under our names, and what nobody uses of the files.

The cells of a file are laid out (plain, blocks, REDCap or BIDS) as the one grid that the column map reads.
"""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.column_map import MappedTable, map_table
from pipeline.intake.columns.drafts import Draft, draft_table
from pipeline.intake.columns.example_rows import example_notes, merge_unstarted
from pipeline.intake.columns.headings import refuse_swapped, unread_numbers, unused_columns
from pipeline.intake.files.discovery import CohortFiles, FoundTable
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    file_problem,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.layouts.bids_tables import is_bids, read_bids, unread_phenotypes
from pipeline.intake.layouts.block_labels import undeclared_blocks
from pipeline.intake.layouts.block_rows import read_blocks
from pipeline.intake.layouts.redcap import read_redcap
from pipeline.intake.privacy.identifiers import identifying_columns, identifying_places
from pipeline.intake.privacy.identifying_cells import identifying_cells
from pipeline.intake.rules.leg_coding import resolve_legs, settle_leg_reasons
from schemas.columns import column_rules
from schemas.study import Study
from schemas.table_sources import TableSource
from schemas.tables import INPUT_TABLES


def read_tables(
    files: CohortFiles, found: Sequence[FoundTable], study: Study
) -> tuple[dict[str, Draft], list[Finding]]:
    """Drafts of all tables whose files can be read; a table with one bad source is left out.

    So is a table that takes values from a column that identifies people: they would stand in the
    findings as codes or as what was found.
    """
    sources = [_read_source(files, entry, found, study) for entry in found]
    broken = {source.table for source in sources if source.is_broken}
    mapped = _by_table(sources)
    drafts, of_drafts = _draft_tables(mapped, broken, study)
    problems: list[Finding] = []
    for source in sources:
        _add_new(problems, source.problems)
    problems += _unused_columns(sources, broken)
    problems += unread_phenotypes(files, found)
    problems = merge_unstarted(problems, mapped)
    if not any(finding.rule_id == "FILE-02" for finding in problems):
        places = [place for tables in mapped.values() for each in tables for place in each.examples]
        problems += example_notes(places)
    return drafts, [*files.notes, *problems, *of_drafts]


@dataclass(frozen=True)
class LaidOut:
    """What the column map gets: cells, and how to read them.

    silent: columns (from 0) that are never reported as unused. notes: what was understood without
    having been told.
    """

    grid: Grid
    source: TableSource
    silent: frozenset[int] = frozenset()
    notes: tuple[Finding, ...] = ()


@dataclass
class _Source:
    """What one source of one table came to.

    problems: findings about the file and its columns. laid, mapped: None where the file cannot be read.
    people: columns of the file (from 0) that identify people.
    """

    entry: FoundTable
    problems: list[Finding] = field(default_factory=list)
    laid: LaidOut | None = None
    mapped: MappedTable | None = None
    people: frozenset[int] = frozenset()

    @property
    def table(self) -> str:
        """Name of the table that the source serves."""
        return self.entry.table.name

    @property
    def is_broken(self) -> bool:
        """Whether the table has to be left out for this source."""
        return self.mapped is None or bool(self.mapped.used & self.people)


def _read_source(
    files: CohortFiles, entry: FoundTable, found: Sequence[FoundTable], study: Study
) -> _Source:
    """The cells of a source under our column names, or why there are none."""
    source = _Source(entry)
    rules = column_rules(entry.table.model)
    try:
        laid = lay_out(files, entry, study)
        grid = laid.grid
        source.problems += identifying_columns(
            grid.file, grid.sheet, grid.heading_row, grid.headings
        )
        mapped = map_table(grid, entry.table, laid.source, study)
        refuse_swapped(grid, mapped.cells, rules, study)
    except FileProblemError as problem:
        _add_new(source.problems, explain_by_blocks(files, entry, found, problem.findings))
        return source
    marked = identifying_cells(grid, mapped.cells, rules)
    _add_new(source.problems, marked.values())
    _add_new(source.problems, laid.notes)
    source.laid, source.mapped = laid, mapped
    source.people = frozenset({*identifying_places(grid.headings), *marked})
    return source


def _add_new(problems: list[Finding], more: Iterable[Finding]) -> None:
    """Sources of one file say the same of it; once is enough."""
    problems += [finding for finding in more if finding not in problems]


def _by_table(sources: Sequence[_Source]) -> dict[str, list[MappedTable]]:
    mapped: dict[str, list[MappedTable]] = {}
    for source in sources:
        if source.mapped is not None:
            mapped.setdefault(source.table, []).append(source.mapped)
    return mapped


def _draft_tables(
    mapped: Mapping[str, list[MappedTable]], broken: Collection[str], study: Study
) -> tuple[dict[str, Draft], list[Finding]]:
    """The drafts of the tables that are not broken, and the findings about their cells."""
    drafts: dict[str, Draft] = {}
    findings: list[Finding] = []
    for name, tables in resolve_legs(mapped, study).items():
        if name in broken:
            continue
        drafts[name], of_cells = draft_table(INPUT_TABLES[name], tables)
        settle_leg_reasons(drafts[name], of_cells)
        findings += of_cells
    return drafts, findings


def _unused_columns(sources: Sequence[_Source], broken: Collection[str]) -> list[Finding]:
    """Findings about columns that no table uses, once for all sources that show the same columns.

    Nothing is said of a page of which a table could not be read: it may be the one that uses them.
    """
    pages: dict[str, list[_Source]] = {}
    for source in sources:
        pages.setdefault(page_of(source.entry), []).append(source)
    findings: list[Finding] = []
    for page in pages.values():
        if any(source.table in broken for source in page):
            continue
        used: set[int] = set()
        unserved: set[str] = set()
        for source in page:
            if source.laid is None or source.mapped is None:
                continue
            used |= source.mapped.used | source.laid.silent | source.people
            unserved |= set(column_rules(source.entry.table.model)) - set(source.mapped.cells)
            laid = source.laid
        unread, headless = unread_numbers(laid.grid, used - laid.silent)
        findings += unread
        findings += unused_columns(laid.grid, used | headless, sorted(unserved))
    return findings


_NO_BLOCKS = "A file of SPSS or Stata is one table and cannot be laid out in blocks."
_LACKS_COLUMNS = {"COL-01", "COL-02", "COL-04", "TABLE-01", "ROW-01", "FILE-02", "SHEET-01"}
"""Problems that a sheet in blocks shows when it is read as a plain table."""


def lay_out(files: CohortFiles, entry: FoundTable, study: Study) -> LaidOut:
    """The cells of one source of one table. Raises FileProblemError when they cannot be had."""
    source = entry.source
    if source.blocks is not None:
        whole = files.whole(entry.key)
        if whole is None:
            raise file_problem(entry.key[0], _NO_BLOCKS, "Remove `blocks` from study.yaml.")
        grid = read_blocks(whole, source.blocks)
        notes = files.opened(entry.key[0]).whole_notes(entry.key[1])
        return LaidOut(grid, source, frozenset(range(len(source.blocks.cells))), tuple(notes))
    if source.redcap is not None:
        about = _data_dictionary(files, source.redcap.dictionary)
        rows = read_redcap(files.grid(entry.key), about, entry.table, source)
        return LaidOut(rows.grid, source, rows.silent, (rows.note,))
    grid = files.grid(entry.key)
    if is_bids(files, grid.file):
        table = read_bids(files, entry, grid, study)
        return LaidOut(table.grid, table.source, notes=table.notes)
    return LaidOut(grid, source)


def _data_dictionary(files: CohortFiles, name: str | None) -> Grid | None:
    if name is None:
        return None
    if not os.path.lexists(files.folder / name):
        near = near_sentence(name, files.names(), "file name in the folder").strip()
        facts = {
            "problem": f"The data dictionary {quoted(name)} is not in the cohort folder.",
            "suggestion": near or "Download it in REDCap as CSV and put it beside the export.",
        }
        raise FileProblemError([make_finding("REDCAP-02", file=name, facts=facts)])
    return files.grid((name, None))


def page_of(entry: FoundTable) -> str:
    """What sources share when they show the same columns: file, sheet and layout."""
    return f"{entry.key} {entry.source.blocks} {entry.source.redcap}"


def explain_by_blocks(
    files: CohortFiles,
    entry: FoundTable,
    found: Sequence[FoundTable],
    findings: Sequence[Finding],
) -> Sequence[Finding]:
    """BLOCK-01 in place of the findings, where a sheet in blocks is what lies behind them."""
    if entry.source.blocks is not None or not any(f.rule_id in _LACKS_COLUMNS for f in findings):
        return findings
    try:
        whole = files.whole(entry.key)
    except FileProblemError:
        return findings
    tables = [e.table.name for e in found if e.key == entry.key and e.source.blocks is None]
    hint = None if whole is None else undeclared_blocks(whole, *tables)
    if hint is None:
        return findings
    # What was noted while the sheet was read as a plain table says nothing about the blocks.
    place = hint.file, hint.sheet
    files.notes[:] = [note for note in files.notes if (note.file, note.sheet) != place]
    return [replace(hint, table=tables[0])]
