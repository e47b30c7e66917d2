"""Keeps what was measured in every recording, by content: an unchanged recording is not measured again.

An entry is named by a hash of the file's bytes, the request, the settings and the code, so nothing
ever has to be deleted for a result to be right.
"""

import hashlib
import json
import shutil
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

import schemas
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.recording import Request
from pipeline.signals.storing.sample_store import SAMPLES, DamagedEntry, samples_folder
from pipeline.workspace.atomic import remove_leftovers, write_bytes
from pipeline.workspace.hashing import combined, sha256_of_bytes
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import READER_PACKAGES

FEATURES: Final = "features"
_BEFORE_HASH: Final = b'{"sha256": "'
_HASH_LENGTH: Final = 64
_BEFORE_FEATURES: Final = b'", "features": '
_END: Final = b"}\n"
_SOURCE_FOLDERS = (Path(__file__).resolve().parents[1], Path(str(schemas.__file__)).parent)

_ABANDONED_S: Final = 24 * 3600.0
"""A file that takes longer to write belongs to a run that was killed."""


def features_path(
    folder: Path, content: str, suffix: str, request: Request, settings: EmgSettings
) -> Path:
    """Where the measurements of a request are kept.

    folder: the signal cache. content: SHA-256 of what is read. suffix: of the file, in any case.
    """
    name = combined(
        {
            "content": content,
            "suffix": suffix.lower(),
            "request": json.dumps(asdict(request), sort_keys=True),
            "settings": settings.model_dump_json(),
            "code": signals_code_hash(),
        }
    )
    return features_folder(folder) / f"{name}.json"


def features_folder(cache: Path) -> Path:
    """Where this version of Stance keeps measurements."""
    return cache / FEATURES / signals_code_hash()[:16]


def load_features(path: Path) -> RecordingFeatures | None:
    """The measurements kept at `path`, None when there are none. Raises DamagedEntry."""
    try:
        kept = path.read_bytes()
        digest = kept[len(_BEFORE_HASH) : len(_BEFORE_HASH) + _HASH_LENGTH]
        text = kept[len(_BEFORE_HASH) + _HASH_LENGTH + len(_BEFORE_FEATURES) : -len(_END)]
        if kept != _entry(digest, text) or digest != sha256_of_bytes(text).encode():
            raise DamagedEntry(path.name)
        return _adapter().validate_json(text)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as problem:
        raise DamagedEntry(path.name) from problem


def save_features(path: Path, features: RecordingFeatures) -> None:
    """Keep measurements in one step. Raises EnvironmentProblem when the folder cannot be written."""
    text = json.dumps(features.as_json(), ensure_ascii=False, allow_nan=False).encode()
    write_bytes(path, _entry(sha256_of_bytes(text).encode(), text), survives_power_cut=False)


def _entry(digest: bytes, text: bytes) -> bytes:
    """The content of a file: JSON whose second part is hashed as it stands."""
    return b"".join((_BEFORE_HASH, digest, _BEFORE_FEATURES, text, _END))


@cache
def _adapter() -> TypeAdapter[RecordingFeatures]:
    return TypeAdapter(RecordingFeatures)


@cache
def signals_code_hash() -> str:
    """SHA-256 over the source of `signals` and `schemas`, and the versions of the packages used."""
    digest = hashlib.sha256()
    for folder in _SOURCE_FOLDERS:
        for source in sorted(folder.rglob("*.py")):
            name = source.relative_to(folder).as_posix()
            digest.update(f"{folder.name}/{name}".encode() + b"\0" + source.read_bytes())
    for package in sorted({"numpy", "scipy", *READER_PACKAGES}):
        digest.update(f"{package}={metadata.version(package)}".encode())
    return digest.hexdigest()


def remove_outdated(cache: Path) -> None:
    """Remove what other versions of readers and measurements kept, and halves of killed runs.

    cache: the signal cache. What cannot be removed stays.
    """
    for kind, current in ((FEATURES, features_folder(cache)), (SAMPLES, samples_folder(cache))):
        folder = cache / kind
        others = folder.iterdir() if folder.is_dir() else ()
        for other in others:
            if other != current:
                shutil.rmtree(other, ignore_errors=True)
    remove_leftovers(cache, older_than_s=_ABANDONED_S)
