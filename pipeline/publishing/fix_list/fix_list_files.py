"""The fix list of a cohort in all its forms, where it lies while the lab works on the files."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from pipeline.publishing.fix_list.checked_copies import ENDING, checked_copies
from pipeline.publishing.fix_list.findings_history import (
    Changes,
    compare,
    read_history,
    write_history,
)
from pipeline.publishing.fix_list.fix_entries import fix_entries
from pipeline.publishing.fix_list.quality_summary import quality_summary_html
from pipeline.publishing.fix_list.write_fix_list import fix_list_csv, fix_list_html
from pipeline.workspace.atomic import write_bytes
from schemas.lab_files import LabFiles

FOLDER: Final = "check"
HISTORY: Final = "last-findings.json"
_PAGE: Final = "fix-list.html"
_TABLE: Final = "fix-list.csv"
_SUMMARY: Final = "quality-summary.html"


@dataclass(frozen=True)
class WrittenFixList:
    """What was written.

    page: the fix list to open. summary: what may be shared. copies: marked copies, in the order of the
    fix list. missing: file of the lab -> why it has no copy. changes: since the last check.
    """

    page: Path
    table: Path
    summary: Path
    copies: tuple[Path, ...]
    missing: Mapping[str, str]
    changes: Changes

    def lines(self) -> list[str]:
        """One line per file for the console: its name and what it is for; and what is not there."""
        told = [
            f"{self.page.name}, {self.table.name}  the whole list; internal",
            *(
                f"{copy.name}  the file with its wrong cells marked; internal"
                for copy in self.copies
            ),
            f"{self.summary.name}  rules and counts only; may be shared",
        ]
        return told + [f"no marked copy of {file}: {why}" for file, why in self.missing.items()]


def write_fix_list(
    reports: Path,
    cohort: str,
    findings: pd.DataFrame,
    lab: LabFiles,
    groups: Sequence[str] = (),
) -> WrittenFixList:
    """Write every form of the fix list below the report folder of a cohort.

    findings: schema Findings. lab: the files that were checked. groups: both group labels, () when
    study.yaml cannot be used. The comparison is with the last time that this was called. Raises
    EnvironmentProblem when the folder cannot be written.
    """
    folder = reports / FOLDER
    changes = compare(findings, read_history(folder / HISTORY), _today())
    made = checked_copies(fix_entries(findings, changes), lab, changes.sentence)
    copies = dict(made.copies.values())
    for name, content in copies.items():
        write_bytes(folder / name, content)
    for old in folder.glob(f"*{ENDING}"):
        if old.name not in copies:  # its file has no wrong cell any more
            old.unlink(missing_ok=True)
    page = fix_list_html(findings, cohort, changes=changes, copies=made)
    write_bytes(folder / _PAGE, page.encode("utf-8"))
    write_bytes(folder / _TABLE, fix_list_csv(findings, changes))
    summary = quality_summary_html(findings, cohort, groups)
    write_bytes(folder / _SUMMARY, summary.encode("utf-8"))
    # Last, so that after an interruption the same things are new again.
    write_history(folder / HISTORY, findings, changes)
    return WrittenFixList(
        page=folder / _PAGE,
        table=folder / _TABLE,
        summary=folder / _SUMMARY,
        copies=tuple(folder / name for name in copies),
        missing=made.missing,
        changes=changes,
    )


def _today() -> str:
    """The day as YYYY-MM-DD; SOURCE_DATE_EPOCH sets it for reproducible files."""
    fixed = os.environ.get("SOURCE_DATE_EPOCH")
    day = dt.datetime.fromtimestamp(int(fixed), dt.UTC) if fixed else dt.datetime.now()
    return f"{day:%Y-%m-%d}"
