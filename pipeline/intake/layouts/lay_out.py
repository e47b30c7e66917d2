"""From the cells of a file to the grid that the column map reads: plain, blocks, REDCap or BIDS."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.intake.cells.grid import Grid
from pipeline.intake.files.discovery import CohortFiles, FoundTable
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    file_problem,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.layouts.bids_tables import is_bids, read_bids
from pipeline.intake.layouts.block_labels import undeclared_blocks
from pipeline.intake.layouts.block_rows import read_blocks
from pipeline.intake.layouts.redcap import read_redcap
from schemas.study import Study
from schemas.table_sources import TableSource

_NO_BLOCKS = "A file of SPSS or Stata is one table and cannot be laid out in blocks."
_LACKS_COLUMNS = {"COL-01", "COL-02", "COL-04", "TABLE-01", "ROW-01", "FILE-02", "SHEET-01"}
"""Problems that a sheet in blocks shows when it is read as a plain table."""


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
