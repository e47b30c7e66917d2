"""The sign of vertical force: body weight is positive, whichever way a file counts.

Files differ between the force on the plate and the force on the foot, and nothing in them says which.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.samples.recording import Channel

LOADED_N: Final = 50.0
"""A plate that never shows this much was never stood on, so its sign cannot be known."""

FORCE_UNITS: Final = ("N", "kN")
VERTICAL: Final = re.compile(r"f\d*z|fz\d*", re.IGNORECASE)
"""Labels of vertical force: Fz, Fz1, F1Z, PF1Fz."""


def with_weight_upward(channels: Iterable[Channel]) -> tuple[Channel, ...]:
    """The channels, vertical forces in newton turned where their largest values are negative."""
    return tuple(
        replace(channel, samples=-channel.samples) if _is_upside_down(channel) else channel
        for channel in channels
    )


def body_weight_up(force_n: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The force (N, shape (n_samples,)), turned where its largest values are negative."""
    return -force_n if _counts_downward(force_n) else force_n


def _is_upside_down(channel: Channel) -> bool:
    if channel.unit not in FORCE_UNITS or VERTICAL.search(channel.label) is None:
        return False
    return _counts_downward(channel.samples)


def _counts_downward(samples: npt.NDArray[np.floating]) -> bool:
    force = samples[np.isfinite(samples)]
    lowest, highest = float(force.min(initial=0.0)), float(force.max(initial=0.0))
    return -lowest > highest and -lowest > LOADED_N
