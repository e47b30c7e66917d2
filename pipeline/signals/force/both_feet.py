"""Lift-off and touch-down from one plate under both feet: only its centre of pressure shows them.

Such a plate carries body weight on one leg and on two. When a foot is lifted, the centre of pressure
(CoP) moves from between the feet to under the stance foot and sways there faster.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.force.event_times import EventSamples, departures, hop_in_hold, in_seconds
from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run, bridged, runs_of

RULE: Final = "cop_under_stance_foot"

SMALLEST_SHIFT_MM: Final = 40.0
"""Feet stand at least twice this far apart; a smaller shift is sway. Declared by Stance."""

ARRIVED_SD: Final = 1.0
"""The CoP has arrived when it is as near to the middle of its band as the sway there (SD)."""

LEFT_SD: Final = 4.0
LEFT_SHARE: Final = (0.25, 0.6)
"""It has left for the other foot when it is farther than the sway, and at least and at most these
shares of the way back. All declared by Stance."""

SETTLED_S: Final = 0.1
SHORTEST_STANCE_S: Final = 0.5

_BLOCK_S = 0.05
_SMOOTH_S = 0.05


@dataclass(frozen=True, eq=False)
class _Shift:
    """The CoP along its way from two feet to one: 0 between the feet, 1 under the stance foot.

    place: shape (n_samples,). sway: SD of the place under the stance foot.
    """

    place: Samples
    sway: float


def both_feet_events(
    total_n: Samples, cop_mm: Samples | None, sampling_rate_hz: float
) -> ForceEvents:
    """Low-confidence events from one plate under both feet.

    total_n: vertical force in N, body weight up, shape (n_samples,); cop_mm: shape (2, n_samples), mm,
    in any axes, None when it is not known; at sampling_rate_hz (Hz).
    """
    if cop_mm is None:
        return ForceEvents(
            note="One force plate under both feet carries body weight on one leg and on two, so "
            "lift-off cannot be seen without the centre of pressure."
        )
    body_weight_n = float(np.median(total_n))
    shift = _shift(cop_mm, sampling_rate_hz)
    if shift is None:
        return ForceEvents(
            body_weight_n=body_weight_n,
            note="One force plate under both feet: the centre of pressure does not show a change "
            "from two feet to one, so lift-off is not known.",
        )
    shortest = SHORTEST_STANCE_S * sampling_rate_hz
    settled = round(SETTLED_S * sampling_rate_hz)
    phases = [r for r in bridged(runs_of(shift.place > 0.5), settled) if r.length >= shortest]
    if not phases:
        return ForceEvents(
            body_weight_n=body_weight_n,
            note="The foot was not lifted for as long as half a second.",
        )
    phase = phases[0]
    liftoff = _arrival(shift, phase)
    touchdown = _departure(shift, max(liftoff, phase.start), settled)
    end = total_n.size if touchdown is None else touchdown
    empty = departures(total_n, body_weight_n, sampling_rate_hz)
    hop, hop_note = hop_in_hold(empty, Run(liftoff, end), sampling_rate_hz)
    notes = [
        "One force plate under both feet: lift-off is when the centre of pressure arrived under the "
        "stance foot, and may be wrong by some tenths of a second."
    ]
    events = ForceEvents(
        attempts=len(phases),
        verdict="low",
        rule=RULE,
        body_weight_n=body_weight_n,
        note=" ".join([*notes, *([hop_note] if hop_note else [])]),
    )
    return in_seconds(
        events,
        EventSamples(
            liftoff if phase.start > 0 else None,
            touchdown,
            touchdown,
            hop,
            Run(liftoff, total_n.size),
        ),
        sampling_rate_hz,
    )


def _shift(cop_mm: Samples, sampling_rate_hz: float) -> _Shift | None:
    """The way of the CoP from two feet to one, None when it stays in one place."""
    is_known: npt.NDArray[np.bool_] = np.isfinite(cop_mm[0]) & np.isfinite(cop_mm[1])
    if is_known.sum() < sampling_rate_hz:
        return None
    filled = _filled(cop_mm, is_known)
    smooth = uniform_filter1d(filled, max(1, round(_SMOOTH_S * sampling_rate_hz)), axis=1)
    width = max(1, round(_BLOCK_S * sampling_rate_hz))
    blocks = smooth[:, width // 2 :: width]
    centred = blocks - np.median(blocks, axis=1, keepdims=True)
    direction = np.linalg.svd(centred, full_matrices=False)[0][:, 0]
    along = direction @ blocks
    low_side = along < _split(along)
    if not 3 <= int(low_side.sum()) <= along.size - 3:
        return None
    speed = np.hypot(*np.gradient(blocks, axis=1))
    # On one leg the CoP moves faster than on two.
    if np.median(speed[low_side]) > np.median(speed[~low_side]):
        direction, along, low_side = -direction, -along, ~low_side
    two_feet, one_foot = float(np.median(along[low_side])), float(np.median(along[~low_side]))
    apart = one_foot - two_feet
    if apart < SMALLEST_SHIFT_MM:
        return None
    spread = 1.4826 * float(np.median(np.abs(along[~low_side] - one_foot)))
    return _Shift((direction @ smooth - two_feet) / apart, spread / apart)


def _filled(cop_mm: Samples, is_known: npt.NDArray[np.bool_]) -> Samples:
    """The CoP with its gaps bridged by straight lines."""
    samples = np.arange(is_known.size)
    return np.stack([np.interp(samples, samples[is_known], along[is_known]) for along in cop_mm])


def _split(values: Samples) -> float:
    """The value that parts two groups best: largest variance between them (Otsu 1979)."""
    ordered = np.sort(values)
    count = np.arange(1, ordered.size)
    total = np.cumsum(ordered)
    low, high = total[:-1] / count, (total[-1] - total[:-1]) / (ordered.size - count)
    between = count * (ordered.size - count) * (high - low) ** 2
    best = int(np.argmax(between))
    return float((ordered[best] + ordered[best + 1]) / 2)


def _arrival(shift: _Shift, phase: Run) -> int:
    """The first sample of the phase at which the CoP is within its band under the stance foot."""
    is_inside = shift.place[phase.start : phase.stop] > 1 - ARRIVED_SD * shift.sway
    return phase.start + int(np.argmax(is_inside))


def _departure(shift: _Shift, start: int, settled: int) -> int | None:
    """Where the CoP leaves the band for good enough to have met the other foot, None if it stays."""
    place = shift.place[start:]
    left = 1 - min(max(LEFT_SD * shift.sway, LEFT_SHARE[0]), LEFT_SHARE[1])
    gone = next((run for run in runs_of(place < left) if run.length >= settled), None)
    if gone is None:
        return None
    inside = np.flatnonzero(place[: gone.start] > 1 - 2 * ARRIVED_SD * shift.sway)
    return start + (int(inside[-1]) + 1 if inside.size else 0)
