"""The files of a cohort folder: plain and not too large, opened safely, read once, refused when they change."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.intake.cells.grid import Grid
from pipeline.intake.findings.messages import FileProblemError, Finding, file_problem, make_finding
from pipeline.intake.formats.reading import Reading
from pipeline.intake.formats.table_formats import OpenedTable, open_table
from pipeline.workspace.hashing import is_hidden

HIDDEN: Final = "The file or its folder is hidden (the name starts with a dot or ~$)."
HIDDEN_FIX: Final = (
    "Hidden files are not read: give the file and its folder a name without the mark."
)
_COPY_IT: Final = "Copy the file itself into the cohort folder."
_KINDS: Final = (
    (stat.S_ISDIR, "This is a folder, not a file."),
    (stat.S_ISFIFO, "This is a pipe between programs, not a file."),
    (stat.S_ISSOCK, "This is a connection between programs, not a file."),
    (stat.S_ISCHR, "This is a device, not a file."),
    (stat.S_ISBLK, "This is a device, not a file."),
)

Stamp = tuple[int, int, int, str]
"""Size, time of the last change, number of the file on its disk, and SHA-256 of the content."""


def plain_file(folder: Path, name: str, most_mb: float) -> Path:
    """The path of a table that may be opened.

    name: relative to the folder, with forward slashes. most_mb: largest size in MB. Raises
    FileProblemError that names the file: links, pipes, devices, hidden files, files outside of the
    folder and too large ones are not opened.
    """
    parts = PurePosixPath(name).parts
    if not parts or "\x00" in name or ".." in parts or PurePosixPath(name).is_absolute():
        raise file_problem(name, "The name leads out of the cohort folder.", _COPY_IT)
    path = folder
    status = None
    try:
        for part in parts:
            path = path / part
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode):
                what = "file" if path == folder.joinpath(*parts) else f"folder {part}"
                raise file_problem(name, f"The {what} is a link to another place.", _COPY_IT)
    except OSError:
        raise _cannot_open(name) from None
    except ValueError:
        raise file_problem(name, "No file can have this name.", _COPY_IT) from None
    if status is None or not stat.S_ISREG(status.st_mode):
        mode = 0 if status is None else status.st_mode
        kind = next((words for is_kind, words in _KINDS if is_kind(mode)), "This is no plain file.")
        raise file_problem(name, kind, _COPY_IT)
    if is_hidden(folder, path):
        raise file_problem(name, HIDDEN, HIDDEN_FIX)
    if status.st_size > most_mb * 1_000_000:
        raise file_problem(
            name,
            f"The file is larger than {most_mb:g} MB.",
            "Split it into several files, or raise table_mb under `limits` in study.yaml.",
        )
    return path


def read_plain(path: Path, most_bytes: int) -> bytes:
    """The first bytes of a file that is neither a link nor anything that could keep a reader waiting.

    Raises OSError for a link and for what is no plain file.
    """
    with os.fdopen(_open_plain(path), "rb") as file:
        return file.read(most_bytes)


def stamp(name: str, path: Path) -> Stamp:
    """What changes when a file changes. Raises FileProblemError when it cannot be opened."""
    try:
        with os.fdopen(_open_plain(path), "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            status = os.fstat(file.fileno())
    except OSError:
        raise _cannot_open(name) from None
    return status.st_size, status.st_mtime_ns, status.st_ino, digest


def file_changed_problem(name: str) -> FileProblemError:
    """The error for a file that is not what it was when reading began (FILE-08)."""
    return FileProblemError([make_finding("FILE-08", file=name)])


def _open_plain(path: Path) -> int:
    # A link put there since the look at the name is not followed; a pipe does not keep us waiting.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    number = os.open(path, flags | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise OSError("no plain file")
    return number


def _cannot_open(name: str) -> FileProblemError:
    return file_problem(
        name,
        "The file cannot be opened.",
        "Close it in other programs, check that it is complete and that you may read it.",
    )


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
