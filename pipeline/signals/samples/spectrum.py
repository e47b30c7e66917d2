"""Power spectra of consecutive pieces of a signal, from which quality and fatigue are read."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import fft

from pipeline.signals.samples.recording import Samples, Samples32

Densities = Samples32

SEGMENT_S: Final = 1.0
"""Length of a piece: 1 Hz of resolution, short enough for the muscle to be the same throughout."""


@dataclass(frozen=True, eq=False)
class Spectra:
    """Power densities (unit² per Hz), shape (n_pieces, n_frequencies), of pieces half a piece apart.

    frequency_hz: shape (n_frequencies,), from 0. piece_s: length of a piece. A signal shorter than a
    piece is one piece.
    """

    frequency_hz: Samples
    density: Densities
    piece_s: float

    @cached_property
    def mean(self) -> Samples:
        """Mean density, shape (n_frequencies,): Welch's spectrum."""
        mean: Samples = self.density.mean(axis=0, dtype=np.float64)
        return mean

    @property
    def step_hz(self) -> float:
        """Distance of two frequencies."""
        return float(self.frequency_hz[1])

    def within(self, low_hz: float, high_hz: float) -> npt.NDArray[np.bool_]:
        """Which frequencies are at least `low_hz` and below `high_hz`."""
        return np.asarray((self.frequency_hz >= low_hz) & (self.frequency_hz < high_hz))


def spectra(samples: Samples, sampling_rate_hz: float) -> Spectra:
    """Spectra of a signal, shape (n_samples,), any unit; its own mean is taken off each piece.

    Hann windows, half overlapping (Welch 1967), so that their mean is Welch's estimate. Raises
    ValueError for less than four samples.
    """
    if samples.size < 4:
        raise ValueError("a spectrum needs at least four samples")
    wanted = round(SEGMENT_S * sampling_rate_hz)
    # Lengths with large prime factors, as of 1259 Hz, would take several times as long.
    width = min(fft.next_fast_len(wanted, real=True), samples.size)
    # Single precision is 140 dB below the muscle, twice as fast, and half the memory.
    centred_uv = (samples - samples.mean()).astype(np.float32)
    pieces = np.lib.stride_tricks.sliding_window_view(centred_uv, width)[:: max(width // 2, 1)]
    window = np.hanning(width + 1)[:-1].astype(np.float32)
    centred = (pieces - pieces.mean(axis=1, keepdims=True)) * window
    transformed = fft.rfft(centred, axis=1)
    density = np.square(transformed.real) + np.square(transformed.imag)
    density *= 2 / (sampling_rate_hz * float(np.square(window).sum()))
    density[:, 0] /= 2
    if width % 2 == 0:
        density[:, -1] /= 2
    frequency_hz = fft.rfftfreq(width, 1 / sampling_rate_hz)
    return Spectra(frequency_hz, density, width / sampling_rate_hz)


def median_frequency(
    frequency_hz: Samples, density: npt.NDArray[np.floating], band_hz: tuple[float, float]
) -> Samples:
    """Frequency (Hz) that halves the power within a band, for each row of densities.

    density: shape (n_rows, n_frequencies). Returns shape (n_rows,), NaN for a row without power.
    Linear between two frequencies, so that the answer does not jump by the resolution.
    """
    in_band = (frequency_hz >= band_hz[0]) & (frequency_hz <= band_hz[1])
    frequency, rows = frequency_hz[in_band], np.atleast_2d(density)[:, in_band]
    total = np.cumsum(rows, axis=1)
    half = total[:, -1:] / 2
    place = np.argmax(total >= half, axis=1)
    above = np.take_along_axis(total, place[:, None], axis=1)[:, 0]
    at_place = np.take_along_axis(rows, place[:, None], axis=1)[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (half[:, 0] - (above - at_place)) / at_place
    step = frequency[1] - frequency[0]
    result: Samples = np.where(half[:, 0] > 0, frequency[place] + (share - 0.5) * step, np.nan)
    return result
