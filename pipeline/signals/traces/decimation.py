"""Curves cut down to columns without losing a spike: lowest and highest sample, or the mean."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from schemas.recording_traces import MISSING_STEP

Samples = npt.NDArray[np.float64]
Steps = npt.NDArray[np.int16]

STEPS_PER_CURVE: Final = 2000
"""Steps between zero and the largest sample; a picture has about a hundred."""

SMALLEST: Final = 1e-100
"""A curve that stays below this is zero: no step could be computed from it."""


@dataclass(frozen=True, eq=False)
class Curve:
    """Samples at a sampling rate (Hz) of which the first lies at `starts_at_s` (s in the file)."""

    samples: Samples
    sampling_rate_hz: float
    starts_at_s: float


@dataclass(frozen=True, eq=False)
class Columns:
    """A curve in columns of equal length: whole numbers of steps of `step` (in the curve's unit).

    low, high: shape (n_columns,), int16; the same array for a line; MISSING_STEP where the curve has
    no sample. Empty without a curve.
    """

    step: float
    low: Steps
    high: Steps


NO_COLUMNS: Final = Columns(1.0, np.empty(0, np.int16), np.empty(0, np.int16))


def band(curve: Curve, start_s: float, end_s: float, most_columns: int) -> Columns:
    """Lowest and highest sample of each column between two times (s in the file).

    The columns are at most as many as the curve can have samples in that time, so that each has one.
    Rounded outwards: every sample lies within the band of its column. Missing samples (NaN) are left
    out.
    """
    parts = _parts(curve, start_s, end_s, most_columns)
    if parts is None:
        return NO_COLUMNS
    samples, starts, places, n_columns = parts
    low = np.fmin.reduceat(samples, starts)
    high = np.fmax.reduceat(samples, starts)
    step = _step(low, high)
    return Columns(
        step,
        _in_steps(np.floor(low / step), places, n_columns),
        _in_steps(np.ceil(high / step), places, n_columns),
    )


def line(curve: Curve, start_s: float, end_s: float, most_columns: int) -> Columns:
    """Mean of each column; arguments and missing samples as for `band`."""
    parts = _parts(curve, start_s, end_s, most_columns)
    if parts is None:
        return NO_COLUMNS
    samples, starts, places, n_columns = parts
    is_there = np.isfinite(samples)
    counts = np.add.reduceat(is_there.astype(np.int64), starts)
    sums = np.add.reduceat(np.where(is_there, samples, 0.0), starts)
    means = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    step = _step(means, means)
    steps = _in_steps(np.round(means / step), places, n_columns)
    return Columns(step, steps, steps)


def _parts(
    curve: Curve, start_s: float, end_s: float, most_columns: int
) -> tuple[Samples, npt.NDArray[np.int64], npt.NDArray[np.int64], int] | None:
    """(samples of the view, first sample of each column that has some, its place, columns in all)."""
    rate_hz = curve.sampling_rate_hz
    first = round((start_s - curve.starts_at_s) * rate_hz)
    n_view = round((end_s - start_s) * rate_hz)
    samples = curve.samples[max(first, 0) : max(first + n_view, 0)]
    n_columns = min(most_columns, n_view)
    if samples.size == 0 or n_columns < 2:
        return None
    offset = max(-first, 0)  # samples of the view before the curve starts
    edges = -(-np.arange(n_columns, dtype=np.int64) * n_view // n_columns) - offset
    stops = np.append(edges[1:], n_view - offset)
    places = np.flatnonzero((edges < samples.size) & (stops > 0))
    return samples, np.maximum(edges[places], 0), places, n_columns


def _step(low: Samples, high: Samples) -> float:
    """Size of a step: a power of two, so that the steps times their size are exact numbers."""
    ends = np.concatenate([low, high])
    ends = ends[np.isfinite(ends)]
    largest = float(np.abs(ends).max(initial=0.0))
    if largest < SMALLEST:
        return 1.0
    return float(2.0 ** np.ceil(np.log2(largest / STEPS_PER_CURVE)))


def _in_steps(values: Samples, places: npt.NDArray[np.int64], n_columns: int) -> Steps:
    steps = np.full(n_columns, MISSING_STEP, dtype=np.int16)
    steps[places] = np.where(np.isfinite(values), values, MISSING_STEP).astype(np.int16)
    return steps
