"""Curves of amplitude over time, in blocks of 5 ms: linear envelope and moving RMS, many channels at once.

For pictures, and for looking at a recording as a whole. Published numbers come from `amplitude`, which
takes every sample.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.filters import band_pass_float32
from pipeline.signals.samples.zero_phase import LowPass, zero_phase

Samples32 = npt.NDArray[np.float32]

BLOCK_S: Final = 0.005
ENVELOPE_HZ: Final = 6.0
"""Cut-off of the linear envelope; declared by Stance, as no number is taken from an envelope."""

_ENVELOPE_ORDER: Final = 2


@dataclass(frozen=True, eq=False)
class AmplitudeCurves:
    """Band-passed channels and their amplitude over time.

    filtered: shape (..., n_samples), float32. envelope, rms: shape (..., n_blocks), in the unit of the
    samples; entry i belongs to the time (i + 1/2) block_s.
    """

    filtered: Samples32
    envelope: Samples32
    rms: Samples32
    block_s: float


@dataclass(frozen=True, eq=False)
class Blocks:
    """A band-passed signal in blocks of about 5 ms; samples behind the last full block are left out.

    rectified: mean of the absolute value, power: mean of the square, shape (..., n_blocks).
    """

    rectified: Samples32
    power: Samples32
    block_s: float

    def envelope(self, cutoff_hz: float = ENVELOPE_HZ) -> Samples32:
        """Linear envelope: the rectified signal through a zero-phase low-pass, -3 dB at cutoff_hz.

        Butterworth of order 2, once forwards and once backwards. Returns one value per block.
        """
        return zero_phase(self.rectified, 1 / self.block_s, LowPass(cutoff_hz, _ENVELOPE_ORDER))

    def rms(self, window_s: float) -> Samples32:
        """Root mean square over a window around every block, shorter at the ends of the signal."""
        n_blocks = self.power.shape[-1]
        half = min(round(window_s / self.block_s / 2), n_blocks - 1)
        # Zeros before the sums and the whole sum behind them stand for blocks beyond the ends.
        summed = np.empty((*self.power.shape[:-1], n_blocks + 2 * half + 1))
        first, last = half + 1, half + n_blocks
        summed[..., :first] = 0.0
        np.cumsum(self.power, axis=-1, dtype=np.float64, out=summed[..., first : last + 1])
        summed[..., last + 1 :] = summed[..., last : last + 1]
        in_window = summed[..., 2 * half + 1 :] - summed[..., :n_blocks]
        place = np.arange(n_blocks)
        n_in_window = np.minimum(place, half) + 1 + np.minimum(place[::-1], half)
        # Differences of a running sum may end a rounding error below zero in silent parts.
        rms: Samples32 = np.sqrt(np.maximum(in_window, 0.0) / n_in_window).astype(np.float32)
        return rms


def blocks_of(filtered: npt.NDArray[np.floating], sampling_rate_hz: float) -> Blocks:
    """A band-passed signal in blocks. filtered: shape (..., n_samples), one block at least."""
    per_block = max(1, round(BLOCK_S * sampling_rate_hz))
    n_blocks = filtered.shape[-1] // per_block
    channels = filtered[..., : n_blocks * per_block].reshape(-1, n_blocks * per_block)
    rectified, power = (np.empty((len(channels), n_blocks), np.float32) for _ in range(2))
    scratch = np.empty(n_blocks * per_block, np.float32)
    in_blocks = scratch.reshape(n_blocks, per_block)
    # A product with a vector is several times faster than a mean over a short axis, and one channel
    # at a time stays near the processor.
    mean = np.full(per_block, 1 / per_block, np.float32)
    for number, channel in enumerate(channels):
        np.abs(channel, out=scratch, casting="same_kind")
        np.dot(in_blocks, mean, out=rectified[number])
        np.square(scratch, out=scratch)
        np.dot(in_blocks, mean, out=power[number])
    shape = (*filtered.shape[:-1], n_blocks)
    return Blocks(rectified.reshape(shape), power.reshape(shape), per_block / sampling_rate_hz)


def amplitude_curves(
    emg_uv: Samples32,
    sampling_rate_hz: float,
    *,
    band_hz: tuple[float, float],
    order: int,
    notch_hz: tuple[float, ...] = (),
    rms_window_s: float = 0.5,
) -> AmplitudeCurves:
    """Band-pass, mains notch, rectification, linear envelope and moving RMS in one go.

    emg_uv: shape (..., n_samples), any unit, without missing samples. Raises SignalProblem as
    `band_pass` does.
    """
    filtered = band_pass_float32(
        emg_uv, sampling_rate_hz, band_hz=band_hz, order=order, notch_hz=notch_hz
    )
    blocks = blocks_of(filtered, sampling_rate_hz)
    return AmplitudeCurves(filtered, blocks.envelope(), blocks.rms(rms_window_s), blocks.block_s)
