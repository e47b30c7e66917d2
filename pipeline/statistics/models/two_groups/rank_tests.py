"""Two independent groups compared by ranks: Mann-Whitney's test and the Hodges-Lehmann shift."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.model_rows import round_for_ranks

FEWEST_FOR_NORMAL = 50
"""Participants of a group from which the normal approximation of U replaces the exact distribution
(the limit of R's wilcox.test)."""
_SAME_DISTANCE = 1e-9
"""Of a rank sum: sums of half ranks that are equally far from the expected one."""


@dataclass(frozen=True)
class MannWhitney:
    """Mann-Whitney's test. u: pairs in which the case is higher, ties counting one half.

    p: two-sided. p_normal: of the normal approximation with ties and continuity correction, and
    p_normal_uncorrected without the latter. is_exact: p is from the exact distribution.
    """

    u: float
    p: float
    p_normal: float
    p_normal_uncorrected: float
    is_exact: bool


@dataclass(frozen=True)
class Shift:
    """Hodges-Lehmann estimate: median of all differences case minus reference, and its interval."""

    estimate: float
    ci_low: float
    ci_high: float
    ci_level: float


def check_for_ranks(case: npt.ArrayLike, reference: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Both groups rounded for ranks. Raises NotEstimableError when they cannot be compared."""
    case_, reference_ = round_for_ranks(case, reference)
    if min(len(case_), len(reference_)) < 2:
        raise NotEstimableError("At least two participants with a value are needed in each group.")
    if np.ptp(np.concatenate([case_, reference_])) == 0:
        raise NotEstimableError("All participants of both groups have the same value.")
    return case_, reference_


def mann_whitney(case: npt.ArrayLike, reference: npt.ArrayLike) -> MannWhitney:
    """Mann-Whitney's test, one value per participant; exact up to FEWEST_FOR_NORMAL, also with ties.

    The exact distribution is that of the rank sum over all ways to choose the case group, with
    midranks for ties; a rank sum counts that is as far from the expected one as the one found (R's
    exactRankTests). Raises NotEstimableError with fewer than two values in a group or without any
    variation. Source: Mann and Whitney 1947, Ann Math Stat 18:50; Streitberg and Röhmel 1986,
    Stat Softw Newsl 12:10.
    """
    case_, reference_ = check_for_ranks(case, reference)
    normal, plain = (
        stats.mannwhitneyu(case_, reference_, method="asymptotic", use_continuity=continuity)
        for continuity in (True, False)
    )
    is_exact = max(len(case_), len(reference_)) < FEWEST_FOR_NORMAL
    p_normal = max(float(normal.pvalue), SMALLEST_P)
    return MannWhitney(
        u=float(normal.statistic),
        p=_exact_p(case_, reference_) if is_exact else p_normal,
        p_normal=p_normal,
        p_normal_uncorrected=max(float(plain.pvalue), SMALLEST_P),
        is_exact=is_exact,
    )


def hodges_lehmann(
    case: npt.ArrayLike, reference: npt.ArrayLike, *, ci_level: float = 0.95
) -> Shift:
    """By how much the values of the case group lie above those of the reference group.

    The interval is made of ordered differences whose places come from the distribution of U
    (exact up to FEWEST_FOR_NORMAL, then normal); with ties its level is at least about ci_level.
    Raises NotEstimableError as `mann_whitney`, and where the groups are too small for an interval
    of this level. Source: Hodges and Lehmann 1963, Ann Math Stat 34:598.
    """
    case_, reference_ = check_for_ranks(case, reference)
    differences = np.sort(np.subtract.outer(case_, reference_), axis=None)
    place = _place(len(case_), len(reference_), (1 - ci_level) / 2)
    if place < 1:
        raise NotEstimableError(
            f"The groups are too small for a {ci_level:.0%} interval of the shift."
        )
    return Shift(
        estimate=float(np.median(differences)),
        ci_low=float(differences[place - 1]),
        ci_high=float(differences[-place]),
        ci_level=ci_level,
    )


def _place(n: int, m: int, tail: float) -> int:
    """The largest k with P(U < k) at most `tail` when the groups do not differ."""
    if max(n, m) >= FEWEST_FOR_NORMAL:
        spread = np.sqrt(n * m * (n + m + 1) / 12)
        return int(np.floor(n * m / 2 - stats.norm.isf(tail) * spread + 0.5))
    shares = _rank_sum_shares(np.arange(2, 2 * (n + m) + 1, 2), n)
    # Sums of doubled ranks: U = (sum - n(n + 1)) / 2 counts up by one for every second sum.
    first = n * (n + 1)
    below = np.cumsum(shares[first::2][: n * m + 1])
    return int(np.searchsorted(below, tail, side="right"))


def _exact_p(case: Floats, reference: Floats) -> float:
    """Share of the ways to choose the case group with a rank sum at least as far out."""
    doubled = np.round(2 * stats.rankdata(np.concatenate([case, reference]))).astype(int)
    shares = _rank_sum_shares(doubled, len(case))
    expected = len(case) * doubled.mean()
    distances = np.abs(np.arange(len(shares)) - expected)
    found = abs(doubled[: len(case)].sum() - expected)
    return float(min(1.0, shares[distances >= found - _SAME_DISTANCE].sum()))


def _rank_sum_shares(doubled_ranks: npt.NDArray[np.int_], n: int) -> Floats:
    """Share of the subsets of size n with each sum of doubled ranks, indexed by the sum."""
    most = int(np.sort(doubled_ranks)[-n:].sum())
    # shares[k, s]: probability that k participants were drawn and their ranks add to s.
    shares = np.zeros((n + 1, most + 1))
    shares[0, 0] = 1.0
    total = len(doubled_ranks)
    for drawn, rank in enumerate(doubled_ranks):
        # Participants join in turn, each with probability (places left) / (people left).
        left = total - drawn
        places = n - np.arange(n + 1)
        joining = shares * np.clip(places / left, 0, 1)[:, None]
        shares -= joining
        shares[1:, rank:] += joining[:-1, : most + 1 - rank]
    return np.asarray(shares[n])
