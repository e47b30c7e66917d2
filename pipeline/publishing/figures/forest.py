"""All planned comparisons at a glance: ratios on a log axis, standardised differences beside them."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from pipeline.publishing.figures.canvas import (
    CASE_STYLE,
    INK,
    QUIET,
    RULE,
    bare,
    finish,
    look,
    new_drawing,
)
from pipeline.publishing.report.number_format import decimal_text
from pipeline.publishing.report.numbers import Estimate
from pipeline.publishing.report.report_model import Figure

_RATIO_TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
_DECADE_TICKS = tuple(
    step * decade for decade in (0.001, 0.01, 0.1, 1.0, 10.0, 100.0) for step in (1, 3)
)
_WIDEST_RANGE = 40
"""Times the low end up to which the finer ticks of a ratio have room for their labels."""


@dataclass(frozen=True)
class ForestRow:
    """One line of the plot: what is compared, and its estimate with interval."""

    label: str
    row: Estimate


@dataclass(frozen=True)
class Panel:
    """One scale: its title, its axis label, the words left and right of the null line."""

    title: str
    axis_label: str
    below: str
    above: str
    rows: tuple[ForestRow, ...]
    is_ratio: bool


def forest(panels: Sequence[Panel], caption: str, figure_id: str) -> Figure | None:
    """Panels below each other, one line per comparison that has an interval.

    Panels without lines are left out; answers None when none is left.
    """
    shown = [panel for panel in panels if panel.rows]
    if not shown:
        return None
    with look():
        lines = [len(panel.rows) for panel in shown]
        drawing = new_drawing(6.5, 1.05 * len(shown) + 0.36 * sum(lines) + 0.2)
        grid = drawing.subplots(
            len(shown), 1, squeeze=False, gridspec_kw={"height_ratios": [n + 1.2 for n in lines]}
        )
        for axes, panel in zip(grid[:, 0], shown, strict=True):
            _draw(axes, panel)
        what = " and ".join(panel.title[:1].lower() + panel.title[1:] for panel in shown)
        return finish(drawing, figure_id, caption, f"Forest plot of {what}.", _data(shown))


def _draw(axes: Axes, panel: Panel) -> None:
    if panel.is_ratio:
        axes.set_xscale("log")
    null = 1.0 if panel.is_ratio else 0.0
    axes.axvline(null, color=RULE, linewidth=1.2, zorder=1)
    for place, line in enumerate(panel.rows):
        row = line.row
        value, low, high = row.value().value, row.low().value, row.high().value
        axes.plot([low, high], [place, place], color=INK, linewidth=1.5, zorder=2)
        axes.plot([value], [place], marker="s", markersize=6.5, color=CASE_STYLE.colour, zorder=3)
        axes.text(
            1.02,
            place,
            _interval_text(row),
            transform=axes.get_yaxis_transform(),
            ha="left",
            va="center",
            fontsize=8.5,
        )
    axes.set_yticks(
        range(len(panel.rows)),
        [
            textwrap.fill(line.label, 27, break_long_words=False, break_on_hyphens=False)
            for line in panel.rows
        ],
    )
    axes.set_ylim(len(panel.rows) - 0.4, -0.6)
    axes.set_title(panel.title, loc="left", fontweight="bold", pad=18)
    for x, side, text in ((0, "left", f"← {panel.below}"), (1, "right", f"{panel.above} →")):
        axes.text(
            x, 1.0, text, transform=axes.transAxes, ha=side, va="bottom", color=QUIET, fontsize=8.5
        )
    axes.set_xlabel(panel.axis_label)
    _scale(axes, panel, null)
    bare(axes, left=False)


def _scale(axes: Axes, panel: Panel, null: float) -> None:
    ends = [
        end for line in panel.rows for end in (line.row.ci_low, line.row.ci_high) if end is not None
    ]
    low, high = min([*ends, null]), max([*ends, null])
    if panel.is_ratio:
        low, high = low / 1.15, high * 1.15
        all_ticks = _RATIO_TICKS if high / low <= _WIDEST_RANGE else _DECADE_TICKS
        ticks = [tick for tick in all_ticks if low <= tick <= high] or [null]
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        reach = max(high - low, 0.2) * 0.1
        low, high = low - reach, high + reach
        axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.set_xlim(low, high)


def _interval_text(row: Estimate) -> str:
    numbers = (row.value(), row.low(), row.high())
    value, low, high = (decimal_text(num.value, num.decimals) for num in numbers)
    return f"{value} ({low} to {high})"


def _data(panels: Sequence[Panel]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "panel": panel.title,
                "comparison": line.label,
                "estimate_id": line.row.estimate_id,
                "estimate": line.row.estimate,
                "ci_low": line.row.ci_low,
                "ci_high": line.row.ci_high,
                "ci_level": line.row.ci_level,
            }
            for panel in panels
            for line in panel.rows
        ]
    )
