"""How well a measurement tells two groups apart: area under the ROC curve, by DeLong.

The area is P(case > reference) + P(equal)/2, the same number as in Brunner-Munzel's test.
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
from pipeline.statistics.models.two_groups.rank_tests import ranked

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
    high, low = _directed(case, reference, lower_in_case)
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
        placements(*_directed(high, low, reverse))
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
    high, low = _directed(case, reference, lower_in_case)
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


def _directed(
    case: npt.ArrayLike, reference: npt.ArrayLike, lower_in_case: bool
) -> tuple[Floats, Floats]:
    """Both groups, rounded for ties, turned so that cases are expected to be higher."""
    high, low = ranked(case, reference)
    return (-high, -low) if lower_in_case else (high, low)
