"""Events, hold and sway of one stance recording, from whichever force plates it has."""

from dataclasses import replace

from pipeline.signals.force.force_events import stance_events
from pipeline.signals.force.measure_cop import cop_features
from pipeline.signals.force.plate_under_foot import Foot, PlateUnderFoot, plate_under_foot
from pipeline.signals.force.unmapped_plates import unmapped_note
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from pipeline.signals.samples.request import Request
from schemas.emg_settings import EmgSettings


def with_force(
    features: RecordingFeatures,
    recording: Recording,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> RecordingFeatures:
    """The features with force events and sway, in seconds from the start of the file.

    part_s: start and end (s) of the part of the file that is used. A force channel that cannot be
    used leaves the events empty and says why in `force.note`.
    """
    stance_foot: Foot = "left" if request.leg == "left" else "right"
    lifted_foot: Foot = "right" if stance_foot == "left" else "left"
    try:
        lifted, stance, both = (
            plate_under_foot(recording, foot, settings, part_s)
            for foot in (lifted_foot, stance_foot, "total")
        )
        if lifted is None and stance is None and both is None:
            unmapped = ForceEvents(note=unmapped_note(recording, request))
            return replace(features, force=unmapped)
        events = stance_events(
            lifted_n=None if lifted is None else lifted.force_n,
            stance_n=None if stance is None else stance.force_n,
            total_n=None if both is None else both.force_n,
            total_cop_mm=None if both is None else both.cop_mm,
            sampling_rate_hz=_rate_hz(lifted, stance, both),
            rule=settings.liftoff_rule,
        )
    except SignalProblem as problem:
        why = f"{problem.what} {problem.fix}"
        return replace(features, force=ForceEvents(note=why), cop=CopFeatures(note=why))
    cop = cop_features(stance or both, events, request, part_s, settings.cop_ml_axis)
    return replace(features, force=events.later(part_s[0]), cop=cop)


def _rate_hz(*plates: PlateUnderFoot | None) -> float:
    """The sampling rate of the plates, Hz. Raises SignalProblem when they differ."""
    rates_hz = {plate.sampling_rate_hz for plate in plates if plate is not None}
    if len(rates_hz) > 1:
        raise SignalProblem(
            "The force plates are sampled at different rates.", "Export them at one rate."
        )
    return next(iter(rates_hz), 1.0)
