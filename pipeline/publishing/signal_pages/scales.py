"""From seconds, microvolts and newtons to places in a picture, with round numbers on the axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.publishing.report.number_format import MINUS

Values = npt.NDArray[np.float64]

_ROUND_STEPS: Final = (1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True)
class Scale:
    """A straight axis: `low` lies at place `at_low`, `high` at `at_high` (units of the picture)."""

    low: float
    high: float
    at_low: float
    at_high: float

    def place(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.low) / (self.high - self.low)
        return self.at_low + share * (self.at_high - self.at_low)

    def places(self, values: Values) -> Values:
        """Where values lie, rounded to whole units; NaN stays NaN."""
        share = (values - self.low) / (self.high - self.low)
        rounded: Values = np.rint(self.at_low + share * (self.at_high - self.at_low))
        return rounded

    def holds(self, value: float) -> bool:
        """Whether a value lies on the axis."""
        return self.low <= value <= self.high

    def ticks(self, most: int) -> list[float]:
        """Round values on the axis, at most `most` of them (one or more)."""
        step = _round_step((self.high - self.low) / most)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        while last - first >= most:
            step = _round_step(step * 1.01)
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [number * step for number in range(first, last + 1)]


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, at least `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * step for step in _ROUND_STEPS if power * step >= least * (1 - 1e-9))


def scale_of(
    curves: Sequence[Values],
    at_low: float,
    at_high: float,
    *,
    least: float,
    with_zero: bool = False,
) -> Scale:
    """An axis that holds all values of curves (NaN are no values) with a little air.

    least: shortest axis, in the unit of the values. with_zero: the axis reaches to zero.
    """
    shown = [curve[np.isfinite(curve)] for curve in curves]
    ends = [end for curve in shown if curve.size for end in (curve.min(), curve.max())]
    low, high = (float(min(ends)), float(max(ends))) if ends else (0.0, 0.0)
    if with_zero:
        low, high = min(low, 0.0), max(high, 0.0)
    lacking = max(least - (high - low), 0.0)
    if with_zero and low == 0.0:
        return Scale(0.0, (high + lacking) * 1.04, at_low, at_high)
    air = 0.04 * (high - low) + lacking / 2
    return Scale(low - air, high + air, at_low, at_high)


def tick_text(value: float) -> str:
    """A round value as it stands at an axis."""
    # A multiple of a step is rarely exact: 3 * 0.1 is written 0.3.
    return f"{value:.6g}".replace("-", MINUS)
