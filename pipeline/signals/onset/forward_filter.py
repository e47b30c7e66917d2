"""The band-pass of onsets: forwards only, so that nothing of an onset appears before it.

A filter that runs both ways (as amplitudes use) spreads a sudden onset over the 10 ms before it, 20 dB
below the muscle: as loud as the rest where the muscle is 20 dB above it.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal

from pipeline.signals.samples.problem import SignalProblem

Samples = npt.NDArray[np.float64]

FILTER_ORDER: Final = 2
"""A steeper filter delays an onset, and by more where the muscle is quiet."""

RATE_OVER_BAND: Final = 2.1
"""Least sampling rate over the highest frequency: above 2 by the slope of the thinning filter."""

SHORTEST_S: Final = 0.15
"""Three periods of 20 Hz: the filter's own start-up."""


def forward_band_pass(
    samples: Samples, sampling_rate_hz: float, band_hz: tuple[float, float]
) -> Samples:
    """Butterworth band-pass of order 2, one pass. samples: shape (n_samples,), any unit, any offset.

    Returns the same shape and unit. Raises SignalProblem when the signal is shorter than the filter's
    start-up.
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
