"""The restricted log-likelihood of nested intercepts from sums per leg and participant alone.

A second way to the same number as `variance_components.py`, without its blocks, factors or matrix
inverses, so that an error in one of them shows.
"""

import numpy as np

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.models.model_rows import sums_by_code


def reml_loglikelihood(
    endog: Floats, exog: Floats, people: Codes, legs: Codes, variances: Floats
) -> float:
    """Of endog (n,) on exog (n, k); variances: residual, participant, leg.

    people, legs: codes from 0; leg codes differ between participants. Without a leg intercept,
    give the participants as legs and 0 as their variance. Source: the inverse of I + s 11', twice
    (Sherman and Morrison 1950, Ann Math Stat 21:124).
    """
    n, k = exog.shape
    products, log_determinant = _weighted(endog, exog, people, legs, variances)
    information, cross = products[:k, :k], products[:k, k]
    quadratic = products[k, k] - cross @ np.linalg.solve(information, cross)
    return -0.5 * float(
        log_determinant
        + np.linalg.slogdet(information)[1]
        + quadratic
        + (n - k) * np.log(2 * np.pi)
    )


def coefficients_by_sums(
    endog: Floats, exog: Floats, people: Codes, legs: Codes, variances: Floats
) -> Floats:
    """The coefficients (k,) at the variances; arguments as in `reml_loglikelihood`."""
    k = exog.shape[1]
    products, _ = _weighted(endog, exog, people, legs, variances)
    return np.asarray(np.linalg.solve(products[:k, :k], products[:k, k]))


def _weighted(
    endog: Floats, exog: Floats, people: Codes, legs: Codes, variances: Floats
) -> tuple[Floats, float]:
    """Products of all columns weighted by the inverse covariance, and the log of its determinant."""
    residual, between, of_leg = (float(value) for value in variances)
    values = np.column_stack([exog, endog])
    sums = sums_by_code(values, legs)
    sizes = np.bincount(legs).astype(float)
    owner = np.zeros(len(sizes), dtype=np.intp)
    owner[legs] = people
    shrunk = residual + sizes * of_leg
    products = (values.T @ values - (sums / shrunk[:, None]).T @ sums * of_leg) / residual
    above = sums_by_code(sums / shrunk[:, None], owner)
    weight = 1 + between * np.bincount(owner, sizes / shrunk)
    products -= between * (above / weight[:, None]).T @ above
    log_determinant = (
        (len(endog) - len(sizes)) * np.log(residual) + np.log(shrunk).sum() + np.log(weight).sum()
    )
    return products, float(log_determinant)
