"""Where the force under a foot that is being lifted reaches zero: a curve fitted to its last part.

A threshold is crossed while the foot still carries it, so that slow unloading looks like early
lift-off. The force near its end is a power of the time that is left, A (t0 - t)^p, with p = 1 for
a foot that snaps off and about 3 for a smooth (minimum-jerk) unloading. t0 is the median of its
posterior over both t0 and p, so that no shape is presumed. Own method; on simulated unloading of
five shapes it is within 40 ms in 9 of 10 (`benchmarks/force_events.py`).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Force = npt.NDArray[np.float64]

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


def zero_of_unloading(
    force_n: Force,
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
    ends_s: Force = np.arange(0.0, left_s[-1], STEP_S)
    sd_n = max(noise_sd_n / float(np.sqrt(width)), SMALLEST_SD_N)
    posterior = _posterior_of_end(left_s, bins_n[begin:], ends_s, sd_n)
    middle = int(np.searchsorted(np.cumsum(posterior), 0.5))
    return crossing + float(ends_s[middle]) * sampling_rate_hz


def _posterior_of_end(time_s: Force, force_n: Force, ends_s: Force, sd_n: float) -> Force:
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
    likelihood: Force = np.exp(log - log.max()).sum(axis=0)
    likelihood /= likelihood.sum()
    return likelihood
