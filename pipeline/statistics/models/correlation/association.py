"""Correlation of two measurements within one group, one value per participant each."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.p_values import two_sided_p

Values = npt.NDArray[np.float64]

FEWEST_PAIRS = 4
"""Fisher's interval divides by n - 3."""
_EXACT_WITHIN = 1e-12
"""Rounding of a correlation of 1, whose interval on Fisher's scale would be infinite."""


@dataclass(frozen=True)
class Correlation:
    """One coefficient, its interval and test; df = n - 2."""

    r: float
    ci_low: float
    ci_high: float
    ci_level: float
    statistic: float
    df: float
    p: float
    n: int


def pearson(x: Values, y: Values, *, ci_level: float = 0.95) -> Correlation:
    """Pearson's r with Fisher's interval; complete pairs. Raises NotEstimableError (see `_check`)."""
    _check(x, y)
    r = float(np.clip(stats.pearsonr(x, y).statistic, -1, 1))
    return _with_interval(r, len(x), 1 / np.sqrt(len(x) - 3), ci_level)


def spearman(x: Values, y: Values, *, ci_level: float = 0.95) -> Correlation:
    """Spearman's rho, t test as R's cor.test(exact = FALSE); complete pairs.

    Interval on Fisher's scale with the variance (1 + rho²/2)/(n - 3) of Bonett and Wright 2000,
    Psychometrika 65:23. Raises NotEstimableError (see `_check`).
    """
    _check(x, y)
    rho = float(np.clip(stats.spearmanr(x, y).statistic, -1, 1))
    return _with_interval(rho, len(x), np.sqrt((1 + rho**2 / 2) / (len(x) - 3)), ci_level)


def _check(x: Values, y: Values) -> None:
    if len(x) < FEWEST_PAIRS:
        raise NotEstimableError(
            f"The number of participants with both values is {len(x)}; at least {FEWEST_PAIRS} "
            "are needed."
        )
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise NotEstimableError("One of the two measurements has the same value in everybody.")


def _with_interval(r: float, n: int, se: float, ci_level: float) -> Correlation:
    if abs(r) >= 1 - _EXACT_WITHIN:
        raise NotEstimableError(
            "The two measurements follow each other exactly, so that no interval can be given."
        )
    reach = float(stats.norm.ppf(0.5 + ci_level / 2)) * se
    statistic = r * np.sqrt((n - 2) / (1 - r * r))
    return Correlation(
        r=r,
        ci_low=float(np.tanh(np.arctanh(r) - reach)),
        ci_high=float(np.tanh(np.arctanh(r) + reach)),
        ci_level=ci_level,
        statistic=float(statistic),
        df=float(n - 2),
        p=two_sided_p(float(statistic), n - 2),
        n=n,
    )
