"""Correlation of two measurements, one value per participant each."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import two_sided_p
from pipeline.statistics.models.rounding import rounded_for_ranks, varies

FEWEST_PAIRS = 4
"""Fisher's interval divides by n - 3."""
FEWEST_PAIRS_OF_KENDALL = 5
"""Its interval divides by n - 4."""
_EXACT_WITHIN = 1e-12
"""Rounding of a correlation of 1, whose interval on Fisher's scale would be infinite."""
_KENDALL_VARIANCE = 0.437
"""Of tau on Fisher's scale times n - 4 (Fieller, Hartley and Pearson 1957, Biometrika 44:470)."""


@dataclass(frozen=True)
class Correlation:
    """One coefficient, its interval and test; df is None for a normal reference distribution.

    df: n - 2, less one for each covariate of a partial correlation. n: participants.
    """

    r: float
    ci_low: float
    ci_high: float
    ci_level: float
    statistic: float
    df: float | None
    p: float
    n: int


def pearson(x: Floats, y: Floats, *, ci_level: float = 0.95) -> Correlation:
    """Pearson's r with Fisher's interval; complete pairs. Raises NotEstimableError (see `check_pairs`)."""
    check_pairs(x, y)
    r = float(np.clip(stats.pearsonr(x, y).statistic, -1, 1))
    return correlation_of(r, len(x), 1 / np.sqrt(len(x) - 3), ci_level)


def spearman(x: Floats, y: Floats, *, ci_level: float = 0.95) -> Correlation:
    """Spearman's rho, t test as R's cor.test(exact = FALSE); complete pairs.

    Interval on Fisher's scale with the variance (1 + rho²/2)/(n - 3) of Bonett and Wright 2000,
    Psychometrika 65:23. Raises NotEstimableError (see `check_pairs`).
    """
    check_pairs(x, y)
    ranks = (stats.rankdata(*rounded_for_ranks(values)) for values in (x, y))
    rho = float(np.clip(stats.pearsonr(*ranks).statistic, -1, 1))
    return correlation_of(rho, len(x), np.sqrt((1 + rho**2 / 2) / (len(x) - 3)), ci_level)


def kendall(x: Floats, y: Floats, *, ci_level: float = 0.95) -> Correlation:
    """Kendall's tau-b, normal test with ties as R's cor.test(exact = FALSE); complete pairs.

    Interval on Fisher's scale (Bonett and Wright 2000). Raises NotEstimableError (see
    `check_pairs`).
    """
    check_pairs(x, y, FEWEST_PAIRS_OF_KENDALL)
    (x_,), (y_,) = rounded_for_ranks(x), rounded_for_ranks(y)
    tau = float(np.clip(stats.kendalltau(x_, y_).statistic, -1, 1))
    made = correlation_of(tau, len(x), np.sqrt(_KENDALL_VARIANCE / (len(x) - 4)), ci_level)
    z = _kendall_z(tau, x_, y_)
    return Correlation(
        r=tau,
        ci_low=made.ci_low,
        ci_high=made.ci_high,
        ci_level=ci_level,
        statistic=z,
        df=None,
        p=two_sided_p(z),
        n=len(x),
    )


def _kendall_z(tau: float, x: Floats, y: Floats) -> float:
    """Concordant less discordant pairs over its standard error with ties (Kendall 1970, ch. 5)."""
    n = len(x)
    t, u = (np.unique(values, return_counts=True)[1].astype(float) for values in (x, y))
    pairs = n * (n - 1) / 2
    ties = [float((c * (c - 1) / 2).sum()) for c in (t, u)]
    triples = [float((c * (c - 1) * (c - 2)).sum()) for c in (t, u)]
    shares = [float((c * (c - 1) * (2 * c + 5)).sum()) for c in (t, u)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(shares)) / 18
    variance += ties[0] * ties[1] / pairs + triples[0] * triples[1] / (18 * pairs * (n - 2))
    surplus = tau * np.sqrt((pairs - ties[0]) * (pairs - ties[1]))
    return float(surplus / np.sqrt(variance))


def check_pairs(x: Floats, y: Floats, fewest: int = FEWEST_PAIRS) -> None:
    """Raises NotEstimableError with too few pairs, or when one measurement does not vary."""
    if len(x) != len(y):
        raise ValueError("both measurements need one value per participant")
    if len(x) < fewest:
        raise NotEstimableError(
            f"The number of participants with both values is {len(x)}; at least {fewest} are needed."
        )
    if not (varies(x) and varies(y)):
        raise NotEstimableError("One of the two measurements has the same value in everybody.")


def correlation_of(
    r: float, n: int, se: float, ci_level: float, *, n_covariates: int = 0
) -> Correlation:
    """T test of a coefficient, and its interval from a standard error on Fisher's scale."""
    if abs(r) >= 1 - _EXACT_WITHIN:
        raise NotEstimableError(
            "The two measurements follow each other exactly, so that no interval can be given."
        )
    reach = float(stats.norm.ppf(0.5 + ci_level / 2)) * se
    df = float(n - 2 - n_covariates)
    statistic = r * np.sqrt(df / (1 - r * r))
    return Correlation(
        r=r,
        ci_low=float(np.tanh(np.arctanh(r) - reach)),
        ci_high=float(np.tanh(np.arctanh(r) + reach)),
        ci_level=ci_level,
        statistic=float(statistic),
        df=df,
        p=two_sided_p(float(statistic), df),
        n=n,
    )
