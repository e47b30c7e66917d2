"""Keeps the samples of every recording as float32 columns, so that a file is read from its own format once.

An entry is one Parquet file that any program can open: one column per channel, uncompressed (reading
is then four times as fast as with zstd, for an eighth more disk), with a checksum per page. A channel
with a lower rate fills the first rows of its column. Labels, units, rates and events stand in the
metadata under `stance_recording`; names of people and files do not.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from functools import cache, partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.signals.samples.recording import Channel, Event, Recording, Samples32
from pipeline.workspace.atomic import write_bytes
from pipeline.workspace.hashing import combined, sha256_of_bytes
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import READER_PACKAGES

READING_SETTINGS: Final = ("sampling_rate_hz", "decimal")
"""The settings of study.yaml that change what a reader returns. Readers see no others, so that one
that is missing here is noticed at once and not after a cached run."""

SAMPLES: Final = "samples"
_UNREADABLE: Final = (
    OSError,
    ValueError,
    LookupError,
    ArithmeticError,
    MemoryError,
    pa.ArrowException,
)
"""What reading a damaged Parquet file may raise."""

_DESCRIPTION: Final = b"stance_recording"
_DESCRIPTION_SHA256: Final = b"stance_sha256"
_SIGNALS_FOLDER: Final = Path(__file__).resolve().parents[1]


class DamagedEntry(Exception):
    """A kept entry changed since it was written; it has to be made anew."""


class StoredChannel(Channel):
    """A channel of a kept recording; `samples` are read when they are first used.

    A file has up to a hundred channels and a measurement needs three.
    """

    @classmethod
    def unread(cls, n_samples: int, read: Callable[[], Samples32], **facts: Any) -> "StoredChannel":
        """A channel of n_samples samples that `read` fetches. facts: the other fields of Channel."""
        channel = object.__new__(cls)
        for name, value in {**facts, "_n_samples": n_samples, "_read": read}.items():
            object.__setattr__(channel, name, value)
        return channel

    def __getattr__(self, name: str) -> Samples32:
        # Called only for attributes that are not there yet, as samples before they are read.
        if name != "samples":
            raise AttributeError(name)
        samples: Samples32 = self.__dict__["_read"]()
        object.__setattr__(self, "samples", samples)
        return samples

    @property
    def duration_s(self) -> float:
        """Length of the channel in seconds, known without its samples."""
        n_samples: int = self.__dict__.get("_n_samples", -1)
        return n_samples / self.sampling_rate_hz if n_samples >= 0 else super().duration_s


def reading_settings(settings: EmgSettings) -> EmgSettings:
    """The settings that a reader may see: all others have their defaults."""
    return EmgSettings(**{name: getattr(settings, name) for name in READING_SETTINGS})


def samples_path(folder: Path, content: str, suffix: str, settings: EmgSettings) -> Path:
    """Where the samples of a file are kept.

    folder: the signal cache. content: SHA-256 of what is read. suffix: of the file, in any case. Two
    files with the same content share an entry; a setting that does not change reading keeps it.
    """
    key = combined(
        {
            "content": content,
            "suffix": suffix.lower(),
            **{name: repr(getattr(settings, name)) for name in READING_SETTINGS},
        }
    )
    return samples_folder(folder) / f"{key}.parquet"


def samples_folder(cache: Path) -> Path:
    """Where this version of the readers keeps samples."""
    return cache / SAMPLES / reading_code_hash()[:16]


def save_recording(path: Path, recording: Recording) -> None:
    """Keep a recording at `path`, in one step. Raises EnvironmentProblem when it cannot be written."""
    description = json.dumps(
        {
            "channels": [
                {**_facts(channel, but=("samples",)), "n_samples": channel.samples.size}
                for channel in recording.channels
            ],
            "events": [asdict(event) for event in recording.events],
            "recording": _facts(recording, but=("channels", "events")),
        },
        ensure_ascii=False,
    ).encode()
    n_rows = max((channel.samples.size for channel in recording.channels), default=0)
    schema = pa.schema(
        [
            pa.field(_column(number), pa.float32(), nullable=channel.samples.size < n_rows)
            for number, channel in enumerate(recording.channels)
        ],
        metadata={
            _DESCRIPTION: description,
            _DESCRIPTION_SHA256: sha256_of_bytes(description).encode(),
        },
    )
    columns = [_filled(channel.samples, n_rows) for channel in recording.channels]
    buffer = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema),
        buffer,
        row_group_size=max(n_rows, 1),
        compression="none",
        use_dictionary=False,
        write_statistics=False,
        write_page_checksum=True,
    )
    write_bytes(path, buffer.getvalue(), survives_power_cut=False)


def load_recording(path: Path) -> Recording | None:
    """The recording kept at `path`, None when there is none.

    Samples are read channel by channel when they are first used. Raises DamagedEntry when what is
    kept is not what was written, here or when samples are read.
    """
    try:
        footer = pq.read_metadata(path)
        kept = footer.metadata or {}
        description = kept[_DESCRIPTION]
        if sha256_of_bytes(description).encode() != kept[_DESCRIPTION_SHA256]:
            raise DamagedEntry(path.name)
        described = json.loads(description)
    except FileNotFoundError:
        return None
    except _UNREADABLE as problem:
        raise DamagedEntry(path.name) from problem
    return Recording(
        tuple(
            _unread(path, footer, number, facts)
            for number, facts in enumerate(described["channels"])
        ),
        tuple(Event(**event) for event in described["events"]),
        **described["recording"],
    )


@cache
def reading_code_hash() -> str:
    """SHA-256 of the code that decides what a file's samples are, with the packages that it uses."""
    digest = hashlib.sha256()
    folders = (_SIGNALS_FOLDER / "channels", _SIGNALS_FOLDER / "reading")
    sources = [source for folder in folders for source in sorted(folder.rglob("*.py"))]
    for source in (*sources, _SIGNALS_FOLDER / "samples" / "recording.py", Path(__file__)):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    for package in sorted({"numpy", "pyarrow", *READER_PACKAGES}):
        digest.update(f"{package}={metadata.version(package)}".encode())
    return digest.hexdigest()


