"""The lab's files once more, for the copies in which wrong cells are marked. Nothing is written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pipeline.intake.files.discovery import CohortFiles, file_inside
from pipeline.intake.findings.messages import FileProblemError
from pipeline.intake.formats.csv_cells import whole_text
from pipeline.intake.formats.reading import Reading
from pipeline.intake.privacy.identifiers import identifying_places
from pipeline.workspace.hashing import input_files
from schemas.lab_files import LabFile, LabFiles, TextTable
from schemas.study import Limits

_WORKBOOK: Final = ".xlsx"
_TEXT: Final = (".csv", ".tsv", ".txt")
_WHOLE_TEXT_BYTES: Final = 20_000_000
"""Larger text files are read as tables, which needs less memory."""

_GONE: Final = LabFile(problem="The file is not in the cohort folder any more.")
CHANGED: Final = LabFile(
    problem="The file changed after it was checked, so the marks could stand at wrong cells. Run "
    "the check again."
)

Stamps = Mapping[str, tuple[int, int]]
"""Relative path -> size in bytes and time of the last change in nanoseconds."""


def file_stamps(folder: Path) -> Stamps:
    """Size and time of every file of a cohort folder, to notice that one changed while it was read."""
    stamps = {}
    for path in input_files(folder):
        status = path.stat()
        stamps[path.relative_to(folder).as_posix()] = (status.st_size, status.st_mtime_ns)
    return stamps


def lab_files(folder: Path, limits: Limits, before: Stamps | None = None) -> LabFiles:
    """The files of a cohort folder, opened one by one when they are asked for.

    limits: how large a table may be. before: `file_stamps` from before the check; a file that is
    different now is not opened. None where the caller knows that nothing changed.
    """

    def open_file(name: str) -> LabFile:
        path = file_inside(folder, name)
        if path is None:
            return _GONE
        try:
            status = path.stat()
            if before is not None and before.get(name) != (status.st_size, status.st_mtime_ns):
                return CHANGED
            if path.suffix.casefold() == _WORKBOOK:
                return LabFile(workbook=path.read_bytes())
            return LabFile(table=_text_table(folder, limits, name, path))
        except FileProblemError as problem:
            return LabFile(problem=problem.findings[0].why)
        except OSError:
            return LabFile(problem="The file cannot be opened.")

    return LabFiles(open_file, identifying_places)


def changed_files() -> LabFiles:
    """The files of a folder that changed after it was checked: none of them is opened."""
    return LabFiles(lambda _name: CHANGED, identifying_places)


def _text_table(folder: Path, limits: Limits, name: str, path: Path) -> TextTable:
    """All cells of a file that is one table, where the file has them.

    A text file is taken as it stands, whatever is wrong with its rows, unless it is very large.
    """
    is_text = path.suffix.casefold() in _TEXT
    if is_text and path.stat().st_size <= _WHOLE_TEXT_BYTES:
        grid = whole_text(name, path)
    else:
        grid = CohortFiles(folder, Reading(limits)).grid((name, None))
    return TextTable(
        grid.heading_row,
        grid.headings,
        grid.row_numbers,
        tuple(cells.text for cells in grid.columns),
    )
