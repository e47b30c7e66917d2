"""Tests of equal curves in groups of participants with one hold each."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P

Weight = Literal["log_rank", "peto"]


@dataclass(frozen=True)
class LogRankTest:
    """Chi-squared test that all groups have one curve.

    chisq, df, p: p is never 0. observed, expected: ends by group, weighted in Peto's test.
    """

    chisq: float
    df: int
    p: float
    observed: pd.Series
    expected: pd.Series


def log_rank_test(
    times_s: npt.ArrayLike,
    ended: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    weight: Weight = "log_rank",
) -> LogRankTest:
    """Compare the curves of two or more groups; all arguments of shape (n,), one row per participant.

    strata: groups are compared within each and the differences added up. weight: "peto" counts early
    ends more, by the share still holding (R's survdiff with rho = 1). Raises NotEstimableError with
    one group or without an end when several groups are holding. Source: Mantel 1966, Cancer
    Chemother Rep 50:163; Peto and Peto 1972, J R Stat Soc A 135:185.
    """
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    if len(labels) < 2:
        raise NotEstimableError("Curves can be compared when there are two groups.")
    times, is_end = np.asarray(times_s, dtype=float), np.asarray(ended, dtype=bool)
    stratum = np.zeros(len(times)) if strata is None else pd.factorize(np.asarray(strata))[0]
    observed, expected = np.zeros((2, len(labels)))
    covariance = np.zeros((len(labels), len(labels)))
    for each in np.unique(stratum):
        rows = stratum == each
        found = _one_stratum(times[rows], is_end[rows], codes[rows], len(labels), weight)
        observed, expected, covariance = (
            total + part
            for total, part in zip((observed, expected, covariance), found, strict=True)
        )
    difference = (observed - expected)[:-1]
    inner = covariance[:-1, :-1]
    if np.linalg.matrix_rank(inner) < len(inner):
        raise NotEstimableError(
            "No hold ended while several groups were holding, so that their curves cannot be compared."
        )
    chisq = float(difference @ np.linalg.solve(inner, difference))
    df = len(labels) - 1
    p = max(float(stats.chi2.sf(chisq, df)), SMALLEST_P)
    return LogRankTest(chisq, df, p, pd.Series(observed, labels), pd.Series(expected, labels))


def _one_stratum(
    times: Floats,
    ended: Flags,
    codes: Codes,
    n_groups: int,
    weight: Weight,
) -> tuple[Floats, Floats, Floats]:
    """Observed and expected ends by group, and the covariance of their difference."""
    grid = np.unique(times[ended])
    at_risk, deaths = np.zeros((2, len(grid), n_groups))
    for group in range(n_groups):
        own = np.sort(times[codes == group])
        at_risk[:, group] = len(own) - np.searchsorted(own, grid, side="left")
        rows = ended & (codes == group)
        deaths[:, group] = np.bincount(np.searchsorted(grid, times[rows]), minlength=len(grid))
    n, d = at_risk.sum(axis=1), deaths.sum(axis=1)
    share_left = np.concatenate([[1.0], np.cumprod(1 - d / n)[:-1]])
    w = share_left if weight == "peto" else np.ones(len(grid))
    mean = at_risk / n[:, None]
    # With one left at risk nothing varies.
    spread = w**2 * d * np.where(n > 1, (n - d) / np.maximum(n - 1, 1), 0.0)
    covariance = np.diag(spread @ mean) - (mean * spread[:, None]).T @ mean
    return w @ deaths, (w * d) @ mean, covariance
