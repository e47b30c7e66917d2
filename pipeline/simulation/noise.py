"""Random streams by name, and Gaussian noise with the spectrum of surface EMG.

A stream depends only on the seed and its own name, so that adding a table or a recording changes no
other.
"""

import zlib

import numpy as np
import scipy.fft
from numpy.typing import NDArray


def stream(seed: int, *name: str | int) -> np.random.Generator:
    """The random stream of this name. Errors: ValueError for a negative seed."""
    if seed < 0:
        raise ValueError("the seed has to be 0 or larger")
    return np.random.default_rng([seed, *(zlib.crc32(str(part).encode()) for part in name)])


Floats = NDArray[np.float64]

EMG_BAND_HZ = (20.0, 450.0)
"""All EMG amplitudes of the simulation are root-mean-squares in this band."""
SHAPE_LOW_HZ, SHAPE_HIGH_HZ = 60.0, 120.0
"""Corner frequencies of the spectrum of Stulen and De Luca, as the onset bench of Stance uses them."""


def emg_noise(rng: np.random.Generator, n_samples: int, *, rate_hz: float) -> Floats:
    """EMG-shaped Gaussian noise, shape (n_samples,), with RMS 1 between 20 and 450 Hz."""
    return _shape(rng, n_samples, rate_hz, white=False)


def white_noise(rng: np.random.Generator, n_samples: int, *, rate_hz: float) -> Floats:
    """White Gaussian noise, shape (n_samples,), with RMS 1 between 20 and 450 Hz."""
    return _shape(rng, n_samples, rate_hz, white=True)


def _shape(rng: np.random.Generator, n_samples: int, rate_hz: float, *, white: bool) -> Floats:
    n_fft = scipy.fft.next_fast_len(n_samples, real=True)
    freqs_hz = scipy.fft.rfftfreq(n_fft, 1 / rate_hz)
    if white:
        power = np.ones_like(freqs_hz)
    else:
        power = (
            freqs_hz**2
            / (freqs_hz**2 + SHAPE_LOW_HZ**2)
            / ((freqs_hz**2 + SHAPE_HIGH_HZ**2) / SHAPE_HIGH_HZ**2) ** 2
        )
    power[0] = 0.0
    spectrum = scipy.fft.rfft(rng.standard_normal(n_fft)) * np.sqrt(power)
    noise: Floats = scipy.fft.irfft(spectrum, n_fft)[:n_samples]
    noise /= float(np.sqrt(2 * power[_in_band(freqs_hz)].sum() / n_fft))
    return noise


def _in_band(freqs_hz: Floats) -> NDArray[np.bool_]:
    return (freqs_hz >= EMG_BAND_HZ[0]) & (freqs_hz <= EMG_BAND_HZ[1])


def in_band(signal: Floats, *, rate_hz: float) -> Floats:
    """The part of a signal between 20 and 450 Hz, zero phase, same shape and unit."""
    n_samples = signal.size
    n_fft = scipy.fft.next_fast_len(n_samples, real=True)
    spectrum = scipy.fft.rfft(signal, n_fft)
    spectrum[~_in_band(scipy.fft.rfftfreq(n_fft, 1 / rate_hz))] = 0
    filtered: Floats = scipy.fft.irfft(spectrum, n_fft)[:n_samples]
    return filtered


def rms(signal: Floats) -> float:
    """Root-mean-square, in the unit of the signal."""
    return float(np.sqrt(np.mean(signal**2)))


def highest_rms(signal: Floats, *, rate_hz: float, window_s: float) -> float:
    """Highest root-mean-square of any window of this length, in the unit of the signal."""
    n_window = round(window_s * rate_hz)
    sums = np.concatenate(([0.0], np.cumsum(signal**2)))
    return float(np.sqrt(np.max(sums[n_window:] - sums[:-n_window]) / n_window))
