"""Where things stand in a picture of a recording: axes, the views side by side, the strips of curves."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.publishing.report.number_format import MINUS
from schemas.recording_traces import STEP_OF
from schemas.terms import MISSING_STEP

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


@dataclass(frozen=True, eq=False)
class PictureView:
    """Curves of one view from start_s to end_s (s in the file); shape (n_columns,), empty for none.

    raw_low, raw_high, envelope: µV. lifted_high, stance_low: N. NaN: no sample in the column.
    """

    start_s: float
    end_s: float
    raw_low: Values
    raw_high: Values
    envelope: Values
    lifted_high: Values
    stance_low: Values

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "PictureView":
        """A row of schemas.recording_traces."""
        curves = {name: _values(row[name], row[step]) for name, step in STEP_OF.items()}
        return cls(start_s=_float(row["start_s"]), end_s=_float(row["end_s"]), **curves)


def _values(steps: object, step: object) -> Values:
    """Steps of a table as values; NaN where the column has no sample."""
    array = np.asarray(steps, dtype=np.float64)
    return np.where(array == MISSING_STEP, np.nan, array * _float(step))


def _float(value: object) -> float:
    return float(value)  # type: ignore[arg-type]


LEFT: Final = 58
WHOLE_WIDTH: Final = 600
BETWEEN: Final = 34
LIFTOFF_WIDTH: Final = 240
RIGHT: Final = 12
HEADING: Final = 18
LINE: Final = 13
BAR: Final = 13
GAP: Final = 12
AXIS: Final = 32
"""Widths and heights in units of the picture; a column of a curve is one unit wide."""


@dataclass(frozen=True)
class Panel:
    """One strip of the picture: its curves by field of PictureView, and how they are drawn."""

    title: str
    height: int
    curves: tuple[str, ...]
    least: float
    with_zero: bool = False
    ticks: int = 4


RAW: Final = Panel("raw EMG, µV", 96, ("raw_low", "raw_high"), least=2.0, ticks=5)
ENVELOPE: Final = Panel("envelope, µV", 58, ("envelope",), least=2.0, with_zero=True)
FORCE: Final = Panel("force, N", 74, ("lifted_high", "stance_low"), least=20.0, with_zero=True)
"""`least` keeps the noise of a dead channel from filling its strip."""


@dataclass(frozen=True)
class Place:
    """Where one view is drawn: from `left` to `left + width`, panels from `top` to `bottom`."""

    view: PictureView
    left: int
    width: int
    zero_s: float = 0.0
    per_s: float = 1.0

    @property
    def across(self) -> Scale:
        """From seconds in the file to places."""
        return Scale(self.view.start_s, self.view.end_s, self.left, self.left + self.width)

    def columns(self, curve: Values) -> Scale:
        """From columns of a curve to places."""
        return Scale(0, curve.size, self.left, self.left + self.width)


def heights(whole: PictureView, panel: Panel, top: int) -> Scale:
    """The axis of a strip; all views share that of the whole part."""
    curves = [getattr(whole, name) for name in panel.curves]
    return scale_of(curves, top + panel.height, top, least=panel.least, with_zero=panel.with_zero)
