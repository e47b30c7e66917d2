"""Double threshold: enough of a few successive values have to be too large for rest.

Bonato, D'Alessio and Knaflitz 1998 (IEEE Trans Biomed Eng 45:287). The paper whitens the signal; here
values of the band-passed signal about one millisecond apart are taken, which are nearly independent.
"""

import numpy as np
from scipy import stats

from pipeline.signals.onset.answer import NO_RISE, Reading
from pipeline.signals.onset.searched_signal import BIN_S, SearchedSignal


def bonato(
    searched: SearchedSignal,
    *,
    needed: int,
    successive: int,
    false_alarm: float,
    shortest_s: float,
) -> Reading:
    """The first value of an activity in which `needed` of `successive` values exceed the threshold.

    false_alarm: probability that a group of `successive` rest values does so; it sets the threshold.
    shortest_s: the activity has to last this long. Evidence is the largest number of
    values in a row that are active by the rule.
    """
    step = max(1, round(BIN_S * searched.sampling_rate_hz))
    stop = searched.search.stop + round(shortest_s * searched.sampling_rate_hz)
    values = np.square(searched.samples[searched.search.start : stop : step]) / searched.rest_power
    pairs = values[: values.size // 2 * 2].reshape(-1, 2).sum(axis=1)
    # Sums of two squares of Gaussian values are chi-square distributed with two degrees of freedom.
    single = stats.beta.ppf(false_alarm, needed, successive - needed + 1)
    is_large = pairs > -2 * np.log(single)
    if is_large.size < successive:
        return Reading(None, 0.0, "the search window is shorter than the window of the detector")
    counts = np.convolve(is_large, np.ones(successive, dtype=int), mode="valid")
    is_active = counts >= needed
    pair_s = 2 * step / searched.sampling_rate_hz
    n_shortest = max(1, round(shortest_s / pair_s))
    lengths = _run_lengths(is_active)
    evidence = float(lengths.max())
    if evidence < n_shortest:
        return Reading(None, evidence, NO_RISE)
    end = int(np.argmax(lengths >= n_shortest))
    group = end - int(lengths[end]) + 1
    onset = group + int(np.argmax(is_large[group : group + successive]))
    return Reading(searched.time_of_sample(2 * step * onset), evidence)


def _run_lengths(is_active: np.ndarray) -> np.ndarray:
    """How many entries up to and with this one are true without a gap. Shape as given."""
    position = np.arange(1, is_active.size + 1)
    last_gap = np.maximum.accumulate(np.where(is_active, 0, position))
    lengths: np.ndarray = position - last_gap
    return lengths
