"""Whether two groups are alike within a margin set beforehand: two one-sided t tests (TOST)."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, Inference
from pipeline.statistics.models.two_groups.effect_size import pooled_t, welch


@dataclass(frozen=True)
class Equivalence:
    """Two one-sided tests of a difference of means against -margin and +margin.

    p: the larger of p_lower and p_upper; the groups are equivalent at level alpha when p < alpha,
    which is the same as the interval of level 1 - 2 alpha lying within the margin. t_lower, t_upper:
    statistics against -margin and +margin. ci_low, ci_high: that interval; ci_level: its level.
    """

    margin: float
    estimate: float
    se: float
    df: float
    t_lower: float
    t_upper: float
    p_lower: float
    p_upper: float
    p: float
    ci_low: float
    ci_high: float
    ci_level: float
    is_equivalent: bool


def tost(
    case: Floats,
    reference: Floats,
    margin: float,
    *,
    alpha: float = 0.05,
    pooled: bool = False,
) -> Equivalence:
    """Equivalence of two groups, one value per participant; margin in the unit of the outcome.

    pooled: Student's t instead of Welch's. Raises NotEstimableError with fewer than two values in a
    group or no variation, and ValueError for a margin that is not above 0.
    Source: Schuirmann 1987, J Pharmacokinet Biopharm 15:657.
    """
    test = pooled_t if pooled else welch
    return tost_of(test(case, reference), margin, alpha=alpha)


def tost_of(difference: Inference, margin: float, *, alpha: float = 0.05) -> Equivalence:
    """The same for any estimated difference: a coefficient of a regression or mixed model.

    Raises NotEstimableError for a difference without a standard error.
    """
    if not margin > 0:
        raise ValueError("the margin of equivalence must be above 0")
    if not difference.se > 0:
        raise NotEstimableError("The difference has no standard error.")
    shape = stats.norm if difference.df is None else stats.t(difference.df)
    lower = (difference.estimate + margin) / difference.se
    upper = (difference.estimate - margin) / difference.se
    p_lower, p_upper = (max(float(shape.sf(t)), SMALLEST_P) for t in (lower, -upper))
    reach = float(shape.ppf(1 - alpha)) * difference.se
    p = max(p_lower, p_upper)
    return Equivalence(
        margin=margin,
        estimate=difference.estimate,
        se=difference.se,
        df=np.inf if difference.df is None else difference.df,
        t_lower=lower,
        t_upper=upper,
        p_lower=p_lower,
        p_upper=p_upper,
        p=p,
        ci_low=difference.estimate - reach,
        ci_high=difference.estimate + reach,
        ci_level=1 - 2 * alpha,
        is_equivalent=p < alpha,
    )
