"""The curve of times that are known exactly or only within bounds, without assuming a distribution."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.errors import NotEstimableError

_MOST_STEPS = 5000
_SETTLED = 1e-7
"""Largest change of a share in one step; curves are drawn, not tested."""


def interval_curve(low: npt.ArrayLike, high: npt.ArrayLike) -> pd.DataFrame:
    """Most likely shares at the points where a time may lie; Kaplan-Meier with exact and high = inf.

    low, high: bounds, shape (n_rows,): equal when exact, else the time is above low and at most
    high. Returns rows of `time` (sorted; the last is inf when some times outlast all others),
    `share` (of times at this point, all sum to 1) and `survival` (share of times above it).
    Source: Turnbull 1976, J R Stat Soc B 38:290 (self-consistent estimate). Raises
    NotEstimableError without rows.
    """
    low_, high_ = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not len(low_):
        raise NotEstimableError("No trial could be analysed.")
    points = np.unique(high_)
    first = np.where(
        low_ == high_, np.searchsorted(points, high_), np.searchsorted(points, low_, side="right")
    )
    last = np.searchsorted(points, high_)
    share = np.full(len(points), 1 / len(points))
    for _ in range(_MOST_STEPS):
        below = np.concatenate([[0.0], np.cumsum(share)])
        weight = 1 / (below[last + 1] - below[first])
        # Each row adds its weight to the points it covers: a running sum of starts minus ends.
        change = np.bincount(first, weight, len(points) + 1) - np.bincount(
            last + 1, weight, len(points) + 1
        )
        updated = share * np.cumsum(change)[:-1] / len(low_)
        settled = float(np.abs(updated - share).max()) < _SETTLED
        share = updated
        if settled:
            break
    survival = np.maximum(1 - np.cumsum(share), 0.0)
    return pd.DataFrame({"time": points, "share": share, "survival": survival})
