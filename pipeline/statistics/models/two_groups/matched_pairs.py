"""Two groups matched one to one: differences within pairs.

The model with covariates is a mixed model with the pair as random intercept; for a binary outcome
see `discrete.conditional_logit`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, Inference, infer
from pipeline.statistics.models.model_rows import round_for_ranks, varies
from pipeline.statistics.models.two_groups.effect_size import (
    noncentrality_interval,
    small_sample_correction,
)


@dataclass(frozen=True)
class Pairs:
    """Complete pairs: `case` and `reference` in the same order, and how many pairs were broken."""

    case: Floats
    reference: Floats
    n_broken: int

    @property
    def differences(self) -> Floats:
        """Case minus reference of each pair."""
        return self.case - self.reference


@dataclass(frozen=True)
class PairedSize:
    """Standardised mean of the differences (g of pairs) with its interval, in SD of differences."""

    g: float
    ci_low: float
    ci_high: float
    ci_level: float


@dataclass(frozen=True)
class SignedRank:
    """Wilcoxon's signed rank test; v: rank sum of pairs in which the case is higher.

    shift: median of the means of all pairs of differences (Hodges and Lehmann 1963).
    """

    v: float
    p: float
    shift: float


def complete_pairs(rows: pd.DataFrame, value: str, pair: str, is_case: str) -> Pairs:
    """Pairs of a frame with one row per participant; rows without value or pair are left out.

    value, pair, is_case: columns with the measurement, the name of the pair and whether the
    participant is a case. A pair with one value is broken and counted. Raises NotEstimableError
    when a pair has two participants of one group.
    """
    named = rows.loc[rows[pair].notna(), [value, pair, is_case]]
    known = named.loc[named[value].notna()]
    if known.duplicated([pair, is_case]).any():
        raise NotEstimableError("A pair has several participants of one group.")
    sides = [
        known.loc[known[is_case].astype(bool) == side].set_index(pair)[value].astype(float)
        for side in (True, False)
    ]
    shared = sides[0].index.intersection(sides[1].index).sort_values()
    case, reference = (np.asarray(side.loc[shared], dtype=np.float64) for side in sides)
    return Pairs(case, reference, n_broken=int(named[pair].nunique() - len(shared)))


def paired_t(pairs: Pairs, *, ci_level: float = 0.95) -> Inference:
    """Mean difference within pairs, Student's t. Raises NotEstimableError (see `_check_pairs`)."""
    differences = _check_pairs(pairs)
    se = differences.std(ddof=1) / np.sqrt(len(differences))
    return infer(
        float(differences.mean()), float(se), df=float(len(differences) - 1), ci_level=ci_level
    )


def paired_hedges_g(pairs: Pairs, *, ci_level: float = 0.95) -> PairedSize:
    """Mean difference over the SD of differences, exact correction and noncentral t interval.

    Agrees with R's effectsize::hedges_g(paired = TRUE). Raises NotEstimableError as `paired_t`.
    """
    test = paired_t(pairs, ci_level=ci_level)
    df = float(len(pairs.case) - 1)
    low, high = noncentrality_interval(test.statistic, df, ci_level)
    scale = small_sample_correction(df) / np.sqrt(len(pairs.case))
    return PairedSize(
        float(scale * test.statistic), float(scale * low), float(scale * high), ci_level
    )


def signed_rank(pairs: Pairs) -> SignedRank:
    """Wilcoxon's test, normal approximation with ties and continuity correction as in R.

    Differences of 0 are left out. Raises NotEstimableError as `paired_t`, or when all are 0.
    Source: Wilcoxon 1945, Biometrics Bull 1:80.
    """
    (differences,) = round_for_ranks(_check_pairs(pairs))
    moved = differences[differences != 0]
    ranks = stats.rankdata(np.abs(moved))
    v = float(ranks[moved > 0].sum())
    ties = np.unique(ranks, return_counts=True)[1]
    n = len(moved)
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
    distance = v - n * (n + 1) / 4
    z = (distance - 0.5 * np.sign(distance)) / np.sqrt(variance)
    means = (moved[:, None] + moved[None, :]) / 2
    return SignedRank(
        v=v,
        p=float(min(1.0, max(2 * stats.norm.sf(abs(z)), SMALLEST_P))),
        shift=float(np.median(means[np.triu_indices(n)])),
    )


def _check_pairs(pairs: Pairs) -> Floats:
    if len(pairs.case) < 2:
        raise NotEstimableError("At least two complete pairs are needed.")
    if not varies(pairs.differences, beside=[pairs.case, pairs.reference]):
        raise NotEstimableError("The difference is the same in all pairs.")
    return pairs.differences
