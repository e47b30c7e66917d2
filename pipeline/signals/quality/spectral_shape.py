"""What the spectrum of a raw EMG says about it: hum, movement, shape, and what was done to it before.

The ratios SM, DP and omega are defined as by Sinderby, Lindstrom and Grassino 1995 (J Appl Physiol
79:1803-1815); the limits on them are Stance's own.
"""

from typing import Final

import numpy as np

from pipeline.signals.samples.amplitude import decibel
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.spectrum import Spectra

MAINS_HZ: Final = (50.0, 60.0)
HARMONICS: Final = 3
MOTION_BELOW_HZ: Final = 20.0
MUSCLE_ABOVE_HZ: Final = 35.0
HIGHEST_HZ: Final = 600.0
"""Sinderby's ratios look for the muscle's peak above 35 Hz and at nothing above 600 Hz."""

SMOOTHING_HZ: Final = 13.0
"""Sinderby averages 13 neighbouring densities about 1 Hz apart."""

LOWEST_RATE_FOR_DROP_HZ: Final = 2000.0
"""A slower recording has no densities up to 600 Hz that its anti-alias filter leaves alone."""

MUSCLE_BAND_HZ: Final = (40.0, 120.0)
UPPER_SHARE_OF_BAND: Final = (0.7, 0.9)
"""Where raw EMG still has power, and what was sampled slower once has none: as shares of the upper end
of the pass band."""

_LINE_HALF_WIDTH_HZ = 2.0
_FLOOR_HZ = (3.0, 9.0)


def mains_power(found: Spectra, sampling_rate_hz: float) -> float:
    """Power (unit²) of the stronger of 50 and 60 Hz hum, with two harmonics, above the floor around it."""
    frequency, density, width_hz = found.frequency_hz, found.mean, found.step_hz
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


def low_frequency_share(found: Spectra) -> float:
    """Share of the power below 20 Hz."""
    density = found.mean
    total = float(density.sum())
    return float(density[found.frequency_hz < MOTION_BELOW_HZ].sum()) / total if total > 0 else 0.0


def motion_ratio_db(found: Spectra) -> float | None:
    """SM ratio: all power over the power below 20 Hz that a muscle would not have; None without any.

    A muscle's density rises in a straight line from 0 Hz to its highest mean density above 35 Hz.
    """
    frequency, density = found.frequency_hz, found.mean
    smooth = _smoothed(found)
    peak = int(np.argmax(np.where(found.within(MUSCLE_ABOVE_HZ, HIGHEST_HZ), smooth, -1.0)))
    line = smooth[peak] * frequency / frequency[peak]
    low = frequency < MOTION_BELOW_HZ
    motion = float(np.maximum(density[low] - line[low], 0.0).sum())
    total = float(density[frequency < HIGHEST_HZ].sum())
    return decibel(total / motion) if motion > 0 else None


def drop_ratio_db(found: Spectra, sampling_rate_hz: float) -> float | None:
    """DP ratio: highest over lowest mean density from 35 to 600 Hz; None below 2 kHz."""
    if sampling_rate_hz < LOWEST_RATE_FOR_DROP_HZ * 0.999:
        return None
    smooth = _smoothed(found)[found.within(MUSCLE_ABOVE_HZ, HIGHEST_HZ)]
    return decibel(float(smooth.max() / smooth.min())) if smooth.min() > 0 else None


def deformation(found: Spectra, band_hz: tuple[float, float]) -> float | None:
    """Omega: how spread the spectrum is within the pass band, 1 for a single frequency.

    sqrt(M2 / M0) / (M1 / M0) of the spectral moments M.
    """
    in_band = found.within(*band_hz)
    frequency, density = found.frequency_hz[in_band], found.mean[in_band]
    moments = [float((density * frequency**order).sum()) for order in range(3)]
    if moments[1] <= 0:
        return None
    return float(np.sqrt(moments[2] * moments[0]) / moments[1])


def upper_band_db(found: Spectra, band_hz: tuple[float, float]) -> float | None:
    """Density near the upper end of the pass band over that of the muscle's own band, in dB.

    Medians, which neither hum nor movement moves. A signal that was sampled slower once, and was
    brought back to its rate by interpolation, has next to nothing there.
    """
    low, high = (share * band_hz[1] for share in UPPER_SHARE_OF_BAND)
    density = found.mean
    upper, muscle = density[found.within(low, high)], density[found.within(*MUSCLE_BAND_HZ)]
    if not upper.size or not muscle.size or np.median(muscle) <= 0:
        return None
    return decibel(max(float(np.median(upper) / np.median(muscle)), 1e-12))


def _smoothed(found: Spectra) -> Samples:
    """Mean density over `SMOOTHING_HZ` around each frequency; at the ends over what there is."""
    half = max(round(SMOOTHING_HZ / found.step_hz) // 2, 0)
    total = np.concatenate([[0.0], np.cumsum(found.mean)])
    place = np.arange(found.frequency_hz.size)
    start = np.maximum(place - half, 0)
    stop = np.minimum(place + half + 1, found.frequency_hz.size)
    smooth: Samples = (total[stop] - total[start]) / (stop - start)
    return smooth
