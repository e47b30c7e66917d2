"""Approximated generalised likelihood ratio: a sliding window raises the alarm, likelihood dates it.

Staude and Wolf 1999 (Med Eng Phys 21:449); Staude 2001 (IEEE Trans Biomed Eng 48:1292).
"""

import numpy as np

from pipeline.signals.onset.answer import NO_RISE, Reading
from pipeline.signals.onset.searched_signal import SearchedSignal


def aglr(searched: SearchedSignal, *, window_s: float, alarm: float) -> Reading:
    """The most likely change within the window that gives the first alarm, or just before it.

    window_s: length of the sliding window. alarm: log-likelihood ratio, of the window's own variance
    against the rest variance, that gives an alarm. Evidence is the highest ratio up to the end of the
    search window.
    """
    width = max(2, round(window_s / searched.bin_s))
    energy = searched.energy[: searched.n_candidates + width]
    if energy.size < width:
        return Reading(None, 0.0, "the search window is shorter than the window of the detector")
    cumulative = np.concatenate([[0.0], np.cumsum(energy)])
    level = np.maximum((cumulative[width:] - cumulative[:-width]) / width, np.finfo(float).tiny)
    ratio = (
        0.5 * searched.weight_per_bin * width * np.where(level > 1, level - 1 - np.log(level), 0)
    )
    evidence = float(ratio.max())
    if evidence < alarm:
        return Reading(None, evidence, NO_RISE)
    alarm_bin = int(np.argmax(ratio >= alarm)) + width
    start, stop = max(0, alarm_bin - 2 * width), min(alarm_bin + width, energy.size)
    at = np.arange(start, alarm_bin)
    n_after = stop - at
    after = np.maximum((cumulative[stop] - cumulative[at]) / n_after, np.finfo(float).tiny)
    gain = n_after * np.where(after > 1, after - 1 - np.log(after), 0)
    return Reading(searched.time_of_bin(int(at[np.argmax(gain)])), evidence)
