"""Curves cut down to columns of equal length without losing a spike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
Starts = npt.NDArray[np.int64]
Reduction = Callable[[Samples, Starts], Samples]


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
