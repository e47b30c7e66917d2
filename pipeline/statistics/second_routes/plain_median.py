"""Median regression a second time: residuals and coefficients as one linear programme.

`median_regression.py` solves the dual, for the signs of the residuals; here the coefficients
themselves are the unknowns. Medians need not be unique, so that the answer is a range. For second
opinions.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from pipeline.statistics.estimates.errors import NoSolutionError

_SLACK = 1e-10
"""Of the smallest sum of absolute residuals: sums this much larger count as equally small."""


def median_range(endog: npt.ArrayLike, exog: pd.DataFrame, term: str) -> tuple[float, float]:
    """Lowest and highest coefficient of `term` among all lines that fit the medians equally well.

    endog: (n_rows,); exog: (n_rows, k). Raises NoSolutionError when the solver finds none.
    Source: Koenker and Bassett 1978, Econometrica 46:33.
    """
    y, x = np.asarray(endog, dtype=float), exog.to_numpy(dtype=float)
    centre, unit = float(np.median(y)), float(np.ptp(y)) or 1.0
    widths = np.abs(x).max(axis=0)
    widths = np.where(widths > 0, widths, 1.0)
    (n, k), identity = x.shape, np.eye(len(y))
    equations = np.hstack([x / widths, identity, -identity])
    right = (y - centre) / unit
    bounds = [(None, None)] * k + [(0, None)] * (2 * n)
    absolute = np.concatenate([np.zeros(k), np.ones(2 * n)])
    least = _solved(linprog(absolute, A_eq=equations, b_eq=right, bounds=bounds, method="highs"))
    at = list(exog.columns).index(term)
    aim = np.zeros(k + 2 * n)
    aim[at] = 1.0
    ends = [
        sign
        * _solved(
            linprog(
                sign * aim,
                A_eq=equations,
                b_eq=right,
                A_ub=absolute[None, :],
                b_ub=[least * (1 + _SLACK)],
                bounds=bounds,
                method="highs",
            )
        )
        for sign in (1.0, -1.0)
    ]
    low, high = (end * unit / float(widths[at]) for end in ends)
    return min(low, high), max(low, high)


def _solved(found: object) -> float:
    value = getattr(found, "fun", None)
    if getattr(found, "status", 1) != 0 or value is None:
        raise NoSolutionError("The second computation of the median regression has no solution.")
    return float(value)
