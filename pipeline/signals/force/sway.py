"""Sway of one stance recording: path, velocity, RMS, range, prediction ellipse of the centre of pressure (CoP).

Path and velocity depend on the sampling rate and the noise (a noise of 0.1 mm at 1 kHz makes a path
of 1.4 m one of 5.5 m), so that a CoP is low-pass filtered and resampled before anything is measured.
`measure_cop` says which part is measured, from which plate, and what is known of its axes.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import signal, stats
from scipy.interpolate import CubicSpline

from pipeline.signals.force.plate_under_foot import PlateUnderFoot
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents
from pipeline.signals.samples.recording import Request, Samples

COP_RATE_HZ: Final = 100.0
COP_LOW_PASS_HZ: Final = 10.0
"""Both declared by Stance; sway has its power below 3 Hz, and they stand beside every result."""

SLOWEST_HZ: Final = 50.0
"""Clinical stabilometry is sampled at 50 Hz or more (Scoppa et al., Gait & Posture, 2012 online)."""

ELLIPSE_LEVEL: Final = 0.95

_ORDER = 2
_PADDING_S = 0.3

SHORTEST_SWAY_S: Final = 5.0
"""Declared by Stance: slow sway has periods of seconds, and a shorter part does not show them."""

NO_ML_AXIS: Final = (
    "Which axis is mediolateral is not declared (cop_ml_axis), so RMS and range are not given."
)


@dataclass(frozen=True)
class Sway:
    """Measures of one CoP; mm, mm/s, mm². rms_mm, range_mm: along the two axes of the data."""

    path_mm: float
    velocity_mm_s: float
    rms_mm: tuple[float, float]
    range_mm: tuple[float, float]
    ellipse_95_area_mm2: float


def sway(cop_mm: Samples, sampling_rate_hz: float) -> Sway:
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


def at_cop_rate(cop_mm: Samples, sampling_rate_hz: float) -> Samples:
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
    at_rate: Samples = resampled + centre
    return at_rate


@lru_cache(maxsize=32)
def _low_pass(sampling_rate_hz: float) -> Samples:
    """Butterworth sections of one pass; the cut-off is corrected for two (Winter 2009, 2.4.4.2)."""
    warped = np.tan(np.pi * COP_LOW_PASS_HZ / sampling_rate_hz)
    corrected = warped / (np.sqrt(2.0) - 1.0) ** (1.0 / (2 * _ORDER))
    cut_off_hz = float(sampling_rate_hz / np.pi * np.arctan(corrected))
    sections: Samples = signal.butter(_ORDER, cut_off_hz, fs=sampling_rate_hz, output="sos")
    return sections


def cop_features(
    plate: PlateUnderFoot | None,
    events: ForceEvents,
    request: Request,
    part_s: tuple[float, float],
    ml_axis: str | None,
) -> CopFeatures:
    """Sway under the stance foot, or why there is none.

    plate: of the stance foot, or of both feet. events: in seconds from the start of the part. The
    measured part runs from lift-off to the first touch or hop, or from start_s to end_s of the
    recordings table where the plates do not show lift-off. ml_axis: name of the mediolateral axis,
    None when it is not declared.
    """
    if plate is None:
        return CopFeatures(note="No force plate under the stance foot is mapped.")
    if plate.cop_mm is None:
        return CopFeatures(note=plate.why_no_cop)
    window_s, why_none = _window(events, request, part_s)
    if window_s is None:
        return CopFeatures(note=why_none)
    rate_hz = plate.sampling_rate_hz
    first, last = (round(time_s * rate_hz) for time_s in window_s)
    cop_mm = plate.cop_mm[:, first:last]
    why_none = _unusable(cop_mm, rate_hz)
    if why_none:
        return CopFeatures(note=why_none)
    found = sway(cop_mm, rate_hz)
    is_known = ml_axis in plate.axes
    ml = plate.axes.index(ml_axis) if ml_axis is not None and is_known else 0
    return CopFeatures(
        start_s=part_s[0] + window_s[0],
        end_s=part_s[0] + window_s[1],
        path_mm=found.path_mm,
        velocity_mm_s=found.velocity_mm_s,
        rms_ml_mm=found.rms_mm[ml] if is_known else None,
        rms_ap_mm=found.rms_mm[1 - ml] if is_known else None,
        range_ml_mm=found.range_mm[ml] if is_known else None,
        range_ap_mm=found.range_mm[1 - ml] if is_known else None,
        ellipse_95_area_mm2=found.ellipse_95_area_mm2,
        sampling_rate_hz=COP_RATE_HZ,
        low_pass_hz=COP_LOW_PASS_HZ,
        source=plate.source,
        note="" if is_known else NO_ML_AXIS,
    )


def _window(
    events: ForceEvents, request: Request, part_s: tuple[float, float]
) -> tuple[tuple[float, float] | None, str]:
    """(start and end in s from the start of the part, "") or (None, why there is none)."""
    length_s = part_s[1] - part_s[0]
    if events.hold_s is not None:
        start_s = 0.0 if events.liftoff_s is None else events.liftoff_s
        end_s = length_s if events.ended_s is None else events.ended_s
    elif request.start_s is not None or request.end_s is not None:
        start_s, end_s = 0.0, length_s
    else:
        return None, (
            "Sway is not measured, because the force does not show when the stance starts and ends; "
            "give start_s and end_s in the recordings table."
        )
    if end_s - start_s < SHORTEST_SWAY_S:
        return None, f"Sway is not measured: the stance lasts less than {SHORTEST_SWAY_S:g} s."
    return (start_s, end_s), ""


def _unusable(cop_mm: np.ndarray, rate_hz: float) -> str:
    """Why a centre of pressure cannot be measured, "" when it can."""
    if rate_hz < SLOWEST_HZ:
        return (
            f"Sway is not measured: a sampling rate of {rate_hz:g} Hz is below {SLOWEST_HZ:g} Hz."
        )
    if not np.isfinite(cop_mm).all():
        return "Sway is not measured: the centre of pressure has missing samples in the stance."
    if not np.ptp(cop_mm, axis=1).all():
        return "Sway is not measured: the centre of pressure stands still along one axis."
    return ""
