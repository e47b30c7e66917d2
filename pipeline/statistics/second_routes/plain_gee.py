"""Generalised estimating equations a second time: sums per participant instead of a library.

statsmodels solves each participant's working covariance in turn. Here its inverse is written out (rows
of a participant are all equally alike), so that only sums are needed. For second opinions.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError

_MOST_STEPS = 500
_SETTLED = 1e-11
"""Of a coefficient of a column with spread 1, in standard deviations of the outcome."""


@dataclass(frozen=True)
class PlainGEE:
    """A coefficient and its bias-reduced standard error."""

    estimate: float
    se: float


def plain_gee(
    endog: npt.ArrayLike,
    exog: pd.DataFrame,
    participants: npt.ArrayLike,
    term: str,
    *,
    is_share: bool = False,
) -> PlainGEE:
    """The coefficient of `term`, exchangeable working correlation; is_share: logistic, endog 0 or 1.

    endog, participants: (n_rows,); exog: (n_rows, k) with a constant. Raises NoSolutionError when the
    steps do not settle. Source: Liang and Zeger 1986, Biometrika 73:13; Mancl and DeRouen 2001,
    Biometrics 57:126.
    """
    codes = pd.factorize(np.asarray(participants))[0]
    order = np.argsort(codes, kind="stable")
    x, sizes = exog.to_numpy(dtype=float)[order], np.bincount(codes)
    y = np.asarray(endog, dtype=float)[order]
    spread = x.std(axis=0)
    width = np.where(spread > 0, spread, 1.0)
    problem = _Problem(y, x / width, sizes, is_share)
    params, alpha = np.zeros(x.shape[1]), 0.0
    unit = 1.0 if is_share else float(y.std()) or 1.0
    with np.errstate(all="ignore"):
        for _ in range(_MOST_STEPS):
            step = problem.step(params, alpha)
            params = params + step
            new = problem.likeness(params)
            settled = max(np.abs(step).max() / unit, abs(new - alpha)) < _SETTLED
            alpha = new
            if settled:
                break
        else:
            raise NoSolutionError(
                "The second computation of the estimating equations did not settle."
            )
        try:
            covariance = problem.covariance(params, alpha)
        except np.linalg.LinAlgError as error:
            raise NoSolutionError("The second computation found no uncertainty.") from error
    at = list(exog.columns).index(term)
    se = float(np.sqrt(covariance[at, at])) / width[at]
    return PlainGEE(float(params[at] / width[at]), se)


@dataclass(frozen=True)
class _Problem:
    """Rows sorted by participant; sizes: rows of each."""

    y: Floats
    x: Floats
    sizes: Codes
    is_share: bool

    def step(self, params: Floats, alpha: float) -> Floats:
        """Step that solves the equations at a likeness."""
        residuals, columns = self._standardised(params)
        weighted = self._solved(columns, alpha)
        try:
            return np.asarray(np.linalg.solve(columns.T @ weighted, weighted.T @ residuals))
        except np.linalg.LinAlgError as error:
            raise NoSolutionError("The second computation found no solution.") from error

    def likeness(self, params: Floats) -> float:
        """Moment estimate of the correlation of two rows of a participant."""
        residuals, columns = self._standardised(params)
        n, k = columns.shape
        pairs = float((self.sizes * (self.sizes - 1)).sum()) / 2
        if pairs == 0:
            return 0.0
        squares = float(residuals @ residuals)
        products = (float((self._sums(residuals) ** 2).sum()) - squares) / 2
        return float(products / (squares / (n - k)) / (pairs - k))

    def covariance(self, params: Floats, alpha: float) -> Floats:
        """Bias-reduced: residuals freed of what each participant pulls the fit to itself."""
        residuals, columns = self._standardised(params)
        weighted = self._solved(columns, alpha)
        bread = np.linalg.inv(columns.T @ weighted)
        freed = np.empty_like(residuals)
        starts = np.cumsum(self.sizes) - self.sizes
        for size in np.unique(self.sizes):
            rows = starts[self.sizes == size][:, None] + np.arange(size)
            pull = columns[rows] @ bread @ weighted[rows].transpose(0, 2, 1)
            left = np.eye(size) - pull
            freed[rows] = np.linalg.solve(left, residuals[rows][:, :, None])[:, :, 0]
        sums = self._sums(weighted * freed[:, None])
        return np.asarray(bread @ (sums.T @ sums) @ bread)

    def _standardised(self, params: Floats) -> tuple[Floats, Floats]:
        """Residuals and columns, divided by the standard deviation that the mean implies."""
        fitted = self.x @ params
        if not self.is_share:
            return self.y - fitted, self.x
        share = expit(fitted)
        spread = np.sqrt(share * (1 - share))
        return (self.y - share) / spread, self.x * spread[:, None]

    def _solved(self, columns: Floats, alpha: float) -> Floats:
        """Columns times the inverse of the working correlation (1 on the diagonal, else alpha)."""
        share = alpha / (1 + (self.sizes - 1) * alpha)
        common = self._sums(columns) * share[:, None]
        return np.asarray((columns - np.repeat(common, self.sizes, axis=0)) / (1 - alpha))

    def _sums(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, np.cumsum(self.sizes) - self.sizes, axis=0))
