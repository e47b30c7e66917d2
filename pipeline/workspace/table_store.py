"""Tables and records between the steps: Parquet or JSON, each with its SHA-256, never pickle."""

import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.workspace.atomic import write_bytes
from pipeline.workspace.errors import DamagedFile
from pipeline.workspace.hashing import sha256_of_bytes, sha256_of_file

_HASH_SUFFIX = ".sha256"
_ORIGIN_SUFFIX = ".made_from"


def save_table(path: Path, table: pd.DataFrame) -> str:
    """Store a table as Parquet at `path`, with its SHA-256 beside it. Answers the SHA-256."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False, compression="zstd")
    return _save(path, buffer.getvalue())


def load_table(path: Path) -> pd.DataFrame:
    """Read a table stored by `save_table`. Raises DamagedFile when the content changed since."""
    return pd.read_parquet(io.BytesIO(_load(path)))


def save_record(path: Path, record: Any) -> str:
    """Store JSON-ready data (dicts, lists, text, numbers) at `path`. Answers the SHA-256."""
    text = json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False)
    return _save(path, text.encode("utf-8"))


def load_record(path: Path) -> Any:
    """Read data stored by `save_record`. Raises DamagedFile when the content changed since."""
    return json.loads(_load(path).decode("utf-8"))


def save_origin(base: Path, origin: str) -> None:
    """Note what the table or record `base` (path without ending) was made from."""
    write_bytes(base.with_suffix(_ORIGIN_SUFFIX), origin.encode())


def load_origin(base: Path) -> str:
    """What the table or record `base` (path without ending) was made from; "" when unknown."""
    noted = base.with_suffix(_ORIGIN_SUFFIX)
    return noted.read_text(encoding="ascii") if noted.is_file() else ""


def damaged_files(folder: Path) -> list[str]:
    """Names of stored tables and records whose content changed since they were written."""
    damaged = []
    for noted in sorted(folder.glob(f"*{_HASH_SUFFIX}")):
        stored = noted.with_name(noted.name.removesuffix(_HASH_SUFFIX))
        if stored.is_file() and sha256_of_file(stored) != noted.read_text(encoding="ascii"):
            damaged.append(stored.stem)
    return damaged


def _save(path: Path, content: bytes) -> str:
    digest = sha256_of_bytes(content)
    # The hash goes first: a kill between the two writes leaves a pair that does not match, which
    # the reader reports and the next run makes again.
    write_bytes(path.with_name(path.name + _HASH_SUFFIX), digest.encode())
    write_bytes(path, content)
    return digest


def _load(path: Path) -> bytes:
    expected_at = path.with_name(path.name + _HASH_SUFFIX)
    try:
        content = path.read_bytes()
        expected = expected_at.read_text(encoding="ascii")
    except FileNotFoundError as problem:
        raise DamagedFile(
            f"The stored table {path.name} is incomplete.", "Run `stance run` for the cohort again."
        ) from problem
    if sha256_of_bytes(content) != expected:
        raise DamagedFile(
            f"The stored table {path.name} changed after it was written.",
            "Run `stance run` for the cohort again; the table is then made anew.",
        )
    return content
