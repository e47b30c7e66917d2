"""Holds by rank: tests of equal curves in groups of participants, and how risk goes with shorter holds."""

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


_DIGITS_OF_RISK = 12
"""Risks of equal rows may differ in their last bits, depending on where the rows stand."""
_ROWS_AT_ONCE = 1000
"""Rows compared one by one with each other; all later rows are compared with them by sorting."""


@dataclass(frozen=True)
class Concordance:
    """Share of comparable pairs in which the higher risk ended first; ties of risk count half.

    estimate: 0.5 is chance. se: infinitesimal jackknife, over participants when they are given.
    n_pairs: comparable pairs.
    """

    estimate: float
    se: float
    n_pairs: int


def concordance(
    times: npt.ArrayLike,
    ended: npt.ArrayLike,
    risk: npt.ArrayLike,
    groups: npt.ArrayLike | None = None,
) -> Concordance:
    """Harrell's C. A pair is comparable when the earlier of the two ended.

    times, ended, risk: shape (n_rows,); a time that goes on at the time of an end is the later one.
    groups: participant codes from 0, shape (n_rows,). Agrees with R's survival::concordance.
    Raises NotEstimableError without a comparable pair. Source: Harrell 1982, JAMA 247:2543.
    """
    time = np.asarray(times, dtype=float)
    is_end = np.asarray(ended, dtype=bool)
    values = np.asarray(risk, dtype=float)
    size = float(np.abs(values).max(initial=0.0))
    values = np.round(values / size if size > 0 else values, _DIGITS_OF_RISK)
    favour, pairs = _favour(time, is_end, values)
    total = pairs.sum() / 2
    if total == 0:
        raise NotEstimableError("No two holds can be compared.")
    estimate = float(favour.sum() / 2 / total)
    influence = (favour - estimate * pairs) / total
    if groups is not None:
        influence = np.bincount(np.asarray(groups), influence)
    return Concordance(estimate, float(np.sqrt((influence**2).sum())), int(total))


def _favour(
    time: Floats,
    is_end: Flags,
    risk: Floats,
) -> tuple[Floats, Floats]:
    """For each row, the comparable pairs it is in that go the right way (ties half), and all of them.

    Rows in order of time, ends before times that go on, are cut where this order changes: all rows
    after a cut are later than all before it.
    """
    place = np.unique(2 * np.unique(time, return_inverse=True)[1] + ~is_end, return_inverse=True)[1]
    order = np.argsort(place, kind="stable")
    place, risk, is_end = place[order], risk[order], is_end[order]
    favour, pairs = np.zeros(len(time)), np.zeros(len(time))
    for first, last in _cuts(place):
        rows = first + np.flatnonzero(is_end[first:last])
        if not len(rows):
            continue
        inside = np.arange(first, last)
        is_later = place[rows, None] < place[inside]
        score = np.where(is_later, 0.5 * (1 + np.sign(risk[rows, None] - risk[inside])), 0.0)
        pairs[inside] += is_later.sum(axis=0)
        favour[inside] += score.sum(axis=0)
        later, own = np.sort(risk[last:]), np.sort(risk[rows])
        below = np.searchsorted(later, risk[rows], "left") + np.searchsorted(
            later, risk[rows], "right"
        )
        above = 2 * len(own) - (
            np.searchsorted(own, risk[last:], "left") + np.searchsorted(own, risk[last:], "right")
        )
        pairs[rows] += is_later.sum(axis=1) + len(later)
        favour[rows] += score.sum(axis=1) + below / 2
        pairs[last:] += len(rows)
        favour[last:] += above / 2
    back = np.argsort(order, kind="stable")
    return favour[back], pairs[back]


def _cuts(place: Codes) -> list[tuple[int, int]]:
    """Ranges of about _ROWS_AT_ONCE rows whose borders lie between different places."""
    changes = np.append(np.flatnonzero(np.diff(place)) + 1, len(place))
    cuts, first, previous = [], 0, 0
    for change in changes:
        # A large tie stands alone: its rows are not comparable with each other.
        if change - first > _ROWS_AT_ONCE and previous > first:
            cuts.append((first, previous))
            first = previous
        previous = int(change)
    return [*cuts, (first, previous)]
