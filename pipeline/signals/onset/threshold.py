"""First time that a smoothed measure of the signal exceeds rest by some standard deviations.

hodges_bui: rectified EMG. tkeo: the Teager-Kaiser energy operator. No likelihood, no interval.
"""

import numpy as np

from pipeline.signals.onset.answer import NO_RISE, Reading
from pipeline.signals.onset.searched_signal import BIN_S, Samples, SearchedSignal


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
