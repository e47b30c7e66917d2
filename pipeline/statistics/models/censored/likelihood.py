"""The likelihood of censored regression: distributions, rows, and the parameters with one maximum.

The distributions are one table (normal, log-normal, Weibull, log-logistic): each is y = fitted + sigma *
error with y the variable or its logarithm; the error is standard normal, logistic, or the smaller extreme
value. A further distribution is one more entry. Rows are known exactly or only within bounds.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_ndtr, ndtri

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.newton import SETTLED, maximum

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


@dataclass(frozen=True)
class RowDerivatives:
    """Log-likelihood of each row and its derivatives in the standardised bounds, shape (n_rows,).

    With a = (low - fitted)/sigma and b = (high - fitted)/sigma: `g` is the derivative when both
    bounds move by the same amount, `h` when both grow in proportion; gg, gh and hh are the second
    derivatives of the same kind, without the terms that the chain rule adds.
    """

    loglike: Floats
    g: Floats
    h: Floats
    gg: Floats
    gh: Floats
    hh: Floats


class CensoredRows:
    """Bounds of rows, sorted once by what is known, so that each kind costs what it must.

    low, high: shape (n_rows,). low == high: exact; high = inf: known to be above low; low = -inf:
    known to be below high; otherwise between the two. `exact`, `above`, `below`, `between`: row
    numbers of each kind; `is_exact`: 1.0 for exact rows, else 0.0; `middle`: the value, the one
    finite bound, or halfway between both; each of shape (n_rows,).
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self.low, self.high = low, high
        is_exact = low == high
        self.is_exact = is_exact.astype(float)
        self.exact = np.flatnonzero(is_exact)
        self.above = np.flatnonzero(~is_exact & np.isposinf(high))
        self.below = np.flatnonzero(~is_exact & np.isneginf(low))
        self.between = np.flatnonzero(~is_exact & np.isfinite(low) & np.isfinite(high))
        self._point = np.where(np.isneginf(low), high, low)
        self.middle = self._point.copy()
        self.bound_above = np.where(~is_exact & np.isposinf(high), low, np.inf)
        self.middle[self.between] = (low[self.between] + high[self.between]) / 2

    def __len__(self) -> int:
        return len(self.low)

    def derivatives(
        self, error: ErrorDistribution, fitted: Floats, sigma: Floats | float
    ) -> RowDerivatives:
        """Log-likelihood and derivatives at fitted values (n_rows,) and sigma (scalar or n_rows).

        The log-likelihood of exact rows leaves out -log(sigma), which the caller adds.
        """
        z = (self._point - fitted) / sigma
        loglike, g, gg = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        at = z[self.exact]
        loglike[self.exact] = error.log_density(at)
        g[self.exact] = error.slope(at)
        gg[self.exact] = error.curvature(at)
        for rows, log_share, sign in (
            (self.above, error.log_sf, -1.0),
            (self.below, error.log_cdf, 1.0),
        ):
            if len(rows):
                at = z[rows]
                loglike[rows] = log_share(at)
                ratio = np.exp(error.log_density(at) - loglike[rows])
                g[rows] = sign * ratio
                gg[rows] = ratio * (sign * error.slope(at) - ratio)
        h, gh = z * g, z * gg
        hh = z * gh
        if len(self.between):
            spread = np.broadcast_to(np.asarray(sigma, dtype=float), z.shape)[self.between]
            low = (self.low[self.between] - fitted[self.between]) / spread
            high = (self.high[self.between] - fitted[self.between]) / spread
            of_between = _between(error, low, high)
            for whole, part in zip((loglike, g, h, gg, gh, hh), of_between, strict=True):
                whole[self.between] = part
        return RowDerivatives(loglike, g, h, gg, gh, hh)


def log_probability(error: ErrorDistribution, low: Floats, high: Floats) -> Floats:
    """Log P(low < error <= high) for low < high, exact in both tails: far up the survival is used."""
    up = low > 0
    larger = np.where(up, error.log_sf(low), error.log_cdf(high))
    smaller = np.where(up, error.log_sf(high), error.log_cdf(low))
    return np.asarray(larger + np.log(-np.expm1(smaller - larger)))


