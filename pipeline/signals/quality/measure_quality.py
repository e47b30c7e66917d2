"""Measures what can be wrong with an EMG signal: hum, movement, clipping, drop-outs, rectified data."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal, stats

from pipeline.signals.emg.amplitude import decibel, rms
from pipeline.signals.quality.signal_metrics import SignalMetrics
from pipeline.signals.runs import runs_of

Samples = npt.NDArray[np.float64]

MAINS_HZ: Final = (50.0, 60.0)
HARMONICS: Final = 3
MOTION_BELOW_HZ: Final = 20.0
FLAT_S: Final = 0.02
"""A value held for longer is a drop-out; clipped muscle signals stand still for a few ms at most."""

_SPECTRUM_WINDOW_S = 1.0
_LINE_HALF_WIDTH_HZ = 2.0
_FLOOR_HZ = (3.0, 9.0)


def signal_metrics(
    *,
    raw_uv: Samples,
    filtered_uv: Samples,
    rest_raw_uv: Samples | None,
    rest_filtered_uv: Samples | None,
    sampling_rate_hz: float,
) -> SignalMetrics:
    """Numbers about one window of an EMG signal.

    raw_uv, filtered_uv: shape (n_samples,), µV, as recorded and band-passed. rest_raw_uv,
    rest_filtered_uv: the same at rest, None when there is no rest window; hum is then read in the
    window itself, where weak hum hides under the muscle. sampling_rate_hz: Hz.
    """
    window_power = float(np.mean(np.square(filtered_uv)))
    rest_rms_uv = None if rest_filtered_uv is None else rms(rest_filtered_uv)
    has_ratio = rest_rms_uv is not None and rest_rms_uv > 0 and window_power > 0
    flat_samples = _held_samples(raw_uv)
    flat_s = max(flat_samples, default=0) / sampling_rate_hz
    long_flat = sum(n for n in flat_samples if n > FLAT_S * sampling_rate_hz)
    is_constant = float(np.ptp(raw_uv)) == 0.0
    hum = _mains_power(raw_uv if rest_raw_uv is None else rest_raw_uv, sampling_rate_hz)
    return SignalMetrics(
        rms_uv=float(np.sqrt(window_power)),
        baseline_rms_uv=rest_rms_uv,
        snr_db=decibel(window_power / rest_rms_uv**2) if has_ratio and rest_rms_uv else None,
        mains_share=hum / window_power if window_power > 0 else None,
        low_frequency_share=None if is_constant else _low_frequency_share(raw_uv, sampling_rate_hz),
        clip_share=_share_at_ends(raw_uv),
        flat_ms=1000 * flat_s,
        flat_share=long_flat / raw_uv.size,
        largest_raw_uv=float(np.max(np.abs(raw_uv - raw_uv.mean()))),
        negative_share=float(np.mean(raw_uv < 0)),
        skewness=None if is_constant else float(stats.skew(raw_uv)),
    )


def _spectrum(samples: Samples, sampling_rate_hz: float) -> tuple[Samples, Samples]:
    width = min(samples.size, round(_SPECTRUM_WINDOW_S * sampling_rate_hz))
    frequency, density = signal.welch(samples, sampling_rate_hz, nperseg=width)
    return frequency, density


def _low_frequency_share(raw_uv: Samples, sampling_rate_hz: float) -> float:
    frequency, density = _spectrum(raw_uv, sampling_rate_hz)
    total = float(density.sum())
    return float(density[frequency < MOTION_BELOW_HZ].sum()) / total if total > 0 else 0.0


def _mains_power(samples: Samples, sampling_rate_hz: float) -> float:
    """Power (µV²) of the stronger of 50 and 60 Hz hum above the floor around each line."""
    frequency, density = _spectrum(samples, sampling_rate_hz)
    width_hz = float(frequency[1]) if frequency.size > 1 else 0.0
    powers = []
    for base_hz in MAINS_HZ:
        power = 0.0
        for line_hz in base_hz * np.arange(1, HARMONICS + 1):
            distance = np.abs(frequency - line_hz)
            on_line = distance <= max(_LINE_HALF_WIDTH_HZ, width_hz)
            beside = (distance > _FLOOR_HZ[0] + width_hz) & (distance <= _FLOOR_HZ[1] + width_hz)
            if line_hz < 0.45 * sampling_rate_hz and on_line.any() and beside.any():
                above = density[on_line] - np.median(density[beside])
                power += max(float(above.sum()) * width_hz, 0.0)
        powers.append(power)
    return max(powers)


def _share_at_ends(raw_uv: Samples) -> float:
    """Share of samples at the lowest or the highest value; 0 when all samples are the same."""
    low, high = float(raw_uv.min()), float(raw_uv.max())
    if low == high:
        return 0.0
    slack = 1e-6 * (high - low)
    return float(np.mean((raw_uv <= low + slack) | (raw_uv >= high - slack)))


def _held_samples(raw_uv: Samples) -> list[int]:
    """Lengths (samples) of all stretches in which the value does not change."""
    return [run.length + 1 for run in runs_of(np.diff(raw_uv) == 0)]
