"""Two-sided P values and intervals of estimates with t or normal reference distributions."""

import math
import sys
from dataclasses import dataclass

import numpy as np
from scipy import stats

SMALLEST_P = sys.float_info.min
"""A P value below what a number can hold is given as this smallest one, never as 0."""

_LARGEST_EXPONENT = 700.0
"""exp() of more than 709.8 is beyond what a number can hold."""


@dataclass(frozen=True)
class Inference:
    """One estimate with its uncertainty, on the scale of the model.

    `df` is None for a normal reference distribution. `ci_low` and `ci_high` enclose `ci_level`.
    """

    estimate: float
    se: float
    statistic: float
    df: float | None
    p: float
    ci_low: float
    ci_high: float
    ci_level: float


def two_sided_p(statistic: float, df: float | None = None) -> float:
    """P value of a t statistic with `df` degrees of freedom, or of a z statistic without `df`.

    Never 0: what underflows is given as SMALLEST_P. Computed from the survival function, as
    1 - cdf is 0 from about 1e-16 on.
    """
    size = abs(statistic)
    upper = stats.norm.sf(size) if df is None else stats.t.sf(size, df)
    return float(min(1.0, max(2 * upper, SMALLEST_P)))


def exponential(value: float) -> float:
    """E to the power of a log ratio; infinity where it overflows, which the estimates refuse."""
    return math.exp(value) if value < _LARGEST_EXPONENT else math.inf


def infer(estimate: float, se: float, *, df: float | None, ci_level: float) -> Inference:
    """Statistic, P value and interval of one coefficient; t with `df`, normal when it is None."""
    tail = 0.5 + ci_level / 2
    quantile = float(stats.norm.ppf(tail) if df is None else stats.t.ppf(tail, df))
    statistic = estimate / se if se > 0 else np.inf * np.sign(estimate)
    return Inference(
        estimate=estimate,
        se=se,
        statistic=float(statistic),
        df=df,
        p=two_sided_p(float(statistic), df),
        ci_low=estimate - quantile * se,
        ci_high=estimate + quantile * se,
        ci_level=ci_level,
    )
