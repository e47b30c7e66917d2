"""Censored regression a second time: every row's likelihood as textbooks write it, by SciPy.

Shares nothing with `censored_regression.py`: densities are those of scipy.stats, the parameters are
coefficients and ln sigma, the optimiser is BFGS, curvature is taken by differences, and rows are
neither collapsed nor turned into orthogonal columns. Slower; for second opinions.

With a level per participant: the integral is the trapezoid rule over the levels as they are distributed, not
a quadrature placed at each participant as in `random_intercept.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg, optimize, stats
from scipy.special import logsumexp

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError

_STEP = 1e-5
"""Of a parameter of size 1: for second derivatives from differences of the gradient."""
_POLISHING_STEPS = 8
_MOST_CLUSTERS = 2000
"""A matrix root each takes a tenth of a millisecond or two; the likelihood of so many rows takes seconds."""
_NODES = 200
_NOTHING = 1e-16
"""Share of errors beyond which nothing is summed."""
_NEAR = 1e-5
"""Gradient at which Newton's steps take over from BFGS."""
_LARGEST_GRADIENT = 1e-7
"""Of the mean log-likelihood per unit of a parameter of size 1, at what counts as its maximum."""


@dataclass(frozen=True)
class PlainShape:
    """A standardised error of scipy.stats, and the derivative of the logarithm of its density."""

    error: Any
    slope: Callable[[Floats], Floats]


SHAPES: Final[Mapping[str, PlainShape]] = {
    "normal": PlainShape(stats.norm, lambda z: -z),
    "weibull": PlainShape(stats.gumbel_l, lambda z: -np.expm1(z)),
    "loglogistic": PlainShape(stats.logistic, lambda z: 2 * stats.logistic.sf(z) - 1),
}
"""By name of the distribution; that of the logarithm of time for the last two."""


@dataclass(frozen=True)
class PlainFit:
    """Coefficient of one column: estimate and its standard error (None with too many clusters)."""

    estimate: float
    se: float | None


def plain_censored_fit(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exog: pd.DataFrame,
    clusters: npt.ArrayLike,
    term: str,
    *,
    shape: str = "normal",
    ceiling: npt.ArrayLike | None = None,
    shortest: float | None = None,
    spreads: npt.ArrayLike | None = None,
) -> PlainFit:
    """The coefficient of `term` (a column of exog), bounds on the scale of the model.

    low, high: shape (n_rows,); equal where the value is known, infinite where there is no bound.
    clusters: participant or matched set per row; the standard error is CR2 with a matrix root for each of
    them and expected informations by quadrature. shape: a name in SHAPES. ceiling, shortest: as of
    `CensoredRegression.fit_clustered`, on the scale of the model. spreads: per row which sigma it has, from 0;
    one for all by default. Raises NoSolutionError when the optimiser finds no maximum.
    Source: Tobin 1958, Econometrica 26:24; Bell and McCaffrey 2002, Surv Methodol 28:169.
    """
    rows, unit = PlainRows.of(low, high, exog, term, SHAPES[shape], spreads)
    with np.errstate(all="ignore"):
        point = climb(rows, np.zeros(rows.x.shape[1] + rows.of_spread.shape[1]))
        scores = rows.evaluate(point)[1]
        information = information_at(rows, point)
    at = list(exog.columns).index(term)
    codes, people = pd.factorize(np.asarray(clusters))
    if len(people) > _MOST_CLUSTERS:
        return PlainFit(unit * float(point[at]), None)
    ends = (
        (np.where(np.isposinf(rows.high), rows.low, np.inf), None)
        if ceiling is None
        else (rows.placed(ceiling), None if shortest is None else rows.placed(shortest))
    )
    with np.errstate(all="ignore"):
        expected = _expected_information(rows, point, *ends)
    k = len(point)
    whole = solve(expected.sum(axis=0), np.eye(k))
    meat = np.zeros((k, k))
    for person in range(len(people)):
        own = codes == person
        left = np.eye(k) - expected[own].sum(axis=0) @ whole
        corrected = np.real(linalg.inv(linalg.sqrtm(left))) @ scores[own].sum(axis=0)
        meat += np.outer(corrected, corrected)
    bread = solve(information, np.eye(k))
    variance = float((bread @ meat @ bread)[at, at])
    return PlainFit(unit * float(point[at]), unit * float(np.sqrt(variance)))


