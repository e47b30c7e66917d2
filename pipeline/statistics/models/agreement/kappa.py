"""Agreement of raters beyond chance: Cohen's kappa, weighted kappa, PABAK and its indices, Fleiss' kappa.

Also kappa when participants have two legs.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, two_sided_p
from pipeline.statistics.models.model_rows import participant_codes
from pipeline.statistics.models.resampling import (
    content_order,
    participant_weights,
    percentile_inference,
)

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
    counts = check_table(table)
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


def check_table(table: npt.ArrayLike) -> Counts:
    """A square table of counts in which kappa is defined; see `cohen_kappa`."""
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or (counts < 0).any():
        raise ValueError("a square table of counts is needed")
    if counts.sum() == 0:
        raise NotEstimableError("No participant has two ratings.")
    if min((counts.sum(axis=axis) > 0).sum() for axis in (0, 1)) < 2:
        raise NotEstimableError(ONE_RATING)
    return np.asarray(counts, dtype=int)


_BATCH = 500


@dataclass(frozen=True)
class FleissKappa:
    """Fleiss' kappa of n units rated by the same number of raters.

    se_h0, z, p: test of no agreement beyond chance, which takes the units as independent. se,
    ci_low, ci_high: of the kappa found; units of one participant count together.
    """

    kappa: float
    se: float
    ci_low: float
    ci_high: float
    ci_level: float
    se_h0: float
    z: float
    p: float
    n: int
    n_participants: int
    raters: int


def fleiss_kappa(
    ratings: pd.DataFrame, participants: pd.Series | None = None, *, ci_level: float = 0.95
) -> FleissKappa:
    """Fleiss' kappa; ratings: a row per rated unit (leg), a column per rater, none missing.

    participants: Series with the index of ratings when participants have several units; t with
    participants - 1 degrees of freedom. The interval linearises kappa (Gwet 2021, Educ Psychol
    Meas 81:781), summed over the units of a participant. Raises NotEstimableError with fewer than
    two participants, or when all ratings are the same. Where all raters agree in all units, the
    lower limit is that of `kappa.PERFECT`, with participants as ratings. Source: Fleiss 1971, Psychol Bull 76:378.
    """
    n, raters = ratings.shape
    alone = np.arange(n, dtype=np.intp)
    codes = alone if participants is None else participant_codes(participants, ratings)
    g = len(np.unique(codes))
    if g < 2:
        raise NotEstimableError("At least two participants with all ratings are needed.")
    counts = rating_counts(ratings)
    shares = counts.sum(axis=0) / (n * raters)
    if (shares > 0).sum() < 2:
        raise NotEstimableError(
            "All raters give the same rating to everybody, so that agreement beyond chance is not "
            "defined."
        )
    agreeing = ((counts**2).sum(axis=1) - raters) / (raters * (raters - 1))
    chance = float((shares**2).sum())
    kappa = (float(agreeing.mean()) - chance) / (1 - chance)
    # How much each unit moves kappa: its agreement, and what it adds to the shares of categories.
    moves = (agreeing - chance) / (1 - chance) - kappa
    moves -= 2 * (1 - kappa) * (counts @ shares / raters - chance) / (1 - chance)
    summed = np.bincount(codes, weights=moves)
    se = float(np.sqrt(g / (g - 1) * (summed**2).sum()) / n)
    reach = float(stats.t.ppf(0.5 + ci_level / 2, g - 1)) * se
    low = kappa - reach if agreeing.min() < 1 else lower_limit_of_one(g, chance, ci_level)
    spread = float((shares * (1 - shares)).sum())
    skewed = float((shares * (1 - shares) * (1 - 2 * shares)).sum())
    se_h0 = float(np.sqrt(2 * (spread**2 - skewed) / (n * raters * (raters - 1))) / spread)
    return FleissKappa(
        kappa=kappa,
        se=se,
        ci_low=max(-1.0, low),
        ci_high=min(1.0, kappa + reach),
        ci_level=ci_level,
        se_h0=se_h0,
        z=kappa / se_h0,
        p=two_sided_p(kappa / se_h0),
        n=n,
        n_participants=g,
        raters=raters,
    )


def kappa_of_participants(
    ratings: pd.DataFrame,
    participants: pd.Series,
    *,
    rng: np.random.Generator,
    n_samples: int = 2000,
    ci_level: float = 0.95,
) -> Inference:
    """Cohen's kappa of two raters and several units (legs) per participant, bootstrap interval.

    ratings: a row per unit, two columns. Participants are drawn with all their units, because both
    legs of one are rated alike. Raises NotEstimableError with fewer than two participants, when
    all ratings are the same, or when in too many samples they are; ValueError for more than two
    raters or participants of another frame.
    """
    if ratings.shape[1] != 2:
        raise ValueError("Cohen's kappa is of two raters")
    codes = participant_codes(participants, ratings)
    g = len(np.unique(codes))
    if g < 2:
        raise NotEstimableError("At least two participants with all ratings are needed.")
    levels, numbers = np.unique(_texts(ratings), return_inverse=True)
    numbers = numbers.reshape(ratings.shape)
    k = len(levels)
    if (ratings.nunique() < 2).any():
        raise NotEstimableError(ONE_RATING)
    tables = np.zeros((g, k, k))
    np.add.at(tables, (codes, numbers[:, 0], numbers[:, 1]), 1)
    order = content_order(codes, numbers)
    drawn = [
        _kappas(np.tensordot(counts, tables, axes=1))
        for counts in participant_weights(
            order, np.zeros(g, dtype=np.intp), n_samples, rng, batch=_BATCH
        )
    ]
    whole = tables.sum(axis=0)
    found = percentile_inference(
        float(_kappas(whole[None])[0]), np.concatenate(drawn), ci_level=ci_level
    )
    if np.trace(whole) == whole.sum():
        chance = float(whole.sum(axis=0) @ whole.sum(axis=1)) / whole.sum() ** 2
        found = replace(found, ci_low=lower_limit_of_one(g, chance, ci_level))
    return found


def rating_counts(ratings: pd.DataFrame) -> Floats:
    """How many raters gave each unit each rating, shape (n_units, n_ratings)."""
    if ratings.shape[1] < 2:
        raise NotEstimableError("Agreement needs at least two raters.")
    texts = _texts(ratings)
    counts = [(texts == level).sum(axis=1) for level in np.unique(texts)]
    return np.asarray(np.stack(counts, axis=1), dtype=float)


def _texts(ratings: pd.DataFrame) -> npt.NDArray[np.str_]:
    if ratings.isna().any(axis=None):
        raise ValueError("units without all ratings must be left out first")
    return np.asarray(ratings.to_numpy(dtype=object).astype(str))


def _kappas(tables: Floats) -> Floats:
    """Kappa of each table, shape (n, k, k); NaN where it is not defined."""
    n = tables.sum(axis=(1, 2))
    agreeing = np.einsum("sii->s", tables) / n
    chance = (tables.sum(axis=1) * tables.sum(axis=2)).sum(axis=1) / n**2
    defined = chance < 1
    return np.where(defined, (agreeing - chance) / np.where(defined, 1 - chance, 1.0), np.nan)
