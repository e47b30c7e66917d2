"""Participants and trials on their way to the analysis, one lane of boxes per group."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from matplotlib.axes import Axes

from pipeline.publishing.figures.canvas import (
    GROUP_STYLES,
    INK,
    QUIET,
    GroupStyle,
    finish,
    look,
    new_drawing,
)
from pipeline.publishing.report.report_model import Figure

_LINE_IN: Final = 0.175
_PAD_IN: Final = 0.2
_GAP_IN: Final = 0.3
_BOX_WIDTH: Final = 0.9
_LETTERS: Final = 40
"""Letters on a line of a box; a longer word keeps its line to itself."""


@dataclass(frozen=True)
class FlowLane:
    """The boxes of one group from top to bottom; each box is a title and lines under it."""

    group: str
    boxes: tuple[tuple[str, tuple[str, ...]], ...]


def flow_figure(
    lanes: Sequence[FlowLane], data: pd.DataFrame, caption: str, figure_id: str
) -> Figure | None:
    """Lanes side by side with arrows from box to box. data: the counts behind. None without lanes.

    Boxes of one level have the height of the fullest, so that the lanes can be compared.
    """
    if not lanes:
        return None
    levels = max(len(lane.boxes) for lane in lanes)
    wrapped = [[_wrap(title, lines) for title, lines in lane.boxes] for lane in lanes]
    heights = [
        max((len(boxes[level]) for boxes in wrapped if level < len(boxes)), default=1) * _LINE_IN
        + _PAD_IN
        for level in range(levels)
    ]
    total = sum(heights) + _GAP_IN * levels + 0.15
    with look():
        drawing = new_drawing(6.3, total)
        axes = drawing.subplots()
        axes.set(xlim=(0, len(lanes)), ylim=(total, 0))
        axes.set_axis_off()
        for place, (lane, boxes) in enumerate(zip(lanes, wrapped, strict=True)):
            style = (
                GROUP_STYLES[place] if place < len(GROUP_STYLES) else GroupStyle(QUIET, "o", ":")
            )
            _draw_lane(axes, place + 0.5, lane.group, boxes, heights, style)
        names = " and ".join(lane.group for lane in lanes)
        alt = f"Flow of participants and trials of {names}: read, left out with reasons, analysed."
        return finish(drawing, figure_id, caption, alt, data)


def _wrap(title: str, lines: Sequence[str]) -> list[str]:
    out = [title]
    for line in lines:
        out += textwrap.wrap(line, _LETTERS, break_long_words=False, break_on_hyphens=False)
    return out


def _draw_lane(
    axes: Axes,
    x: float,
    group: str,
    boxes: list[list[str]],
    heights: list[float],
    style: GroupStyle,
) -> None:
    axes.text(x, 0.12, group, ha="center", va="center", fontweight="bold", color=style.colour)
    top = _GAP_IN
    for level, lines in enumerate(boxes):
        height = heights[level]
        _box(axes, x, top, height, lines, style, left_out=level % 2 == 1)
        if level + 1 < len(boxes):
            axes.annotate(
                "",
                xy=(x, top + height + _GAP_IN),
                xytext=(x, top + height),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": QUIET,
                    "linewidth": 1,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
        top += height + _GAP_IN


def _box(
    axes: Axes,
    x: float,
    top: float,
    height: float,
    lines: list[str],
    style: GroupStyle,
    *,
    left_out: bool,
) -> None:
    left = x - _BOX_WIDTH / 2
    axes.fill(
        [left, left + _BOX_WIDTH, left + _BOX_WIDTH, left],
        [top, top, top + height, top + height],
        facecolor="#F4F4F4" if left_out else "white",
        edgecolor=QUIET if left_out else style.colour,
        linewidth=0.9 if left_out else 1.3,
        linestyle="--" if left_out else "-",
    )
    first = top + _PAD_IN / 2 + _LINE_IN / 2
    axes.text(
        x if len(lines) == 1 else left + 0.03,
        first,
        lines[0],
        ha="center" if len(lines) == 1 else "left",
        va="center",
        fontweight="bold",
        fontsize=8.5,
    )
    for number, line in enumerate(lines[1:], start=1):
        axes.text(
            left + 0.03,
            first + number * _LINE_IN,
            line,
            ha="left",
            va="center",
            color=INK,
            fontsize=8,
        )