def _expected_information(
    rows: "PlainRows", point: Floats, ceiling: Floats, shortest: Floats | None
) -> Floats:
    """Information (n_rows, k + 1, k + 1) that rows exact between two ends, else beyond them, have on average."""
    error, slope = rows.shape.error, rows.shape.slope
    sigma, fitted = rows.sigma(point), rows.fitted(point)
    least, most = error.ppf(_NOTHING), error.isf(_NOTHING)
    high = np.clip((ceiling - fitted) / sigma, least, most)
    low = np.full_like(high, least)
    if shortest is not None:
        low = np.clip((shortest - fitted) / sigma, least, most)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    z = low[:, None] + (high - low)[:, None] * (nodes + 1) / 2
    mass = error.pdf(z) * weights * (high - low)[:, None] / 2
    u, v = -slope(z), -slope(z) * z - 1
    parts = [(mass * product).sum(axis=1) for product in (u * u, u * v, v * v)]
    for end, share in ((high, error.logsf(high)), (low, error.logcdf(low))):
        pull = np.exp(2 * error.logpdf(end) - share)
        pull = np.where((end > least) & (end < most), pull, 0.0)
        parts = [part + pull * end**power for power, part in enumerate(parts)]
    columns = np.column_stack([rows.x / sigma[:, None], rows.of_spread])
    k = rows.x.shape[1]
    weight = np.empty((len(columns), columns.shape[1], columns.shape[1]))
    weight[:, :k, :k] = parts[0][:, None, None]
    weight[:, :k, k:] = weight[:, k:, :k] = parts[1][:, None, None]
    weight[:, k:, k:] = parts[2][:, None, None]
    return np.asarray(columns[:, :, None] * columns[:, None, :] * weight)


