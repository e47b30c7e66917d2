"""Regression of times that a ceiling or bounds cut off, as a statsmodels model.

statsmodels has no such model. exp(coefficient) of a log-normal, Weibull or log-logistic regression
is a ratio of times. Agrees with R's survival::survreg, including its cluster-robust standard errors.
"""

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.base.model import GenericLikelihoodModel

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.censored_results import CensoredResults
from pipeline.statistics.models.censored.expected_information import expected_information
from pipeline.statistics.models.censored.likelihood import (
    DISTRIBUTIONS,
    CensoredRows,
    RowDerivatives,
    StandardisedProblem,
)
from pipeline.statistics.models.clustered_scores import ClusterScores, sums_by_cluster
from pipeline.statistics.models.newton import maximum

Covariance = Literal["CR0", "CR1", "CR2"]

SPREAD_TERM = "ln_sigma"
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

    Eight holds of four people, three of them held to the ceiling of 30 s; cases hold for about a third
    of the time, with errors that know that two holds are of one person:

    >>> import numpy as np, pandas as pd
    >>> held_s = pd.Series([12.0, 15.0, 8.0, 9.5, 28.0, 30.0, 30.0, 30.0])
    >>> high_s = held_s.mask(held_s == 30.0, np.inf)
    >>> person = ["A", "A", "B", "B", "C", "C", "D", "D"]
    >>> exog = pd.DataFrame({"const": 1.0, "case": [1.0] * 4 + [0.0] * 4})
    >>> fit = CensoredRegression(held_s, high_s, exog).fit_clustered(person)
    >>> ratio = fit.inference("case")
    >>> [round(float(np.exp(value)), 2) for value in (ratio.estimate, ratio.ci_low, ratio.ci_high)]
    [0.3, 0.09, 1.01]
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
        low_, high_ = _check_bounds(low, high, is_time=self.distribution.on_log_scale)
        if not np.isfinite(np.asarray(exog, dtype=float)).all():
            raise ValueError("exog has missing or infinite values; drop those rows first")
        labels, self._spread_codes = _name_sigmas(spread_groups, len(low_))
        self.rows = CensoredRows(low_, high_)
        # statsmodels wants one finite number per row; the likelihood uses the bounds only.
        super().__init__(self.rows.middle, exog, extra_params_names=labels)
        is_scaled = self.distribution.on_log_scale & (low_ == high_)
        self._of_scale = np.where(is_scaled, low_, 0.0)
        self._evaluated: tuple[bytes, Floats, RowDerivatives] | None = None

    @property
    def log_of_times(self) -> float:
        """Sum of the logarithms of exact times: log-likelihood of logarithms minus that of times."""
        return float(np.sum(self._of_scale))

    @property
    def k_spread(self) -> int:
        """Number of sigmas."""
        return int(self.k_extra)

    def _at(self, params: Floats) -> tuple[Floats, RowDerivatives]:
        """Sigma of each row and the derivatives; the last point is kept, as statsmodels asks twice."""
        key = np.asarray(params, dtype=float).tobytes()
        if self._evaluated is None or self._evaluated[0] != key:
            params = np.asarray(params, dtype=float)
            sigma = np.exp(params[-self.k_spread :])[self._spread_codes]
            fitted = self.exog @ params[: -self.k_spread]
            found = self.rows.derivatives(self.distribution.error, fitted, sigma)
            self._evaluated = (key, sigma, found)
        return self._evaluated[1], self._evaluated[2]

    def loglikeobs(self, params: Floats) -> Floats:
        """Log-likelihood of each row in the unit of the variable, as R gives it; (n_rows,)."""
        sigma, row = self._at(params)
        return np.asarray(row.loglike - self.rows.is_exact * np.log(sigma) - self._of_scale)

    def _by_spread(self, values: Floats) -> Floats:
        """Columns of per-row values in the position of their sigma, (n_rows, k_spread)."""
        out = np.zeros((len(values), self.k_spread))
        out[np.arange(len(values)), self._spread_codes] = values
        return out

    def score_obs(self, params: Floats, **_: Any) -> Floats:
        """Analytic gradient of each row, shape (n_rows, k + k_spread)."""
        sigma, row = self._at(params)
        of_spread = self._by_spread(-row.h - self.rows.is_exact)
        return np.hstack([-(row.g / sigma)[:, None] * self.exog, of_spread])

    def score(self, params: Floats) -> Floats:
        """Analytic gradient, shape (k + k_spread,)."""
        sigma, row = self._at(params)
        of_spread = np.bincount(
            self._spread_codes, -row.h - self.rows.is_exact, minlength=self.k_spread
        )
        return np.append(-(row.g / sigma) @ self.exog, of_spread)

    def hessian(self, params: Floats) -> Floats:
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
        start_params: Floats | None = None,
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

    def fit_clustered(
        self,
        groups: npt.ArrayLike,
        *,
        covariance: Covariance = "CR2",
        ceiling: npt.ArrayLike | None = None,
        shortest: float | None = None,
    ) -> Any:
        """Fit with standard errors that allow rows of one participant, or of one matched set, to be alike.

        groups: shape (n_rows,), the cluster of each row, from the frame that gave exog (matched by
        position). covariance: "CR2", the small-sample covariance of `ClusterScores` with Satterthwaite's
        degrees of freedom, at most the clusters with a row that is not right-censored, minus 1; "CR1", with the factor
        G/(G-1) * (n-1)/(n-k) and t with G - 1, which rejects too often in small groups; "CR0", with neither,
        as R's survreg prints. ceiling: shape (n_rows,), above which a row is only known to be longer, in the
        unit of the variable; by default the bound of rows that are, else none. shortest: below which a row is
        only known to be shorter.

        Raises NotEstimableError with no more clusters than coefficients. Rejection rates of CR1 and CR2: docs/error-rates.md.
        """
        codes, people = pd.factorize(np.asarray(groups), sort=True)
        if len(codes) != len(self.rows) or (codes < 0).any():
            raise ValueError("groups needs one participant per row")
        if len(people) <= self.exog.shape[1]:
            raise NotEstimableError(
                f"{len(people)} participants are too few for a model with "
                f"{self.exog.shape[1]} coefficients."
            )
        if covariance == "CR2":
            results = self.fit(use_t=True)
            results.use_clusters(self._cluster_scores(results.params, codes, ceiling, shortest))
        else:
            corrected = covariance == "CR1"
            results = self.fit(
                cov_type="cluster",
                cov_kwds={"groups": codes, "use_correction": corrected},
                use_t=corrected,
            )
        results.participants = codes
        return results

    def _cluster_scores(
        self,
        params: Floats,
        codes: Codes,
        ceiling: npt.ArrayLike | None,
        shortest: float | None,
    ) -> ClusterScores:
        """Scores and expected informations of clusters at an estimate."""
        sigma, _ = self._at(params)
        fitted = self.exog @ params[: -self.k_spread]
        bound = self.rows.bound_above if ceiling is None else self._scaled(ceiling)
        found = expected_information(
            self.distribution.error,
            (bound - fitted) / sigma,
            None if shortest is None else (self._scaled(shortest) - fitted) / sigma,
        )
        k, q = self.exog.shape[1], self.k_spread
        of_spread = np.eye(q)[:, self._spread_codes]
        # Every row's information is a sum of products of these, each weighted by one of three numbers.
        columns = np.vstack([self.exog.T, of_spread])
        weights = np.empty((k + q, k + q, len(sigma)))
        weights[:k, :k] = found.of_value / sigma**2
        weights[:k, k:] = weights[k:, :k] = found.of_both / sigma
        weights[k:, k:] = found.of_spread
        p = k + q
        places = [(a, b) for a in range(p) for b in range(a, p)]
        products = np.array([columns[a] * columns[b] * weights[a, b] for a, b in places])
        sums = sums_by_cluster(products, codes)
        informations = np.zeros((p, p, sums.shape[1]))
        for (a, b), values in zip(places, sums, strict=True):
            informations[a, b] = informations[b, a] = values
        ended = np.ones(len(sigma))
        ended[self.rows.above] = 0.0
        with_end = int((sums_by_cluster(ended[None, :], codes)[0] > 0).sum())
        return ClusterScores(
            scores=sums_by_cluster(self.score_obs(params).T, codes),
            informations=informations,
            bread=-self.hessian(params),
            most_df=float(max(with_end - 1, 1)),
        )

    def _scaled(self, values: npt.ArrayLike) -> Floats:
        """Values on the scale of the regression."""
        array = np.asarray(values, dtype=float)
        return np.log(array) if self.distribution.on_log_scale else array

    def _solution(self) -> Floats:
        """The maximum, found where the likelihood is concave; then with a sigma per group."""
        problem = self.standardised()
        params = problem.params(problem.maximum())
        if self.k_spread == 1:
            return params
        start = np.append(params[:-1], np.full(self.k_spread, params[-1]))
        return self._spread_by_group(start, problem.to_coefficients)

    def standardised(self) -> StandardisedProblem:
        """The problem with one sigma, in the units in which it is solved."""
        return StandardisedProblem(self.rows, self.distribution.error, self.exog)

    def _spread_by_group(self, start: Floats, to_coefficients: Floats) -> Floats:
        """The maximum with a sigma per group, from the one with a single sigma."""
        k = self.exog.shape[1]
        to_params = np.eye(len(start))
        to_params[:k, :k] = to_coefficients * np.exp(start[-1])

        def evaluate(point: Floats) -> tuple[float, Floats, Floats]:
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


def _check_bounds(
    low: npt.ArrayLike, high: npt.ArrayLike, *, is_time: bool
) -> tuple[Floats, Floats]:
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


def _name_sigmas(groups: npt.ArrayLike | None, n_rows: int) -> tuple[list[str], Codes]:
    """Names of the sigmas and which one each row has."""
    if groups is None:
        return [SPREAD_TERM], np.zeros(n_rows, dtype=np.intp)
    codes, labels = pd.factorize(np.asarray(groups), sort=True)
    if len(codes) != n_rows or (codes < 0).any():
        raise ValueError("spread_groups needs one label per row")
    if len(labels) == 1:
        return [SPREAD_TERM], codes
    return [f"{SPREAD_TERM}[{label}]" for label in labels], codes
