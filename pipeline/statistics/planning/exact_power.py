"""Power of the usual tests in closed form, and the sample size or effect that reaches a power.

Agrees with R's package pwr. Sizes are answered as real numbers; a study rounds them up.
"""

from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq
from scipy.stats import f, ncf, nct, norm, t

_FEWEST, _MOST = 2.0 + 1e-9, 1e7
"""Participants of a group between which a size is looked for."""
_NO_OTHER_TAIL = 8.0
"""Noncentrality beyond which the tail of the other direction is below 1e-15; scipy has no value for it
far out."""


class UnreachablePowerError(ValueError):
    """No sample size reaches the power; the message is a sentence for the person who plans."""


def t_test_power(d: float, n_case: float, n_reference: float, *, alpha: float = 0.05) -> float:
    """Power of the two-sided two-sample t test with equal variances, exact (noncentral t).

    d: difference of means in standard deviations. n_case, n_reference: participants, above 1.
    """
    df = n_case + n_reference - 2
    shift = abs(d) * np.sqrt(n_case * n_reference / (n_case + n_reference))
    bound = t.isf(alpha / 2, df)
    other_tail = nct.cdf(-bound, df, shift) if shift < _NO_OTHER_TAIL else 0.0
    return float(nct.sf(bound, df, shift) + other_tail)


def t_test_n_per_group(d: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Participants in each of two equal groups. Raises UnreachablePowerError when none suffice."""
    return _smallest(lambda n: t_test_power(d, n, n, alpha=alpha), power)


def t_test_detectable_d(
    n_case: float, n_reference: float, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The difference in standard deviations that two groups of these sizes detect."""

    def reached(d: float) -> float:
        return t_test_power(d, n_case, n_reference, alpha=alpha)

    most = 0.1
    while reached(most) < power:
        most *= 1.5
    return float(brentq(lambda d: reached(d) - power, 0, most, xtol=1e-12))


def shares_n_per_group(
    share_case: float, share_reference: float, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Participants in each group to tell two shares apart, by the arcsine transformation.

    Source: Cohen 1988, Statistical Power Analysis, chapter 6.
    """
    h = 2 * (np.arcsin(np.sqrt(share_case)) - np.arcsin(np.sqrt(share_reference)))
    bound = norm.isf(alpha / 2)

    def reached(n: float) -> float:
        shift = abs(h) * np.sqrt(n / 2)
        return float(norm.sf(bound - shift) + norm.cdf(-bound - shift))

    return _smallest(reached, power)


def correlation_power(r: float, n: float, *, alpha: float = 0.05) -> float:
    """Power to tell a correlation r from 0 with n participants, above 3.

    By Fisher's z with its bias r/(2(n - 1)), against the exact critical value of t. Source: as R's
    pwr.r.test, after Cohen 1988, chapter 3.
    """
    bound = t.isf(alpha / 2, n - 2)
    critical = np.arctanh(np.sqrt(bound**2 / (bound**2 + n - 2)))
    z = np.arctanh(r) + r / (2 * (n - 1))
    root = np.sqrt(n - 3)
    return float(norm.cdf((z - critical) * root) + norm.cdf((-z - critical) * root))


def correlation_n(r: float, *, power: float = 0.8, alpha: float = 0.05) -> float:
    """Participants to tell a correlation r from 0. Raises UnreachablePowerError for r = 0."""
    return _smallest(lambda n: correlation_power(r, n, alpha=alpha), power, fewest=4.0)


def f_test_power(
    df_numerator: float, df_denominator: float, noncentrality: float, *, alpha: float = 0.05
) -> float:
    """Power of an F test, exact (noncentral F): several groups, or terms of a regression."""
    bound = f.isf(alpha, df_numerator, df_denominator)
    return float(ncf.sf(bound, df_numerator, df_denominator, noncentrality))


def groups_n_per_group(
    n_groups: int, effect_f: float, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Participants in each group of a one-way analysis of variance; effect_f as Cohen's f."""

    def reached(n: float) -> float:
        return f_test_power(
            n_groups - 1, n_groups * (n - 1), n_groups * n * effect_f**2, alpha=alpha
        )

    return _smallest(reached, power)


def regression_residual_df(
    n_terms: int, effect_f2: float, *, power: float = 0.8, alpha: float = 0.05
) -> float:
    """Residual degrees of freedom for a test of n_terms terms; effect_f2 as Cohen's f squared."""

    def reached(df: float) -> float:
        return f_test_power(n_terms, df, effect_f2 * (n_terms + df + 1), alpha=alpha)

    return _smallest(reached, power)


def _smallest(reached: Callable[[float], float], power: float, *, fewest: float = _FEWEST) -> float:
    """The size at which a power that rises with it is reached."""
    if reached(fewest) >= power:
        return fewest
    most = fewest
    while reached(most) < power:
        most *= 2
        if most > _MOST:
            raise UnreachablePowerError(
                f"Even {_MOST:,.0f} participants in a group do not reach this power: the effect to "
                "detect is too small."
            )
    return float(brentq(lambda n: reached(n) - power, most / 2, most, xtol=1e-9))
