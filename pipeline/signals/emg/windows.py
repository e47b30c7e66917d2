"""Which part of a recording counts as stance, and which as rest."""

from typing import Final

from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.emg_part import Window
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.request import Request
from schemas.emg_settings import EmgSettings

SHORTEST_WINDOW_S: Final = 0.25
"""Amplitudes of shorter stretches scatter by more than 10 %."""

SHORTEST_REST_S: Final = 0.5
LONGEST_REST_S: Final = 2.0
REST_ENDS_BEFORE_LIFTOFF_S: Final = 0.8
"""The weight shift, with its muscle activity, starts within this time before lift-off."""

EDGE_S: Final = 0.1
"""The filter's own start-up at the beginning of a recording."""


def measured_window(
    features: RecordingFeatures, request: Request, part_s: tuple[float, float]
) -> Window:
    """The part whose amplitude is measured: the stance by force, else start_s to end_s, else all.

    features: with force events. part_s: the part of the file in use. Raises SignalProblem when the
    window is too short for an amplitude.
    """
    is_table = request.start_s is not None or request.end_s is not None
    window = Window(*part_s, "table" if is_table else "file")
    if features.force.hold_s is not None:
        window = Window(
            part_s[0] if features.force.liftoff_s is None else features.force.liftoff_s,
            part_s[1] if features.force.ended_s is None else features.force.ended_s,
            "force",
        )
    if window.length_s < SHORTEST_WINDOW_S:
        raise SignalProblem(
            f"The part to measure lasts {window.length_s:.2f} s, too short for an amplitude.",
            "Check the file, and start_s and end_s in the recordings table.",
        )
    return window


def rest_window(
    features: RecordingFeatures,
    request: Request,
    settings: EmgSettings,
    part_s: tuple[float, float],
) -> tuple[Window | None, str]:
    """(rest window, "") or (None, why there is none).

    A rest recording is rest throughout, a reference contraction has none. A stance trial has `settings.rest_s`, or
    the last two seconds of quiet standing that end 0.8 s before lift-off (or where the onset search
    starts, if that is earlier).
    """
    if request.role == "rest":
        return Window(*part_s), ""
    if request.role in ("mvic", "submaximal"):
        return None, ""
    if settings.rest_s is not None:
        start_s, end_s = max(settings.rest_s[0], part_s[0]), min(settings.rest_s[1], part_s[1])
        if features.force.liftoff_s is not None:
            end_s = min(end_s, features.force.liftoff_s)
    elif features.force.liftoff_s is not None:
        margin_s = max(REST_ENDS_BEFORE_LIFTOFF_S, -settings.onset_search_s[0])
        end_s = features.force.liftoff_s - margin_s
        start_s = max(part_s[0] + EDGE_S, end_s - LONGEST_REST_S)
    else:
        return None, "Lift-off is not known, so the quiet standing before it is not known either."
    if end_s - start_s < SHORTEST_REST_S - 1e-9:
        return None, "There is less than half a second of quiet standing before the weight shift."
    return Window(start_s, end_s), ""
