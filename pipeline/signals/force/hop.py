"""Hops: moments in a hold at which the stance foot itself leaves its plate."""

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from pipeline.signals.samples.runs import Run, runs_of

Force = npt.NDArray[np.float64]

HOP_SHARE: Final = 0.1
"""Share of body weight below which the stance foot has left its plate. Declared by Stance."""

SHORTEST_HOP_S: Final = 0.03
LONGEST_FLIGHT_S: Final = 0.6
"""A stance plate that is empty for longer was left for good, or was reset. Declared by Stance."""

_FINE_WINDOW_S = 0.01


def departures(
    stance_n: Force | None, body_weight_n: float | None, sampling_rate_hz: float
) -> list[Run]:
    """Samples in which the plate of the stance foot is empty for at least 30 ms.

    stance_n: force under the stance foot, N, shape (n_samples,) at sampling_rate_hz (Hz), None
    without its plate. body_weight_n: N.
    """
    if stance_n is None or body_weight_n is None:
        return []
    smooth = uniform_filter1d(stance_n, max(1, round(_FINE_WINDOW_S * sampling_rate_hz)))
    shortest = SHORTEST_HOP_S * sampling_rate_hz
    return [run for run in runs_of(smooth < HOP_SHARE * body_weight_n) if run.length >= shortest]


def hop_in_hold(empty: list[Run], hold: Run, sampling_rate_hz: float) -> tuple[int | None, str]:
    """(sample at which the stance foot leaves its plate during the hold, what to know).

    empty: `departures`. hold: samples from lift-off to touch-down.
    """
    left = next((run for run in empty if run.stop > hold.start and run.start < hold.stop), None)
    if left is None:
        return None, ""
    at = max(left.start, hold.start)
    if left.length > LONGEST_FLIGHT_S * sampling_rate_hz:
        return at, (
            f"From {at / sampling_rate_hz:.1f} s on the plate of the stance foot shows no load: the "
            "foot left it, or the plate was reset."
        )
    return at, "The stance foot left its plate: a hop ends the hold."
