"""Whether one model fits, to look at: probability plots, residuals, the weight of each participant."""

from typing import Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from pipeline.publishing.figures.canvas import (
    CASE_STYLE,
    QUIET,
    REFERENCE_STYLE,
    RULE,
    bare,
    finish,
    look,
    new_drawing,
)
from pipeline.publishing.report.report_model import Figure
from schemas.diagnostics import DIAGNOSTICS

DRAWN_COLUMNS: Final = ("diagnostic", "x", "y", "expected_low", "expected_high")
_PER_LINE: Final = 2
_WIDTH_IN: Final = 6.3
_PANEL_IN: Final = 2.35
_ON_A_DIAGONAL: Final = frozenset(
    {
        "distribution_of_times",
        "distribution_of_residuals",
        "distribution_of_participants",
        "calibration",
    }
)
"""Plots of what was seen against what the model expects; the others lie about 0."""
_BAND: Final = "#E4E4E4"


def model_fit(
    points: pd.DataFrame, in_doubt: frozenset[str], label: str, figure_id: str
) -> Figure | None:
    """One panel per diagnostic of a model, those in doubt in another colour and named so.

    points: rows of one model (schemas.diagnostics.DiagnosticPoints). Answers None without any.
    """
    shown = [name for name in DIAGNOSTICS if (points["diagnostic"] == name).any()]
    if not shown:
        return None
    lines = -(-len(shown) // _PER_LINE)
    with look():
        height_in = _PANEL_IN * lines
        drawing = new_drawing(_WIDTH_IN, height_in, is_laid_out=True)
        grid = drawing.subplots(lines, min(len(shown), _PER_LINE), squeeze=False)
        drawing.subplots_adjust(
            left=0.6 / _WIDTH_IN,
            right=1 - 0.1 / _WIDTH_IN,
            bottom=0.5 / height_in,
            top=1 - 0.3 / height_in,
            wspace=0.3,
            hspace=0.6,
        )
        for axes in grid.flat[len(shown) :]:
            axes.set_axis_off()
        for axes, name in zip(grid.flat, shown, strict=False):
            _panel(axes, name, points[points["diagnostic"] == name], is_doubted=name in in_doubt)
        caption = (
            f"{label}: does the model fit? Points along the line, within the grey band where there is "
            "one, mean that the data are as the model assumes."
        )
        named = ", ".join(DIAGNOSTICS[name].label.lower() for name in shown)
        data = points.loc[:, list(DRAWN_COLUMNS)].reset_index(drop=True)
        return finish(drawing, figure_id, caption, f"{label}: plots of {named}.", data)


def _panel(axes: Axes, name: str, points: pd.DataFrame, *, is_doubted: bool) -> None:
    known = DIAGNOSTICS[name]
    x, y = points["x"].to_numpy(float), points["y"].to_numpy(float)
    low, high = points["expected_low"].to_numpy(float), points["expected_high"].to_numpy(float)
    inside = np.isfinite(low) & np.isfinite(high)
    if inside.any():
        axes.fill_between(x[inside], low[inside], high[inside], color=_BAND, linewidth=0, zorder=0)
    if name in _ON_A_DIAGONAL:
        ends = [float(x.min()), float(x.max())]
        axes.plot(ends, ends, color=QUIET, linewidth=1.0, zorder=1)
        room = 0.15 * max(float(np.ptp(y)), float(np.ptp(x)), 1e-9)
        axes.set_ylim(min(y.min(), ends[0]) - room, max(y.max(), ends[1]) + room)
    else:
        axes.axhline(0.0, color=RULE, linewidth=1.0, zorder=1)
    style = CASE_STYLE if is_doubted else REFERENCE_STYLE
    axes.plot(
        x,
        y,
        linestyle="none",
        marker="o",
        markersize=2.6,
        markeredgewidth=0,
        alpha=0.75,
        color=style.colour,
        zorder=2,
    )
    axes.set_title(f"{known.label}: look at" if is_doubted else known.label, loc="left")
    axes.set(xlabel=known.x_label, ylabel=known.y_label)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    bare(axes)
