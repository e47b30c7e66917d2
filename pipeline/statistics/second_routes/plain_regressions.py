"""Regressions of measured outcomes a second time, in the plainest form. For second opinions.

Least squares: the column is first freed of the others; what is left gives its coefficient and standard
errors by sums (Frisch and Waugh 1933, Econometrica 1:387). Estimating equations: the inverse of the working
covariance is written out (rows of a participant are all equally alike), so that only sums are needed.
Conditional logistic regression: every way to choose a set's cases, where statsmodels sums by recursion.
Medians: residuals and coefficients as one linear programme, where `median_regression.py` solves the dual;
they need not be unique, so that the answer is a range.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize
from scipy.optimize import linprog
from scipy.special import expit

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
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
        residuals, columns = self._standardise(params)
        weighted = self._solve(columns, alpha)
        try:
            return np.asarray(np.linalg.solve(columns.T @ weighted, weighted.T @ residuals))
        except np.linalg.LinAlgError as error:
            raise NoSolutionError("The second computation found no solution.") from error

    def likeness(self, params: Floats) -> float:
        """Moment estimate of the correlation of two rows of a participant."""
        residuals, columns = self._standardise(params)
        n, k = columns.shape
        pairs = float((self.sizes * (self.sizes - 1)).sum()) / 2
        if pairs == 0:
            return 0.0
        squares = float(residuals @ residuals)
        products = (float((self._sums(residuals) ** 2).sum()) - squares) / 2
        return float(products / (squares / (n - k)) / (pairs - k))

    def covariance(self, params: Floats, alpha: float) -> Floats:
        """Bias-reduced: residuals freed of what each participant pulls the fit to itself."""
        residuals, columns = self._standardise(params)
        weighted = self._solve(columns, alpha)
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

    def _standardise(self, params: Floats) -> tuple[Floats, Floats]:
        """Residuals and columns, divided by the standard deviation that the mean implies."""
        fitted = self.x @ params
        if not self.is_share:
            return self.y - fitted, self.x
        share = expit(fitted)
        spread = np.sqrt(share * (1 - share))
        return (self.y - share) / spread, self.x * spread[:, None]

    def _solve(self, columns: Floats, alpha: float) -> Floats:
        """Columns times the inverse of the working correlation (1 on the diagonal, else alpha)."""
        share = alpha / (1 + (self.sizes - 1) * alpha)
        common = self._sums(columns) * share[:, None]
        return np.asarray((columns - np.repeat(common, self.sizes, axis=0)) / (1 - alpha))

    def _sums(self, values: Floats) -> Floats:
        return np.asarray(np.add.reduceat(values, np.cumsum(self.sizes) - self.sizes, axis=0))


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
    least = _solve(linprog(absolute, A_eq=equations, b_eq=right, bounds=bounds, method="highs"))
    at = list(exog.columns).index(term)
    aim = np.zeros(k + 2 * n)
    aim[at] = 1.0
    ends = [
        sign
        * _solve(
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


def _solve(found: object) -> float:
    value = getattr(found, "fun", None)
    if getattr(found, "status", 1) != 0 or value is None:
        raise NoSolutionError("The second computation of the median regression has no solution.")
    return float(value)
