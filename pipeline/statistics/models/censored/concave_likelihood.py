"""The likelihood of a censored regression in the parameters in which it has one maximum."""

import numpy as np

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.censored.error_distributions import ErrorDistribution
from pipeline.statistics.models.censored.row_likelihood import CensoredRows
from pipeline.statistics.models.newton import SETTLED, maximum

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
