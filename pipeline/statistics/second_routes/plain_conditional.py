"""Conditional logistic regression a second time: every way to choose a set's cases, written out.

statsmodels sums over them by recursion. For second opinions, where sets are small.
"""

from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.errors import NoSolutionError

_MOST_CHOICES = 5000
_LARGEST_GRADIENT = 1e-9


def plain_conditional(
    is_case: npt.ArrayLike, exog: pd.DataFrame, sets: npt.ArrayLike, term: str
) -> tuple[float, float] | None:
    """Log odds ratio of `term` and its standard error; None where sets are too large to write out.

    is_case: (n_rows,), 0 or 1; exog: (n_rows, k) without a constant; sets: of each row. Raises
    NoSolutionError when no maximum is found. Source: Breslow and Day 1980, IARC 32, ch. 7.
    """
    case = np.asarray(is_case, dtype=float) == 1
    codes = pd.factorize(np.asarray(sets))[0]
    x = exog.to_numpy(dtype=float)
    widths = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    x = (x - x.mean(axis=0)) / widths
    choices: list[Floats] = []
    for members, is_case_of in _by_set(x, case, codes):
        n_cases = int(is_case_of.sum())
        if 0 < n_cases < len(members):
            if comb(len(members), n_cases) > _MOST_CHOICES:
                return None
            ways = np.array(list(combinations(range(len(members)), n_cases)))
            choices.append(members[ways].sum(axis=1) - members[is_case_of].sum(axis=0))
    sizes = np.array([len(each) for each in choices])
    starts, other = np.cumsum(sizes) - sizes, np.concatenate(choices)

    def terms(at: Floats) -> tuple[float, Floats, Floats]:
        """Minus the log-likelihood, its slope and its curvature."""
        size = other @ at
        top = np.maximum.reduceat(size, starts)
        weight = np.exp(size - np.repeat(top, sizes))
        whole = np.add.reduceat(weight, starts)
        chosen = other * (weight / np.repeat(whole, sizes))[:, None]
        means = np.add.reduceat(chosen, starts, axis=0)
        value = float((np.log(whole) + top).sum())
        return value, means.sum(axis=0), chosen.T @ other - means.T @ means

    point = optimize.minimize(
        lambda at: terms(at)[:2], np.zeros(x.shape[1]), jac=True, method="BFGS"
    ).x
    try:
        for _ in range(5):
            _, slope, curve = terms(point)
            point = point - np.linalg.solve(curve, slope)
        covariance = np.linalg.inv(curve)
    except np.linalg.LinAlgError as error:
        raise NoSolutionError("The second computation found no solution.") from error
    if not np.abs(terms(point)[1]).max() < _LARGEST_GRADIENT * max(1, len(choices)):
        raise NoSolutionError("The second computation found no maximum of the likelihood.")
    at = list(exog.columns).index(term)
    return float(point[at] / widths[at]), float(np.sqrt(covariance[at, at]) / widths[at])


def _by_set(x: Floats, case: Flags, codes: Codes) -> list[tuple[Floats, Flags]]:
    """Columns and cases of each set."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes))[:-1]
    return list(zip(np.split(x[order], ends), np.split(case[order], ends), strict=True))
