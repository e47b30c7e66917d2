"""Brunner-Munzel's test: the probability that a case is higher than a reference participant.

It asks for neither normal values nor equal spread. statsmodels' `rank_compare_2indep` gives NaN
when the groups do not overlap and limits outside 0 to 1; both are taken care of here.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats
from scipy.optimize import brentq

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.p_values import two_sided_p
from pipeline.statistics.models.two_groups.rank_tests import check_for_ranks

FEWEST_FOR_T = 10
"""Participants of a group below which the t approximation is too liberal (Brunner and Munzel 2000,
section 3), so that the permutation test takes its place."""
MOST_ENUMERATED = 50_000
"""Ways to divide the participants up to which all are tried; above, a sample of them is."""
N_PERMUTATIONS = 20_000
_BATCH = 2_000
_SAME_STATISTIC = 1e-9
"""Relative: statistics that differ by rounding count as equally extreme."""
_EDGE = 1e-9
"""Distance from 0 and 1 at which the search for a limit starts."""

PMethod = Literal["t", "all permutations", "sampled permutations"]


@dataclass(frozen=True)
class RelativeEffect:
    """P(case > reference) + P(equal)/2, with its interval and the test that it is one half.

    se, statistic, df: of Brunner and Munzel; None where the groups do not overlap, because their
    variance is then 0. ci_low, ci_high: on the logit scale with t, so that they stay within 0 and
    1; Newcombe's method 5 where the groups do not overlap. ci_plain: the symmetric limits of the
    paper (None without se), which can leave 0 to 1. p_method: what p comes from.
    """

    probability: float
    se: float | None
    statistic: float | None
    df: float | None
    p: float
    p_method: PMethod
    ci_low: float
    ci_high: float
    ci_level: float
    ci_plain: tuple[float, float] | None


def brunner_munzel(
    case: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    ci_level: float = 0.95,
) -> RelativeEffect:
    """Brunner-Munzel's test, one value per participant, no missing values.

    With fewer than FEWEST_FOR_T participants in a group, or groups that do not overlap, p is that
    of the studentised permutation test: over all divisions of the participants up to
    MOST_ENUMERATED, else over a sample drawn with `rng`. Raises NotEstimableError with fewer than
    two values in a group or without any variation. Source: Brunner and Munzel 2000, Biom J 42:17;
    Neubert and Brunner 2007, Comput Stat Data Anal 51:5192; Newcombe 2006, Stat Med 25:559.
    """
    case_, reference_ = check_for_ranks(case, reference)
    n, m = len(case_), len(reference_)
    probability, v, w = placement_variances(case_, reference_)
    if v + w == 0:
        p, p_method = _permutation_p(case_, reference_, np.inf, rng)
        low, high = newcombe_interval(probability, n, m, ci_level)
        return RelativeEffect(probability, None, None, None, p, p_method, low, high, ci_level, None)
    se = float(np.sqrt(v / n + w / m))
    statistic = (probability - 0.5) / se
    df = (v / n + w / m) ** 2 / ((v / n) ** 2 / (n - 1) + (w / m) ** 2 / (m - 1))
    quantile = float(stats.t.ppf(0.5 + ci_level / 2, df))
    logit = np.log(probability / (1 - probability))
    reach = quantile * se / (probability * (1 - probability))
    p, p_method = two_sided_p(statistic, df), "t"
    if min(n, m) < FEWEST_FOR_T:
        p, p_method = _permutation_p(case_, reference_, abs(statistic), rng)
    return RelativeEffect(
        probability=probability,
        se=se,
        statistic=statistic,
        df=float(df),
        p=p,
        p_method=p_method,
        ci_low=float(1 / (1 + np.exp(reach - logit))),
        ci_high=float(1 / (1 + np.exp(-reach - logit))),
        ci_level=ci_level,
        ci_plain=(probability - quantile * se, probability + quantile * se),
    )


def placement_variances(case: Floats, reference: Floats) -> tuple[float, float, float]:
    """Relative effect, and the variances of the placements of cases and of reference participants.

    A placement is the share of the other group that lies below a value, ties counting one half.
    The same numbers give DeLong's variance of the area under a ROC curve.
    """
    of_case, of_reference = placements(case, reference)
    return (
        float(of_case.mean()),
        float(of_case.var(ddof=1)),
        float(of_reference.var(ddof=1)),
    )


def placements(case: Floats, reference: Floats) -> tuple[Floats, Floats]:
    """Share of reference values below each case; share of cases above each reference value."""
    ordered = np.sort(reference)
    below = np.searchsorted(ordered, case, side="left")
    not_above = np.searchsorted(ordered, case, side="right")
    ordered_case = np.sort(case)
    above = len(case) - np.searchsorted(ordered_case, reference, side="right")
    not_below = len(case) - np.searchsorted(ordered_case, reference, side="left")
    return (below + not_above) / (2 * len(reference)), (above + not_below) / (2 * len(case))


def newcombe_interval(probability: float, n: int, m: int, ci_level: float) -> tuple[float, float]:
    """Interval of a relative effect that also holds at 0 and 1: Newcombe 2006, method 5."""
    z2 = stats.norm.ppf(0.5 + ci_level / 2) ** 2
    extra = (n + m) / 2 - 1

    def outside(theta: float) -> float:
        spread = 1 + extra * (1 - theta) / (2 - theta) + extra * theta / (1 + theta)
        variance = theta * (1 - theta) * spread / (n * m)
        return float((theta - probability) ** 2 - z2 * variance)

    # At 0 and 1 the probability itself is the other root of the same equation.
    inside = min(max(probability, _EDGE), 1 - _EDGE)
    low = 0.0 if probability == 0 else float(brentq(outside, 0.0, inside))
    high = 1.0 if probability == 1 else float(brentq(outside, inside, 1.0))
    return low, high


def _permutation_p(
    case: Floats, reference: Floats, size: float, rng: np.random.Generator
) -> tuple[float, PMethod]:
    """Share of the divisions whose statistic is at least this far from 0."""
    # Sorted, so that the order of the rows does not decide which divisions are drawn.
    pooled, levels = np.unique(np.concatenate([case, reference]), return_inverse=True)
    levels = np.sort(levels)
    total, n = len(levels), len(case)
    limit = size * (1 - _SAME_STATISTIC) if np.isfinite(size) else size
    if comb(total, n) <= MOST_ENUMERATED:
        chosen = np.array(list(combinations(range(total), n)))
        sizes = _statistic_sizes(levels, len(pooled), chosen)
        return float(np.mean(sizes >= limit)), "all permutations"
    extreme = 0
    for _ in range(N_PERMUTATIONS // _BATCH):
        chosen = np.argsort(rng.random((_BATCH, total)), axis=1)[:, :n]
        extreme += int((_statistic_sizes(levels, len(pooled), chosen) >= limit).sum())
    # The division found is one of the possible ones: p is never 0 (Phipson and Smyth 2010).
    return (extreme + 1) / (N_PERMUTATIONS + 1), "sampled permutations"


def _statistic_sizes(levels: Codes, n_levels: int, chosen: Codes) -> Floats:
    """|Brunner-Munzel statistic| of each division; chosen: shape (n_divisions, n), places of cases."""
    divisions, n = chosen.shape
    m = len(levels) - n
    cases = np.zeros((divisions, n_levels))
    np.add.at(cases, (np.arange(divisions)[:, None], levels[chosen]), 1)
    others = np.bincount(levels, minlength=n_levels) - cases
    placed = (np.cumsum(others, axis=1) - others / 2) / m
    placed_others = (n - np.cumsum(cases, axis=1) + cases / 2) / n
    effect = (cases * placed).sum(axis=1) / n
    v = (cases * (placed - effect[:, None]) ** 2).sum(axis=1) / (n - 1)
    w = (others * (placed_others - effect[:, None]) ** 2).sum(axis=1) / (m - 1)
    se = np.sqrt(v / n + w / m)
    # Without overlap v and w are 0 up to rounding and the statistic has no limit.
    apart = np.abs(effect - 0.5) > 0.5 - 1 / (4 * n * m)
    return np.where(apart, np.inf, np.abs(effect - 0.5) / np.where(apart, 1.0, se))
