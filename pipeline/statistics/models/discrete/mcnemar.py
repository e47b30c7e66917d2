"""Two yes or no answers about the same participants (left and right leg): McNemar, always exact.

The chi-squared approximation gives P = 0 where no pair differs, and is wrong with few.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.estimates.errors import NotEstimableError


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
