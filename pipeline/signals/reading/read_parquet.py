"""Reads recordings from Parquet files: one column per channel."""

import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from pipeline.signals.reading.contents.columns_of_samples import recording_of_table
from pipeline.signals.reading.layouts.plain import shape_of_headings
from pipeline.signals.samples.recording import AnySamples, Recording, SignalProblem
from schemas.emg_settings import EmgSettings


def read_parquet(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a Parquet file.

    A column's unit comes from its metadata `unit` or from its name (`L GMED (mV)`, `gmed_left_uv`);
    its rate in Hz from its metadata `sampling_rate_hz`, the file's metadata of that name, a time
    column, or `settings.sampling_rate_hz`. Columns that are not numbers are left out. Raises
    SignalProblem when the file is no Parquet table.
    """
    try:
        table = pyarrow.parquet.read_table(path, use_threads=False)
    except (pa.ArrowException, OSError, ValueError) as problem:
        raise SignalProblem(
            "The file is damaged or is not a Parquet file.", "Export or copy the recording again."
        ) from problem
    numbers = [
        field
        for field in table.schema
        if pa.types.is_floating(field.type) or pa.types.is_integer(field.type)
    ]
    file_rate_hz = _rate(table.schema.metadata)
    shape = shape_of_headings(
        tuple(field.name for field in numbers),
        units=tuple(_text(field.metadata, b"unit") for field in numbers),
        rates_hz=tuple(_rate(field.metadata) for field in numbers),
        rate_hz=file_rate_hz,
        first_row=0,
    )

    def values(position: int) -> AnySamples:
        column = table.column(numbers[position].name)
        if pa.types.is_integer(column.type):
            column = column.cast(pa.float64(), safe=False)
        found: AnySamples = column.to_numpy(zero_copy_only=False)
        return found if found.dtype != np.float16 else found.astype(np.float32)

    return recording_of_table(shape, values, declared_rate_hz=settings.sampling_rate_hz)


def _text(metadata: dict[bytes, bytes] | None, key: bytes) -> str | None:
    value = (metadata or {}).get(key, b"").decode("utf-8", errors="replace").strip()
    return value or None


def _rate(metadata: dict[bytes, bytes] | None) -> float | None:
    text = _text(metadata, b"sampling_rate_hz")
    if text is None:
        return None
    try:
        rate_hz = float(text)
    except ValueError:
        rate_hz = math.nan
    if not (math.isfinite(rate_hz) and rate_hz > 0):
        raise SignalProblem(
            f"The file gives {text[:20]!r} as its sampling rate.", "Write the rate in Hz, as 2000."
        )
    return rate_hz
