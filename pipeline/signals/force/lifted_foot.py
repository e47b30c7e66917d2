"""Lift-off, touches and hold from the plate under the foot that is lifted: the direct way."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.force.event_rules import EVENT_RULES, EventRule
from pipeline.signals.force.event_times import EventSamples, in_seconds
from pipeline.signals.force.force_features import ForceEvents, RuleEvents
from pipeline.signals.force.unloaded_phase import UnloadedPhase, unloaded_phase
from pipeline.signals.force.unloading_fit import zero_of_unloading
from pipeline.signals.runs import Run, runs_of

Force = npt.NDArray[np.float64]

SETTLED_S: Final = 0.1
"""Lift-off is the start of the first time below the threshold that lasts this long."""

SHORTEST_TAP_S: Final = 0.02
"""A toe that taps for less is a shaken plate."""

LOWEST_IN_SD: Final = 3.0
"""A threshold within the noise of the empty plate finds touches everywhere."""

HOP_SHARE: Final = 0.1
"""Share of body weight below which the stance foot has left its plate."""

SHORTEST_HOP_S: Final = 0.03
LONGEST_FLIGHT_S: Final = 0.6
"""A stance plate that is empty for longer was left for good, or was reset."""

_FINE_WINDOW_S = 0.01


@dataclass(frozen=True)
class _Touches:
    """Samples of the first touch and of the lasting one, and how many came before the latter."""

    first: int | None
    lasting: int | None
    taps: int


def lifted_foot_events(
    lifted_n: Force, stance_n: Force | None, sampling_rate_hz: float, rule: str
) -> ForceEvents:
    """Events by a rule, and by every rule in `rules`.

    lifted_n, stance_n: vertical force in N, body weight up, shape (n_samples,) at sampling_rate_hz
    (Hz); stance_n None where that foot has no plate. rule: a name of EVENT_RULES. Seconds from the
    start of the force.
    """
    phase, why_none = unloaded_phase(lifted_n, stance_n, sampling_rate_hz)
    if phase is None:
        return ForceEvents(note=why_none)
    body_weight_n = _body_weight(stance_n, phase.run)
    by_rule = {
        name: _events(phase, stance_n, body_weight_n, sampling_rate_hz, name)
        for name in EVENT_RULES
    }
    chosen = by_rule[rule]
    if chosen.threshold_n is None:
        return replace(
            by_rule["zero_5sd_5n"],
            verdict="none",
            note="A threshold in body weight needs the plate of the stance foot.",
        )
    rules = tuple(
        RuleEvents(
            rule=name,
            threshold_n=events.threshold_n,
            liftoff_s=events.liftoff_s,
            touchdown_s=events.touchdown_s,
            hold_s=None if events.is_lower_bound else events.hold_s,
        )
        for name, events in by_rule.items()
    )
    return replace(chosen, rules=rules)


def _body_weight(stance_n: Force | None, run: Run) -> float | None:
    """Median force under the stance foot while the other is lifted, N."""
    return None if stance_n is None else float(np.median(stance_n[run.start : run.stop]))


def _events(
    phase: UnloadedPhase,
    stance_n: Force | None,
    body_weight_n: float | None,
    sampling_rate_hz: float,
    name: str,
) -> ForceEvents:
    rule = EVENT_RULES[name]
    threshold_n = rule.threshold_n(phase.smooth_sd_n, body_weight_n)
    empty = ForceEvents(rule=name, threshold_n=threshold_n, body_weight_n=body_weight_n)
    if threshold_n is None:
        return empty
    above_zero_n = threshold_n - (phase.zero_n if rule.is_uncorrected else 0.0)
    if above_zero_n < LOWEST_IN_SD * phase.smooth_sd_n:
        return empty  # the empty plate itself is above the threshold
    is_down = phase.smooth_n > above_zero_n
    crossing = _liftoff_sample(is_down, phase.run, sampling_rate_hz)
    touches = _touches(is_down, crossing, phase.run, sampling_rate_hz)
    end = is_down.size if touches.first is None else touches.first
    hop, hop_note = _hop(stance_n, body_weight_n, Run(crossing, end), sampling_rate_hz)
    touchdown = touches.first
    if touchdown is None and hop is None and phase.run.stop < is_down.size:
        touchdown = phase.run.stop
    liftoff = None
    if phase.run.start > 0:
        liftoff = _refined(phase, rule, crossing, end, sampling_rate_hz)
    return in_seconds(
        replace(
            empty,
            taps=touches.taps,
            attempts=phase.attempts,
            verdict="low" if phase.notes or hop_note else "high",
            note=" ".join((*phase.notes, *([hop_note] if hop_note else []))),
        ),
        EventSamples(liftoff, touchdown, touches.lasting, hop, Run(crossing, is_down.size)),
        sampling_rate_hz,
    )


def _liftoff_sample(is_down: npt.NDArray[np.bool_], phase: Run, sampling_rate_hz: float) -> int:
    """Walk back from the plateau: the start of the first settled run below the threshold."""
    if phase.start == 0:
        return 0
    settled = SETTLED_S * sampling_rate_hz
    for run in runs_of(~is_down):
        if run.stop > phase.start and run.length >= settled:
            return run.start
    return phase.start


def _refined(
    phase: UnloadedPhase, rule: EventRule, crossing: int, until: int, sampling_rate_hz: float
) -> float:
    """Lift-off (sample, a fraction for a fitted rule)."""
    if not rule.is_fitted:
        return crossing
    fitted = zero_of_unloading(
        phase.raw_n,
        crossing=crossing,
        until=until,
        noise_sd_n=phase.sd_n,
        sampling_rate_hz=sampling_rate_hz,
    )
    return crossing if fitted is None else fitted


def _touches(
    is_down: npt.NDArray[np.bool_], start: int, phase: Run, sampling_rate_hz: float
) -> _Touches:
    shortest = SHORTEST_TAP_S * sampling_rate_hz
    touches = [
        Run(start + run.start, start + run.stop)
        for run in runs_of(is_down[start:])
        if run.length >= shortest or start + run.stop == is_down.size
    ]
    lasting = None
    if phase.stop < is_down.size:
        lasting = next((touch.start for touch in touches if touch.stop >= phase.stop), None)
    before = [touch for touch in touches if lasting is None or touch.start < lasting]
    return _Touches(touches[0].start if touches else None, lasting, len(before))


def _hop(
    stance_n: Force | None, body_weight_n: float | None, hold: Run, sampling_rate_hz: float
) -> tuple[int | None, str]:
    """(sample at which the stance foot leaves its plate during the hold, what to know)."""
    if stance_n is None or body_weight_n is None:
        return None, ""
    smooth = uniform_filter1d(stance_n, max(1, round(_FINE_WINDOW_S * sampling_rate_hz)))
    is_off = smooth[hold.start :] < HOP_SHARE * body_weight_n
    for run in runs_of(is_off):
        if hold.start + run.start >= hold.stop:
            break
        if run.length >= SHORTEST_HOP_S * sampling_rate_hz:
            at = hold.start + run.start
            note = "The stance foot left its plate: a hop ends the hold."
            if run.length > LONGEST_FLIGHT_S * sampling_rate_hz:
                note = (
                    f"From {at / sampling_rate_hz:.1f} s on the plate of the stance foot shows no "
                    "load: the foot left it, or the plate was reset."
                )
            return at, note
    return None, ""
