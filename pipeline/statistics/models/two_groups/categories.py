"""Categories of participants: chi-squared and Fisher's exact test (sex by group), McNemar of two answers.

McNemar's test (left and right leg) is always exact: the chi-squared approximation gives P = 0 where no
pair differs, and is wrong with few.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from scipy.special import gammaln
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.two_groups.spread_and_shape import OmnibusTest

Counts = npt.NDArray[np.int_]

_WIDEST_LOG_ODDS = 700.0
"""exp of more is not a number; no interval of counts gets there."""


@dataclass(frozen=True)
class OddsRatio:
    """An odds ratio with its interval."""

    value: float
    ci_low: float
    ci_high: float
    ci_level: float


def chi_squared(table: pd.DataFrame | npt.ArrayLike, *, yates: bool = False) -> OmnibusTest:
    """Pearson's test of a table of participants; yates: continuity correction of a 2 x 2 table.

    Raises NotEstimableError when only one row or column has participants.
    """
    counts = _counts(table)
    found = stats.chi2_contingency(counts, correction=yates)
    df = float(found.dof)
    return OmnibusTest(
        float(found.statistic), max(float(stats.chi2.sf(found.statistic, df)), SMALLEST_P), df
    )


def smallest_expected(table: pd.DataFrame | npt.ArrayLike) -> float:
    """The smallest expected count; below 5 Fisher's test is the one to print."""
    return float(stats.contingency.expected_freq(_counts(table)).min())


def fisher_p(table: pd.DataFrame | npt.ArrayLike) -> float:
    """Two-sided P value of Fisher's exact test of a 2 x 2 table. Raises as `chi_squared`."""
    counts = _two_by_two(table)
    return max(float(stats.fisher_exact(counts).pvalue), SMALLEST_P)


def conditional_odds_ratio(
    table: pd.DataFrame | npt.ArrayLike, *, ci_level: float = 0.95
) -> OddsRatio:
    """Odds ratio of a 2 x 2 table given its margins, with the exact interval of R's fisher.test.

    Rows: groups; columns: categories; first over second. Raises NotEstimableError with a 0 in the
    table, where the ratio or its interval has no end. Source: Fisher 1935, J R Stat Soc 98:39.
    """
    counts = _two_by_two(table)
    if (counts == 0).any():
        raise NotEstimableError(
            "No participant of one group is in one of the categories, so that the odds ratio or "
            "its interval is not defined."
        )
    (a, b), (c, d) = counts.tolist()
    possible = np.arange(max(0, a - d), min(a + b, a + c) + 1)
    cells = (possible, a + b - possible, a + c - possible, d - a + possible)
    weights = -sum(gammaln(cell + 1) for cell in cells)

    def shares(log_odds: float) -> Floats:
        logs = weights + log_odds * possible
        shifted = np.exp(logs - logs.max())
        return np.asarray(shifted / shifted.sum())

    def solve(gap: object) -> float:
        return float(np.exp(brentq(gap, -_WIDEST_LOG_ODDS, _WIDEST_LOG_ODDS, xtol=1e-13)))

    tail = (1 - ci_level) / 2
    return OddsRatio(
        value=solve(lambda x: float(shares(x) @ possible) - a),
        ci_low=solve(lambda x: float(shares(x)[possible >= a].sum()) - tail),
        ci_high=solve(lambda x: tail - float(shares(x)[possible <= a].sum())),
        ci_level=ci_level,
    )


def _counts(table: pd.DataFrame | npt.ArrayLike) -> Counts:
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or (counts < 0).any() or (counts != np.round(counts)).any():
        raise ValueError("a table of counts is needed")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if counts.size == 0:
        raise NotEstimableError("The table has no participant.")
    if 1 in counts.shape:
        raise NotEstimableError(
            "All participants are in one group or in one category, so that nothing can be compared."
        )
    return np.asarray(counts, dtype=int)


def _two_by_two(table: pd.DataFrame | npt.ArrayLike) -> Counts:
    counts = _counts(table)
    if counts.shape != (2, 2):
        raise ValueError("a table of two groups and two categories is needed")
    return counts


@dataclass(frozen=True)
class PairedAnswers:
    """Participants by both answers: both yes, first only, second only, neither."""

    both: int
    first_only: int
    second_only: int
    neither: int

    @classmethod
    def of(cls, first: npt.ArrayLike, second: npt.ArrayLike) -> "PairedAnswers":
        """Counts of two answers per participant, shape (n_participants,) each, without missing."""
        one, two = np.asarray(first, dtype=bool), np.asarray(second, dtype=bool)
        if one.shape != two.shape:
            raise ValueError("both answers are needed for each participant")
        return cls(
            both=int((one & two).sum()),
            first_only=int((one & ~two).sum()),
            second_only=int((~one & two).sum()),
            neither=int((~one & ~two).sum()),
        )


@dataclass(frozen=True)
class McNemar:
    """Exact test that yes is as common for the first answer as for the second.

    odds_ratio: first only over second only, None where the latter is 0; ci_low and ci_high: exact
    (None for an end that is not finite). difference: share of yes, first minus second.
    """

    p: float
    odds_ratio: float | None
    ci_low: float
    ci_high: float | None
    ci_level: float
    difference: float


def mcnemar(answers: PairedAnswers, *, ci_level: float = 0.95) -> McNemar:
    """Binomial test of the participants whose answers differ.

    Raises NotEstimableError when nobody's answers differ. Source: McNemar 1947, Psychometrika
    12:153; interval from Clopper and Pearson 1934, Biometrika 26:404.
    """
    first, second = answers.first_only, answers.second_only
    n_discordant = first + second
    if n_discordant == 0:
        raise NotEstimableError("Nobody's two answers differ, so that there is nothing to test.")
    low, high = proportion_confint(first, n_discordant, alpha=1 - ci_level, method="beta")
    n = answers.both + answers.neither + n_discordant
    return McNemar(
        p=float(stats.binomtest(first, n_discordant).pvalue),
        odds_ratio=first / second if second else None,
        ci_low=float(low / (1 - low)),
        ci_high=float(high / (1 - high)) if second else None,
        ci_level=ci_level,
        difference=(first - second) / n,
    )