def _facts(described: Channel | Recording, but: tuple[str, ...]) -> dict[str, Any]:
    """The plain fields of a channel or a recording."""
    names = (field.name for field in fields(described))
    return {name: getattr(described, name) for name in names if name not in but}


def _column(number: int) -> str:
    # Labels repeat within some files, and a dot in a name means a nested column in Parquet.
    return f"channel_{number}"


def _filled(samples: Samples32, n_rows: int) -> pa.Array:
    column = pa.array(samples, pa.float32())
    missing = n_rows - samples.size
    return pa.concat_arrays([column, pa.nulls(missing, pa.float32())]) if missing else column


def _unread(
    path: Path, footer: pq.FileMetaData, number: int, facts: Mapping[str, Any]
) -> StoredChannel:
    n_samples = int(facts["n_samples"])
    own = {name: value for name, value in facts.items() if name != "n_samples"}
    read = partial(_samples, path, footer, number, n_samples)
    return StoredChannel.unread(n_samples, read, **own)


def _samples(path: Path, footer: pq.FileMetaData, number: int, n_samples: int) -> Samples32:
    try:
        with pq.ParquetFile(path, metadata=footer, page_checksum_verification=True) as file:
            table = file.read(columns=[_column(number)], use_threads=False)
        column = table.column(0).slice(0, n_samples)
        samples: Samples32 = column.to_numpy()
    except _UNREADABLE as problem:
        raise DamagedEntry(path.name) from problem
    if samples.size != n_samples or samples.dtype != np.float32 or column.null_count:
        raise DamagedEntry(path.name)
    return samples
