"""One run per cohort at a time. The lock dies with its process, so a killed run never blocks the next."""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from pipeline.workspace.atomic import write_text
from pipeline.workspace.errors import CohortLocked
from pipeline.workspace.layout import Workspace


@contextmanager
def cohort_lock(workspace: Workspace, cohort: str) -> Iterator[None]:
    """Hold the lock of a cohort. Raises CohortLocked at once when another process holds it."""
    folder = workspace.state_folder / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    owner = folder / f"{cohort}.owner"
    lock = FileLock(folder / f"{cohort}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = owner.read_text(encoding="utf-8") if owner.exists() else "another process"
        raise CohortLocked(
            f"The cohort {cohort} is being processed by {who}.",
            "Wait until that run has ended, then run the command again.",
        ) from None
    try:
        write_text(owner, f"process {os.getpid()} since {dt.datetime.now():%H:%M}")
        yield
    finally:
        owner.unlink(missing_ok=True)
        lock.release()
