"""Limits of agreement of two measurements of the same participants."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.model_rows import varies


@dataclass(frozen=True)
class LimitsOfAgreement:
    """Differences first minus second, in the unit of the measurement.

    bias: mean difference with its t interval. sd: of the differences. low, high: limits between
    which `limits_level` of the differences lie if they are normal; limit_se: their standard error,
    low_ci and high_ci their intervals. slope: change of the difference per unit of the mean of
    both; away from 0 the limits depend on the size of the measurement.
    """

    bias: Inference
    sd: float
    low: float
    high: float
    limit_se: float
    low_ci: tuple[float, float]
    high_ci: tuple[float, float]
    limits_level: float
    slope: Inference | None
    n: int


def limits_of_agreement(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    *,
    limits_level: float = 0.95,
    ci_level: float = 0.95,
) -> LimitsOfAgreement:
    """Bland and Altman's limits; one pair of values per participant, none missing.

    Raises NotEstimableError with fewer than two pairs or the same difference in all.
    Source: Bland and Altman 1999, Stat Methods Med Res 8:135.
    """
    one, two = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if one.shape != two.shape or not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise ValueError("two values per participant without missing ones are needed")
    n = len(one)
    if n < 2:
        raise NotEstimableError("At least two participants with both values are needed.")
    differences = one - two
    if not varies(differences, beside=[one, two]):
        raise NotEstimableError("Both measurements differ by the same amount in all participants.")
    sd = float(differences.std(ddof=1))
    bias = infer(float(differences.mean()), sd / np.sqrt(n), df=float(n - 1), ci_level=ci_level)
    width = float(stats.norm.ppf(0.5 + limits_level / 2))
    se = float(sd * np.sqrt(1 / n + width**2 / (2 * (n - 1))))
    reach = float(stats.t.ppf(0.5 + ci_level / 2, n - 1)) * se
    low, high = bias.estimate - width * sd, bias.estimate + width * sd
    return LimitsOfAgreement(
        bias=bias,
        sd=sd,
        low=low,
        high=high,
        limit_se=se,
        low_ci=(low - reach, low + reach),
        high_ci=(high - reach, high + reach),
        limits_level=limits_level,
        slope=_slope(differences, (one + two) / 2, ci_level),
        n=n,
    )


def _slope(differences: Floats, means: Floats, ci_level: float) -> Inference | None:
    """Slope of the differences on the means; None when the means do not vary or two pairs only."""
    if len(means) < 3 or not varies(means):
        return None
    fit = stats.linregress(means, differences)
    if not fit.stderr > 0:
        return None
    return infer(float(fit.slope), float(fit.stderr), df=float(len(means) - 2), ci_level=ci_level)
