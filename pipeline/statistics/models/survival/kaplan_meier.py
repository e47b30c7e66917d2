"""Kaplan-Meier curves of hold times: the share of trials still held at each time."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight

from pipeline.statistics.estimates.errors import NotEstimableError

CURVE_COLUMNS = ("time_s", "survival", "n_at_risk", "n_censored")

_ROUNDING = 1e-12
"""Of a product of shares: nearer to one half than this is one half."""


def kaplan_meier(times_s: npt.ArrayLike, ended: npt.ArrayLike) -> pd.DataFrame:
    """Steps of the curve: one row per time at which a trial ended or reached its ceiling, with 0.

    times_s: hold time or the ceiling (s), shape (n_trials,); ended: False for trials held to the
    ceiling. Returns time_s, survival (share of trials held longer than time_s), n_at_risk (trials
    still held just before time_s) and n_censored (trials that reached their ceiling from this time
    to before the next). No band: trials of one participant are alike, and a band for independent
    trials would be too narrow. Raises NotEstimableError without trials.
    """
    times = np.asarray(times_s, dtype=float)
    is_end = np.asarray(ended, dtype=bool)
    if not len(times):
        raise NotEstimableError("No trial could be analysed.")
    curve = SurvfuncRight(times, is_end.astype(float)) if is_end.any() else None
    ends = curve.surv_times if curve is not None else np.array([])
    grid = np.unique(np.concatenate([[0.0], times]))
    steps = np.concatenate([[1.0], curve.surv_prob]) if curve is not None else np.array([1.0])
    reached = np.searchsorted(ends, grid, side="right")
    censored = np.sort(times[~is_end])
    before = np.append(np.searchsorted(censored, grid, side="left"), len(censored))
    return pd.DataFrame(
        {
            "time_s": grid,
            "survival": steps[reached],
            "n_at_risk": len(times) - np.searchsorted(np.sort(times), grid, side="left"),
            "n_censored": np.diff(before),
        }
    )


def median_time_s(curve: pd.DataFrame) -> float:
    """First time at which half of the trials have ended; a `kaplan_meier` curve.

    Where the curve is flat at exactly one half, the middle of that stretch, as R's survfit.
    Raises NotEstimableError when more than half of the trials outlast the curve.
    """
    below = curve.loc[curve["survival"] <= 0.5 + _ROUNDING]
    if below.empty:
        raise NotEstimableError(
            "More than half of the trials were held to the ceiling, so that the median is beyond it."
        )
    first = float(below["time_s"].iloc[0])
    at_half = abs(float(below["survival"].iloc[0]) - 0.5) <= _ROUNDING
    later = below.loc[below["survival"] < 0.5 - _ROUNDING, "time_s"]
    if at_half and len(later):
        return (first + float(later.iloc[0])) / 2
    return first
