"""The sway of one stance recording: which part is measured, from which plate, and what is known of its axes."""

from typing import Final

import numpy as np

from pipeline.signals.force.plate_under_foot import PlateUnderFoot
from pipeline.signals.force.sway import COP_LOW_PASS_HZ, COP_RATE_HZ, SLOWEST_HZ, sway
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents
from pipeline.signals.samples.request import Request

SHORTEST_SWAY_S: Final = 5.0
"""Declared by Stance: slow sway has periods of seconds, and a shorter part does not show them."""

NO_ML_AXIS: Final = (
    "Which axis is mediolateral is not declared (cop_ml_axis), so RMS and range are not given."
)


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
