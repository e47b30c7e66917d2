"""When the plate under the lifted foot is empty, and what it shows then: its zero and its noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.force.plate_zero import plate_zero
from pipeline.signals.samples.runs import Run, bridged, runs_of

Force = npt.NDArray[np.float64]

COARSE_N: Final = 20.0
"""Unloaded, for finding the plateau; the exact threshold follows from the plateau."""

MIN_LOAD_N: Final = 50.0
"""A plate that never carries this much more than at its lowest was never stood on."""

MAX_OFFSET_N: Final = 50.0
"""Zero errors of plates are a few newtons; a higher lowest force is a foot that stayed down."""

SHORTEST_EMPTY_S: Final = 1 / 3
"""A hop leaves a plate for less."""

ENOUGH_SAMPLES: Final = 5000
"""Medians of long stretches are taken over about this many samples, evenly spread."""

LIGHTEST_PERSON_N: Final = 200.0
"""Less than this is no adult and no schoolchild. Declared by Stance."""

LONGEST_TAP_S: Final = 0.5
"""A foot that is down for longer has ended the attempt; a shorter touch leaves one attempt."""

SHORTEST_STANCE_S: Final = 0.5

_FINE_WINDOW_S = 0.01
_COARSE_WINDOW_S = 0.02
_LEVEL_WINDOW_S = 0.05


@dataclass(frozen=True, eq=False)
class UnloadedPhase:
    """One attempt: the stretch in which the plate of the lifted foot is empty.

    raw_n: force above the plate's zero, shape (n_samples,) of the whole recording, N; smooth_n: its
    mean over 10 ms. zero_n: zero of the plate (N). run: samples of the phase, at 20 N. sd_n,
    smooth_sd_n: noise of the empty plate (N). attempts: phases in the recording. notes: sentences.
    """

    raw_n: Force
    smooth_n: Force
    zero_n: float
    run: Run
    sd_n: float
    smooth_sd_n: float
    attempts: int
    notes: tuple[str, ...]


def unloaded_phase(
    lifted_n: Force, stance_n: Force | None, sampling_rate_hz: float
) -> tuple[UnloadedPhase | None, str]:
    """(phase, "") or (None, why there is none), from the vertical forces in N, body weight up.

    lifted_n, stance_n: shape (n_samples,) at sampling_rate_hz (Hz).
    """
    width = max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz))
    # The level is smooth over its window: a fifth of that is fine enough for quantiles.
    level = uniform_filter1d(lifted_n, width)[:: max(1, width // 5)]
    lowest = float(np.quantile(level, 0.01))
    zero = float(np.median(level[level < lowest + COARSE_N]))
    if level.max() - zero < MIN_LOAD_N:
        return None, "The plate of the lifted foot was never loaded."
    if abs(zero) > MAX_OFFSET_N:
        stayed = f"The foot stayed on its plate: the lowest force was {zero:.0f} N."
        return None, stayed + _swapped(stance_n)
    smooth = uniform_filter1d(lifted_n, max(1, round(_COARSE_WINDOW_S * sampling_rate_hz)))
    is_up = smooth < zero + COARSE_N
    if stance_n is not None:
        is_up &= stance_n > 0.5 * np.quantile(stance_n[:: max(1, width // 5)], 0.95)
    phases = [
        run
        for run in bridged(runs_of(is_up), round(LONGEST_TAP_S * sampling_rate_hz))
        if run.length >= SHORTEST_STANCE_S * sampling_rate_hz
    ]
    if not phases:
        return None, "The foot was not lifted for as long as half a second."
    run = _attempt(phases, has_stance_plate=stance_n is not None)
    return _corrected(lifted_n, run, len(phases), sampling_rate_hz), ""


def is_hold_throughout(lifted_n: Force, stance_n: Force, sampling_rate_hz: float) -> bool:
    """Whether one plate is empty and the other carries a person, from the first to the last sample.

    lifted_n, stance_n: N, shape (n_samples,) at sampling_rate_hz (Hz).
    """
    width = max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz))
    lifted, stance = uniform_filter1d(lifted_n, width), uniform_filter1d(stance_n, width)
    is_empty = np.ptp(lifted) < COARSE_N and abs(float(np.median(lifted))) < MAX_OFFSET_N
    carried_n = float(np.median(stance))
    return bool(is_empty and carried_n > LIGHTEST_PERSON_N and stance.min() > 0.5 * carried_n)


def empty_level(force_n: Force, sampling_rate_hz: float) -> float:
    """What a plate shows while it is empty (N); 0 when it is not empty for a third of a second.

    force_n: N, body weight up, shape (n_samples,) at sampling_rate_hz (Hz).
    """
    width = max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz))
    count = force_n.size // width
    level = force_n[: count * width].reshape(count, width).mean(axis=1)
    empty = level[np.abs(level) < MAX_OFFSET_N]
    empty = empty[empty < empty.min(initial=np.inf) + COARSE_N]
    return float(np.median(empty)) if empty.size * _LEVEL_WINDOW_S >= SHORTEST_EMPTY_S else 0.0


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


def _corrected(lifted_n: Force, run: Run, attempts: int, sampling_rate_hz: float) -> UnloadedPhase:
    """The phase with the plate's zero taken off."""
    margin = min(round(0.2 * sampling_rate_hz), run.length // 5)
    inner = Run(run.start + margin, run.stop - margin)
    zero = plate_zero(lifted_n, inner, sampling_rate_hz)
    raw_n = lifted_n - zero.track_n
    # Ten milliseconds take the plate's noise out of the threshold and move no event.
    smooth_n = uniform_filter1d(raw_n, max(1, round(_FINE_WINDOW_S * sampling_rate_hz)))
    some = zero.rest[:: 1 + zero.rest.size // ENOUGH_SAMPLES]
    return UnloadedPhase(
        raw_n=raw_n,
        smooth_n=smooth_n,
        zero_n=float(zero.track_n[some].mean()),
        run=run,
        sd_n=robust_sd(raw_n[some]),
        smooth_sd_n=robust_sd(smooth_n[some]),
        attempts=attempts,
        notes=zero.notes,
    )


def robust_sd(values: Force) -> float:
    """SD of noise from the median absolute deviation, which does not see toe taps."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
