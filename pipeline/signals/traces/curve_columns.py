"""Curves cut down to columns without losing a spike, and packed as a short text: whole steps, compressed."""

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.measured.features import PackedColumns
from pipeline.signals.samples.recording import Samples
from schemas.terms import MISSING_STEP

Starts = npt.NDArray[np.int64]
Reduction = Callable[[Samples, Starts], Samples]

Steps = npt.NDArray[np.int16]

STEPS_PER_CURVE: Final = 2000
"""Steps between zero and the largest value, at most; a picture is about a hundred high."""

SMALLEST: Final = 1e-100
"""A curve that stays below this is zero: no step could be computed from it."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Samples at a sampling rate (Hz) of which the first lies at `starts_at_s` (s in the file)."""

    samples: Samples
    sampling_rate_hz: float
    starts_at_s: float


def lowest(samples: Samples, starts: Starts) -> Samples:
    """Lowest sample of each column; missing samples (NaN) are left out."""
    values: Samples = np.fmin.reduceat(samples, starts)
    return values


def highest(samples: Samples, starts: Starts) -> Samples:
    """Highest sample of each column; missing samples (NaN) are left out."""
    values: Samples = np.fmax.reduceat(samples, starts)
    return values


def mean(samples: Samples, starts: Starts) -> Samples:
    """Mean of the samples of each column; missing samples (NaN) are left out."""
    is_there = np.isfinite(samples)
    counts = np.add.reduceat(is_there.astype(np.int64), starts)
    sums = np.add.reduceat(np.where(is_there, samples, 0.0), starts)
    values: Samples = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    return values


def columns(
    curve: Curve, reduction: Reduction, start_s: float, end_s: float, most_columns: int
) -> Samples | None:
    """One value per column between two times (s in the file), shape (n_columns,), NaN for none.

    reduction: lowest, highest or mean. The columns are at most as many as the curve can have samples
    in that time, so that each has one. None when the curve has no sample there.
    """
    rate_hz = curve.sampling_rate_hz
    first = round((start_s - curve.starts_at_s) * rate_hz)
    n_view = round((end_s - start_s) * rate_hz)
    samples = curve.samples[max(first, 0) : max(first + n_view, 0)]
    n_columns = min(most_columns, n_view)
    if samples.size == 0 or n_columns < 2:
        return None
    before = max(-first, 0)  # samples of the view before the curve starts
    edges = -(-np.arange(n_columns + 1, dtype=np.int64) * n_view // n_columns) - before
    places = np.flatnonzero((edges[:-1] < samples.size) & (edges[1:] > 0))
    values = np.full(n_columns, np.nan)
    values[places] = reduction(samples, np.maximum(edges[places], 0))
    return values


def packed(values: Samples, *, rounding: np.ufunc = np.rint) -> PackedColumns:
    """Columns, shape (n_columns,), as whole steps. NaN: no sample.

    rounding: np.floor keeps a lowest value at or below what it was, np.ceil a highest one at or
    above.
    """
    step = _step(values)
    whole = np.where(np.isfinite(values), rounding(values / step), MISSING_STEP)
    # Neighbours are alike, so that their differences pack into fewer bytes.
    changes = np.diff(whole.astype("<i2"), prepend=np.int16(0)).astype("<i2")
    text = base64.b64encode(zlib.compress(changes.tobytes(), 9)).decode("ascii")
    return PackedColumns(step, text)


def steps_of(columns: PackedColumns) -> Steps:
    """The whole steps, shape (n_columns,), MISSING_STEP for no sample. Raises ValueError when damaged."""
    try:
        content = zlib.decompress(base64.b64decode(columns.packed, validate=True))
    except zlib.error as problem:
        raise ValueError("the stored columns are damaged") from problem
    steps: Steps = np.cumsum(np.frombuffer(content, dtype="<i2"), dtype=np.int16)
    return steps


def _step(values: Samples) -> float:
    """Size of a step: a power of two, so that steps times their size are exact numbers."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    if largest < SMALLEST:
        return 1.0
    return float(2.0 ** np.ceil(np.log2(largest / STEPS_PER_CURVE)))
