"""Lift-off, touch-down and hold of one stance recording, from whichever force plates it has."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipeline.signals.features import RecordingFeatures
from pipeline.signals.force.force_events import stance_events
from pipeline.signals.force.force_features import ForceEvents
from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.channel_roles import force_channel
from pipeline.signals.reading.signal_units import in_newton
from pipeline.signals.reading.vertical_force import body_weight_up
from pipeline.signals.recording import Recording
from pipeline.signals.request import Request
from schemas.study import ChannelRole, EmgSettings
from schemas.terms import LEGS

Samples = npt.NDArray[np.float64]


def with_force(
    features: RecordingFeatures,
    recording: Recording,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> RecordingFeatures:
    """The features with force events, in seconds from the start of the file.

    part_s: start and end (s) of the part of the file that is used. A force channel that cannot be
    used leaves the events empty and says why in `force.note`.
    """
    try:
        events = _events(recording, request, settings, part_s)
    except SignalProblem as problem:
        return replace(features, force=ForceEvents(note=f"{problem.what} {problem.fix}"))

    return replace(features, force=events.later(part_s[0]))


def _events(
    recording: Recording, request: Request, settings: EmgSettings, part_s: tuple[float, float]
) -> ForceEvents:
    """Force events, in seconds from the start of the part."""
    other = next(leg for leg in LEGS if leg != request.leg)
    roles: dict[str, ChannelRole] = {
        "lifted_n": "force_left" if other == "left" else "force_right",
        "stance_n": "force_left" if request.leg == "left" else "force_right",
        "total_n": "force_total",
    }
    forces: dict[str, Samples | None] = dict.fromkeys(roles)
    rates_hz: dict[str, float] = {}
    for name, role in roles.items():
        channel = force_channel(recording, role, settings)
        if channel is None:
            continue
        force_n = channel.part(in_newton(channel, settings.force_unit), part_s)
        if not np.isfinite(force_n).all():
            raise SignalProblem(
                f"The force channel {channel.label} has missing samples.", "Export it again."
            )
        forces[name], rates_hz[name] = body_weight_up(force_n), channel.sampling_rate_hz
    rate_hz = next(iter(rates_hz.values()), 1.0)
    if len(set(rates_hz.values())) > 1:
        raise SignalProblem(
            "The force plates are sampled at different rates.", "Export them at one rate."
        )
    return stance_events(sampling_rate_hz=rate_hz, rule=settings.liftoff_rule, **forces)
