"""The files of a cohort folder: named, opened safely, read once, and refused when they change."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from pipeline.intake.cells.grid import Grid
from pipeline.intake.files.plain_files import Stamp, file_changed_problem, plain_file, stamp
from pipeline.intake.findings.messages import FileProblemError, Finding
from pipeline.intake.formats.reading import Reading
from pipeline.intake.formats.table_formats import OpenedTable, open_table

GridKey = tuple[str, str | None]
"""File name (relative to the folder) and sheet; a text file has no sheet."""

PHENOTYPE = "phenotype"
"""Folder of a BIDS data set whose tables are looked for by name too."""


@dataclass
class CohortFiles:
    """The files of a cohort folder, each read at most once.

    folder: the cohort folder. reading: how tables are read and how large they may be. Reading raises
    FileProblemError; notes on how files were read gather in `notes`.
    """

    folder: Path
    reading: Reading = field(default_factory=Reading)
    notes: list[Finding] = field(default_factory=list)
    _opened: dict[str, OpenedTable] = field(default_factory=dict)
    _stamps: dict[str, Stamp] = field(default_factory=dict)
    _grids: dict[GridKey, Grid] = field(default_factory=dict)

    def names(self) -> list[str]:
        """What lies directly in the folder and may be a table; hidden and lock files may not.

        Links, pipes and devices are among them, so that they are refused by name and not overlooked.
        The phenotype tables of a BIDS folder follow, such as phenotype/strength.tsv.
        """
        direct = sorted(
            entry.name
            for entry in self.folder.iterdir()
            if not entry.name.startswith((".", "~$")) and (entry.is_symlink() or not entry.is_dir())
        )
        phenotype = self.folder / PHENOTYPE
        beside = phenotype.glob("*.tsv") if phenotype.is_dir() else []
        return [*direct, *sorted(f"{PHENOTYPE}/{entry.name}" for entry in beside)]

    def opened(self, name: str) -> OpenedTable:
        """An opened file of the folder."""
        if name not in self._opened:
            path = plain_file(self.folder, name, self.reading.limits.table_mb)
            self._stamps[name] = stamp(name, path)
            with self._unchanged(name):
                self._opened[name] = open_table(name, path, self.reading)
        return self._opened[name]

    def grid(self, key: GridKey) -> Grid:
        """The cells of a text file or a sheet."""
        if key not in self._grids:
            name, sheet = key
            opened = self.opened(name)
            with self._unchanged(name):
                self._grids[key], notes = opened.read(sheet)
            self.notes += notes
        return self._grids[key]

    def whole(self, key: GridKey) -> Grid | None:
        """All cells of a text file or sheet without a heading row; None for other formats."""
        name, sheet = key
        read = self.opened(name).whole
        if read is None:
            return None
        with self._unchanged(name):
            return read(sheet)

    def is_same(self, name: str, other: str) -> bool:
        """Whether two files hold the same bytes. Raises FileProblemError."""
        most_mb = self.reading.limits.table_mb
        stamps = [stamp(n, plain_file(self.folder, n, most_mb)) for n in (name, other)]
        return stamps[0][-1] == stamps[1][-1]

    @contextmanager
    def _unchanged(self, name: str) -> Iterator[None]:
        """Reading that fails with FILE-08 when the file changed meanwhile, whatever else it found."""
        try:
            yield
        except FileProblemError:
            self._refuse_change(name)
            raise
        self._refuse_change(name)

    def _refuse_change(self, name: str) -> None:
        most_mb = self.reading.limits.table_mb
        try:
            after = stamp(name, plain_file(self.folder, name, most_mb))
        except FileProblemError:
            raise file_changed_problem(name) from None
        if after != self._stamps[name]:
            raise file_changed_problem(name)


def file_inside(folder: Path, name: str) -> Path | None:
    """The plain file of this name in the cohort folder, or None; links must not lead out of it."""
    if not name or "\x00" in name or PurePosixPath(name).is_absolute():
        return None
    try:
        path = (folder / name).resolve(strict=True)
        is_inside = path.is_relative_to(folder.resolve()) and path.is_file()
    except (OSError, RuntimeError, ValueError):  # absent, a loop of links, a name no system has
        return None
    return path if is_inside else None
