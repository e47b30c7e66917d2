"""Two independent groups of participants: Hedges g with its interval, and tests of two means."""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, nctdtr, nctdtrinc
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, two_sided_p
from pipeline.statistics.models.model_rows import varies

_LARGEST_MISS = 1e-4
"""Of a tail probability: what the inverse may miss before its answer is refused. A found one misses
by 1e-8 and less, a failed search by the whole tail."""


@dataclass(frozen=True)
class HedgesG:
    """Standardised mean difference with small-sample correction, and its interval.

    correction: the factor J; g / correction is Cohen's d, and so are the limits. variance: of g in
    large samples, 1/n + 1/m + g²/(2(n + m)), the weight of this study in a meta-analysis.
    """

    g: float
    ci_low: float
    ci_high: float
    ci_level: float
    correction: float
    variance: float


def _check(case: Floats, reference: Floats) -> None:
    if not (np.isfinite(case).all() and np.isfinite(reference).all()):
        raise ValueError("missing or infinite values; drop them first")
    if min(len(case), len(reference)) < 2:
        raise NotEstimableError("At least two participants with a value are needed in each group.")
    if not (varies(case) or varies(reference)):
        raise NotEstimableError("The values do not vary within either group.")


def hedges_g(
    case: Floats, reference: Floats, *, ci_level: float = 0.95, pooled: bool = True
) -> HedgesG:
    """Hedges g of case minus reference, one value per participant, no missing values.

    Exact correction J (gamma functions), interval from the noncentral t distribution, corrected by
    the same J. pooled: divide by the pooled SD; else by the root of the mean variance, with the
    degrees of freedom of Welch, for groups that spread differently. Agrees with R's
    effectsize::hedges_g. Raises NotEstimableError with fewer than two values in a group or no
    variation. Source: Hedges 1981, J Educ Stat 6:107; Delacre 2021, doi:10.31234/osf.io/tu6mp.
    """
    _check(case, reference)
    n, m = len(case), len(reference)
    v, w = case.var(ddof=1), reference.var(ddof=1)
    difference = float(case.mean() - reference.mean())
    if pooled:
        df = float(n + m - 2)
        root = np.sqrt(1 / n + 1 / m)
        t = difference / (np.sqrt(((n - 1) * v + (m - 1) * w) / df) * root)
    else:
        df = (v / n + w / m) ** 2 / ((v / n) ** 2 / (n - 1) + (w / m) ** 2 / (m - 1))
        root = np.sqrt(2 * (m * v + n * w) / (n * m * (v + w)))
        t = difference / np.sqrt(v / n + w / m)
    low, high = noncentrality_interval(float(t), df, ci_level)
    correction = small_sample_correction(df)
    scale = correction * float(root)
    g = scale * float(t)
    return HedgesG(
        g=g,
        ci_low=scale * low,
        ci_high=scale * high,
        ci_level=ci_level,
        correction=correction,
        variance=1 / n + 1 / m + g**2 / (2 * (n + m)),
    )


def small_sample_correction(df: float) -> float:
    """The factor J that takes the bias from a standardised difference with df degrees of freedom."""
    return float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))


def noncentrality_interval(t: float, df: float, ci_level: float) -> tuple[float, float]:
    """Noncentralities under which a t this high, or this low, has probability (1 - ci_level)/2."""
    if t < 0:  # The mirror image, so that swapping the groups swaps the interval exactly.
        low, high = noncentrality_interval(-t, df, ci_level)
        return -high, -low
    tail = (1 - ci_level) / 2
    low, high = (float(nctdtrinc(df, p, t)) for p in (1 - tail, tail))
    # nctdtrinc searches; its answer is put back into the distribution before it is believed.
    for noncentrality, p in ((low, 1 - tail), (high, tail)):
        if not abs(float(nctdtr(df, noncentrality, t)) - p) < _LARGEST_MISS:
            raise NotEstimableError("The groups are too far apart for an interval of Hedges g.")
    return low, high


def welch(case: Floats, reference: Floats, *, ci_level: float = 0.95) -> Inference:
    """Difference of means, case minus reference, with Welch's t test (statsmodels CompareMeans).

    One value per participant, no missing values, in the unit of the outcome. Raises
    NotEstimableError with fewer than two values in a group or no variation.
    Source: Welch 1947, Biometrika 34:28.
    """
    return _t_test(case, reference, "unequal", ci_level)


def pooled_t(case: Floats, reference: Floats, *, ci_level: float = 0.95) -> Inference:
    """Difference of means with Student's t test and a pooled variance; otherwise as `welch`.

    Only for groups that spread alike, and to repeat a published analysis.
    """
    return _t_test(case, reference, "pooled", ci_level)


def _t_test(case: Floats, reference: Floats, usevar: str, ci_level: float) -> Inference:
    _check(case, reference)
    compared = CompareMeans(DescrStatsW(case), DescrStatsW(reference))
    statistic, _, df = compared.ttest_ind(usevar=usevar)
    low, high = compared.tconfint_diff(alpha=1 - ci_level, usevar=usevar)
    estimate = float(case.mean() - reference.mean())
    se = (
        compared.std_meandiff_separatevar
        if usevar == "unequal"
        else compared.std_meandiff_pooledvar
    )
    return Inference(
        estimate=estimate,
        se=float(se),
        statistic=float(statistic),
        df=float(df),
        p=two_sided_p(float(statistic), float(df)),
        ci_low=float(low),
        ci_high=float(high),
        ci_level=ci_level,
    )


def standardised_difference(case: Floats, reference: Floats) -> float:
    """Difference of means over the root of the mean variance, as Table 1 of a paper prints it.

    Not divided by a pooled SD, so that it does not depend on group sizes. Source: Austin 2009,
    Stat Med 28:3083. Raises NotEstimableError as `hedges_g`.
    """
    _check(case, reference)
    spread = np.sqrt((case.var(ddof=1) + reference.var(ddof=1)) / 2)
    return float((case.mean() - reference.mean()) / spread)
