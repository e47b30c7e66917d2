"""Curves of hold times without a distribution: Kaplan-Meier's, of trials and with a band, and Turnbull's.

`SurvivalCurve` and its band are for holds that are independent, one per participant; `kaplan_meier` is
for all trials, and `interval_curve` for times known only within bounds.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError

BandScale = Literal["log-log", "log", "plain"]

_ROUNDING = 1.5e-8
"""Of a share: nearer to one half than this is one half, as in R's survfit."""


@dataclass(frozen=True)
class SurvivalMedian:
    """Time by which half have ended (s). None: more than half, or the band, outlast the curve."""

    estimate: float | None
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True)
class SurvivalCurve:
    """Steps of a Kaplan-Meier curve: one value per distinct time at which a hold ended.

    time: s. n_at_risk, n_ended: just before and at it. survival: share held longer. se: Greenwood's.
    n: holds; last_s: the longest time that was seen, ended or not.
    """

    time: Floats
    n_at_risk: Floats
    n_ended: Floats
    survival: Floats
    se: Floats
    n: int
    last_s: float

    @classmethod
    def of(cls, times_s: npt.ArrayLike, ended: npt.ArrayLike) -> "SurvivalCurve":
        """Curve of times (s), shape (n,); ended: False for holds to the ceiling.

        For trials of the same participants the errors are too small: give one hold each. Raises
        NotEstimableError without holds. Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457.
        """
        times, is_end = np.asarray(times_s, dtype=float), np.asarray(ended, dtype=bool)
        if not len(times):
            raise NotEstimableError("No hold could be analysed.")
        if not is_end.any():
            none = np.array([])
            return cls(none, none, none, none, none, len(times), float(times.max()))
        found = SurvfuncRight(times, is_end.astype(float))
        survival = np.asarray(found.surv_prob, dtype=float)
        at_risk, n_ended = np.asarray(found.n_risk, float), np.asarray(found.n_events, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = n_ended / (at_risk * (at_risk - n_ended))
        # When all that were left ended, the share left is 0 without error.
        se = survival * np.sqrt(np.cumsum(np.where(at_risk > n_ended, share, 0.0)))
        return cls(
            np.asarray(found.surv_times, dtype=float),
            at_risk,
            n_ended,
            survival,
            se,
            len(times),
            float(times.max()),
        )

    def band(
        self, *, scale: BandScale = "log-log", ci_level: float = 0.95
    ) -> tuple[Floats, Floats]:
        """Lower and upper bound of the share at each step, within 0 and 1.

        Where the share is 0 the band is missing (NaN) except on the plain scale, as in R. Source:
        Kalbfleisch and Prentice 2002, section 1.4 (log-log keeps within 0 and 1 by itself).
        """
        z = float(stats.norm.ppf(0.5 + ci_level / 2))
        low, high = np.full((2, len(self.time)), np.nan)
        s, se = self.survival, self.se
        if scale == "plain":
            return np.maximum(s - z * se, 0.0), np.minimum(s + z * se, 1.0)
        left = s > 0
        s, se = s[left], se[left]
        if scale == "log":
            low[left], high[left] = s * np.exp(-z * se / s), np.minimum(s * np.exp(z * se / s), 1.0)
        else:
            margin = z * se / (s * np.log(s))  # below 0, as log(s) is
            low[left], high[left] = s ** np.exp(-margin), s ** np.exp(margin)
        return low, high

    def at(
        self, times_s: npt.ArrayLike, *, scale: BandScale = "log-log", ci_level: float = 0.95
    ) -> pd.DataFrame:
        """Share held longer than each time: time_s, survival, se, ci_low, ci_high.

        Before the first end the share is 1 without error.
        """
        times = np.atleast_1d(np.asarray(times_s, dtype=float))
        step = np.searchsorted(self.time, times, side="right")
        low, high = self.band(scale=scale, ci_level=ci_level)
        columns = {"survival": self.survival, "se": self.se, "ci_low": low, "ci_high": high}
        start = {"survival": 1.0, "se": 0.0, "ci_low": 1.0, "ci_high": 1.0}
        return pd.DataFrame(
            {
                "time_s": times,
                **{name: np.append(start[name], values)[step] for name, values in columns.items()},
            }
        )

    def median(self, *, scale: BandScale = "log-log", ci_level: float = 0.95) -> SurvivalMedian:
        """Median hold and the times at which the band passes one half.

        Where a curve is flat at exactly one half, the middle of that stretch, as in R. Source:
        Brookmeyer and Crowley 1982, Biometrics 38:29.
        """
        low, high = self.band(scale=scale, ci_level=ci_level)
        return SurvivalMedian(
            self._passes_half(self.survival), self._passes_half(low), self._passes_half(high)
        )

    def _passes_half(self, share: Floats) -> float | None:
        below = np.flatnonzero(share < 0.5 + _ROUNDING)  # a missing bound is not below
        if not len(below):
            return None
        first = below[0]
        lower = np.flatnonzero(share < share[first])
        if abs(share[first] - 0.5) < _ROUNDING and len(lower):
            return float((self.time[first] + self.time[lower[0]]) / 2)
        return float(self.time[first])


CURVE_COLUMNS = ("time_s", "survival", "n_at_risk", "n_censored")

_ROUNDING_OF_TRIALS = 1e-12
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
    below = curve.loc[curve["survival"] <= 0.5 + _ROUNDING_OF_TRIALS]
    if below.empty:
        raise NotEstimableError(
            "More than half of the trials were held to the ceiling, so that the median is beyond it."
        )
    first = float(below["time_s"].iloc[0])
    at_half = abs(float(below["survival"].iloc[0]) - 0.5) <= _ROUNDING_OF_TRIALS
    later = below.loc[below["survival"] < 0.5 - _ROUNDING_OF_TRIALS, "time_s"]
    if at_half and len(later):
        return (first + float(later.iloc[0])) / 2
    return first


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
