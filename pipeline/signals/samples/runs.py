"""Runs of true values in a row: where a force stays low, where a signal stands still."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Run:
    """Samples start <= i < stop."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        """Number of samples."""
        return self.stop - self.start


def runs_of(mask: npt.NDArray[np.bool_]) -> list[Run]:
    """The runs of True in `mask`, shape (n_samples,), in order."""
    padded = np.concatenate([[False], mask, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return [Run(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def bridged(runs: list[Run], longest_gap: int) -> list[Run]:
    """The runs with gaps of at most `longest_gap` samples closed."""
    merged: list[Run] = []
    for run in runs:
        if merged and run.start - merged[-1].stop <= longest_gap:
            merged[-1] = Run(merged[-1].start, run.stop)
        else:
            merged.append(run)
    return merged
