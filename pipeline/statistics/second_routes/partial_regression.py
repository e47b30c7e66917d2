"""One coefficient of a least-squares fit in closed form, as a second opinion on libraries.

The column is first freed of the others; what is left gives its coefficient and standard errors by
sums (Frisch and Waugh 1933, Econometrica 1:387).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.errors import NoSolutionError

_NOTHING_LEFT = 1e-12
"""Of a column's sum of squares: what is left of it when the others determine it."""


@dataclass(frozen=True)
class PartialFit:
    """A coefficient with its usual standard error and the one that allows unequal spread (HC3)."""

    estimate: float
    se: float
    se_hc3: float


def partial_fit(endog: npt.ArrayLike, exog: pd.DataFrame, term: str) -> PartialFit:
    """The coefficient of `term`; endog (n_rows,), exog (n_rows, k). Raises NoSolutionError without one."""
    y = np.asarray(endog, dtype=float)
    column = exog[term].to_numpy(dtype=float)
    others = exog.drop(columns=term).to_numpy(dtype=float)
    sizes = np.sqrt((others**2).sum(axis=0))
    basis, kept, _ = np.linalg.svd(others / np.where(sizes > 0, sizes, 1.0), full_matrices=False)
    basis = basis[:, kept > _NOTHING_LEFT**0.5 * kept.max()]
    own = column - basis @ (basis.T @ column)
    left = float(own @ own)
    if left <= _NOTHING_LEFT * float(column @ column):
        raise NoSolutionError(f"{term} cannot be told apart from the other terms.")
    rest = y - basis @ (basis.T @ y)
    estimate = float(own @ rest) / left
    residuals = rest - estimate * own
    df = len(y) - basis.shape[1] - 1
    leverage = (basis**2).sum(axis=1) + own**2 / left
    with np.errstate(divide="ignore", invalid="ignore"):
        jackknifed = (residuals / (1 - leverage)) ** 2
    return PartialFit(
        estimate=estimate,
        se=float(np.sqrt(residuals @ residuals / df / left)),
        se_hc3=float(np.sqrt(own**2 @ jackknifed)) / left,
    )
