"""Detectors that compare a measure of the signal with that of rest: one threshold, or two.

hodges_bui: rectified EMG. tkeo: the Teager-Kaiser energy operator. bonato: two thresholds on the energy of
whitened pairs. No interval.
"""

import numpy as np
from scipy import stats

from pipeline.signals.onset.searched_signal import BIN_S, NO_RISE, Reading, SearchedSignal
from pipeline.signals.samples.recording import Samples


def hodges_bui(
    searched: SearchedSignal, *, threshold_sd: float, window_s: float, low_pass_hz: float
) -> Reading:
    """Start of the first window whose mean rectified, low-passed EMG exceeds the threshold.

    threshold_sd: standard deviations of the rest above its mean. window_s: length of the window.
    low_pass_hz: cut-off of the smoothing. Evidence is the highest window mean, in standard deviations
    of the rest above its mean. Source: Hodges and Bui 1996 (Electroencephalogr Clin Neurophysiol
    101:511).
    """
    smooth = _standardised(searched, np.abs(searched.samples), low_pass_hz)
    width = max(1, round(window_s * searched.sampling_rate_hz))
    cumulative = np.concatenate([[0.0], np.cumsum(smooth)])
    means = (cumulative[width:] - cumulative[:-width]) / width
    return _first_above(searched, means, threshold_sd)


def tkeo(
    searched: SearchedSignal, *, threshold_sd: float, shortest_s: float, low_pass_hz: float
) -> Reading:
    """First time that the smoothed Teager-Kaiser energy stays above the threshold.

    The operator x(t)^2 - x(t - d) x(t + d) is taken with d = 1 ms or one sample, whichever is longer, so
    that the sampling rate does not change its answer. threshold_sd, low_pass_hz, evidence: as for
    `hodges_bui`, of the least value within shortest_s. Source: Li, Zhou and Aruin 2007 (Ann Biomed
    Eng 35:1532); Solnik et al. 2010 (Eur J Appl Physiol 110:489).
    """
    x = searched.samples
    lag = max(1, round(BIN_S * searched.sampling_rate_hz))
    operator = np.zeros_like(x)
    operator[lag:-lag] = np.square(x[lag:-lag]) - x[: -2 * lag] * x[2 * lag :]
    smooth = _standardised(searched, np.abs(operator), low_pass_hz)
    width = max(1, round(shortest_s * searched.sampling_rate_hz))
    least = np.lib.stride_tricks.sliding_window_view(smooth, width).min(axis=1)
    return _first_above(searched, least, threshold_sd)


def _standardised(searched: SearchedSignal, measure: Samples, low_pass_hz: float) -> Samples:
    """The smoothed measure in standard deviations of the rest above its mean."""
    smooth = searched.low_passed(measure, low_pass_hz)
    rest = searched.rest_samples(smooth)
    result: Samples = (smooth - rest.mean()) / max(float(rest.std()), np.finfo(float).tiny)
    return result


def _first_above(searched: SearchedSignal, score: Samples, threshold: float) -> Reading:
    """score: entry i belongs to the window that starts at sample i of the signal."""
    part = score[searched.search.start : searched.search.stop]
    if part.size == 0:
        return Reading(None, 0.0, "the signal ends before the first window of the detector")
    evidence = float(part.max())
    if evidence <= threshold:
        return Reading(None, evidence, NO_RISE)
    return Reading(searched.time_of_sample(int(np.argmax(part > threshold))), evidence)


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
