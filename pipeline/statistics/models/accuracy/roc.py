"""How well a measurement tells two groups apart: area under the ROC curve, by DeLong.

The area is P(case > reference) + P(equal)/2, the same number as in Brunner-Munzel's test.

A cut point chosen by the data (Youden) is never given without what the choice flatters: sensitivity and
specificity at the best cut are too good on the data that chose it, and are corrected by doing the choice
again in samples of the participants.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.special import expit

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.two_groups.brunner_munzel import (
    newcombe_interval,
    placement_variances,
    placements,
)
from pipeline.statistics.models.two_groups.rank_tests import check_for_ranks

IntervalOfArea = Literal["DeLong", "DeLong, logit", "Newcombe"]
_NOTHING = 1e-12
"""Variance of a difference of areas: two markers that order the participants alike."""


@dataclass(frozen=True)
class RocArea:
    """Area under the ROC curve with its interval.

    variance: DeLong's, 0 where the groups do not overlap. interval: "DeLong"; "DeLong, logit" where
    the plain limits would leave 0 to 1; "Newcombe" where the groups do not overlap.
    """

    auc: float
    variance: float
    ci_low: float
    ci_high: float
    ci_level: float
    interval: IntervalOfArea
    n_case: int
    n_reference: int


def roc_area(
    case: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    lower_in_case: bool = False,
    ci_level: float = 0.95,
) -> RocArea:
    """Area under the curve, one value per participant, none missing.

    lower_in_case: cases are expected to have lower values (hold time). The direction is stated,
    never chosen by the data, which would never give less than one half. Raises NotEstimableError
    with fewer than two values in a group or without any variation.
    Source: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44:837.
    """
    high, low = _turn_cases_up(case, reference, lower_in_case)
    n, m = len(high), len(low)
    auc, of_case, of_reference = placement_variances(high, low)
    variance = of_case / n + of_reference / m
    reach = float(stats.norm.ppf(0.5 + ci_level / 2) * np.sqrt(variance))
    limits = auc - reach, auc + reach
    interval: IntervalOfArea = "DeLong"
    if variance == 0:
        limits, interval = newcombe_interval(auc, n, m, ci_level), "Newcombe"
    elif limits[0] < 0 or limits[1] > 1:
        logit, reach = np.log(auc / (1 - auc)), reach / (auc * (1 - auc))
        limits = float(expit(logit - reach)), float(expit(logit + reach))
        interval = "DeLong, logit"
    return RocArea(auc, variance, limits[0], limits[1], ci_level, interval, n, m)


def compare_areas(
    case: tuple[npt.ArrayLike, npt.ArrayLike],
    reference: tuple[npt.ArrayLike, npt.ArrayLike],
    *,
    lower_in_case: tuple[bool, bool] = (False, False),
    ci_level: float = 0.95,
) -> Inference:
    """Difference of two areas, first minus second marker, of the same participants: paired DeLong.

    case, reference: values of both markers, in the same order of participants. Normal reference
    distribution. Raises NotEstimableError as `roc_area`, and when both markers order the
    participants alike. Source: as `roc_area`; agrees with R's pROC::roc.test.
    """
    sides = [
        placements(*_turn_cases_up(high, low, reverse))
        for high, low, reverse in zip(case, reference, lower_in_case, strict=True)
    ]
    (first, first_low), (second, second_low) = sides
    if first.shape != second.shape or first_low.shape != second_low.shape:
        raise ValueError("both markers need the same participants")
    difference, difference_low = first - second, first_low - second_low
    variance = difference.var(ddof=1) / len(first) + difference_low.var(ddof=1) / len(first_low)
    if variance <= _NOTHING:
        raise NotEstimableError("Both measurements put the participants in the same order.")
    return infer(float(difference.mean()), float(np.sqrt(variance)), df=None, ci_level=ci_level)


def roc_curve(
    case: npt.ArrayLike, reference: npt.ArrayLike, *, lower_in_case: bool = False
) -> pd.DataFrame:
    """Sensitivity and specificity at every cut between two values, for a figure.

    Columns threshold, sensitivity, specificity; positive at or beyond the threshold on the side of
    the cases. Raises NotEstimableError as `roc_area`.
    """
    high, low = _turn_cases_up(case, reference, lower_in_case)
    values = np.unique(np.concatenate([high, low]))
    cuts = np.concatenate([[-np.inf], (values[1:] + values[:-1]) / 2, [np.inf]])
    sensitivity, specificity = shares_beyond(high, low, cuts)
    return pd.DataFrame(
        {
            "threshold": -cuts if lower_in_case else cuts,
            "sensitivity": sensitivity,
            "specificity": specificity,
        }
    )


def shares_beyond(high: Floats, low: Floats, cuts: Floats) -> tuple[Floats, Floats]:
    """Share of cases at or above each cut, and share of reference participants below it."""
    below_case = np.searchsorted(np.sort(high), cuts, side="left")
    below_reference = np.searchsorted(np.sort(low), cuts, side="left")
    return 1 - below_case / len(high), below_reference / len(low)


def _turn_cases_up(
    case: npt.ArrayLike, reference: npt.ArrayLike, lower_in_case: bool
) -> tuple[Floats, Floats]:
    """Both groups, rounded for ties, turned so that cases are expected to be higher."""
    high, low = check_for_ranks(case, reference)
    return (-high, -low) if lower_in_case else (high, low)


@dataclass(frozen=True)
class CutPoint:
    """The cut with the highest sensitivity + specificity - 1.

    apparent_sensitivity and apparent_specificity: on the data that chose it, not for publication.
    sensitivity, specificity: less the optimism of the choice. threshold_low, threshold_high:
    percentile interval of the threshold over the samples, of level ci_level.
    """

    threshold: float
    threshold_low: float
    threshold_high: float
    ci_level: float
    sensitivity: float
    specificity: float
    apparent_sensitivity: float
    apparent_specificity: float


def youden_cut(
    case: npt.ArrayLike,
    reference: npt.ArrayLike,
    *,
    rng: np.random.Generator,
    lower_in_case: bool = False,
    n_samples: int = 2000,
    ci_level: float = 0.95,
) -> CutPoint:
    """Best cut between two values, with both shares corrected for its choice.

    A participant is positive at or beyond the threshold on the side of the cases; among equally
    good cuts, the one with the highest sensitivity. Participants are drawn within their group.
    Raises NotEstimableError with fewer than two values in a group or without any variation.
    Source: Youden 1950, Cancer 3:32; optimism of Efron 1983, J Am Stat Assoc 78:316.
    """
    high, low = (np.sort(-x if lower_in_case else x) for x in check_for_ranks(case, reference))
    cut, found = _best_cut(high, low)
    optimism, cuts = np.zeros(2), np.empty(n_samples)
    for i in range(n_samples):
        drawn_high = np.sort(rng.choice(high, len(high)))
        drawn_low = np.sort(rng.choice(low, len(low)))
        cuts[i], apparent = _best_cut(drawn_high, drawn_low)
        optimism += apparent - _shares(high, low, cuts[i])
    corrected = np.clip(found - optimism / n_samples, 0, 1)
    tail = (1 - ci_level) / 2
    limits = np.quantile(cuts, [tail, 1 - tail])
    if lower_in_case:
        cut, limits = -cut, -limits[::-1]
    return CutPoint(
        threshold=cut,
        threshold_low=float(limits[0]),
        threshold_high=float(limits[1]),
        ci_level=ci_level,
        sensitivity=float(corrected[0]),
        specificity=float(corrected[1]),
        apparent_sensitivity=float(found[0]),
        apparent_specificity=float(found[1]),
    )


def _shares(high: Floats, low: Floats, cut: float) -> Floats:
    sensitivity, specificity = shares_beyond(high, low, np.array([cut]))
    return np.array([sensitivity[0], specificity[0]])


def _best_cut(high: Floats, low: Floats) -> tuple[float, Floats]:
    """The first cut (from below) with the highest Youden index, and both shares at it.

    A sample in which all values are equal is cut at that value.
    """
    values = np.unique(np.concatenate([high, low]))
    cuts = (values[1:] + values[:-1]) / 2 if len(values) > 1 else values
    sensitivity, specificity = shares_beyond(high, low, cuts)
    index = sensitivity + specificity
    best = int(np.flatnonzero(index >= index.max() - 1e-12)[0])
    return float(cuts[best]), np.array([sensitivity[best], specificity[best]])
