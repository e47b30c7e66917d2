"""When the other foot leaves its force plate and when it comes back: lift-off, touch-down, hold.

Lift-off from the force under the lifted foot: the zero of the plate is read while it is unloaded, and
the last moment above zero + max(5 SD, 5 N) before that plateau is lift-off. On simulated minimum-jerk
unloading this is about 60 ms early (90 % within 90 ms), against 80 ms and outright failures for a fixed 10 N.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.runs import Run, bridged, runs_of

Force = npt.NDArray[np.float64]

THRESHOLD_SD: Final = 5.0
THRESHOLD_FLOOR_N: Final = 5.0
COARSE_N: Final = 20.0
"""Unloaded, for finding the plateau; the exact threshold follows from the plateau."""

MIN_LOAD_N: Final = 50.0
"""A plate that never carries this much more than at its lowest was never stood on."""

MAX_OFFSET_N: Final = 50.0
"""Zero errors of plates are a few newtons; a higher lowest force is a foot that stayed down."""

SETTLED_S: Final = 0.1
"""Lift-off is the start of the first time below the threshold that lasts this long."""

SHORTEST_TAP_S: Final = 0.02
"""A toe that taps for less is a shaken plate."""

LONGEST_TAP_S: Final = 0.5
"""A foot that is down for longer has ended the attempt; a shorter touch leaves one attempt."""

SHORTEST_STANCE_S: Final = 0.5
STANCE_PLATE_SHARE: Final = (0.95, 0.85)
"""Share of body weight on the stance foot at which the other foot counts as lifted, and as down."""

_FINE_WINDOW_S = 0.01
_COARSE_WINDOW_S = 0.02
_LEVEL_WINDOW_S = 0.05
_SLOW_WINDOW_S = 0.1


@dataclass(frozen=True)
class ForceEvents:
    """Lift-off and touch-down of the other foot; seconds from the start of the force signal.

    liftoff_s, touchdown_s: None when they lie outside the recording or cannot be known. touchdown_s
    is the first touch of at least 20 ms; reload_s is when the foot takes load for good. hold_s: from
    lift-off to touch-down, a lower bound (is_lower_bound) when one of them lies outside.
    attempts: how often the foot was lifted for half a second. verdict: high, low or none. threshold_n:
    force above which the foot is down. note: what a person should know, "" when nothing.
    """

    liftoff_s: float | None = None
    touchdown_s: float | None = None
    reload_s: float | None = None
    hold_s: float | None = None
    is_lower_bound: bool = False
    attempts: int = 0
    verdict: str = "none"
    threshold_n: float | None = None
    note: str = ""


def stance_events(
    *,
    lifted_n: Force | None,
    stance_n: Force | None,
    total_n: Force | None,
    sampling_rate_hz: float,
) -> ForceEvents:
    """Events from the plates there are: under the lifted foot, the stance foot, or both feet.

    lifted_n, stance_n, total_n: vertical force in N, positive under load, shape (n_samples,) at
    sampling_rate_hz (Hz), or None. Without the lifted foot's plate the verdict is at most low; a
    single plate under both feet shows body weight throughout and gives none.
    """
    if lifted_n is not None:
        return _from_lifted_foot(lifted_n, stance_n, sampling_rate_hz)
    if stance_n is not None:
        return _from_stance_foot(stance_n, sampling_rate_hz)
    if total_n is not None:
        return ForceEvents(
            note="One force plate under both feet carries body weight on one leg and on two, so "
            "lift-off cannot be seen."
        )
    return ForceEvents(note="No force channel is mapped, so lift-off is not known.")


def _from_lifted_foot(
    lifted_n: Force, stance_n: Force | None, sampling_rate_hz: float
) -> ForceEvents:
    level = uniform_filter1d(lifted_n, max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz)))
    zero = _zero_level(lifted_n, level)
    if level.max() - zero < MIN_LOAD_N:
        return ForceEvents(note="The plate of the lifted foot was never loaded.")
    if abs(zero) > MAX_OFFSET_N:
        return ForceEvents(
            note=f"The foot stayed on its plate: the lowest force was {zero:.0f} N."
            + _swapped(stance_n)
        )
    smooth = uniform_filter1d(lifted_n, max(1, round(_COARSE_WINDOW_S * sampling_rate_hz)))
    is_up = smooth < zero + COARSE_N
    if stance_n is not None:
        is_up &= stance_n > 0.5 * np.quantile(stance_n, 0.95)
    phases = [
        run
        for run in bridged(runs_of(is_up), round(LONGEST_TAP_S * sampling_rate_hz))
        if run.length >= SHORTEST_STANCE_S * sampling_rate_hz
    ]
    if not phases:
        return ForceEvents(note="The foot was not lifted for as long as half a second.")
    return _timed(
        lifted_n,
        _attempt(phases, has_stance_plate=stance_n is not None),
        len(phases),
        sampling_rate_hz,
    )


def _zero_level(force_n: Force, level: Force) -> float:
    lowest = float(np.quantile(level, 0.01))
    return float(np.median(force_n[level < lowest + COARSE_N]))


def _swapped(stance_n: Force | None) -> str:
    if stance_n is None or np.quantile(stance_n, 0.02) > 0.1 * np.quantile(stance_n, 0.98):
        return ""
    return " The other plate was unloaded instead: leg, or left and right plate, may be swapped."


def _attempt(phases: list[Run], *, has_stance_plate: bool) -> Run:
    """The first attempt.

    A plate that is empty at the start may be one that nobody stands on yet, unless the other plate
    shows that somebody does.
    """
    if has_stance_plate:
        return phases[0]
    return next((phase for phase in phases if phase.start > 0), phases[0])


def _timed(force_n: Force, phase: Run, attempts: int, sampling_rate_hz: float) -> ForceEvents:
    """Exact events of one unloaded phase."""
    # Ten milliseconds take the plate's noise out of the threshold and move no event.
    force_n = uniform_filter1d(force_n, max(1, round(_FINE_WINDOW_S * sampling_rate_hz)))
    margin = min(round(0.2 * sampling_rate_hz), phase.length // 5)
    plateau = force_n[phase.start + margin : phase.stop - margin]
    zero = float(np.median(plateau))
    # The median absolute deviation does not see toe taps; 1.4826 makes it an SD for noise.
    sd = 1.4826 * float(np.median(np.abs(plateau - zero)))
    threshold_n = zero + max(THRESHOLD_SD * sd, THRESHOLD_FLOOR_N)
    is_down = force_n > threshold_n
    start = _liftoff_sample(is_down, phase, sampling_rate_hz)
    touches = [
        Run(start + run.start, start + run.stop)
        for run in runs_of(is_down[start:])
        if run.length >= SHORTEST_TAP_S * sampling_rate_hz or start + run.stop == force_n.size
    ]
    touchdown = touches[0].start if touches else None
    reload = next(
        (
            touch.start
            for touch in touches
            if touch.stop >= phase.stop and phase.stop < force_n.size
        ),
        None,
    )
    if touchdown is None and phase.stop < force_n.size:
        touchdown = phase.stop  # the stance foot left its plate first
    liftoff = start if phase.start > 0 else None
    return _in_seconds(
        ForceEvents(attempts=attempts, verdict="high", threshold_n=threshold_n),
        (liftoff, touchdown, reload),
        (start, force_n.size),
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


def _in_seconds(
    events: ForceEvents,
    samples: tuple[int | None, int | None, int | None],
    seen: tuple[int, int],
    sampling_rate_hz: float,
) -> ForceEvents:
    """Fill in times and hold; `seen` bounds the part of the stance that was recorded."""
    liftoff, touchdown, reload = samples
    first = liftoff if liftoff is not None else seen[0]
    last = touchdown if touchdown is not None else seen[1]
    missing = [
        text
        for text, sample in (
            ("starts after lift-off", liftoff),
            ("ends before touch-down", touchdown),
        )
        if sample is None
    ]
    notes = [events.note] if events.note else []
    if missing:
        notes.append(f"The recording {' and '.join(missing)}: the hold lasted at least this long.")
    if events.attempts > 1:
        notes.append(f"The foot was lifted {events.attempts} times; the first time counts.")

    def seconds(sample: int | None) -> float | None:
        return None if sample is None else sample / sampling_rate_hz

    return replace(
        events,
        liftoff_s=seconds(liftoff),
        touchdown_s=seconds(touchdown),
        reload_s=seconds(reload),
        hold_s=(last - first) / sampling_rate_hz,
        is_lower_bound=bool(missing),
        note=" ".join(notes),
    )


def _from_stance_foot(stance_n: Force, sampling_rate_hz: float) -> ForceEvents:
    """Low-confidence events: a lifted foot that carries less than 5 % of body weight is not seen."""
    smooth = uniform_filter1d(stance_n, max(1, round(_SLOW_WINDOW_S * sampling_rate_hz)))
    top = float(np.quantile(smooth, 0.98))
    if top < MIN_LOAD_N:
        return ForceEvents(note="The plate of the stance foot was never loaded.")
    body_weight_n = float(np.median(smooth[smooth > 0.85 * top]))
    up_share, down_share = STANCE_PLATE_SHARE
    settled = SETTLED_S * sampling_rate_hz
    lifts = [r for r in runs_of(smooth > up_share * body_weight_n) if r.length >= settled]
    if not lifts:
        return ForceEvents(note="The stance foot never carried the whole body weight.")
    start = lifts[0].start
    drops = [
        Run(start + r.start, start + r.stop)
        for r in runs_of(smooth[start:] < down_share * body_weight_n)
        if r.length >= settled
    ]
    touchdown = drops[0].start if drops else None
    note = (
        "Only the plate of the stance foot is known: lift-off is when it carries 95 % of body weight "
        "and may be wrong by some tenths of a second."
    )
    return _in_seconds(
        ForceEvents(attempts=1, verdict="low", threshold_n=up_share * body_weight_n, note=note),
        (start if start > 0 else None, touchdown, touchdown),
        (start, stance_n.size),
        sampling_rate_hz,
    )
