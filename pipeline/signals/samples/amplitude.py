"""How strong a signal is: root mean square over a window, its running form, and its peak."""

import math

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Samples


def rms(samples: npt.ArrayLike) -> float:
    """Root mean square of samples, shape (n_samples,), in their unit; raises ValueError when empty."""
    values = np.asarray(samples, dtype=np.float64)
    if values.size == 0:
        raise ValueError("the root mean square of no samples is not defined")
    return math.sqrt(float(np.mean(np.square(values))))


def moving_rms(samples: npt.ArrayLike, *, sampling_rate_hz: float, window_s: float) -> Samples:
    """Root mean square of every full window, one sample apart.

    samples: shape (n_samples,), band-passed, any unit. Returns shape (n_samples - n_window + 1,) in
    the same unit; entry i is the window that starts at sample i. Raises ValueError when the samples
    do not fill one window or the window holds less than two samples.
    """
    values = np.asarray(samples, dtype=np.float64)
    width = round(window_s * sampling_rate_hz)
    if width < 2 or values.size < width:
        raise ValueError(f"a window of {window_s} s does not fit {values.size} samples")
    energy = np.concatenate([[0.0], np.cumsum(np.square(values))])
    # Differences of a running sum may end a rounding error below zero in silent parts.
    mean_square = np.maximum(energy[width:] - energy[:-width], 0.0) / width
    result: Samples = np.sqrt(mean_square)
    return result


def peak_rms(samples: npt.ArrayLike, *, sampling_rate_hz: float, window_s: float) -> float:
    """Highest root mean square of any full window; unit and errors as for `moving_rms`.

    Source of the 500 ms window for an MVIC: CEDE normalisation matrix, Besomi et al. 2020.
    """
    return float(moving_rms(samples, sampling_rate_hz=sampling_rate_hz, window_s=window_s).max())


def decibel(power_ratio: float) -> float:
    """A ratio of powers in decibel; raises ValueError when it is not above zero."""
    return 10 * math.log10(power_ratio)
