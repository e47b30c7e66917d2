"""Repeated measurements: all six intraclass correlations of Shrout and Fleiss, and the measurement error.

statsmodels has none. Source: Shrout and Fleiss 1979, Psychol Bull 86:420; McGraw and Wong 1996,
Psychol Methods 1:30. Agrees with R's psych::ICC.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.agreement.repeated_values import (
    MeanSquares,
    RepeatedValues,
    mean_squares,
)


@dataclass(frozen=True)
class ICC:
    """One coefficient with its F test against 0 and its interval; it can be below 0."""

    icc: float
    f: float
    df1: float
    df2: float
    p: float
    ci_low: float
    ci_high: float
    ci_level: float


@dataclass(frozen=True)
class ICCFamily:
    """ICC(model, unit) of one table of n participants and k trials or raters.

    Model 1: each participant was measured on other occasions. 2: the same raters or trials for all,
    standing for others of their kind; their mean differences count as disagreement. 3: these
    raters or trials only, whose mean differences do not count. Unit 1: one measurement; k: the mean
    of all k.
    """

    icc_1_1: ICC
    icc_2_1: ICC
    icc_3_1: ICC
    icc_1_k: ICC
    icc_2_k: ICC
    icc_3_k: ICC
    n: int
    k: int


def icc_family(table: RepeatedValues, *, ci_level: float = 0.95) -> ICCFamily:
    """All six coefficients. Raises NotEstimableError as `mean_squares`."""
    ms = mean_squares(table)
    n, k = ms.n, ms.k
    one = _by_f(ms.between / ms.within, n - 1, n * (k - 1), k, ci_level)
    three = _by_f(ms.between / ms.error, n - 1, (n - 1) * (k - 1), k, ci_level)
    two = _agreement(ms, ci_level)
    return ICCFamily(
        icc_1_1=one,
        icc_2_1=two,
        icc_3_1=three,
        icc_1_k=_of_mean(one, k),
        icc_2_k=_of_mean(two, k),
        icc_3_k=_of_mean(three, k),
        n=n,
        k=k,
    )


def _by_f(f: float, df1: float, df2: float, k: int, ci_level: float) -> ICC:
    """(F - 1)/(F + k - 1), with F over its quantiles as limits."""
    tail = 0.5 + ci_level / 2
    low, high = f / stats.f.ppf(tail, df1, df2), f * stats.f.ppf(tail, df2, df1)
    value, ci_low, ci_high = ((x - 1) / (x + k - 1) for x in (f, low, high))
    p = max(float(stats.f.sf(f, df1, df2)), SMALLEST_P)
    return ICC(value, f, df1, df2, p, float(ci_low), float(ci_high), ci_level)


def _agreement(ms: MeanSquares, ci_level: float) -> ICC:
    """ICC(2,1); the degrees of freedom of its limits are Satterthwaite's."""
    n, k = ms.n, ms.k
    between, error, columns = ms.between, ms.error, ms.columns
    icc = (between - error) / (between + (k - 1) * error + k * (columns - error) / n)
    ratio = columns / error
    share = n * (1 + (k - 1) * icc) - k * icc
    v = (k - 1) * (n - 1) * (k * icc * ratio + share) ** 2
    v /= (n - 1) * (k * icc * ratio) ** 2 + share**2
    tail = 0.5 + ci_level / 2
    below, above = stats.f.ppf(tail, n - 1, v), stats.f.ppf(tail, v, n - 1)
    spread = k * columns + (k * n - k - n) * error
    low = n * (between - below * error) / (below * spread + n * between)
    high = n * (above * between - error) / (spread + n * above * between)
    f, df2 = between / error, (n - 1) * (k - 1)
    p = max(float(stats.f.sf(f, n - 1, df2)), SMALLEST_P)
    return ICC(icc, f, n - 1, df2, p, float(low), float(high), ci_level)


def _of_mean(single: ICC, k: int) -> ICC:
    """The coefficient of the mean of k measurements (Spearman and Brown)."""
    value, low, high = (
        k * x / (1 + (k - 1) * x) for x in (single.icc, single.ci_low, single.ci_high)
    )
    return ICC(value, single.f, single.df1, single.df2, single.p, low, high, single.ci_level)


@dataclass(frozen=True)
class MeasurementError:
    """SEM and MDC in the unit of the measurement.

    sem_consistency: random error only. sem_agreement: with systematic differences of the trials or
    raters. sem_from_sd: SD of all values times root of (1 - ICC(3,1)), as many papers print it.
    mdc_consistency, mdc_agreement: the change of one person that exceeds the error of two
    measurements with probability `level`. ci_low, ci_high: of sem_consistency, at `level`.
    """

    sem_consistency: float
    ci_low: float
    ci_high: float
    sem_agreement: float
    sem_from_sd: float
    mdc_consistency: float
    mdc_agreement: float
    level: float


def measurement_error(table: RepeatedValues, *, level: float = 0.95) -> MeasurementError:
    """SEM and MDC of a table of repeated measurements; raises NotEstimableError as `mean_squares`.

    Source: de Vet 2006, J Clin Epidemiol 59:1033; Weir 2005, J Strength Cond Res 19:231.
    """
    ms = mean_squares(table)
    consistency = float(np.sqrt(ms.error))
    systematic = max(0.0, (ms.columns - ms.error) / ms.n)
    agreement = float(np.sqrt(ms.error + systematic))
    df = (ms.n - 1) * (ms.k - 1)
    low, high = (df / stats.chi2.ppf(p, df) for p in ((1 + level) / 2, (1 - level) / 2))
    to_change = float(stats.norm.ppf(0.5 + level / 2) * np.sqrt(2))
    icc = icc_family(table).icc_3_1.icc
    return MeasurementError(
        sem_consistency=consistency,
        ci_low=float(consistency * np.sqrt(low)),
        ci_high=float(consistency * np.sqrt(high)),
        sem_agreement=agreement,
        sem_from_sd=float(np.sqrt(ms.total * (1 - icc))),
        mdc_consistency=to_change * consistency,
        mdc_agreement=to_change * agreement,
        level=level,
    )
