"""Zero-phase filters as one multiplication of the spectrum by the magnitude response of both passes.

A Butterworth filter that runs forwards and backwards has no phase, and the magnitude of one pass
squared. Its five or more sections and two passes are then one product, in single precision where that
is enough. Responses are those of scipy's bilinear designs in closed form.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar

import numpy as np
import numpy.typing as npt
from scipy import fft

from pipeline.signals.samples.recording import Samples

Real = TypeVar("Real", np.float32, np.float64)
Gain = Samples

NOTCH_QUALITY: Final = 30.0
"""Centre frequency over width of a mains notch; scipy's default, 1.7 Hz wide at 50 Hz."""

_NOTCH_SETTLED: Final = 8.0
"""Time constants after which less than a thousandth of a notch's ringing is left."""

_START_UP_PERIODS: Final = 3
"""Periods of the lowest cut-off in which a filter starts up."""


def two_pass_correction(order: int) -> float:
    """C: warped frequency at which both passes are -3 dB, over the cut-off of one Butterworth pass.

    One pass is -3 dB at its cut-off, so two are -6 dB (Winter 2009, Biomechanics and Motor Control of
    Human Movement, section 2.4.4.2): C = (sqrt(2) - 1)^(1 / (2 order)).
    """
    return float((np.sqrt(2.0) - 1.0) ** (1.0 / (2 * order)))


@dataclass(frozen=True)
class BandPass:
    """Butterworth band-pass, both passes together -3 dB at `band_hz`, without the lines `notch_hz`.

    order: of the low-pass prototype of one pass. Frequencies in Hz.
    """

    band_hz: tuple[float, float]
    order: int
    notch_hz: tuple[float, ...] = ()

    @property
    def start_up_s(self) -> float:
        """Three periods of the lower cut-off."""
        return _START_UP_PERIODS / self.band_hz[0]

    @property
    def padding_s(self) -> float:
        """How far a signal is continued so that the filter starts up outside it."""
        notches_s = [
            _NOTCH_SETTLED * NOTCH_QUALITY / (np.pi * line_hz) for line_hz in self.notch_hz
        ]
        return float(max([self.start_up_s, *notches_s]))

    def gain(self, n_samples: int, sampling_rate_hz: float) -> Gain:
        """Gain of both passes at the frequencies of a real FFT of n_samples samples."""
        half_turn = _half_turn(n_samples)
        low, high = (np.tan(np.pi * f / sampling_rate_hz) for f in self.band_hz)
        with np.errstate(divide="ignore"):
            warped = np.tan(half_turn)
            # The frequency that the transformation to a band-pass makes of it.
            prototype = (warped - low * high / warped) / (high - low)
        gain = _butterworth(prototype, self.order)
        for line_hz in self.notch_hz:
            gain *= _notch(2 * half_turn, 2 * np.pi * line_hz / sampling_rate_hz)
        return gain


@dataclass(frozen=True)
class LowPass:
    """Butterworth low-pass, both passes together -3 dB at `cutoff_hz`. order: of one pass."""

    cutoff_hz: float
    order: int

    @property
    def start_up_s(self) -> float:
        """Three periods of the cut-off."""
        return _START_UP_PERIODS / self.cutoff_hz

    @property
    def padding_s(self) -> float:
        """How far a signal is continued so that the filter starts up outside it."""
        return self.start_up_s

    def gain(self, n_samples: int, sampling_rate_hz: float) -> Gain:
        """Gain of both passes at the frequencies of a real FFT of n_samples samples."""
        cutoff = np.tan(np.pi * self.cutoff_hz / sampling_rate_hz)
        return _butterworth(np.tan(_half_turn(n_samples)) / cutoff, self.order)