class Likelihood(Protocol):
    """Rows, or participants, with a log-likelihood at parameters of size 1."""

    def evaluate(self, point: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood of each (n,) and its derivatives (n, n_parameters)."""


def climb(rows: Likelihood, start: Floats) -> Floats:
    """The maximum by BFGS, polished by Newton's steps. Raises NoSolutionError where there is none."""

    def descent(at: Floats) -> tuple[float, Floats]:
        loglike, scores = rows.evaluate(at)
        return -float(loglike.mean()), -scores.mean(axis=0)

    point: Floats = optimize.minimize(
        descent,
        start,
        jac=True,
        method="BFGS",
        options={"gtol": _NEAR},
    ).x
    scores = rows.evaluate(point)[1]
    for _ in range(_POLISHING_STEPS):
        point = point + solve(information_at(rows, point), scores.sum(axis=0))
        scores = rows.evaluate(point)[1]
        if np.abs(scores.mean(axis=0)).max() < _LARGEST_GRADIENT:
            return point
    raise NoSolutionError("The second computation found no maximum of the likelihood.")


@dataclass(frozen=True)
class PlainRows:
    """Bounds (n_rows,) and columns in units of size 1; points are coefficients and ln sigmas.

    of_spread: which sigma each row has, (n_rows, sigmas) of 0 and 1. centre, unit: of the scale of the model.
    """

    low: Floats
    high: Floats
    x: Floats
    shape: PlainShape
    of_spread: Floats
    centre: float = 0.0
    unit: float = 1.0

    def fitted(self, point: Floats) -> Floats:
        """Fitted value of each row."""
        return np.asarray(self.x @ point[: self.x.shape[1]])

    def sigma(self, point: Floats) -> Floats:
        """Sigma of each row."""
        return np.exp(np.asarray(self.of_spread @ point[self.x.shape[1] :]))

    def placed(self, values: npt.ArrayLike) -> Floats:
        """Values on the scale of the model in the units of the rows."""
        return np.asarray((np.asarray(values, dtype=float) - self.centre) / self.unit)

    @classmethod
    def of(
        cls,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        exog: pd.DataFrame,
        term: str,
        shape: PlainShape,
        spreads: npt.ArrayLike | None = None,
    ) -> tuple["PlainRows", float]:
        """The rows in units of size 1, and that unit."""
        low_, high_ = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        ends = np.concatenate([low_[np.isfinite(low_)], high_[np.isfinite(high_)]])
        centre, unit = float(ends.mean()), float(ends.std()) or 1.0
        x = _columns_of_size_one(exog, term)
        which = np.zeros(len(x), dtype=np.intp) if spreads is None else np.asarray(spreads)
        of_spread = np.eye(int(which.max()) + 1)[which]
        low_, high_ = (low_ - centre) / unit, (high_ - centre) / unit
        return cls(low_, high_, x, shape, of_spread, centre, unit), unit

    def evaluate(self, point: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood of each row (n_rows,) and its derivatives (n_rows, parameters)."""
        found, in_mean, in_spread = self.at(self.fitted(point), self.sigma(point))
        return found, np.column_stack(
            [in_mean[:, None] * self.x, in_spread[:, None] * self.of_spread]
        )

    def at(self, fitted: Floats, sigma: Floats | float) -> tuple[Floats, Floats, Floats]:
        """Log-likelihood and its derivatives by the fitted value and by ln sigma.

        fitted: shape (n_rows,) or (n_rows, m); that of what is returned.
        """
        error = self.shape.error
        exact = self.low == self.high
        spread = np.broadcast_to(np.asarray(sigma, dtype=float), self.low.shape)
        spread = spread if fitted.ndim == 1 else spread[:, None]
        of_known, of_rest = spread[exact], spread[~exact]
        known = (self.low[exact] - fitted[exact].T).T / of_known
        below, above = (
            (end[~exact] - fitted[~exact].T).T / of_rest for end in (self.low, self.high)
        )
        log_p = _log_probability(error, below, above)
        at_low, at_high = (
            np.where(np.isfinite(end), np.exp(error.logpdf(end) - log_p), 0.0)
            for end in (below, above)
        )
        slope = self.shape.slope(known)
        found = tuple(np.empty_like(fitted) for _ in range(3))
        for whole, one, other in zip(
            found,
            (error.logpdf(known) - np.log(of_known), -slope / of_known, -slope * known - 1),
            (
                log_p,
                (at_low - at_high) / of_rest,
                _product(below, at_low) - _product(above, at_high),
            ),
            strict=True,
        ):
            whole[exact], whole[~exact] = one, other
        return found  # type: ignore[return-value]


def _log_probability(error: Any, below: Floats, above: Floats) -> Floats:
    """Logarithm of P(below < error < above), from the tail in which both ends lie."""
    upper_tail = below > 0
    log_sf, log_cdf = error.logsf, error.logcdf
    whole = np.where(upper_tail, log_sf(below), log_cdf(above))
    less = np.where(upper_tail, log_sf(above), log_cdf(below))
    return np.asarray(whole + np.log1p(-np.exp(less - whole)))


def _product(end: Floats, density: Floats) -> Floats:
    """End times density; 0 at an infinite end."""
    return np.asarray(np.where(np.isfinite(end), end, 0.0) * density)


def information_at(rows: Likelihood, point: Floats) -> Floats:
    """Minus the second derivatives at a point, by central differences of the gradient."""
    steps = np.eye(len(point)) * _STEP
    differences = [
        (rows.evaluate(point - step)[1] - rows.evaluate(point + step)[1]).sum(axis=0) / (2 * _STEP)
        for step in steps
    ]
    matrix = np.array(differences)
    return np.asarray((matrix + matrix.T) / 2)


def solve(information: Floats, right: Floats) -> Floats:
    """The solution of linear equations. Raises NoSolutionError without one."""
    try:
        return np.asarray(np.linalg.solve(information, right))
    except np.linalg.LinAlgError as error:
        raise NoSolutionError("The second computation found no maximum.") from error


def _columns_of_size_one(exog: pd.DataFrame, term: str) -> Floats:
    """Columns centred and scaled, but for `term` and constant ones; the coefficient of `term` stays."""
    x = exog.to_numpy(dtype=float).copy()
    for place, name in enumerate(exog.columns):
        spread = float(x[:, place].std())
        if name != term and spread > 0:
            x[:, place] = (x[:, place] - x[:, place].mean()) / spread
    return x


_FARTHEST = 7.0
"""Standard deviations of the levels; 3e-12 of them lie beyond."""
_GRID_STEP = 0.6
"""Longest step of the grid in standard deviations: the rule misses a normal integral by 1e-23."""
_STEPS_PER_SPREAD = 1.25
"""Steps per standard deviation of what the rows say of a level: the rule misses it by 4e-13."""
_MOST_NUMBERS = 3_000_000
"""Rows times grid points, above which this takes seconds."""


def plain_intercept_fit(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exog: pd.DataFrame,
    participants: npt.ArrayLike,
    term: str,
) -> PlainFit | None:
    """The coefficient of `term`, normal errors and levels, bounds on the scale of the model.

    Arguments as of `plain_censored_fit`. The standard error is that of the likelihood. None where it
    would take seconds. Raises NoSolutionError when the optimiser finds no maximum.
    """
    codes = pd.factorize(np.asarray(participants))[0]
    order = np.argsort(codes, kind="stable")
    rows, unit = PlainRows.of(
        np.asarray(low, dtype=float)[order],
        np.asarray(high, dtype=float)[order],
        exog.iloc[order],
        term,
        SHAPES["normal"],
    )
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    with np.errstate(all="ignore"):
        alone = climb(rows, np.zeros(rows.x.shape[1] + 1))
        levels = _Levels(rows, starts)
        start = np.append(alone, np.exp(alone[-1]) / np.sqrt(2))
        start[-2] -= np.log(2) / 2
        if len(codes) * len(levels.grid(start)) > _MOST_NUMBERS:
            return None
        point = climb(levels, start)
        covariance = solve(information_at(levels, point), np.eye(len(point)))
    at = list(exog.columns).index(term)
    return PlainFit(unit * float(point[at]), unit * float(np.sqrt(covariance[at, at])))


@dataclass(frozen=True)
class _Levels:
    """Rows sorted by participant; points are coefficients, ln sigma and the SD of the levels.

    The SD itself and not its logarithm, so that a maximum at 0 is one like any other.
    """

    rows: PlainRows
    starts: Codes

    def grid(self, point: Floats) -> Floats:
        """Levels in standard deviations, fine enough for the participant with the most rows."""
        most = float(np.diff(np.append(self.starts, len(self.rows.low))).max())
        spread = np.exp(point[-2]) / np.sqrt(most) / max(abs(point[-1]), 1e-9)
        step = min(_GRID_STEP, float(spread) / _STEPS_PER_SPREAD)
        return np.linspace(-_FARTHEST, _FARTHEST, 1 + 2 * int(np.ceil(_FARTHEST / step)))

    def evaluate(self, point: Floats) -> tuple[Floats, Floats]:
        """Log-likelihood of each participant and its derivatives (n_participants, k + 2)."""
        z = self.grid(point)
        sigma, between = float(np.exp(point[-2])), float(point[-1])
        fitted = (self.rows.x @ point[:-2])[:, None] + between * z
        loglike, in_mean, in_spread = self.rows.at(fitted, sigma)
        joint = np.add.reduceat(loglike, self.starts, axis=0)
        joint += stats.norm.logpdf(z) + np.log(z[1] - z[0])
        whole = logsumexp(joint, axis=1)
        share = np.exp(joint - whole[:, None])
        sizes = np.diff(np.append(self.starts, len(fitted)))
        weighted = in_mean * np.repeat(share, sizes, axis=0)
        columns = [
            weighted.sum(axis=1)[:, None] * self.rows.x,
            (in_spread * np.repeat(share, sizes, axis=0)).sum(axis=1),
            weighted @ z,
        ]
        return whole, np.asarray(np.add.reduceat(np.column_stack(columns), self.starts, axis=0))
