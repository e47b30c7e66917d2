"""Keeps what was measured, by content: an unchanged recording is not measured again.

An entry is named by a hash of the file's bytes, the request, the settings and the code, so nothing
ever has to be deleted for a result to be right.
"""

import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

import schemas
from pipeline.signals.features import RecordingFeatures
from pipeline.signals.request import Request
from pipeline.workspace.atomic import write_text
from pipeline.workspace.hashing import combined, sha256_of_bytes, sha256_of_file
from schemas.study import EmgSettings

_PACKAGES: Final = ("numpy", "scipy", "edfio", "pyarrow")
_SOURCE_FOLDERS = (Path(__file__).parent, Path(str(schemas.__file__)).parent)


def entry_name(path: Path, request: Request, settings: EmgSettings) -> str:
    """Name of the cache entry of a recording: SHA-256, hexadecimal. Raises OSError for a bad file."""
    return combined(
        {
            "file": sha256_of_file(path),
            "suffix": path.suffix.lower(),
            "request": json.dumps(asdict(request), sort_keys=True),
            "settings": settings.model_dump_json(),
            "code": signals_code_hash(),
        }
    )


def load(folder: Path, name: str) -> RecordingFeatures | None:
    """The stored features, or None when there are none or the entry is damaged."""
    try:
        stored = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        text = _canonical(stored["features"])
        if stored["sha256"] != sha256_of_bytes(text.encode()):
            return None
        return RecordingFeatures.from_json(stored["features"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def store(folder: Path, name: str, features: RecordingFeatures) -> None:
    """Write an entry in one step. Raises EnvironmentProblem when the folder cannot be written."""
    values = features.as_json()
    entry = {"sha256": sha256_of_bytes(_canonical(values).encode()), "features": values}
    write_text(folder / f"{name}.json", json.dumps(entry, ensure_ascii=False, indent=1) + "\n")


@cache
def signals_code_hash() -> str:
    """SHA-256 over the source of this folder and of schemas, and the versions of the packages used."""
    digest = hashlib.sha256()
    for folder in _SOURCE_FOLDERS:
        for source in sorted(folder.rglob("*.py")):
            name = source.relative_to(folder).as_posix()
            digest.update(f"{folder.name}/{name}".encode() + b"\0" + source.read_bytes())
    for package in _PACKAGES:
        digest.update(f"{package}={metadata.version(package)}".encode())
    return digest.hexdigest()


def _canonical(values: object) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, allow_nan=False)
