"""Cumulative sum: alarm when the evidence for a louder signal has piled up, onset where the pile began.

Page 1954 (Biometrika 41:100), for a change of variance as in Basseville and Nikiforov 1993
(Detection of Abrupt Changes, chapter 2).
"""

import numpy as np

from pipeline.signals.onset.answer import NO_RISE, Reading
from pipeline.signals.onset.searched_signal import SearchedSignal


def cusum(searched: SearchedSignal, *, expected_rise_db: float, alarm: float) -> Reading:
    """The last moment before the alarm at which nothing spoke for a rise.

    expected_rise_db: active over rest power that the sum is built for. alarm: log-likelihood ratio
    that gives an alarm. Evidence is the highest sum up to the end of the search window.
    """
    log_rise = expected_rise_db / 10 * np.log(10)
    gain = 0.5 * searched.weight_per_bin * (searched.energy * -np.expm1(-log_rise) - log_rise)
    total = np.concatenate([[0.0], np.cumsum(gain[: searched.n_candidates])])
    floor = np.minimum.accumulate(total)
    height = total - floor
    evidence = float(height.max())
    if evidence < alarm:
        return Reading(None, evidence, NO_RISE)
    first_alarm = int(np.argmax(height >= alarm))
    onset = int(np.flatnonzero(height[: first_alarm + 1] <= 0)[-1])
    return Reading(searched.time_of_bin(onset), evidence)
