"""Files of a cohort folder that may be opened: plain, inside the folder, not hidden, not too large."""

import hashlib
import os
import stat
from pathlib import Path, PurePosixPath
from typing import Final

from pipeline.intake.findings.messages import FileProblemError, file_problem, make_finding
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
