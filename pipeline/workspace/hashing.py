"""Fingerprints: what went in, and which code ran, as SHA-256."""

import hashlib
import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

NUMERICAL_PACKAGES = ("numpy", "pandas", "pandera", "scipy", "statsmodels", "dagster", "matplotlib")
"""Packages whose version can change a number or a picture; recorded in the manifest."""

Sha256OfFile = Callable[[Path], str]
"""`sha256_of_file`, or what answers the same from an earlier run."""

_IGNORED_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


def sha256_of_bytes(content: bytes) -> str:
    """SHA-256 of `content`, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces so that large recordings do not fill memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def input_files(folder: Path) -> list[Path]:
    """The files of a cohort folder that count as input, sorted by relative path.

    Hidden files, Office lock files (~$...) and desktop litter do not count; links are not followed.
    """
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and path.name not in _IGNORED_NAMES
        and not is_hidden(folder, path)
    )


def is_hidden(folder: Path, path: Path) -> bool:
    """Whether a file below `folder`, or a folder on the way to it, starts with a dot or ~$.

    Such a file is no input: nobody would notice its changes. Raises ValueError when `path` does not
    lie below `folder`; links are taken as they stand.
    """
    return any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)


def input_hashes(folder: Path) -> dict[str, str]:
    """Relative path (forward slashes) -> SHA-256 of every input file of a cohort folder.

    A link counts with the place that it leads to, so that one that is led elsewhere is a change.
    """
    return link_hashes(folder) | {
        path.relative_to(folder).as_posix(): sha256_of_file(path) for path in input_files(folder)
    }


def link_hashes(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 of the place that it leads to, of every link in a cohort folder."""
    return {
        path.relative_to(folder).as_posix(): sha256_of_bytes(os.fsencode(path.readlink()))
        for path in folder.rglob("*")
        if path.is_symlink() and path.name not in _IGNORED_NAMES and not is_hidden(folder, path)
    }


def combined(parts: Mapping[str, str] | Iterable[str]) -> str:
    """One SHA-256 for a set of named hashes, independent of the order in which they came."""
    items = sorted(parts.items()) if isinstance(parts, Mapping) else sorted(parts)
    return sha256_of_bytes(json.dumps(items).encode())


@cache
def code_hash() -> str:
    """SHA-256 over the source of Stance and the versions of the numerical packages."""
    root = Path(__file__).resolve().parents[2]
    sources = {
        path.relative_to(root).as_posix(): sha256_of_file(path)
        for package in ("pipeline", "schemas")
        for path in sorted((root / package).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return combined({**sources, **package_versions()})


@cache
def package_versions() -> dict[str, str]:
    """Name -> version of Python and of the installed numerical packages."""
    packages = {name: metadata.version(name) for name in NUMERICAL_PACKAGES}
    return {"python": platform.python_version(), **packages}


def constraints_hash() -> str:
    """SHA-256 of the file of exact versions that the README installs; "" where it is absent."""
    path = Path(__file__).resolve().parents[2] / "constraints.txt"
    return sha256_of_file(path) if path.is_file() else ""
