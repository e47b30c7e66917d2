"""How a picture is drawn: the few SVG shapes it needs, curves as short paths, one style for all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.publishing.report.printable import printable
from pipeline.publishing.signal_pages.picture_layout import Scale, Values


@dataclass
class Drawing:
    """Shapes in drawing order. Places are in units of the picture, rounded to a tenth."""

    parts: list[str] = field(default_factory=list)

    def path(self, d: str, style: str) -> None:
        """A path; nothing for an empty one."""
        if d:
            self.parts.append(f'<path class="{style}" d="{d}"/>')

    def box(self, left: float, top: float, right: float, bottom: float, style: str) -> None:
        """A filled rectangle."""
        self.parts.append(
            f'<path class="{style}" d="M{_short(left)} {_short(top)}H{_short(right)}'
            f'V{_short(bottom)}H{_short(left)}z"/>'
        )

    def text(self, x: float, y: float, words: str, style: str = "") -> None:
        """A text; style: class, which also says at which end x lies."""
        kind = f' class="{style}"' if style else ""
        self.parts.append(
            f'<text x="{_short(x)}" y="{_short(y)}"{kind}>{escape(printable(words))}</text>'
        )


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


Places = npt.NDArray[np.int64]

HELD_BACK: Final = 1
"""A line moves when the value has moved by more than this; what is smaller is the plate's noise."""


def band_path(low: Values, high: Values, across: Scale, up: Scale) -> str:
    """Lowest and highest values as one line that runs up and down, column by column.

    low, high: shape (n_columns,), NaN for no sample. across: 0 to n_columns.
    """
    columns = _columns(low.size, across)
    parts: list[str] = []
    for first, last in _stretches(np.isfinite(low) & np.isfinite(high)):
        lower = up.places(low[first:last]).astype(np.int64)
        upper = up.places(high[first:last]).astype(np.int64)
        # Every other column the other way round: the way from one column to the next stays short.
        is_odd = np.arange(last - first) % 2 == 1
        start, end = np.where(is_odd, upper, lower), np.where(is_odd, lower, upper)
        x = columns[first:last]
        parts.append(f"M{x[0]}.5 {start[0]}v{end[0] - start[0]}")
        parts += [
            f"{_step(right, down)}v{along}" if along else _step(right, down)
            for right, down, along in zip(
                np.diff(x).tolist(),
                (start[1:] - end[:-1]).tolist(),
                (end[1:] - start[1:]).tolist(),
                strict=True,
            )
        ]
    return "".join(parts)


def line_path(values: Values, across: Scale, up: Scale, *, every: int = 1) -> str:
    """Values as a line with a point where they have moved, at most one in `every` columns.

    values: shape (n_columns,), NaN for no sample. across: 0 to n_columns. Of several columns the value
    farthest from the middle of the curve is kept, so that a tap of one column stays.
    """
    heights = up.places(values)
    columns = _columns(values.size, across)
    parts: list[str] = []
    for first, last in _stretches(np.isfinite(heights)):
        starts = np.arange(first, last, every)
        middle = np.median(heights[first:last])
        lowest = np.minimum.reduceat(heights[first:last], starts - first)
        highest = np.maximum.reduceat(heights[first:last], starts - first)
        kept = np.where(np.abs(lowest - middle) > np.abs(highest - middle), lowest, highest)
        parts += _held_line(columns[starts], kept.astype(np.int64))
    return "".join(parts)


def _held_line(columns: Places, heights: Places) -> Iterator[str]:
    points = zip(columns.tolist(), heights.tolist(), strict=True)
    x, y = next(points)
    waiting = x
    yield f"M{x}.5 {y}"
    for place, height in points:
        if abs(height - y) > HELD_BACK:
            if waiting > x:
                yield f"h{waiting - x}"
                x = waiting
            yield _step(place - x, height - y)
            x, y = place, height
        waiting = place
    yield f"h{waiting - x}" if waiting > x else "h1"


def _columns(n_columns: int, across: Scale) -> Places:
    """The place where each column starts."""
    width = round(across.at_high - across.at_low)
    return round(across.at_low) + np.arange(n_columns) * width // n_columns


def _stretches(is_there: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, behind the last) of every run of columns with samples."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_there, [False]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _step(right: int, down: int) -> str:
    if down == 0:
        return f"h{right}"
    if right == 0:
        return f"v{down}"
    return f"l{right}{down}" if down < 0 else f"l{right} {down}"


STYLE: Final = (
    ".sq text{font:11px system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;fill:#1f2328}"
    ".sq .a{text-anchor:end}.sq .m{text-anchor:middle}.sq .t{font-weight:600}"
    ".sq .n{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}"
    ".sq .h{font-size:13px;font-weight:600}"
    ".sq path{fill:none}"
    ".sq .grid{stroke:#d1d9e0}.sq .frame{stroke:#59636e}"
    ".sq .raw{stroke:#444}.sq .env{stroke:#0072b2;stroke-width:1.6}"
    ".sq .lifted{stroke:#d55e00;stroke-width:1.8}.sq .stance{stroke:#1f2328;stroke-dasharray:5 2}"
    ".sq .lift,.sq .down,.sq .hop,.sq .load{stroke:#1f2328;stroke-width:1.2}"
    ".sq .lift{stroke-dasharray:7 3}.sq .down{stroke-dasharray:2 2}.sq .hop{stroke-dasharray:1 3}.sq .load{stroke-dasharray:7 2 1 2}"
    ".sq .onset{stroke:#8a3b8f;stroke-width:1.8}.sq .step{stroke:#8a3b8f;stroke-dasharray:1 2}"
    ".sq .sure{fill:#8a3b8f;fill-opacity:.22}.sq .tip{fill:#8a3b8f}"
    ".sq .rest{fill:#eceff2}.sq .used{fill:#fff5d6}.sq .peak{fill:#cfe3f1}"
    ".sq .bar-rest{fill:#b9c2ca}.sq .bar-used{fill:#f2cf63}.sq .bar-peak{fill:#7fb4d8}"
)
"""Colours of Okabe and Ito, which colour-blind people can tell apart; curves and events also differ by
dashes, weight and place, so that they are told apart without any colour."""
