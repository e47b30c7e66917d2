"""The marked copies of a cohort's files: which are made, what they are called, why one is not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from pipeline.publishing.fix_list.fix_entries import FixEntry
from pipeline.publishing.fix_list.identifying_cells import CELLS_IDENTIFY, HEADINGS_IDENTIFY
from pipeline.publishing.fix_list.write_checked_text_table import checked_text_table
from pipeline.publishing.fix_list.write_checked_workbook import NoCopy, checked_workbook
from pipeline.publishing.report.printable import printable
from schemas.lab_files import LabFiles

ENDING: Final = "_CHECKED.xlsx"
_NO_FILE_NAME: Final = re.compile(r'[\\/:*?"<>|]')
_LONGEST_NAME: Final = 100
_OF_THE_SHAPE: Final = ("FILE-", "ROW-", "BLOCK-")
"""Rules about the shape of a whole file, after which columns cannot be told apart."""

_SETTINGS: Final = (".yaml", ".yml")
_STATISTICS: Final = (".sav", ".zsav", ".dta")
"""Files without a heading row: in a copy nothing would say which column identifies people."""

_NOT_THERE: Final = "FILE-01"
"""The rule about files that are missing; nobody expects a copy of them."""


@dataclass(frozen=True)
class CheckedCopies:
    """copies: file of the lab -> (name, content) of its copy. missing: file -> why there is none."""

    copies: Mapping[str, tuple[str, bytes]]
    missing: Mapping[str, str]


def checked_copies(entries: Sequence[FixEntry], lab: LabFiles, since: str = "") -> CheckedCopies:
    """Copies of all files in which findings name cells.

    entries: all findings, worst first. since: sentence about the last check, "" for none.
    """
    by_file: dict[str, list[FixEntry]] = {}
    for entry in entries:
        by_file.setdefault(entry.file, []).append(entry)
    copies: dict[str, tuple[str, bytes]] = {}
    missing: dict[str, str] = {}
    for file, found in by_file.items():
        if not file or PurePosixPath(file).suffix.casefold() in _SETTINGS:
            continue
        if not any(entry.cells for entry in found):
            if any(e.severity == "STOP" and e.rule_id != _NOT_THERE for e in found):
                missing[file] = "What stops it is a problem of the whole file, so no cell is named."
            continue
        opened = lab.open(file)
        try:
            _refuse_names_in_statistics_file(file, found)
            _refuse_names_in_broken_rows(found)
            if opened.workbook is not None:
                content = checked_workbook(opened.workbook, file, found, since, lab.identifying)
            elif opened.table is not None:
                content = checked_text_table(opened.table, file, found, since, lab.identifying)
            else:
                raise NoCopy(opened.problem)
        except NoCopy as problem:
            missing[file] = str(problem)
        else:
            copies[file] = (_copy_name(file, [name for name, _ in copies.values()]), content)
    return CheckedCopies(copies, missing)


def _identifies(found: Sequence[FixEntry]) -> bool:
    return any(entry.rule_id in (HEADINGS_IDENTIFY, CELLS_IDENTIFY) for entry in found)


def _refuse_names_in_statistics_file(file: str, found: Sequence[FixEntry]) -> None:
    """Raise NoCopy for a file of SPSS or Stata that holds a column that identifies people."""
    if PurePosixPath(file).suffix.casefold() in _STATISTICS and _identifies(found):
        raise NoCopy(
            "It holds cells that identify people, and a copy of a file of SPSS or Stata has no "
            "headings by which these cells could be left empty."
        )


def _refuse_names_in_broken_rows(found: Sequence[FixEntry]) -> None:
    """Raise NoCopy where names may stand under other headings than those that say so."""
    if _identifies(found) and any(
        entry.severity == "STOP" and not entry.cells and entry.rule_id.startswith(_OF_THE_SHAPE)
        for entry in found
    ):
        raise NoCopy(
            "It holds cells that identify people, and because of the other problems nobody can say "
            "which cells these are."
        )


def _copy_name(file: str, taken: Sequence[str]) -> str:
    """Name of the copy: the file's own without its ending, or with it where two would be the same."""
    path = PurePosixPath(file)
    used = {name.casefold() for name in taken}
    stems = [str(path.with_suffix("")), file.replace(".", "_")]
    names = [_NO_FILE_NAME.sub("_", printable(stem)).lstrip(".")[-_LONGEST_NAME:] for stem in stems]
    names += [f"{names[1]}_{number}" for number in range(2, len(taken) + 3)]
    return next(name + ENDING for name in names if (name + ENDING).casefold() not in used)
