"""The zero of a plate while nothing stands on it: its offset, its drift, and jumps of a reset."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.runs import Run

Force = npt.NDArray[np.float64]

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


@dataclass(frozen=True, eq=False)
class PlateZero:
    """What an empty plate shows.

    track_n: its zero at every sample of the recording, N, shape (n_samples,). rest: numbers of the
    samples in which it is certainly empty. notes: what a person should know.
    """

    track_n: Force
    rest: npt.NDArray[np.int_]
    notes: tuple[str, ...] = ()


def plate_zero(force_n: Force, plateau: Run, sampling_rate_hz: float) -> PlateZero:
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
    centre_s: Force = centres * (1 / sampling_rate_hz)
    kept = _still_blocks(is_still, side, count)
    slope = _drift(level_n[kept], centre_s[kept])
    middle = float(np.median(level_n[kept] - slope * centre_s[kept]))
    held_s = np.clip(np.arange(force_n.size), plateau.start, plateau.stop) / sampling_rate_hz
    firsts = plateau.start + width * np.flatnonzero(kept)
    rest = (firsts[:, np.newaxis] + np.arange(width)).ravel()
    return PlateZero(middle + slope * held_s + jump_n, rest, notes)


def _still_windows(level_n: Force, side: int, largest_sd_n: float) -> npt.NDArray[np.bool_]:
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


def _drift(level_n: Force, time_s: Force) -> float:
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
    level_n: Force, is_still: npt.NDArray[np.bool_], side: int
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


def _moment(force_n: Force, before_n: float, after_n: float) -> int:
    """Sample of a block that splits it best into the two levels."""
    gain = (force_n - after_n) ** 2 - (force_n - before_n) ** 2
    return int(np.argmin(np.concatenate([[0.0], np.cumsum(-gain)])))
