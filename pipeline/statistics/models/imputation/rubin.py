"""Rubin's rules: one inference from the fits of several completed tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer


@dataclass(frozen=True)
class CompleteDataFit:
    """An estimate from one completed table: estimate, standard error, degrees of freedom.

    df: what the fit would have if nothing had been missing.
    """

    estimate: float
    se: float
    df: float


@dataclass(frozen=True)
class PooledInference:
    """Inference over m completed tables.

    inference: estimate, se, t with Barnard and Rubin's df. within: mean of the squared standard
    errors. between: variance of the estimates. increase: relative increase of the variance because
    values are missing. missing_information: share of the information that is missing.
    monte_carlo_se: how far the estimate would move with another seed.
    """

    inference: Inference
    m: int
    within: float
    between: float
    increase: float
    missing_information: float
    monte_carlo_se: float


def pool(fits: Sequence[CompleteDataFit], *, ci_level: float = 0.95) -> PooledInference:
    """Rubin's rules with the degrees of freedom of Barnard and Rubin, which never exceed the fit's.

    One fit is taken as that of a table without missing values. Raises NotEstimableError without
    fits or with a standard error of 0. Agrees with R's mice::pool. Source: Rubin 1987; Barnard and
    Rubin 1999, Biometrika 86:948.
    """
    if not fits:
        raise NotEstimableError("No completed table could be analysed.")
    if not all(fit.se > 0 and np.isfinite(fit.se) for fit in fits):
        raise NotEstimableError("A completed table gives no standard error.")
    m = len(fits)
    estimates = np.array([fit.estimate for fit in fits])
    within = float(np.mean([fit.se**2 for fit in fits]))
    between = float(estimates.var(ddof=1)) if m > 1 else 0.0
    total = within + (1 + 1 / m) * between
    increase = (1 + 1 / m) * between / within
    df_complete = min(fit.df for fit in fits)
    df = _barnard_rubin(m, (1 + 1 / m) * between / total, df_complete)
    information = (increase + 2 / (df + 3)) / (increase + 1) if between > 0 else 0.0
    return PooledInference(
        inference=infer(float(estimates.mean()), float(np.sqrt(total)), df=df, ci_level=ci_level),
        m=m,
        within=within,
        between=between,
        increase=increase,
        missing_information=information,
        monte_carlo_se=float(np.sqrt(between / m)),
    )


def _barnard_rubin(m: int, missing_share: float, df_complete: float) -> float:
    """missing_share: of the total variance, what comes from missing values."""
    if missing_share == 0:
        return df_complete
    of_imputation = (m - 1) / missing_share**2
    observed = (df_complete + 1) / (df_complete + 3) * df_complete * (1 - missing_share)
    return of_imputation * observed / (of_imputation + observed)
