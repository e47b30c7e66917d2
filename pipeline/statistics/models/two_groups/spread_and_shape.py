"""Description of a sample, and what a t test assumes: equal spread and normal values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, infer
from pipeline.statistics.models.model_rows import round_for_ranks, varies

FEWEST_FOR_SHAPIRO = 3
MOST_FOR_SHAPIRO = 5000
"""Sample sizes for which Royston's approximation of W was made (AS R94)."""


@dataclass(frozen=True)
class Description:
    """One sample of values, one per participant. Quartiles as R's default (type 7)."""

    n: int
    mean: float
    sd: float
    se: float
    ci_low: float
    ci_high: float
    ci_level: float
    median: float
    q1: float
    q3: float
    minimum: float
    maximum: float


@dataclass(frozen=True)
class OmnibusTest:
    """A statistic with its P value; df1 and df2 are None where it has no degrees of freedom."""

    statistic: float
    p: float
    df1: float | None = None
    df2: float | None = None


def describe(values: npt.ArrayLike, *, ci_level: float = 0.95) -> Description:
    """Mean with its t interval, SD, median and quartiles. Raises NotEstimableError below two values."""
    sample = _check_known(values)
    if len(sample) < 2:
        raise NotEstimableError("At least two participants with a value are needed.")
    sd = float(sample.std(ddof=1))
    se = sd / np.sqrt(len(sample))
    mean = infer(float(sample.mean()), float(se), df=len(sample) - 1, ci_level=ci_level)
    q1, median, q3 = np.quantile(sample, [0.25, 0.5, 0.75])
    return Description(
        n=len(sample),
        mean=mean.estimate,
        sd=sd,
        se=mean.se,
        ci_low=mean.ci_low,
        ci_high=mean.ci_high,
        ci_level=ci_level,
        median=float(median),
        q1=float(q1),
        q3=float(q3),
        minimum=float(sample.min()),
        maximum=float(sample.max()),
    )


def skewness(values: npt.ArrayLike) -> float:
    """Sample skewness with the bias correction of SAS and SPSS (type 2).

    Raises NotEstimableError below three values or without variation.
    Source: Joanes and Gill 1998, Statistician 47:183.
    """
    sample = _varying(values, 3)
    return float(stats.skew(sample, bias=False))


def brown_forsythe(case: npt.ArrayLike, reference: npt.ArrayLike) -> OmnibusTest:
    """Whether two groups spread alike: Levene's test on distances from the medians.

    Raises NotEstimableError with fewer than two values in a group, or when the distances do not
    vary. Source: Brown and Forsythe 1974, J Am Stat Assoc 69:364.
    """
    groups = [_check_known(case), _check_known(reference)]
    if min(len(group) for group in groups) < 2:
        raise NotEstimableError("At least two participants with a value are needed in each group.")
    distances = [np.abs(group - np.median(group)) for group in groups]
    if not any(varies(distance) for distance in distances):
        raise NotEstimableError("The values of each group are all equally far from its median.")
    found = stats.levene(*groups, center="median")
    return OmnibusTest(
        statistic=float(found.statistic),
        p=max(float(found.pvalue), SMALLEST_P),
        df1=1.0,
        df2=float(sum(len(group) for group in groups) - 2),
    )


def shapiro(values: npt.ArrayLike) -> OmnibusTest:
    """Shapiro-Wilk's test of normal values.

    Raises NotEstimableError for fewer than three or more than 5000 values, or without variation.
    Source: Royston 1995, Appl Stat 44:547 (AS R94).
    """
    sample = _varying(values, FEWEST_FOR_SHAPIRO)
    if len(sample) > MOST_FOR_SHAPIRO:
        raise NotEstimableError(f"The test is made for up to {MOST_FOR_SHAPIRO} values.")
    found = stats.shapiro(sample)
    return OmnibusTest(float(found.statistic), max(float(found.pvalue), SMALLEST_P))


def _check_known(values: npt.ArrayLike) -> Floats:
    sample = np.asarray(values, dtype=float)
    if not np.isfinite(sample).all():
        raise ValueError("missing or infinite values; drop them first")
    return sample


def _varying(values: npt.ArrayLike, fewest: int) -> Floats:
    sample = _check_known(values)
    if len(sample) < fewest:
        raise NotEstimableError(f"At least {fewest} participants with a value are needed.")
    if not varies(sample):
        raise NotEstimableError("All participants have the same value.")
    (rounded,) = round_for_ranks(sample)
    return rounded
