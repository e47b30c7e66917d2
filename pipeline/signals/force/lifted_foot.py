"""Lift-off, touches and hold from the plate under the foot that is lifted: the direct way.

A threshold is crossed while the foot still carries it, so that slow unloading looks like early lift-off;
`zero_of_unloading` fits a curve to the last of the unloading instead.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.force.event_rules import EVENT_RULES, EventRule
from pipeline.signals.force.event_times import EventSamples, departures, hop_in_hold, in_seconds
from pipeline.signals.force.unloaded_phase import (
    ENOUGH_SAMPLES,
    UnloadedPhase,
    empty_level,
    is_hold_throughout,
    unloaded_phase,
)
from pipeline.signals.measured.force_features import ForceEvents, RuleEvents
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run, runs_of

SETTLED_S: Final = 0.1
"""Lift-off is the start of the first time below the threshold that lasts this long."""

SHORTEST_TAP_S: Final = 0.02
"""A toe that taps for less is a shaken plate."""

LOWEST_IN_SD: Final = 3.0
"""A threshold within the noise of the empty plate finds touches everywhere."""

POWERS: Final = tuple(1.0 + quarter / 4 for quarter in range(9))
"""Shapes of the end of unloading: 1 is linear, 2 like a half cosine, 3 like minimum jerk."""

HIGHEST_N: Final = 60.0
"""The curve is fitted below this force: higher up it is no power of the time that is left."""

RELATIVE_ERROR: Final = 0.1
"""People do not unload along a power exactly; the curve may be wrong by this share of the force."""

LONGEST_TAIL_S: Final = 0.25
"""Zero is looked for up to this long after the crossing of the threshold."""

BEFORE_S: Final = 0.5
BIN_S: Final = 0.005
STEP_S: Final = 0.002
SMALLEST_SD_N: Final = 0.3
FEWEST_BINS: Final = 4


@dataclass(frozen=True)
class _Touches:
    """Samples of the first touch and of the lasting one, and how many came before the latter."""

    first: int | None
    lasting: int | None
    taps: int


def lifted_foot_events(
    lifted_n: Samples, stance_n: Samples | None, sampling_rate_hz: float, rule: str
) -> ForceEvents:
    """Events by a rule, and by every rule in `rules`.

    lifted_n, stance_n: vertical force in N, body weight up, shape (n_samples,) at sampling_rate_hz
    (Hz); stance_n None where that foot has no plate. rule: a name of EVENT_RULES. Seconds from the
    start of the force.
    """
    phase, why_none = unloaded_phase(lifted_n, stance_n, sampling_rate_hz)
    if phase is None:
        if stance_n is not None and is_hold_throughout(lifted_n, stance_n, sampling_rate_hz):
            return _hold_throughout(stance_n, sampling_rate_hz)
        return ForceEvents(note=why_none)
    body_weight_n = _body_weight(stance_n, phase.run, sampling_rate_hz)
    empty = departures(stance_n, body_weight_n, sampling_rate_hz)
    by_rule = {
        name: _events(phase, empty, body_weight_n, sampling_rate_hz, name) for name in EVENT_RULES
    }
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
    chosen = by_rule[rule]
    if chosen.hold_s is None:
        chosen = replace(chosen, note=_no_threshold(chosen, rule))
    return replace(chosen, rules=rules)


def _no_threshold(events: ForceEvents, rule: str) -> str:
    if events.threshold_n is None:
        return f"The rule {rule} needs the plate of the stance foot for the body weight."
    return (
        f"The rule {rule} cannot be used: the empty plate itself shows {events.threshold_n:.0f} N, by its "
        "offset or noise."
    )


def _hold_throughout(stance_n: Samples, sampling_rate_hz: float) -> ForceEvents:
    events = ForceEvents(
        attempts=1,
        verdict="low",
        body_weight_n=float(np.median(stance_n)),
        note="The plate of the lifted foot was empty throughout. If both feet never stood on the other "
        "plate, this is a part of a hold.",
    )
    whole = EventSamples(None, None, None, None, Run(0, stance_n.size))
    return in_seconds(events, whole, sampling_rate_hz)


def _body_weight(stance_n: Samples | None, run: Run, sampling_rate_hz: float) -> float | None:
    """Median force under the stance foot while the other is lifted, above the plate's zero, N."""
    if stance_n is None:
        return None
    carried_n = float(np.median(stance_n[run.start : run.stop : 1 + run.length // ENOUGH_SAMPLES]))
    return carried_n - empty_level(stance_n, sampling_rate_hz)


def _events(
    phase: UnloadedPhase,
    stance_is_empty: list[Run],
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
    hop, hop_note = hop_in_hold(stance_is_empty, Run(crossing, end), sampling_rate_hz)
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


def zero_of_unloading(
    force_n: Samples,
    *,
    crossing: int,
    until: int,
    noise_sd_n: float,
    sampling_rate_hz: float,
) -> float | None:
    """Sample (a fraction) at which the unloading ends, None when too little of it was recorded.

    force_n: N above the plate's zero, shape (n_samples,), not smoothed. crossing: sample at which
    the force falls below the threshold. until: the sample of the next touch. noise_sd_n: SD (N) of
    one sample of the unloaded plate.

    The force near its end is a power of the time that is left, A (t0 - t)^p, with p = 1 for a foot that
    snaps off and about 3 for a smooth (minimum-jerk) unloading. t0 is the median of its posterior over
    both t0 and p, so that no shape is presumed. Own method; on simulated unloading of five shapes it is
    within 40 ms in 9 of 10 (`benchmarks/force_events.py`).
    """
    width = max(1, round(BIN_S * sampling_rate_hz))
    first = max(0, crossing - round(BEFORE_S * sampling_rate_hz))
    last = min(until, crossing + round((LONGEST_TAIL_S + 0.05) * sampling_rate_hz))
    count = (last - first) // width
    bins_n = force_n[first : first + count * width].reshape(count, width).mean(axis=1)
    at = first + width * np.arange(count) + (width - 1) / 2
    n_before = int(np.searchsorted(at, crossing))
    high = np.flatnonzero(bins_n[:n_before] > HIGHEST_N)
    begin = int(high[-1]) if high.size else 0
    if n_before - begin < FEWEST_BINS or count - n_before < FEWEST_BINS:
        return None
    left_s = np.asarray((at[begin:] - crossing) / sampling_rate_hz, dtype=np.float64)
    ends_s: Samples = np.arange(0.0, left_s[-1], STEP_S)
    sd_n = max(noise_sd_n / float(np.sqrt(width)), SMALLEST_SD_N)
    posterior = _posterior_of_end(left_s, bins_n[begin:], ends_s, sd_n)
    middle = int(np.searchsorted(np.cumsum(posterior), 0.5))
    return crossing + float(ends_s[middle]) * sampling_rate_hz


def _posterior_of_end(time_s: Samples, force_n: Samples, ends_s: Samples, sd_n: float) -> Samples:
    """Probability of every end, shape (n_ends,); amplitudes are fitted, powers are summed over."""
    # The error grows with the force; a mean of three bins keeps the noise out of the weights.
    level_n = np.convolve(np.maximum(force_n, 0.0), np.full(3, 1 / 3), mode="same")
    weight = 1 / (sd_n**2 + (RELATIVE_ERROR * level_n) ** 2)
    left_s = np.maximum(ends_s[:, np.newaxis] - time_s, 0.0)
    step = np.sqrt(np.sqrt(left_s))
    shape = left_s
    weighted = weight * force_n
    total = float(weighted @ force_n)
    logs = []
    for _ in POWERS:
        norm = np.maximum((shape * shape) @ weight, 1e-30)
        logs.append(0.5 * np.maximum(shape @ weighted, 0.0) ** 2 / norm)
        shape = shape * step
    log = np.stack(logs) - 0.5 * total
    likelihood: Samples = np.exp(log - log.max()).sum(axis=0)
    likelihood /= likelihood.sum()
    return likelihood
