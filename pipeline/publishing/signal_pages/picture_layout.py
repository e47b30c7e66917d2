"""Where things stand in a picture: the views side by side, the strips of curves under each other."""

from dataclasses import dataclass
from typing import Final

from pipeline.publishing.signal_pages.picture_view import PictureView
from pipeline.publishing.signal_pages.scales import Scale, Values, scale_of

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