def zero_phase(
    samples: npt.NDArray[Real], sampling_rate_hz: float, response: BandPass | LowPass
) -> npt.NDArray[Real]:
    """Filter along the last axis, in the precision of the samples.

    samples: shape (..., n_samples), without missing samples, at least two. Returns the same shape.
    """
    n_samples = samples.shape[-1]
    padding, bridge = (
        min(int(length_s * sampling_rate_hz), n_samples - 1)
        for length_s in (response.padding_s, response.start_up_s)
    )
    mean = samples.mean(axis=-1, keepdims=True)
    padded = _continued(samples, mean, padding, bridge)
    spectrum = fft.rfft(padded, overwrite_x=True)
    # Real and imaginary parts by themselves: a complex product would do four times the work.
    parts = spectrum.view(samples.dtype)
    parts *= _kept_gain(response, padded.shape[-1], sampling_rate_hz, samples.dtype.char)
    whole: npt.NDArray[Real] = fft.irfft(spectrum, padded.shape[-1], overwrite_x=True)
    filtered = whole[..., padding : padding + n_samples]
    if isinstance(response, LowPass):
        filtered += mean
    return filtered


def _continued(
    samples: npt.NDArray[Real], mean: npt.NDArray[Real], padding: int, bridge: int
) -> npt.NDArray[Real]:
    """The samples less their mean, continued at both ends and bridged to a fast FFT length.

    Each end is continued by its own mirror image through the last sample, as `sosfiltfilt` does.
    An FFT takes the end for what comes before the start, so a straight line leads from one to the
    other, too slowly to be heard in the pass band.
    """
    n_samples = samples.shape[-1]
    n_padded = n_samples + 2 * padding
    padded = np.empty((*samples.shape[:-1], _fast_length(n_padded + bridge)), samples.dtype)
    inner = padded[..., padding : padding + n_samples]
    np.subtract(samples, mean, out=inner)
    padded[..., :padding] = 2 * inner[..., :1] - inner[..., padding:0:-1]
    mirrored = inner[..., n_samples - 1 - padding : n_samples - 1][..., ::-1]
    padded[..., padding + n_samples : n_padded] = 2 * inner[..., -1:] - mirrored
    n_bridge = padded.shape[-1] - n_padded
    share = (np.arange(1, n_bridge + 1) / (n_bridge + 1)).astype(samples.dtype)
    start, end = padded[..., :1], padded[..., n_padded - 1 : n_padded]
    padded[..., n_padded:] = end + (start - end) * share
    return padded


def _fast_length(at_least: int) -> int:
    """An FFT length that is fast, and the same for recordings of about the same length.

    Recordings of a study differ by a few samples; steps of 1/32 to 1/64 let them share a response.
    """
    step = 1 << max(at_least.bit_length() - 6, 0)
    return int(fft.next_fast_len(-(-at_least // step) * step, real=True))


@lru_cache(maxsize=32)
def _kept_gain(
    response: BandPass | LowPass, n_samples: int, sampling_rate_hz: float, precision: str
) -> npt.NDArray[Any]:
    """The gain of a response, each value twice: for the real and the imaginary part."""
    gain = np.repeat(response.gain(n_samples, sampling_rate_hz).astype(precision), 2)
    gain.flags.writeable = False
    return gain


def _half_turn(n_samples: int) -> Gain:
    """Half the angle of the frequencies of a real FFT, rad per sample."""
    half: Gain = np.pi * np.arange(n_samples // 2 + 1) / n_samples
    return half


def _butterworth(prototype: Gain, order: int) -> Gain:
    """Both passes of a Butterworth low-pass; prototype: warped frequency, 1 where both are -3 dB."""
    corrected = prototype * two_pass_correction(order)
    gain: Gain = 1 / (1 + np.square(corrected) ** order)
    return gain


def _notch(angle: Gain, line: float) -> Gain:
    """Both passes of scipy's `iirnotch` at `line`; angles in rad per sample."""
    beyond = np.square(np.cos(angle) - np.cos(line))
    width = np.tan(line / NOTCH_QUALITY / 2) * np.sin(angle)
    gain: Gain = beyond / (beyond + np.square(width) + np.finfo(np.float64).tiny)
    return gain
