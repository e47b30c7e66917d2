"""Censored normal regression a second time: every row's likelihood as textbooks write it, by SciPy.

Shares nothing with `censored_regression.py`: densities are those of scipy.stats, the parameters are
coefficients and ln sigma, the optimiser is BFGS, curvature is taken by differences, and rows are
neither collapsed nor turned into orthogonal columns. Slower; for second opinions.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats

from pipeline.statistics.errors import NoSolutionError

Vector = npt.NDArray[np.float64]

_STEP = 1e-5
"""Of a parameter of size 1: for second derivatives from differences of the gradient."""
_POLISHING_STEPS = 3
_LARGEST_GRADIENT = 1e-7
"""Of the mean log-likelihood per unit of a parameter of size 1, at what counts as its maximum."""


@dataclass(frozen=True)
class PlainFit:
    """Coefficient of one column: estimate and its standard error clustered by participant."""

    estimate: float
    se: float


def plain_censored_fit(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exog: pd.DataFrame,
    participants: npt.ArrayLike,
    term: str,
) -> PlainFit:
    """The coefficient of `term` (a column of exog), normal errors, bounds on the scale of the model.

    low, high: shape (n_rows,); equal where the value is known, infinite where there is no bound.
    participants: per row; the standard error has the factor G/(G-1) * (n-1)/(n-k), k counting sigma.
    Raises NoSolutionError when the optimiser finds no maximum.
    Source: Tobin 1958, Econometrica 26:24; Liang and Zeger 1986, Biometrika 73:13.
    """
    low_, high_ = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    ends = np.concatenate([low_[np.isfinite(low_)], high_[np.isfinite(high_)]])
    centre, unit = float(ends.mean()), float(ends.std()) or 1.0
    x = _columns_of_size_one(exog, term)
    rows = _Rows((low_ - centre) / unit, (high_ - centre) / unit, x)
    with np.errstate(all="ignore"):
        point = optimize.minimize(
            lambda at: (-rows.loglike(at).mean(), -rows.scores(at).mean(axis=0)),
            np.zeros(x.shape[1] + 1),
            jac=True,
            method="BFGS",
            options={"gtol": _LARGEST_GRADIENT},
        ).x
        for _ in range(_POLISHING_STEPS):
            information = _information(rows, point)
            gradient = rows.scores(point).sum(axis=0)
            point = point + _solved(information, gradient)
        scores = rows.scores(point)
        information = _information(rows, point)
    if not np.abs(scores.mean(axis=0)).max() < _LARGEST_GRADIENT:
        raise NoSolutionError("The second computation found no maximum of the likelihood.")
    codes, people = pd.factorize(np.asarray(participants))
    n, g, k = len(scores), len(people), len(point)
    sums = np.zeros((g, k))
    np.add.at(sums, codes, scores)
    bread = _solved(information, np.eye(k))
    covariance = bread @ (sums.T @ sums) @ bread * (g / (g - 1) * (n - 1) / (n - k))
    at = list(exog.columns).index(term)
    return PlainFit(unit * float(point[at]), unit * float(np.sqrt(covariance[at, at])))


@dataclass(frozen=True)
class _Rows:
    """Bounds and columns in units of size 1; points are coefficients and ln sigma."""

    low: Vector
    high: Vector
    x: Vector

    def loglike(self, point: Vector) -> Vector:
        """Log-likelihood of each row, (n_rows,)."""
        below, above, sigma = self._ends(point)
        exact = self.low == self.high
        density = stats.norm.logpdf(below) - np.log(sigma)
        return np.where(exact, density, _log_probability(below, above))

    def scores(self, point: Vector) -> Vector:
        """Derivative of each row's log-likelihood, (n_rows, k + 1)."""
        below, above, sigma = self._ends(point)
        exact = self.low == self.high
        log_p = _log_probability(below, above)
        at_low = np.exp(stats.norm.logpdf(below) - log_p)
        at_high = np.exp(stats.norm.logpdf(above) - log_p)
        in_mean = np.where(exact, below, at_low - at_high)
        weighted = _product(below, at_low) - _product(above, at_high)
        in_spread = np.where(exact, below**2 - 1, weighted)
        return np.column_stack([(in_mean / sigma)[:, None] * self.x, in_spread])

    def _ends(self, point: Vector) -> tuple[Vector, Vector, float]:
        sigma = float(np.exp(point[-1]))
        fitted = self.x @ point[:-1]
        return (self.low - fitted) / sigma, (self.high - fitted) / sigma, sigma


def _log_probability(below: Vector, above: Vector) -> Vector:
    """Logarithm of P(below < error < above), from the tail in which both ends lie."""
    flip = below > 0
    lower, upper = np.where(flip, -above, below), np.where(flip, -below, above)
    whole, less = stats.norm.logcdf(upper), stats.norm.logcdf(lower)
    return np.asarray(whole + np.log1p(-np.exp(less - whole)))


def _product(end: Vector, density: Vector) -> Vector:
    """End times density; 0 at an infinite end."""
    return np.asarray(np.where(np.isfinite(end), end, 0.0) * density)


def _information(rows: _Rows, point: Vector) -> Vector:
    """Minus the second derivatives at a point, by central differences of the gradient."""
    steps = np.eye(len(point)) * _STEP
    differences = [
        (rows.scores(point - step) - rows.scores(point + step)).sum(axis=0) / (2 * _STEP)
        for step in steps
    ]
    matrix = np.array(differences)
    return np.asarray((matrix + matrix.T) / 2)


def _solved(information: Vector, right: Vector) -> Vector:
    try:
        return np.asarray(np.linalg.solve(information, right))
    except np.linalg.LinAlgError as error:
        raise NoSolutionError("The second computation found no maximum.") from error


def _columns_of_size_one(exog: pd.DataFrame, term: str) -> Vector:
    """Columns centred and scaled, but for `term` and constant ones; the coefficient of `term` stays."""
    x = exog.to_numpy(dtype=float).copy()
    for place, name in enumerate(exog.columns):
        spread = float(x[:, place].std())
        if name != term and spread > 0:
            x[:, place] = (x[:, place] - x[:, place].mean()) / spread
    return x
