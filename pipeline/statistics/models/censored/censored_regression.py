"""Normal regression with exact, right-, left- and interval-censored rows, as a statsmodels model.

statsmodels has no such model. On the logarithm of a hold time it is the log-normal regression that
the hold-time comparison uses: exp(coefficient) is a ratio of times. Agrees with R's
survival::survreg, including its cluster-robust standard errors.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import log_ndtr
from statsmodels.base.model import GenericLikelihoodModel

from pipeline.statistics.errors import NotEstimableError

Vector = npt.NDArray[np.float64]

LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
NO_MAXIMUM = (
    "The regression has no stable solution with these data: a group or covariate separates "
    "the trials, or they are too few."
)
_SMALLEST_EIGENVALUE = 1e-9
"""Of the information per row with standardised columns; below it a direction is not determined."""
_MOST_STEPS = 200
_MOST_HALVINGS = 60
"""Bounds of loops. The surface is concave and Newton's steps end in about ten; 60 halvings of a
step are below what a number can resolve."""
_SETTLED = 1e-16
"""Newton's decrement relative to the log-likelihood: rounding of its sum."""
_ROUNDING = 1e-12
"""Of the log-likelihood: a step that lowers it by this much does not go down."""


@dataclass(frozen=True)
class RowDerivatives:
    """Log-likelihood of each row and its derivatives in the standardised bounds, shape (n_rows,).

    With a = (low - xb)/sigma and b = (high - xb)/sigma: `g` is the derivative when both bounds
    move by the same amount, `h` when both grow in proportion; gg, gh and hh are the second
    derivatives of the same kind, without the terms that the chain rule adds.
    """

    loglike: Vector
    g: Vector
    h: Vector
    gg: Vector
    gh: Vector
    hh: Vector


def _log_probability(a: Vector, b: Vector) -> Vector:
    """log(Phi(b) - Phi(a)) for a < b, exact in both tails: the upper tail is mirrored first."""
    mirrored = a > 0
    larger = log_ndtr(np.where(mirrored, -a, b))
    smaller = log_ndtr(np.where(mirrored, -b, a))
    return np.asarray(larger + np.log(-np.expm1(smaller - larger)))


def row_derivatives(a: Vector, b: Vector) -> RowDerivatives:
    """Derivatives of rows with standardised bounds a and b; a == b marks an exact row.

    The log-likelihood of exact rows leaves out -log(sigma), which the caller adds.
    """
    exact = a == b
    z = np.where(exact, a, 0.0)
    low = np.where(exact, -1.0, a)
    high = np.where(exact, 1.0, b)
    log_p = _log_probability(low, high)

    def moments(bound: Vector) -> list[Vector]:
        """bound**k * density / probability for k = 0..3; 0 at an infinite bound."""
        is_finite = np.isfinite(bound)
        finite = np.where(is_finite, bound, 0.0)
        ratio = np.exp(np.where(is_finite, -0.5 * finite**2 - LOG_SQRT_2PI - log_p, -np.inf))
        return [ratio, finite * ratio, finite**2 * ratio, finite**3 * ratio]

    m0, m1, m2, m3 = (
        above - below for above, below in zip(moments(high), moments(low), strict=True)
    )
    return RowDerivatives(
        loglike=np.where(exact, -0.5 * z * z - LOG_SQRT_2PI, log_p),
        g=np.where(exact, -z, m0),
        h=np.where(exact, -z * z, m1),
        gg=np.where(exact, -1.0, -m0 * m0 - m1),
        gh=np.where(exact, -z, -m2 - m0 * m1),
        hh=np.where(exact, -z * z, -m3 - m1 * m1),
    )


