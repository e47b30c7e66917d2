"""SHA-256 of input files from earlier runs: a file that did not change is not read to learn that.

A file counts as unchanged when its size, times of last change and place on the disk are those of an
earlier hash, as in git's index. A change within the same tick of the disk's clock would leave all of
them as they are, so a hash is trusted only when the file was older than two such ticks (of the coarsest
file system, FAT with 2 s) when it was read; until then the file is read again.
"""

import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from pipeline.workspace.atomic import write_text
from pipeline.workspace.hashing import input_files, link_hashes, sha256_of_bytes, sha256_of_file
from pipeline.workspace.layout import Workspace

SETTLED_NS: Final = 4_000_000_000

_THREADS: Final = 4
"""Hashing lets other threads run; more of them would only wait for the disk."""

Stamp = tuple[int, int, int, int]
"""Size, time of the last change, time of the last change of its entry (ns), number on the disk."""


def file_stamp(path: Path) -> Stamp:
    """What is different after every change of a file, unless the disk's clock is too coarse.

    Raises OSError.
    """
    status = path.stat()
    # The second time is not set back by programs that copy a file together with its dates.
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


@dataclass
class KnownHashes:
    """Hashes of the files of one cohort folder, by path from there, kept in one JSON file."""

    folder: Path
    kept_at: Path
    _known: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    _learnt: bool = False

    def __post_init__(self) -> None:
        self._known = _kept(self.kept_at)

    def sha256_of(self, path: Path) -> str:
        """SHA-256 of a file below the folder, hexadecimal. Raises OSError when it cannot be read."""
        name = self._name(path)
        before = file_stamp(path)
        known = self._known.get(name)
        if known is not None and known[0] == before:
            return known[1]
        started_ns = time.time_ns()
        digest = sha256_of_file(path)
        is_settled = max(before[1], before[2]) + SETTLED_NS <= started_ns
        if is_settled and file_stamp(path) == before:
            self._known[name] = before, digest
            self._learnt = True
        return digest

    def _name(self, path: Path) -> str:
        for folder in (self.folder, self.folder.resolve()):
            if path.is_relative_to(folder):
                return path.relative_to(folder).as_posix()
        return path.as_posix()

    def input_hashes(self) -> dict[str, str]:
        """What `pipeline.workspace.hashing.input_hashes` answers; what was learnt is kept.

        Raises EnvironmentProblem when it cannot be kept.
        """
        files = input_files(self.folder)
        with ThreadPoolExecutor(_THREADS) as pool:
            digests = list(pool.map(self.sha256_of, files))
        names = [path.relative_to(self.folder).as_posix() for path in files]
        for gone in self._known.keys() - set(names):
            del self._known[gone]
            self._learnt = True
        self.save()
        return link_hashes(self.folder) | dict(zip(names, digests, strict=True))

    def save(self) -> None:
        """Keep what was learnt, in one step, if anything was. Raises EnvironmentProblem."""
        if not self._learnt:
            return
        files: dict[str, list[int | str]] = {
            name: [*stamp, digest] for name, (stamp, digest) in sorted(self._known.items())
        }
        kept = {"sha256": _sha256_of_entries(files), "files": files}
        write_text(self.kept_at, json.dumps(kept, ensure_ascii=False) + "\n")
        self._learnt = False


def known_hashes(workspace: Workspace, cohort: str) -> KnownHashes:
    """What is known of the files of a cohort. Raises UsageError when there is no such cohort."""
    return KnownHashes(
        workspace.existing_cohort_folder(cohort), workspace.known_hashes_file(cohort)
    )


def cohort_hashes(workspace: Workspace, cohort: str) -> dict[str, str]:
    """Relative path -> SHA-256 of every input file of a cohort; unchanged files are not read."""
    return known_hashes(workspace, cohort).input_hashes()


def _kept(path: Path) -> dict[str, tuple[Stamp, str]]:
    """What a file of hashes holds; nothing when it is absent, damaged or of another kind."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        if kept["sha256"] != _sha256_of_entries(kept["files"]):
            return {}
        return {
            name: ((int(size), int(changed), int(moved), int(number)), str(digest))
            for name, (size, changed, moved, number, digest) in kept["files"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _sha256_of_entries(files: Mapping[str, list[int | str]]) -> str:
    return sha256_of_bytes(json.dumps(files, sort_keys=True).encode())
