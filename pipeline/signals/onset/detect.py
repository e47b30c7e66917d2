"""When a muscle switches on: `detect_onset`, one answer with an interval and a reason.

No files, no force events: the caller gives the rest window and the window to search.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.searched_signal import (
    SHORTEST_REST_S,
    Onset,
    Reading,
    SearchedSignal,
    searched_signal,
)
from pipeline.signals.samples.filters import check_sampling_rate
from pipeline.signals.samples.recording import Samples, SignalProblem

EMG_BAND_HZ: Final = (20.0, 450.0)

MICROSECOND_DECIMALS: Final = 6

FILTER_ORDER: Final = 2
"""A steeper filter delays an onset, and by more where the muscle is quiet."""

RATE_OVER_BAND: Final = 2.1
"""Least sampling rate over the highest frequency: above 2 by the slope of the thinning filter."""

SHORTEST_S: Final = 0.15
"""Three periods of 20 Hz: the filter's own start-up."""


def detect_onset(
    signal_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
    method: str = "ramp_bayes",
    *,
    band_hz: tuple[float, float] | None = EMG_BAND_HZ,
) -> Onset:
    """Find when the signal leaves its rest level inside the search window.

    signal_uv: shape (n_samples,), raw EMG in any unit: the answer does not depend on it. rest_s,
    search_s: (start, end) in seconds from the start of the signal; rest ends before the onset.
    method: a key of DETECTORS. band_hz: pass band in Hz applied first; None when the signal is
    already band-passed.
    Returns an Onset; not found is an answer with a reason, also where the signal is sampled too slowly or
    the rest is too short. Raises ValueError for an unknown method or windows that do not fit the signal,
    SignalProblem when the signal has missing samples.

    A muscle that is silent for two seconds and then switches on:

    >>> import numpy as np
    >>> random = np.random.default_rng(1)
    >>> emg_uv = random.normal(0, 2, 6000)
    >>> emg_uv[4000:] += random.normal(0, 20, 2000)
    >>> onset = detect_onset(emg_uv, 2000, rest_s=(0.1, 1.0), search_s=(1.0, 2.8))
    >>> onset.found, round(onset.onset_s, 2), onset.low_s < 2.0 < onset.high_s
    (True, 2.0, True)
    >>> silent = detect_onset(emg_uv[:4000], 2000, rest_s=(0.1, 1.0), search_s=(1.0, 1.9))
    >>> silent.found, silent.reason
    (False, 'the signal does not rise above its rest level in the search window')
    """
    if method not in DETECTORS:
        raise ValueError(f"onset method {method!r} is not one of {sorted(DETECTORS)}")
    searched = read_signal(signal_uv, sampling_rate_hz, rest_s, search_s, band_hz=band_hz)
    if isinstance(searched, str):
        return nothing(method, searched)
    return as_onset(DETECTORS[method].read(searched), searched, method)


def read_signal(
    signal_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
    *,
    band_hz: tuple[float, float] | None,
) -> SearchedSignal | str:
    """What the detectors are given, or why none of them can answer; arguments as for `detect_onset`."""
    samples = np.asarray(signal_uv, dtype=np.float64)
    if samples.ndim != 1 or samples.size == 0:
        raise ValueError(f"one channel is one row of samples; this has shape {samples.shape}")
    n_missing = int(np.sum(~np.isfinite(samples)))
    if n_missing:
        raise SignalProblem(
            f"The signal has missing samples ({n_missing} of {samples.size}).",
            "Choose a part without gaps, or export the recording again.",
        )
    try:
        check_sampling_rate(sampling_rate_hz, band_hz or EMG_BAND_HZ)
        samples, rate_hz = thinned(samples, sampling_rate_hz, (band_hz or EMG_BAND_HZ)[1])
        if band_hz is not None:
            samples = forward_band_pass(samples, rate_hz, band_hz)
    except SignalProblem as problem:
        return problem.what.rstrip(".")
    searched = searched_signal(samples, rate_hz, rest_s, search_s)
    if searched.rest.length < SHORTEST_REST_S * rate_hz - 1e-6:
        return f"the rest window holds less than {SHORTEST_REST_S:g} s of the signal"
    if searched.rest_power <= 0:
        return "the signal is zero at rest, so it has no rest level"
    return searched


def nothing(method: str, reason: str) -> Onset:
    """No onset, because no detector could be asked."""
    return Onset(None, None, None, None, 0.0, 0.0, False, method, reason)


def as_onset(reading: Reading, searched: SearchedSignal, method: str) -> Onset:
    """The answer of a detector, with the signal-to-noise ratio."""
    return Onset(
        onset_s=_to_the_microsecond(reading.onset_s),
        low_s=_to_the_microsecond(reading.low_s),
        high_s=_to_the_microsecond(reading.high_s),
        sd_s=_to_the_microsecond(reading.sd_s),
        evidence=reading.evidence,
        snr_db=searched.snr_db(reading.onset_s),
        found=reading.onset_s is not None,
        method=method,
        reason=reading.reason,
        step_s=_to_the_microsecond(reading.step_s),
        ramp_s=_to_the_microsecond(reading.ramp_s),
        build_up_s=_to_the_microsecond(reading.build_up_s),
    )


def _to_the_microsecond(time_s: float | None) -> float | None:
    """Rounded, so that volts and microvolts give the same answer to the last digit."""
    return None if time_s is None else round(time_s, MICROSECOND_DECIMALS)


def forward_band_pass(
    samples: Samples, sampling_rate_hz: float, band_hz: tuple[float, float]
) -> Samples:
    """Butterworth band-pass of order 2, one pass. samples: shape (n_samples,), any unit, any offset.

    Forwards only, so that nothing of an onset appears before it: a filter that runs both ways (as
    amplitudes use) spreads a sudden onset over the 10 ms before it, 20 dB below the muscle, as loud as the
    rest where the muscle is 20 dB above it. Returns the same shape and unit. Raises SignalProblem when
    the signal is shorter than the filter's start-up.
    """
    if samples.size < SHORTEST_S * sampling_rate_hz:
        raise SignalProblem(
            f"The signal lasts {samples.size / sampling_rate_hz:.2g} s, too short to be filtered.",
            "Check that the right part of the recording was chosen.",
        )
    sections = _sections(sampling_rate_hz, tuple(band_hz))
    filtered: Samples = signal.sosfilt(sections, samples - samples[0])
    return filtered


def thinned(samples: Samples, sampling_rate_hz: float, highest_hz: float) -> tuple[Samples, float]:
    """(samples, their rate in Hz) at the lowest whole fraction of the rate that keeps `highest_hz`.

    So that the same muscle has the same onset at 1 and 2 kHz: each rate would have a filter delay of its
    own, and what lies above the band tells of the recorder only. samples: shape (n_samples,).
    """
    factor = int(sampling_rate_hz / (RATE_OVER_BAND * highest_hz))
    if factor < 2:
        return samples, sampling_rate_hz
    kept: Samples = samples[0] + signal.resample_poly(samples - samples[0], 1, factor)
    return kept, sampling_rate_hz / factor


@lru_cache(maxsize=16)
def _sections(sampling_rate_hz: float, band_hz: tuple[float, float]) -> Samples:
    sections: Samples = signal.butter(
        FILTER_ORDER, band_hz, btype="bandpass", fs=sampling_rate_hz, output="sos"
    )
    return sections