class CensoredNormal(GenericLikelihoodModel):  # type: ignore[misc]
    """Normal regression of a variable known exactly or only within bounds.

    low, high: shape (n_rows,). low == high: exact; high = inf: right-censored at low; low = -inf:
    left-censored at high; low < high: interval-censored. exog: shape (n_rows, k) with a constant
    column, numbers only. Parameters are the k coefficients and `ln_sigma`. Everything that
    statsmodels results offer (conf_int, t_test, summary, robust covariances) applies.

    Raises ValueError for bounds that cross, rows without any bound, or missing exog.
    Source: Tobin 1958, Econometrica 26:24; parametrisation of the start values from Olsen 1978,
    Econometrica 46:1211, in which the likelihood has a single maximum.
    """

    def __init__(
        self, low: npt.ArrayLike, high: npt.ArrayLike, exog: npt.ArrayLike | pd.DataFrame
    ) -> None:
        low_ = np.asarray(low, dtype=float)
        high_ = np.asarray(high, dtype=float)
        if low_.shape != high_.shape or low_.ndim != 1:
            raise ValueError("low and high need one value per row each")
        if not (low_ <= high_).all() or (np.isinf(low_) & np.isinf(high_)).any():
            raise ValueError("each row needs a finite bound, and low may not be above high")
        if not np.isfinite(np.asarray(exog, dtype=float)).all():
            raise ValueError("exog has missing or infinite values; drop those rows first")
        # statsmodels wants one finite number per row; the likelihood uses the bounds only.
        middle = (
            np.where(np.isinf(low_), high_, low_) + np.where(np.isinf(high_), low_, high_)
        ) / 2
        super().__init__(middle, exog, extra_params_names=["ln_sigma"])
        self.low = low_
        self.high = high_
        self.exact = low_ == high_

    def _standardised(self, params: Vector) -> tuple[float, RowDerivatives]:
        sigma = float(np.exp(params[-1]))
        fitted = self.exog @ params[:-1]
        return sigma, row_derivatives((self.low - fitted) / sigma, (self.high - fitted) / sigma)

    def loglikeobs(self, params: Vector) -> Vector:
        """Log-likelihood of each row, shape (n_rows,)."""
        _, row = self._standardised(params)
        return np.asarray(row.loglike - self.exact * params[-1])

    def score_obs(self, params: Vector, **_: Any) -> Vector:
        """Analytic gradient of each row, shape (n_rows, k + 1)."""
        sigma, row = self._standardised(params)
        return np.column_stack([-(row.g / sigma)[:, None] * self.exog, -row.h - self.exact])

    def score(self, params: Vector) -> Vector:
        """Analytic gradient, shape (k + 1,)."""
        return np.asarray(self.score_obs(params).sum(axis=0))

    def hessian(self, params: Vector) -> Vector:
        """Analytic matrix of second derivatives, shape (k + 1, k + 1)."""
        sigma, row = self._standardised(params)
        cross = ((row.gh + row.g) / sigma) @ self.exog
        return np.block(
            [
                [(self.exog * (row.gg / sigma**2)[:, None]).T @ self.exog, cross[:, None]],
                [cross[None, :], np.array([[(row.hh + row.h).sum()]])],
            ]
        )

    def fit(
        self,
        start_params: Vector | None = None,
        method: str = "newton",
        maxiter: int = 100,
        disp: int = 0,
        **kwargs: Any,
    ) -> Any:
        """Maximum likelihood; returns statsmodels results. Raises NotEstimableError without a maximum."""
        start = self._concave_start() if start_params is None else start_params
        return super().fit(start_params=start, method=method, maxiter=maxiter, disp=disp, **kwargs)

    def fit_clustered(self, groups: pd.Series, *, small_sample: bool = True) -> Any:
        """Fit with standard errors that allow rows of one participant to be alike.

        groups: shape (n_rows,), the participant of each row, from the frame that gave exog
        (statsmodels matches them by position). small_sample: with the factor
        G/(G-1) * (n-1)/(n-k) and t with G - 1 degrees of freedom (simulated size .046 to .050 with
        21 to 60 people per group); without it neither, as R's survreg prints.
        """
        codes = pd.factorize(groups, sort=True)[0]
        if len(codes) != len(self.low) or (codes < 0).any():
            raise ValueError("groups needs one participant per row")
        return self.fit(
            cov_type="cluster",
            cov_kwds={"groups": codes, "use_correction": small_sample},
            use_t=small_sample,
        )

    def _concave_start(self) -> Vector:
        """Damped Newton in (coefficients/sigma, 1/sigma), where the likelihood is concave."""
        spread = np.sqrt(np.mean(self.exog**2, axis=0))
        exog = self.exog / np.where(spread > 0, spread, 1.0)
        beta = np.linalg.lstsq(exog, self.endog, rcond=None)[0]
        sigma = np.std(self.endog - exog @ beta) or 1.0
        point = np.append(beta / sigma, 1 / sigma)
        value, gradient, information = self._concave(point, exog)
        for _ in range(_MOST_STEPS):
            smallest = float(np.linalg.eigvalsh(information)[0]) / len(self.low)
            if smallest < _SMALLEST_EIGENVALUE:
                raise NotEstimableError(NO_MAXIMUM)
            step: Vector = np.asarray(np.linalg.solve(information, gradient), dtype=np.float64)
            if float(gradient @ step) < _SETTLED * max(1.0, abs(value)):
                return np.append(point[:-1] / point[-1] / spread, -np.log(point[-1]))
            point, value = self._climb(point, step, value, exog)
            _, gradient, information = self._concave(point, exog)
        raise NotEstimableError(NO_MAXIMUM)

    def _climb(
        self, point: Vector, step: Vector, value: float, exog: Vector
    ) -> tuple[Vector, float]:
        """The longest of 1, 1/2, 1/4, ... steps that does not go down."""
        for _ in range(_MOST_HALVINGS):
            new = point + step
            if new[-1] > 0:
                new_value = self._concave(new, exog)[0]
                if new_value >= value - _ROUNDING * abs(value):
                    return new, new_value
            step = step / 2
        raise NotEstimableError(NO_MAXIMUM)

    def _concave(self, point: Vector, exog: Vector) -> tuple[float, Vector, Vector]:
        """Value, gradient and information (minus the second derivatives) at a point of Olsen's form."""
        theta = float(point[-1])
        fitted = exog @ point[:-1]
        row = row_derivatives(theta * self.low - fitted, theta * self.high - fitted)
        value = float(row.loglike.sum() + self.exact.sum() * np.log(theta))
        in_theta = (row.h + fitted * row.g + self.exact) / theta
        cross = -((row.gh + fitted * row.gg) / theta) @ exog
        curvature = (
            row.hh + 2 * fitted * row.gh + fitted**2 * row.gg - self.exact
        ).sum() / theta**2
        gradient = np.append(-row.g @ exog, in_theta.sum())
        hessian = np.block(
            [
                [(exog * row.gg[:, None]).T @ exog, cross[:, None]],
                [cross[None, :], np.array([[curvature]])],
            ]
        )
        return value, gradient, -hessian
