"""When the plate under the lifted foot is empty, and what it shows then: its zero, drift, resets and noise."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.samples.recording import Samples
from pipeline.signals.samples.runs import Run, bridged, runs_of

BLOCK_S: Final = 0.05
SHORTEST_FOR_DRIFT_S: Final = 2.0
LARGEST_DRIFT_N_PER_S: Final = 1.0
"""Amplifiers drift by less; a force that grows faster is a foot."""

SIDE_S: Final = 0.5
"""A zero that jumped stands still for this long on both sides of the jump."""

SMALLEST_JUMP_N: Final = 3.0
LARGEST_JUMP_N: Final = 50.0
STILL_SD_N: Final = 0.5
"""Fifty milliseconds of a plate at rest vary by less; a foot that rests on it varies by more."""

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
class PlateZero:
    """What an empty plate shows.

    track_n: its zero at every sample of the recording, N, shape (n_samples,). rest: numbers of the
    samples in which it is certainly empty. notes: what a person should know.
    """

    track_n: Samples
    rest: npt.NDArray[np.int_]
    notes: tuple[str, ...] = ()


def plate_zero(force_n: Samples, plateau: Run, sampling_rate_hz: float) -> PlateZero:
    """The zero of a plate with its linear drift and, where it was reset, its jump.

    force_n: N, shape (n_samples,). plateau: samples in which the plate is empty but for taps. The zero
    is held constant outside the plateau.
    """
    width = max(1, round(BLOCK_S * sampling_rate_hz))
    count = plateau.length // width
    if count < 1:
        level = float(np.median(force_n[plateau.start : plateau.stop]))
        rest = np.arange(plateau.start, plateau.stop)
        return PlateZero(np.full(force_n.size, level), rest)
    blocks = force_n[plateau.start : plateau.start + count * width].reshape(count, width)
    level_n = blocks.mean(axis=1)
    side = max(2, round(SIDE_S * sampling_rate_hz / width))
    noise_n = float(np.median(blocks.std(axis=1))) / width**0.5
    is_still = _still_windows(level_n, side, max(STILL_SD_N, 2 * noise_n))
    jump = _jump(level_n, is_still, side)
    jump_n, notes = np.zeros(force_n.size), tuple[str, ...]()
    if jump is not None:
        block, before_n, after_n = jump
        first = plateau.start + block * width
        at = first + _moment(force_n[first : first + width], before_n, after_n)
        jump_n[at:] = after_n - before_n
        level_n[block + 1 :] -= after_n - before_n
        level_n[block] = before_n
        size, when_s = after_n - before_n, at / sampling_rate_hz
        notes = (f"The zero of the plate jumped by {size:+.0f} N at {when_s:.1f} s.",)
    centres = plateau.start + width * (np.arange(count, dtype=np.float64) + 0.5)
    centre_s: Samples = centres * (1 / sampling_rate_hz)
    kept = _still_blocks(is_still, side, count)
    slope = _drift(level_n[kept], centre_s[kept])
    middle = float(np.median(level_n[kept] - slope * centre_s[kept]))
    held_s = np.clip(np.arange(force_n.size), plateau.start, plateau.stop) / sampling_rate_hz
    firsts = plateau.start + width * np.flatnonzero(kept)
    rest = (firsts[:, np.newaxis] + np.arange(width)).ravel()
    return PlateZero(middle + slope * held_s + jump_n, rest, notes)


def _still_windows(level_n: Samples, side: int, largest_sd_n: float) -> npt.NDArray[np.bool_]:
    """Whether the level stands still over `side` blocks, by first block; empty when it is shorter."""
    if level_n.size < side:
        return np.zeros(0, dtype=np.bool_)
    windows = np.lib.stride_tricks.sliding_window_view(level_n, side)
    is_still: npt.NDArray[np.bool_] = windows.std(axis=1) < largest_sd_n
    return is_still


def _still_blocks(is_still: npt.NDArray[np.bool_], side: int, count: int) -> npt.NDArray[np.bool_]:
    """The blocks that lie in a window that stands still; all of them when hardly any do.

    A foot that rests on the plate lightly, for most of the time even, is never still: its part of the
    plateau says nothing about the zero.
    """
    kept = np.zeros(count, dtype=np.bool_)
    for first in np.flatnonzero(is_still):
        kept[first : first + side] = True
    return kept if int(kept.sum()) >= 2 * side else np.ones(count, dtype=np.bool_)


def _drift(level_n: Samples, time_s: Samples) -> float:
    """Slope of the zero in N/s by Theil and Sen (the median of pairs), which does not see taps."""
    if level_n.size < 2 or time_s[-1] - time_s[0] < SHORTEST_FOR_DRIFT_S:
        return 0.0
    half = level_n.size // 2
    # Pairs that are half the plateau apart: the most telling ones, and not all n^2 of them.
    slopes = (level_n[half:] - level_n[: level_n.size - half]) / (
        time_s[half:] - time_s[: time_s.size - half]
    )
    slope = float(np.median(slopes))
    return slope if abs(slope) <= LARGEST_DRIFT_N_PER_S else 0.0


def _jump(
    level_n: Samples, is_still: npt.NDArray[np.bool_], side: int
) -> tuple[int, float, float] | None:
    """(block of the jump, zero before, zero after) in N of the largest jump, None without one."""
    if level_n.size < 2 * side + 1:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(level_n, side)
    medians = np.median(windows, axis=1)
    # Blocks i - side to i - 1 against i + 1 to i + side: block i itself holds the moment.
    sizes = medians[side + 1 :] - medians[: -side - 1]
    is_jump = is_still[side + 1 :] & is_still[: -side - 1]
    is_jump &= (np.abs(sizes) > SMALLEST_JUMP_N) & (np.abs(sizes) < LARGEST_JUMP_N)
    if not is_jump.any():
        return None
    best = int(np.argmax(np.where(is_jump, np.abs(sizes), 0.0)))
    block = best + side
    before_n, after_n = float(medians[best]), float(medians[best + side + 1])
    lasting_n = float(np.median(level_n[block + 1 :]) - np.median(level_n[:block]))
    if abs(lasting_n - (after_n - before_n)) > 0.2 * abs(after_n - before_n):
        return None  # the level returned: something lay on the plate for a while
    return block, before_n, after_n


def _moment(force_n: Samples, before_n: float, after_n: float) -> int:
    """Sample of a block that splits it best into the two levels."""
    gain = (force_n - after_n) ** 2 - (force_n - before_n) ** 2
    return int(np.argmin(np.concatenate([[0.0], np.cumsum(-gain)])))


@dataclass(frozen=True, eq=False)
class UnloadedPhase:
    """One attempt: the stretch in which the plate of the lifted foot is empty.

    raw_n: force above the plate's zero, shape (n_samples,) of the whole recording, N; smooth_n: its
    mean over 10 ms. zero_n: zero of the plate (N). run: samples of the phase, at 20 N. sd_n,
    smooth_sd_n: noise of the empty plate (N). attempts: phases in the recording. notes: sentences.
    """

    raw_n: Samples
    smooth_n: Samples
    zero_n: float
    run: Run
    sd_n: float
    smooth_sd_n: float
    attempts: int
    notes: tuple[str, ...]


def unloaded_phase(
    lifted_n: Samples, stance_n: Samples | None, sampling_rate_hz: float
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


def is_hold_throughout(lifted_n: Samples, stance_n: Samples, sampling_rate_hz: float) -> bool:
    """Whether one plate is empty and the other carries a person, from the first to the last sample.

    lifted_n, stance_n: N, shape (n_samples,) at sampling_rate_hz (Hz).
    """
    width = max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz))
    lifted, stance = uniform_filter1d(lifted_n, width), uniform_filter1d(stance_n, width)
    is_empty = np.ptp(lifted) < COARSE_N and abs(float(np.median(lifted))) < MAX_OFFSET_N
    carried_n = float(np.median(stance))
    return bool(is_empty and carried_n > LIGHTEST_PERSON_N and stance.min() > 0.5 * carried_n)


def empty_level(force_n: Samples, sampling_rate_hz: float) -> float:
    """What a plate shows while it is empty (N); 0 when it is not empty for a third of a second.

    force_n: N, body weight up, shape (n_samples,) at sampling_rate_hz (Hz).
    """
    width = max(1, round(_LEVEL_WINDOW_S * sampling_rate_hz))
    count = force_n.size // width
    level = force_n[: count * width].reshape(count, width).mean(axis=1)
    empty = level[np.abs(level) < MAX_OFFSET_N]
    empty = empty[empty < empty.min(initial=np.inf) + COARSE_N]
    return float(np.median(empty)) if empty.size * _LEVEL_WINDOW_S >= SHORTEST_EMPTY_S else 0.0


def _swapped(stance_n: Samples | None) -> str:
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


def _corrected(
    lifted_n: Samples, run: Run, attempts: int, sampling_rate_hz: float
) -> UnloadedPhase:
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


def robust_sd(values: Samples) -> float:
    """SD of noise from the median absolute deviation, which does not see toe taps."""
    return 1.4826 * float(np.median(np.abs(values - np.median(values))))
