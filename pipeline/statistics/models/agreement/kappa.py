"""Agreement of two raters beyond chance: Cohen's kappa, weighted kappa, PABAK and its indices."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.estimates.errors import NotEstimableError

Weights = Literal["linear", "quadratic"]
Counts = npt.NDArray[np.int_]

PERFECT = (
    "The raters agree in all ratings, so that the interval is that of the share of agreement "
    "(Wilson), with the chance agreement found."
)

ONE_RATING = (
    "A rater gives everybody the same rating, so that agreement beyond chance is not defined."
)


@dataclass(frozen=True)
class Kappa:
    """Chance-corrected agreement with its interval; se: not assuming kappa = 0.

    caution: a sentence when the interval is not the usual one, else "".
    """

    kappa: float
    se: float
    ci_low: float
    ci_high: float
    ci_level: float
    caution: str = ""


@dataclass(frozen=True)
class AgreementIndices:
    """What a kappa has to be read with.

    agreement: share of equal ratings, with its Wilson interval. pabak: kappa if both categories
    were equally common and the raters alike in them. prevalence, bias: indices of two categories
    (0 to 1; how unequally common they are, how differently the raters use them), None with more.
    """

    agreement: float
    ci_low: float
    ci_high: float
    ci_level: float
    pabak: float
    prevalence: float | None
    bias: float | None


def rating_table(
    first: npt.ArrayLike, second: npt.ArrayLike, categories: tuple[str, ...]
) -> Counts:
    """Counts of the ratings of two raters, shape (k, k); rows: first rater, in order of categories.

    Raises ValueError for a rating that is none of the categories, or missing.
    """
    place = {category: i for i, category in enumerate(categories)}
    one, two = np.asarray(first, dtype=object), np.asarray(second, dtype=object)
    if one.shape != two.shape or any(rating not in place for rating in (*one, *two)):
        raise ValueError("each participant needs two ratings of the declared categories")
    table = np.zeros((len(categories), len(categories)), dtype=int)
    for a, b in zip(one, two, strict=True):
        table[place[a], place[b]] += 1
    return table


def cohen_kappa(
    table: npt.ArrayLike, *, weights: Weights | None = None, ci_level: float = 0.95
) -> Kappa:
    """Cohen's kappa of one rated unit per participant; weights for ordered categories.

    Several units per participant (both legs) need `kappa_of_participants`. Raises NotEstimableError
    without ratings, or when a rater gives everybody the same rating.
    Source: Cohen 1960, Educ Psychol Meas 20:37; standard error of Fleiss, Cohen and Everitt 1969,
    Psychol Bull 72:323.
    """
    counts = checked_table(table)
    found = cohens_kappa(counts, wt=None if weights is None else weights, return_results=True)
    kappa, se = float(found.kappa), float(found.std_kappa)
    n = int(counts.sum())
    if np.trace(counts) == n:
        chance = float(counts.sum(axis=0) @ counts.sum(axis=1)) / n**2
        return Kappa(1.0, 0.0, lower_limit_of_one(n, chance, ci_level), 1.0, ci_level, PERFECT)
    reach = float(stats.norm.ppf(0.5 + ci_level / 2)) * se
    return Kappa(kappa, se, max(-1.0, kappa - reach), min(1.0, kappa + reach), ci_level)


def lower_limit_of_one(n: int, chance: float, ci_level: float) -> float:
    """Lower limit of a kappa of 1 from n independent ratings that all agree (see PERFECT)."""
    low, _ = proportion_confint(n, n, alpha=1 - ci_level, method="wilson")
    return (float(low) - chance) / (1 - chance)


def agreement_indices(table: npt.ArrayLike, *, ci_level: float = 0.95) -> AgreementIndices:
    """Observed agreement, PABAK, prevalence and bias index. Raises NotEstimableError without ratings.

    Source: Byrt, Bishop and Carlin 1993, J Clin Epidemiol 46:423.
    """
    counts = np.asarray(table, dtype=int)
    n, k = int(counts.sum()), len(counts)
    if n == 0:
        raise NotEstimableError("No participant has two ratings.")
    agreeing = int(np.trace(counts))
    low, high = proportion_confint(agreeing, n, alpha=1 - ci_level, method="wilson")
    two = k == 2
    return AgreementIndices(
        agreement=agreeing / n,
        ci_low=float(low),
        ci_high=float(high),
        ci_level=ci_level,
        pabak=(k * agreeing / n - 1) / (k - 1),
        prevalence=abs(int(counts[0, 0]) - int(counts[1, 1])) / n if two else None,
        bias=abs(int(counts[0, 1]) - int(counts[1, 0])) / n if two else None,
    )


def checked_table(table: npt.ArrayLike) -> Counts:
    """A square table of counts in which kappa is defined; see `cohen_kappa`."""
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise ValueError("a square table of counts is needed")
    if counts.sum() == 0:
        raise NotEstimableError("No participant has two ratings.")
    if min((counts.sum(axis=axis) > 0).sum() for axis in (0, 1)) < 2:
        raise NotEstimableError(ONE_RATING)
    return np.asarray(counts, dtype=int)
