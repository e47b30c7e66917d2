"""Censored regression with a level per participant a second time: levels on an even grid, by SciPy.

Shares nothing with `random_intercept.py`: the integral is the trapezoid rule over the levels as they
are distributed, not a quadrature placed at each participant; densities are those of scipy.stats, the
optimiser is BFGS and the curvature is taken by differences. For second opinions.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.special import logsumexp

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.second_routes.plain_likelihood import (
    SHAPES,
    PlainFit,
    PlainRows,
    climbed,
    information_at,
    solved,
)

_FARTHEST = 7.0
"""Standard deviations of the levels; 3e-12 of them lie beyond."""
_STEP = 0.6
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
        alone = climbed(rows, np.zeros(rows.x.shape[1] + 1))
        levels = _Levels(rows, starts)
        start = np.append(alone, np.exp(alone[-1]) / np.sqrt(2))
        start[-2] -= np.log(2) / 2
        if len(codes) * len(levels.grid(start)) > _MOST_NUMBERS:
            return None
        point = climbed(levels, start)
        covariance = solved(information_at(levels, point), np.eye(len(point)))
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
        step = min(_STEP, float(spread) / _STEPS_PER_SPREAD)
        return np.linspace(-_FARTHEST, _FARTHEST, 1 + 2 * int(np.ceil(_FARTHEST / step)))

    def evaluated(self, point: Floats) -> tuple[Floats, Floats]:
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
