"""Regression of times that a ceiling or bounds cut off, as a statsmodels model.

statsmodels has no such model. exp(coefficient) of a log-normal, Weibull or log-logistic regression
is a ratio of times. Agrees with R's survival::survreg, including its cluster-robust standard errors.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.base.model import GenericLikelihoodModel

from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_results import CensoredResults
from pipeline.statistics.models.censored.error_distributions import DISTRIBUTIONS, Vector
from pipeline.statistics.models.censored.newton import maximum
from pipeline.statistics.models.censored.row_likelihood import CensoredRows, RowDerivatives

SPREAD_TERM = "ln_sigma"

_COLLINEAR = 1e-9
"""Of a column's length: what the other columns leave of it. Far above rounding and far below what
measured covariates reach."""
_STATSMODELS_TOLERANCE = 1e-8
"""Of the largest parameter; statsmodels' own default, which it does not relate to the parameters."""
_FARTHEST_LN_SIGMA = 20.0
"""A group's sigma differs from the common one by at most exp(20), 5e8: beyond that it nears 0, where
the likelihood of trials that are all alike has no maximum."""


class CensoredRegression(GenericLikelihoodModel):  # type: ignore[misc]
    """Regression of a variable known exactly or only within bounds.

    low, high: shape (n_rows,), in the unit of the variable. low == high: exact; high = inf:
    right-censored at low; low = -inf (or 0 s for times): left-censored at high; low < high:
    interval-censored. exog: shape (n_rows, k) with a constant column, numbers only. distribution: a
    name in DISTRIBUTIONS. spread_groups: shape (n_rows,), a label per row; each label gets a sigma
    of its own (default: one sigma). Parameters are the k coefficients (of the logarithm where the
    distribution says so) and `ln_sigma`, or `ln_sigma[label]` in alphabetical order. Everything
    that statsmodels results offer (conf_int, t_test, summary, robust covariances) applies.

    Raises ValueError for bounds that cross, rows without any bound, negative times where the
    logarithm is modelled, an unknown distribution, or missing exog.
    Source: Tobin 1958, Econometrica 26:24; start from the parametrisation of Olsen 1978,
    Econometrica 46:1211, and Burridge 1981, J R Stat Soc B 43:41, in which the likelihood has a
    single maximum.
    """

    results_class = CensoredResults

    def __init__(
        self,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        exog: npt.ArrayLike | pd.DataFrame,
        *,
        distribution: str = "lognormal",
        spread_groups: npt.ArrayLike | None = None,
    ) -> None:
        if distribution not in DISTRIBUTIONS:
            raise ValueError(
                f"distribution is {distribution!r}; expected one of {sorted(DISTRIBUTIONS)}"
            )
        self.distribution = DISTRIBUTIONS[distribution]
        low_, high_ = _checked(low, high, is_time=self.distribution.on_log_scale)
        if not np.isfinite(np.asarray(exog, dtype=float)).all():
            raise ValueError("exog has missing or infinite values; drop those rows first")
        labels, self._spread_codes = _spread(spread_groups, len(low_))
        self.rows = CensoredRows(low_, high_)
        # statsmodels wants one finite number per row; the likelihood uses the bounds only.
        middle = (
            np.where(np.isinf(low_), high_, low_) + np.where(np.isinf(high_), low_, high_)
        ) / 2
        super().__init__(middle, exog, extra_params_names=labels)
        is_scaled = self.distribution.on_log_scale & (low_ == high_)
        self._of_scale = np.where(is_scaled, low_, 0.0)
        self._evaluated: tuple[bytes, Vector, RowDerivatives] | None = None

    @property
    def k_spread(self) -> int:
        """Number of sigmas."""
        return int(self.k_extra)

    def _at(self, params: Vector) -> tuple[Vector, RowDerivatives]:
        """Sigma of each row and the derivatives; the last point is kept, as statsmodels asks twice."""
        key = np.asarray(params, dtype=float).tobytes()
        if self._evaluated is None or self._evaluated[0] != key:
            params = np.asarray(params, dtype=float)
            sigma = np.exp(params[-self.k_spread :])[self._spread_codes]
            fitted = self.exog @ params[: -self.k_spread]
            found = self.rows.derivatives(self.distribution.error, fitted, sigma)
            self._evaluated = (key, sigma, found)
        return self._evaluated[1], self._evaluated[2]

    def loglikeobs(self, params: Vector) -> Vector:
        """Log-likelihood of each row in the unit of the variable, as R gives it; (n_rows,)."""
        sigma, row = self._at(params)
        return np.asarray(row.loglike - self.rows.is_exact * np.log(sigma) - self._of_scale)

    def _by_spread(self, values: Vector) -> Vector:
        """Columns of per-row values in the position of their sigma, (n_rows, k_spread)."""
        out = np.zeros((len(values), self.k_spread))
        out[np.arange(len(values)), self._spread_codes] = values
        return out

    def score_obs(self, params: Vector, **_: Any) -> Vector:
        """Analytic gradient of each row, shape (n_rows, k + k_spread)."""
        sigma, row = self._at(params)
        of_spread = self._by_spread(-row.h - self.rows.is_exact)
        return np.hstack([-(row.g / sigma)[:, None] * self.exog, of_spread])

    def score(self, params: Vector) -> Vector:
        """Analytic gradient, shape (k + k_spread,)."""
        sigma, row = self._at(params)
        of_spread = np.bincount(
            self._spread_codes, -row.h - self.rows.is_exact, minlength=self.k_spread
        )
        return np.append(-(row.g / sigma) @ self.exog, of_spread)

    def hessian(self, params: Vector) -> Vector:
        """Analytic matrix of second derivatives, shape (k + k_spread, k + k_spread)."""
        sigma, row = self._at(params)
        cross = self.exog.T @ self._by_spread((row.gh + row.g) / sigma)
        of_spread = np.bincount(self._spread_codes, row.hh + row.h, minlength=self.k_spread)
        return np.block(
            [
                [(self.exog * (row.gg / sigma**2)[:, None]).T @ self.exog, cross],
                [cross.T, np.diag(of_spread)],
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
        """Maximum likelihood; returns CensoredResults.

        Raises NotEstimableError with a sentence: fewer rows than terms, a collinear column, or no
        maximum (a group at the ceiling throughout, nothing known exactly, no variation).
        """
        start = self._solution() if start_params is None else np.asarray(start_params, dtype=float)
        if method == "newton":
            # statsmodels compares steps with this as they are, whatever the unit of a parameter.
            kwargs.setdefault("tol", _STATSMODELS_TOLERANCE * max(1.0, float(np.abs(start).max())))
        return super().fit(start_params=start, method=method, maxiter=maxiter, disp=disp, **kwargs)

    def fit_clustered(self, groups: npt.ArrayLike, *, small_sample: bool = True) -> Any:
        """Fit with standard errors that allow rows of one participant to be alike.

        groups: shape (n_rows,), the participant of each row, from the frame that gave exog
        (statsmodels matches them by position). small_sample: with the factor
        G/(G-1) * (n-1)/(n-k) and t with G - 1 degrees of freedom (simulated size .046 to .050 with
        21 to 60 people per group); without it neither, as R's survreg prints. Raises
        NotEstimableError with no more participants than coefficients.
        """
        codes, people = pd.factorize(np.asarray(groups), sort=True)
        if len(codes) != len(self.rows) or (codes < 0).any():
            raise ValueError("groups needs one participant per row")
        if len(people) <= self.exog.shape[1]:
            raise NotEstimableError(
                f"{len(people)} participants are too few for a model with "
                f"{self.exog.shape[1]} coefficients."
            )
        results = self.fit(
            cov_type="cluster",
            cov_kwds={"groups": codes, "use_correction": small_sample},
            use_t=small_sample,
        )
        results.participants = codes
        return results

    def _solution(self) -> Vector:
        """The maximum, found where the likelihood is concave; then with a sigma per group."""
        n, k = self.exog.shape
        if n <= k:
            raise NotEstimableError(
                f"{n} rows are too few for a model with {k} coefficients and a spread."
            )
        q, r = np.linalg.qr(self.exog)
        lengths = np.sqrt((r**2).sum(axis=0))
        if (np.abs(np.diag(r)) <= _COLLINEAR * lengths).any():
            raise NotEstimableError(
                "A column of the regression is determined by the others, so that their "
                "coefficients cannot be told apart."
            )
        orthogonal, to_params = q * np.sqrt(n), np.linalg.inv(r / np.sqrt(n))
        least_squares = orthogonal.T @ self.endog / n
        residual = self.endog - orthogonal @ least_squares
        spread = float(np.sqrt(np.mean(residual**2)))
        if spread <= _COLLINEAR * float(np.sqrt(np.mean(self.endog**2))):
            spread = 1.0
        coefficients, log_sigma = self._concave_maximum(orthogonal, self.endog - residual, spread)
        params = np.append(
            to_params @ (least_squares + spread * coefficients),
            np.full(self.k_spread, np.log(spread) + log_sigma),
        )
        return params if self.k_spread == 1 else self._spread_by_group(params, r / np.sqrt(n))

    def _concave_maximum(self, exog: Vector, centre: Vector, spread: float) -> tuple[Vector, float]:
        """Coefficients of orthogonal exog and ln sigma of (bounds - centre) / spread.

        Newton's method in (coefficients/sigma, 1/sigma).
        """
        rows = CensoredRows((self.rows.low - centre) / spread, (self.rows.high - centre) / spread)
        error, exact = self.distribution.error, rows.is_exact

        def evaluate(point: Vector) -> tuple[float, Vector, Vector]:
            theta = float(point[-1])
            fitted = exog @ point[:-1]
            row = rows.derivatives(error, fitted / theta, 1 / theta)
            value = float(row.loglike.sum() + exact.sum() * np.log(theta))
            in_theta = (row.h + fitted * row.g + exact) / theta
            cross = -((row.gh + fitted * row.gg) / theta) @ exog
            curvature = (row.hh + 2 * fitted * row.gh + fitted**2 * row.gg - exact).sum() / theta**2
            hessian = np.block(
                [
                    [(exog * row.gg[:, None]).T @ exog, cross[:, None]],
                    [cross[None, :], np.array([[curvature]])],
                ]
            )
            return value, np.append(-row.g @ exog, in_theta.sum()), -hessian

        point = maximum(
            evaluate,
            np.append(np.zeros(exog.shape[1]), 1.0),
            n_rows=len(rows),
            is_concave=True,
            is_allowed=lambda new: bool(new[-1] > 0),
        )
        return point[:-1] / point[-1], float(-np.log(point[-1]))

    def _spread_by_group(self, start: Vector, r: Vector) -> Vector:
        """The maximum with a sigma per group, from the one with a single sigma; exog = Q r."""
        k = self.exog.shape[1]
        sigma = float(np.exp(start[-1]))
        to_params = np.eye(len(start))
        to_params[:k, :k] = np.linalg.inv(r) * sigma

        def evaluate(point: Vector) -> tuple[float, Vector, Vector]:
            params = to_params @ point
            return (
                float(self.loglike(params)),
                to_params.T @ self.score(params),
                -to_params.T @ self.hessian(params) @ to_params,
            )

        point = maximum(
            evaluate,
            np.asarray(np.linalg.solve(to_params, start), dtype=np.float64),
            n_rows=len(self.rows),
            is_concave=False,
            is_allowed=lambda new: bool(np.abs(new[k:] - start[-1]).max() < _FARTHEST_LN_SIGMA),
        )
        return to_params @ point


class CensoredNormal(CensoredRegression):
    """Censored regression with normal errors of the variable as given (Tobit, with all bounds)."""

    def __init__(
        self, low: npt.ArrayLike, high: npt.ArrayLike, exog: npt.ArrayLike | pd.DataFrame
    ) -> None:
        super().__init__(low, high, exog, distribution="normal")


def _checked(low: npt.ArrayLike, high: npt.ArrayLike, *, is_time: bool) -> tuple[Vector, Vector]:
    """Bounds on the scale of the regression. Raises ValueError for those that say nothing."""
    low_, high_ = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if low_.shape != high_.shape or low_.ndim != 1:
        raise ValueError("low and high need one value per row each")
    if is_time:
        if (low_ < 0).any() or (high_ <= 0).any():
            raise ValueError("times need bounds above 0; what is shorter than t is (0, t)")
        with np.errstate(divide="ignore"):
            low_, high_ = np.log(low_), np.log(high_)
    if not (low_ <= high_).all() or (np.isinf(low_) & np.isinf(high_)).any():
        raise ValueError("each row needs a finite bound, and low may not be above high")
    return low_, high_


def _spread(groups: npt.ArrayLike | None, n_rows: int) -> tuple[list[str], npt.NDArray[np.intp]]:
    """Names of the sigmas and which one each row has."""
    if groups is None:
        return [SPREAD_TERM], np.zeros(n_rows, dtype=np.intp)
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    if len(codes) != n_rows or (codes < 0).any():
        raise ValueError("spread_groups needs one label per row")
    if len(labels) == 1:
        return [SPREAD_TERM], codes
    return [f"{SPREAD_TERM}[{label}]" for label in labels], codes
