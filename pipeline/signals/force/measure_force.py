"""Measures the force plates of one stance: events by the plates that there are, sway, or why there is neither."""

from dataclasses import replace

import numpy as np

from pipeline.signals.force.both_feet import both_feet_events
from pipeline.signals.force.event_rules import DEFAULT_RULE
from pipeline.signals.force.lifted_foot import lifted_foot_events
from pipeline.signals.force.plate_under_foot import (
    PLATE_FORCE,
    Foot,
    PlateUnderFoot,
    plate_under_foot,
)
from pipeline.signals.force.stance_foot import stance_foot_events
from pipeline.signals.force.sway import cop_features
from pipeline.signals.force.unloaded_phase import MIN_LOAD_N, unloaded_phase
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents
from pipeline.signals.samples.recording import Recording, Request, Samples, SignalProblem
from schemas.emg_settings import EmgSettings


def stance_events(
    *,
    lifted_n: Samples | None,
    stance_n: Samples | None,
    total_n: Samples | None,
    total_cop_mm: Samples | None = None,
    sampling_rate_hz: float,
    rule: str = DEFAULT_RULE,
) -> ForceEvents:
    """Events from the plates there are: under the lifted foot, the stance foot, or both feet.

    lifted_n, stance_n, total_n: vertical force in N, positive under load, shape (n_samples,) at
    sampling_rate_hz (Hz), or None; total_cop_mm: centre of pressure of the plate under both feet, mm,
    shape (2, n_samples). rule: a name of EVENT_RULES, for the plate of the lifted foot. Without that
    plate the verdict is at most low.
    """
    if lifted_n is not None:
        return lifted_foot_events(lifted_n, stance_n, sampling_rate_hz, rule)
    if stance_n is not None:
        return stance_foot_events(stance_n, sampling_rate_hz)
    if total_n is not None:
        return both_feet_events(total_n, total_cop_mm, sampling_rate_hz)
    return ForceEvents(note="No force channel is mapped, so lift-off is not known.")


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


def unmapped_note(recording: Recording, request: Request) -> str:
    """A sentence or two for a recording without a mapped force channel.

    Plates are never assigned to feet by what they show, because a wrong leg in the recordings table
    would then never be noticed; where one plate was empty while another carried the weight, the
    sentence says so.
    """
    note = "No force channel is mapped, so lift-off is not known."
    plates = [c for c in recording.channels if PLATE_FORCE.fullmatch(c.label)]
    if not plates:
        return note
    forces = {c.label: c.samples.astype(np.float64) for c in plates}
    loaded = {label: force for label, force in forces.items() if np.ptp(force) > MIN_LOAD_N}
    listed = ", ".join(forces)
    found = _empty_while_loaded(loaded, plates[0].sampling_rate_hz)
    if found is None:
        return f"{note} Map force_left and force_right to the plates of the file: {listed}."
    empty, carrying, seconds = found
    other = "left" if request.leg == "right" else "right"
    return (
        f"{note} {empty} was empty for {seconds:.1f} s while {carrying} carried the weight: if that was "
        f"the stance, map force_{request.leg} to {carrying} and force_{other} to {empty}."
    )


def _empty_while_loaded(
    forces: dict[str, Samples], sampling_rate_hz: float
) -> tuple[str, str, float] | None:
    """(plate that was empty, plate that carried the weight, for how many seconds), None if unclear."""
    found = []
    for empty, lifted_n in forces.items():
        for carrying, stance_n in forces.items():
            if empty == carrying or lifted_n.size != stance_n.size:
                continue
            phase, _ = unloaded_phase(lifted_n, stance_n, sampling_rate_hz)
            if phase is not None:
                found.append((empty, carrying, phase.run.length / sampling_rate_hz))
    return found[0] if len(found) == 1 else None
