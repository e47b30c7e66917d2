"""Measures of the centre of pressure (CoP): path, velocity, RMS, range, prediction ellipse.

Path and velocity depend on the sampling rate and the noise (a noise of 0.1 mm at 1 kHz makes a path
of 1.4 m one of 5.5 m), so that a CoP is low-pass filtered and resampled before anything is measured.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal, stats
from scipy.interpolate import CubicSpline

Values = npt.NDArray[np.float64]

COP_RATE_HZ: Final = 100.0
COP_LOW_PASS_HZ: Final = 10.0
"""Both declared by Stance; sway has its power below 3 Hz, and they stand beside every result."""

SLOWEST_HZ: Final = 50.0
"""Clinical stabilometry is sampled at 50 Hz or more (Scoppa et al., Gait & Posture, 2012 online)."""

ELLIPSE_LEVEL: Final = 0.95

_ORDER = 2
_PADDING_S = 0.3


@dataclass(frozen=True)
class Sway:
    """Measures of one CoP; mm, mm/s, mm². rms_mm, range_mm: along the two axes of the data."""

    path_mm: float
    velocity_mm_s: float
    rms_mm: tuple[float, float]
    range_mm: tuple[float, float]
    ellipse_95_area_mm2: float


def sway(cop_mm: Values, sampling_rate_hz: float) -> Sway:
    """Measures of a CoP after a low-pass of 10 Hz and resampling to 100 Hz.

    cop_mm: mm, shape (2, n_samples), without missing samples, at sampling_rate_hz (Hz, at least 50),
    at least one second long. Velocity is path over time; RMS and ellipse are about the mean.
    """
    at_rate = at_cop_rate(cop_mm, sampling_rate_hz)
    n_samples = at_rate.shape[1]
    path_mm = float(np.hypot(*np.diff(at_rate, axis=1)).sum())
    about_mean = at_rate - at_rate.mean(axis=1, keepdims=True)
    rms_x, rms_y = np.sqrt((about_mean**2).mean(axis=1))
    range_x, range_y = np.ptp(at_rate, axis=1)
    return Sway(
        path_mm=path_mm,
        velocity_mm_s=path_mm / ((n_samples - 1) / COP_RATE_HZ),
        rms_mm=(float(rms_x), float(rms_y)),
        range_mm=(float(range_x), float(range_y)),
        ellipse_95_area_mm2=prediction_ellipse_area(at_rate),
    )


def prediction_ellipse_area(points: npt.ArrayLike, level: float = ELLIPSE_LEVEL) -> float:
    """Area of the ellipse that holds the next point with probability `level`, whatever the number.

    points: shape (2, n), n > 2. Exact for independent normal points: the usual chi-square form is 24 %
    too small at n = 20 and 5 % at n = 100 (Schubert and Kirchner 2014, Gait Posture 39:518-522;
    exact form: Duarte 2015, Gait Posture 41:44-45).
    """
    values = np.asarray(points, dtype=np.float64)
    n = values.shape[1]
    determinant = max(float(np.linalg.det(np.cov(values))), 0.0)
    factor = float(stats.f.ppf(level, 2, n - 2)) * (n + 1) * (n - 1) / (n * (n - 2))
    return float(2 * np.pi * factor * determinant**0.5)


def at_cop_rate(cop_mm: Values, sampling_rate_hz: float) -> Values:
    """The CoP low-pass filtered (zero phase, -3 dB at 10 Hz after both passes), at 100 Hz.

    cop_mm: shape (2, n_samples). Returns shape (2, n): every 10 ms of its duration.
    """
    centre = cop_mm.mean(axis=1, keepdims=True)
    padding = min(round(_PADDING_S * sampling_rate_hz), cop_mm.shape[1] - 1)
    smooth = signal.sosfiltfilt(_low_pass(sampling_rate_hz), cop_mm - centre, padlen=padding)
    time_s = np.arange(cop_mm.shape[1]) / sampling_rate_hz
    n_samples = int(np.floor(time_s[-1] * COP_RATE_HZ + 1e-6)) + 1
    wanted_s = np.arange(n_samples) / COP_RATE_HZ
    # Far above the cut-off a straight line between samples is exact to 1e-3; a spline costs more.
    if sampling_rate_hz >= 10 * COP_RATE_HZ:
        resampled = np.stack([np.interp(wanted_s, time_s, along) for along in smooth])
    else:
        resampled = CubicSpline(time_s, smooth, axis=1)(wanted_s)
    at_rate: Values = resampled + centre
    return at_rate


@lru_cache(maxsize=32)
def _low_pass(sampling_rate_hz: float) -> Values:
    """Butterworth sections of one pass; the cut-off is corrected for two (Winter 2009, 2.4.4.2)."""
    warped = np.tan(np.pi * COP_LOW_PASS_HZ / sampling_rate_hz)
    corrected = warped / (np.sqrt(2.0) - 1.0) ** (1.0 / (2 * _ORDER))
    cut_off_hz = float(sampling_rate_hz / np.pi * np.arctan(corrected))
    sections: Values = signal.butter(_ORDER, cut_off_hz, fs=sampling_rate_hz, output="sos")
    return sections
