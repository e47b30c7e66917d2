"""A cut point chosen by the data (Youden), never without what the choice flatters.

Sensitivity and specificity at the best cut are too good on the data that chose it. Both are
corrected by doing the choice again in samples of the participants.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.models.accuracy.roc import shares_beyond
from pipeline.statistics.models.two_groups.rank_tests import ranked


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
    high, low = (np.sort(-x if lower_in_case else x) for x in ranked(case, reference))
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
