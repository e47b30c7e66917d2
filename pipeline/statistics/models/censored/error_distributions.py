"""The distributions of censored regression, as one table: normal, log-normal, Weibull, log-logistic.

Each is y = fitted + sigma * error with y the variable or its logarithm; the error is standard
normal, logistic, or the smaller extreme value. A further distribution is one more entry.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, ndtri

from pipeline.statistics.estimates.arrays import Floats

Curve = Callable[[Floats], Floats]

_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
_LARGEST_EXPONENT = 700.0
"""exp() of more than 709.8 is beyond what a number can hold."""


@dataclass(frozen=True)
class ErrorDistribution:
    """A standardised error with a log-concave density, so that the likelihood has one maximum.

    log_density, log_cdf, log_sf: logarithms of density, P(error <= z) and P(error > z), exact in
    both tails. slope and curvature: first and second derivative of log_density. quantile: z with
    P(error <= z) = p.
    """

    log_density: Curve
    slope: Curve
    curvature: Curve
    log_cdf: Curve
    log_sf: Curve
    quantile: Curve


@dataclass(frozen=True)
class Distribution:
    """A distribution by its published name. on_log_scale: the regression is of the logarithm."""

    label: str
    error: ErrorDistribution
    on_log_scale: bool


def _exp(z: Floats) -> Floats:
    return np.exp(np.minimum(z, _LARGEST_EXPONENT))


def _log_cdf_of_smallest(z: Floats) -> Floats:
    """log(1 - exp(-exp(z))), exact in both tails; below -700 it is z."""
    low = np.minimum(np.maximum(z, -_LARGEST_EXPONENT), 0.0)
    return np.where(
        z > 0,
        np.log1p(-np.exp(-_exp(np.maximum(z, 0.0)))),
        np.where(z < -_LARGEST_EXPONENT, z, np.log(-np.expm1(-np.exp(low)))),
    )


NORMAL = ErrorDistribution(
    log_density=lambda z: -0.5 * z * z - _LOG_SQRT_2PI,
    slope=lambda z: -z,
    curvature=lambda z: -np.ones_like(z),
    log_cdf=log_ndtr,
    log_sf=lambda z: log_ndtr(-z),
    quantile=ndtri,
)
LOGISTIC = ErrorDistribution(
    log_density=lambda z: log_expit(z) + log_expit(-z),
    slope=lambda z: -np.tanh(z / 2),
    curvature=lambda z: -2 * expit(z) * expit(-z),
    log_cdf=log_expit,
    log_sf=lambda z: log_expit(-z),
    quantile=lambda p: np.log(p) - np.log1p(-p),
)
SMALLEST_EXTREME = ErrorDistribution(
    log_density=lambda z: z - _exp(z),
    slope=lambda z: 1 - _exp(z),
    curvature=lambda z: -_exp(z),
    log_cdf=_log_cdf_of_smallest,
    log_sf=lambda z: -_exp(z),
    quantile=lambda p: np.log(-np.log1p(-p)),
)

DISTRIBUTIONS: dict[str, Distribution] = {
    "normal": Distribution("normal", NORMAL, on_log_scale=False),
    "lognormal": Distribution("log-normal", NORMAL, on_log_scale=True),
    "weibull": Distribution("Weibull", SMALLEST_EXTREME, on_log_scale=True),
    "loglogistic": Distribution("log-logistic", LOGISTIC, on_log_scale=True),
}
"""Source of the parametrisation: Kalbfleisch and Prentice 2002, The Statistical Analysis of Failure
Time Data, chapter 2; the one of R's survival::survreg."""