def _between(
    error: ErrorDistribution, low: Floats, high: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """loglike, g, h, gg, gh, hh of rows between two finite standardised bounds."""
    log_p = log_probability(error, low, high)
    above = np.exp(error.log_density(high) - log_p)
    below = np.exp(error.log_density(low) - log_p)
    above_slope, below_slope = above * error.slope(high), below * error.slope(low)
    g = above - below
    h = high * above - low * below
    return (
        log_p,
        g,
        h,
        above_slope - below_slope - g * g,
        high * above_slope - low * below_slope - g * h,
        high**2 * above_slope - low**2 * below_slope - h * h,
    )


_COLLINEAR = 1e-9
"""Of a column's length: what the other columns leave of it. Far above rounding and far below what
measured covariates reach. Also of the values: what least squares leaves of them."""


class ConcaveLikelihood:
    """Log-likelihood of rows in (coefficients/sigma, 1/sigma), concave for every error we have.

    exog: shape (n_rows, k). weights: how often each row counts, shape (n_rows,); None: once.
    Source: Olsen 1978, Econometrica 46:1211; Burridge 1981, J R Stat Soc B 43:41.
    """

    def __init__(
        self,
        rows: CensoredRows,
        error: ErrorDistribution,
        exog: Floats,
        weights: Floats | None = None,
    ) -> None:
        self.rows, self.error, self.exog = rows, error, exog
        self.weights = np.ones(len(rows)) if weights is None else weights
        self._exact_weight = float(self.weights @ rows.is_exact)

    def evaluate(self, point: Floats) -> tuple[float, Floats, Floats]:
        """Value, gradient and information (minus the second derivatives) at a point (k + 1,)."""
        theta = float(point[-1])
        fitted = self.exog @ point[:-1]
        row = self.rows.derivatives(self.error, fitted / theta, 1 / theta)
        g, gg = self.weights * row.g, self.weights * row.gg
        gh = self.weights * row.gh + fitted * gg
        value = float(self.weights @ row.loglike) + self._exact_weight * np.log(theta)
        in_theta = float(self.weights @ row.h + fitted @ g) + self._exact_weight
        curvature = float(self.weights @ row.hh + fitted @ (gh + self.weights * row.gh))
        k = self.exog.shape[1]
        information = np.empty((k + 1, k + 1))
        information[:k, :k] = -(self.exog * gg[:, None]).T @ self.exog
        information[:k, k] = information[k, :k] = gh @ self.exog / theta
        information[k, k] = (self._exact_weight - curvature) / theta**2
        return value, np.append(-g @ self.exog, in_theta / theta), information


class StandardisedProblem:
    """A censored regression with one sigma in units in which every direction is of size 1.

    The columns are made orthogonal, the least-squares fit of the middles of the bounds is taken
    off and its spread is the unit, so that units of time or age decide nothing.
    `to_coefficients`: (k, k), from orthogonal columns to the model's own; `unit`: on the model's
    scale; `rows` and `exog`: standardised.

    Raises NotEstimableError with fewer rows than terms or a collinear column.
    """

    def __init__(self, rows: CensoredRows, error: ErrorDistribution, exog: Floats) -> None:
        n, k = exog.shape
        if n <= k:
            raise NotEstimableError(
                f"{n} rows are too few for a model with {k} coefficients and a spread."
            )
        q, r = np.linalg.qr(exog)
        lengths = np.sqrt((r**2).sum(axis=0))
        if (np.abs(np.diag(r)) <= _COLLINEAR * lengths).any():
            raise NotEstimableError(
                "A column of the regression is determined by the others, so that their "
                "coefficients cannot be told apart."
            )
        self.error = error
        self.exog = q * np.sqrt(n)
        self.to_coefficients = np.linalg.inv(r / np.sqrt(n))
        self._centre = self.exog.T @ rows.middle / n
        fitted = self.exog @ self._centre
        unit = float(np.sqrt(np.mean((rows.middle - fitted) ** 2)))
        negligible = _COLLINEAR * float(np.sqrt(np.mean(rows.middle**2)))
        self.unit = unit if unit > negligible else 1.0
        self.rows = CensoredRows((rows.low - fitted) / self.unit, (rows.high - fitted) / self.unit)

    def maximum(
        self,
        weights: Floats | None = None,
        start: Floats | None = None,
        *,
        settled: float = SETTLED,
    ) -> Floats:
        """The highest point (coefficients/sigma, 1/sigma), shape (k + 1,).

        weights: how often each row counts. start: from where; the least-squares fit by default.
        Raises NotEstimableError when there is none.
        """
        k = self.exog.shape[1]
        return maximum(
            ConcaveLikelihood(self.rows, self.error, self.exog, weights).evaluate,
            np.append(np.zeros(k), 1.0) if start is None else start,
            n_rows=len(self.rows),
            is_concave=True,
            is_allowed=lambda new: bool(new[-1] > 0),
            settled=settled,
        )

    def coefficients(self, standardised: Floats) -> Floats:
        """Coefficients of the model's own columns from those of the standardised problem."""
        return np.asarray(self.to_coefficients @ (self._centre + self.unit * standardised))

    def params(self, point: Floats) -> Floats:
        """Coefficients of the model's own columns and ln sigma at a point."""
        return np.append(self.coefficients(point[:-1] / point[-1]), np.log(self.unit / point[-1]))
