"""One channel from an array of a MATLAB or HDF5 file."""

from typing import Any, Final

import numpy as np

from pipeline.signals.reading.contents.array_tree import Array
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Channel

HIGHEST_RATE_HZ: Final = 1e6


def made_channel(label: str, unit: str | None, rate_hz: float, values: Array | Any) -> Channel:
    """A channel; samples that do not fit count as missing. Raises SignalProblem for no rate."""
    if not (np.isfinite(rate_hz) and 0 < rate_hz <= HIGHEST_RATE_HZ):
        raise SignalProblem(
            f"The file gives {rate_hz:g} Hz as the sampling rate of {label}.",
            "Write the rate in Hz, as 2000.",
        )
    with np.errstate(over="ignore", invalid="ignore"):
        samples = np.ascontiguousarray(values, dtype=np.float32).reshape(-1)
    return Channel(label, unit, rate_hz, samples)
