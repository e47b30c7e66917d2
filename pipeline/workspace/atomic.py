"""Writing files so that a reader sees the old content or the new, never a half."""

import errno
import os
import tempfile
import time
from pathlib import Path

from pipeline.workspace.errors import EnvironmentProblem

_PREFIX = ".partial-"


def write_bytes(path: Path, content: bytes, *, survives_power_cut: bool = True) -> None:
    """Write `content` to `path` through a temporary file and one rename.

    survives_power_cut: wait until the disk has the content. Not needed for an entry of a cache that is
    checked when it is read: a killed process loses nothing either way. Creates missing folders.
    Raises EnvironmentProblem when the disk is full or the folder cannot be written; the old file is
    then untouched.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_PREFIX, dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                if survives_power_cut:
                    os.fsync(file.fileno())
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as problem:
        raise _as_environment_problem(problem, path) from problem


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text like `write_bytes`, with line feeds as line ends on every system."""
    write_bytes(path, content.encode("utf-8"))


def remove_file(path: Path) -> None:
    """Remove a file of ours that does not hold any more. Raises EnvironmentProblem when it cannot go."""
    try:
        path.unlink(missing_ok=True)
    except OSError as problem:
        raise _as_environment_problem(problem, path) from problem


def check_writable(folder: Path) -> None:
    """Raise EnvironmentProblem, with the folder's name, when `folder` cannot be made or written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as problem:
        raise _as_environment_problem(problem, folder / "a file") from problem


def remove_leftovers(folder: Path, *, older_than_s: float = 0.0) -> int:
    """Remove temporary files that a killed run left below `folder`; answers how many.

    older_than_s: for folders in which other runs may be writing now.
    """
    if not folder.is_dir():
        return 0
    newest_s = time.time() - older_than_s
    leftovers = [
        path
        for path in folder.rglob(f"{_PREFIX}*")
        if path.is_file() and (not older_than_s or path.stat().st_mtime < newest_s)
    ]
    for path in leftovers:
        path.unlink(missing_ok=True)
    return len(leftovers)


def sync_folder(folder: Path) -> None:
    """Make a rename inside `folder` durable where the system allows it (not on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _as_environment_problem(problem: OSError, path: Path) -> EnvironmentProblem:
    if problem.errno == errno.ENOSPC:
        return EnvironmentProblem(
            f"The disk is full: {path.name} could not be written in {path.parent}.",
            "Free some space and run the command again; nothing was published.",
        )
    return EnvironmentProblem(
        f"{path.name} could not be written in {path.parent}: {problem.strerror or problem}.",
        "Check that the folder exists and that you may write there.",
    )
