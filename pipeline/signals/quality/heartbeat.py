"""Whether the heart can be seen in a muscle that rests."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

Samples = npt.NDArray[np.float64]

BEAT_S: Final = (0.4, 1.4)
"""Times between two beats: 43 to 150 per minute."""

BEAT_BAND_HZ: Final = (10.0, 40.0)
SPIKE_BAND_HZ: Final = (10.0, 60.0)
SHORTEST_S: Final = 1.2
"""A shorter rest has one beat; two are needed to see that they return."""

LONGEST_LAG_SHARE: Final = 0.75
"""At longer delays so little overlaps that noise looks like a beat."""


@dataclass(frozen=True)
class Heartbeat:
    """How much a rest beats; None where not measurable.

    autocorrelation: highest one of the envelope (10 to 40 Hz) at the time of a beat, 1 for a perfect
    return. kurtosis: excess kurtosis (10 to 60 Hz), 0 for noise, large for spikes.
    """

    autocorrelation: float | None = None
    kurtosis: float | None = None


def heartbeat(rest_uv: Samples, sampling_rate_hz: float) -> Heartbeat:
    """How much a signal at rest, shape (n_samples,), beats; sampling_rate_hz: Hz."""
    if rest_uv.size < SHORTEST_S * sampling_rate_hz or float(np.ptp(rest_uv)) == 0.0:
        return Heartbeat()
    envelope = np.abs(_analytic(rest_uv, sampling_rate_hz, BEAT_BAND_HZ))
    squares = np.square(_analytic(rest_uv, sampling_rate_hz, SPIKE_BAND_HZ).real)
    return Heartbeat(
        autocorrelation=_returning(envelope, sampling_rate_hz),
        kurtosis=float(np.mean(np.square(squares)) / np.mean(squares) ** 2 - 3),
    )


def _analytic(
    samples: Samples, sampling_rate_hz: float, band_hz: tuple[float, float]
) -> npt.NDArray[np.complex128]:
    """The analytic signal of a band."""
    frequency = fft.fftfreq(samples.size, 1 / sampling_rate_hz)
    spectrum = fft.fft(samples - samples.mean())
    spectrum[(frequency < band_hz[0]) | (frequency > band_hz[1])] = 0.0
    analytic: npt.NDArray[np.complex128] = 2 * fft.ifft(spectrum)
    return analytic


def _returning(envelope: Samples, sampling_rate_hz: float) -> float:
    """Highest autocorrelation at the time of a beat, corrected for the part that still overlaps."""
    n_samples = envelope.size
    centred = envelope - envelope.mean()
    power = np.square(np.abs(fft.rfft(centred, 2 * n_samples)))
    products = fft.irfft(power, 2 * n_samples)[:n_samples]
    first = round(BEAT_S[0] * sampling_rate_hz)
    last = min(round(BEAT_S[1] * sampling_rate_hz), round(LONGEST_LAG_SHARE * n_samples))
    lags = np.arange(first, last)
    return float(np.max(products[lags] / products[0] * n_samples / (n_samples - lags)))
