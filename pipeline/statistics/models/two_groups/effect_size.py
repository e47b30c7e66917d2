"""Two independent groups of participants: Hedges g with its interval, and Welch's t test."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import gammaln, nctdtr, nctdtrinc
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.p_values import Inference, two_sided_p

Values = npt.NDArray[np.float64]

_LARGEST_MISS = 1e-4
"""Of a tail probability: what the inverse may miss before its answer is refused. A found one misses
by 1e-8 and less, a failed search by the whole tail."""


@dataclass(frozen=True)
class HedgesG:
    """Standardised mean difference with small-sample correction, and its interval."""

    g: float
    ci_low: float
    ci_high: float
    ci_level: float


def _check(case: Values, reference: Values) -> None:
    if min(len(case), len(reference)) < 2:
        raise NotEstimableError("At least two participants with a value are needed in each group.")
    if np.ptp(case) == 0 and np.ptp(reference) == 0:
        raise NotEstimableError("The values do not vary within either group.")


def hedges_g(case: Values, reference: Values, *, ci_level: float = 0.95) -> HedgesG:
    """Hedges g of case minus reference, one value per participant, no missing values.

    Pooled SD, exact correction J (gamma functions), interval from the noncentral t distribution,
    corrected by the same J. Agrees with R's effectsize::hedges_g. Raises NotEstimableError with
    fewer than two values in a group or no variation. Source: Hedges 1981, J Educ Stat 6:107.
    """
    _check(case, reference)
    n_case, n_reference = len(case), len(reference)
    df = n_case + n_reference - 2
    pooled_variance = (
        (n_case - 1) * case.var(ddof=1) + (n_reference - 1) * reference.var(ddof=1)
    ) / df
    root = np.sqrt(1 / n_case + 1 / n_reference)
    t = float((case.mean() - reference.mean()) / np.sqrt(pooled_variance) / root)
    correction = float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))
    low, high = _noncentrality_interval(t, df, ci_level)
    scale = correction * root
    return HedgesG(g=scale * t, ci_low=scale * low, ci_high=scale * high, ci_level=ci_level)


def _noncentrality_interval(t: float, df: int, ci_level: float) -> tuple[float, float]:
    """Noncentralities under which a t this high, or this low, has probability (1 - ci_level)/2."""
    if t < 0:  # The mirror image, so that swapping the groups swaps the interval exactly.
        low, high = _noncentrality_interval(-t, df, ci_level)
        return -high, -low
    tail = (1 - ci_level) / 2
    low, high = (float(nctdtrinc(df, p, t)) for p in (1 - tail, tail))
    # nctdtrinc searches; its answer is put back into the distribution before it is believed.
    for noncentrality, p in ((low, 1 - tail), (high, tail)):
        if not abs(float(nctdtr(df, noncentrality, t)) - p) < _LARGEST_MISS:
            raise NotEstimableError("The groups are too far apart for an interval of Hedges g.")
    return low, high


def welch(case: Values, reference: Values, *, ci_level: float = 0.95) -> Inference:
    """Difference of means, case minus reference, with Welch's t test (statsmodels CompareMeans).

    One value per participant, no missing values, in the unit of the outcome. Raises
    NotEstimableError with fewer than two values in a group or no variation.
    Source: Welch 1947, Biometrika 34:28.
    """
    _check(case, reference)
    compared = CompareMeans(DescrStatsW(case), DescrStatsW(reference))
    statistic, _, df = compared.ttest_ind(usevar="unequal")
    low, high = compared.tconfint_diff(alpha=1 - ci_level, usevar="unequal")
    return Inference(
        estimate=float(case.mean() - reference.mean()),
        se=float(compared.std_meandiff_separatevar),
        statistic=float(statistic),
        df=float(df),
        p=two_sided_p(float(statistic), float(df)),
        ci_low=float(low),
        ci_high=float(high),
        ci_level=ci_level,
    )


def standardised_difference(case: Values, reference: Values) -> float:
    """Difference of means over the root of the mean variance, as Table 1 of a paper prints it.

    Not divided by a pooled SD, so that it does not depend on group sizes. Source: Austin 2009,
    Stat Med 28:3083. Raises NotEstimableError as `hedges_g`.
    """
    _check(case, reference)
    spread = np.sqrt((case.var(ddof=1) + reference.var(ddof=1)) / 2)
    return float((case.mean() - reference.mean()) / spread)
