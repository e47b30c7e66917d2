"""A folder whose only table is laid out in blocks: one finding in place of every missing table."""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.intake.files.cohort_files import CohortFiles
from pipeline.intake.files.left_alone import is_own_sheet
from pipeline.intake.findings.messages import FileProblemError, Finding
from pipeline.intake.formats.table_formats import table_format
from pipeline.intake.layouts.block_labels import blocks_from_the_top
from schemas.tables import INPUT_TABLES


def in_blocks_instead(
    files: CohortFiles, names: Sequence[str], findings: Sequence[Finding]
) -> list[Finding]:
    """One BLOCK-01 in place of every FILE-01, where the only table of the folder is in blocks."""
    absent = [f for f in findings if f.rule_id == "FILE-01" and not f.found]
    tables = [name for name in names if table_format(name) is not None]
    if not absent or len(tables) != 1:
        return list(findings)
    try:
        filled = [s for s in files.opened(tables[0]).sheets if not is_own_sheet(s)]
        sheets: Sequence[str | None] = filled or (None,)
        whole = None if len(sheets) > 1 else files.whole((tables[0], sheets[0]))
    except FileProblemError:
        return list(findings)
    wanted = [name for name in INPUT_TABLES if name in {f.table for f in absent}]
    hint = None if whole is None else blocks_from_the_top(whole, *wanted)
    if hint is None:
        return list(findings)
    return [replace(hint, table=wanted[0]), *(f for f in findings if f not in absent)]
