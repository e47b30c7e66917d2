"""How long stances were held: the share of trials still standing, by group, with numbers at risk."""

from typing import Final

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from pipeline.publishing.figures.canvas import (
    GROUP_STYLES,
    QUIET,
    GroupStyle,
    bare,
    finish,
    look,
    new_drawing,
)
from pipeline.publishing.report.report_model import Figure

CURVE_COLUMNS: Final = ("outcome", "group", "time_s", "survival", "n_at_risk", "n_censored")
"""One row per step: share of trials held longer than time_s, trials held until just before it,
and trials that reached their ceiling from this time on and before the next row."""

_SHORTEST_AXIS_S: Final = 0.1
"""An axis needs some length even where nobody could hold the position at all."""


def hold_survival(
    curves: pd.DataFrame, groups: tuple[str, str], label: str, figure_id: str
) -> Figure | None:
    """Step curves of one outcome, ticks where the ceiling stopped the clock, numbers at risk below.

    curves: rows of one outcome with `CURVE_COLUMNS`. Answers None when no group has a curve.
    """
    shown = [
        (group, style, rows)
        for group, style in zip(groups, GROUP_STYLES, strict=True)
        if len(rows := curves[curves["group"] == group].sort_values("time_s"))
    ]
    if not shown:
        return None
    with look():
        drawing = new_drawing(6.3, 4.1)
        upper, lower = drawing.subplots(
            2, 1, sharex=True, gridspec_kw={"height_ratios": [1, 0.09 + 0.07 * len(shown)]}
        )
        for group, style, rows in shown:
            _steps(upper, group, style, rows)
        upper.set(ylim=(0, 1.03), ylabel="Trials still held")
        upper.set_xlim(0, max(float(curves["time_s"].max()) * 1.02, _SHORTEST_AXIS_S))
        upper.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        upper.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        upper.tick_params(axis="x", labelbottom=True)
        upper.set_xlabel("Hold time (s)")
        upper.legend(loc="upper right")
        bare(upper)
        _numbers_at_risk(lower, shown, [t for t in upper.get_xticks() if t <= upper.get_xlim()[1]])
        drawing.align_ylabels()
        caption = (
            f"{label}: share of trials still held, by group. Ticks mark trials that reached the "
            "ceiling, whose true hold is longer. Below: trials still held just before each time."
        )
        alt = f"{label}: falling step curves of {' and '.join(group for group, _, _ in shown)}."
        return finish(drawing, figure_id, caption, alt, _data(curves))


def _steps(axes: Axes, group: str, style: GroupStyle, rows: pd.DataFrame) -> None:
    axes.step(
        rows["time_s"],
        rows["survival"],
        where="post",
        color=style.colour,
        linestyle=style.line,
        linewidth=1.8,
        label=group,
    )
    stopped = rows[rows["n_censored"] > 0]
    axes.plot(
        stopped["time_s"],
        stopped["survival"],
        linestyle="none",
        marker="|",
        markersize=9,
        markeredgewidth=1.4,
        color=style.colour,
        clip_on=False,
    )


def _numbers_at_risk(
    axes: Axes, shown: list[tuple[str, GroupStyle, pd.DataFrame]], times_s: list[float]
) -> None:
    axes.set_ylim(len(shown) - 0.5, -0.9)
    axes.set_yticks(range(len(shown)), [group for group, _, _ in shown])
    for place, (_, style, rows) in enumerate(shown):
        axes.get_yticklabels()[place].set_color(style.colour)
        for time_s in times_s:
            later = rows.loc[rows["time_s"] >= time_s, "n_at_risk"]
            held = int(later.iloc[0]) if len(later) else 0
            axes.text(time_s, place, str(held), ha="center", va="center", clip_on=False)
    axes.set_title("Trials still held", loc="left", color=QUIET, pad=1)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelbottom=False)
    axes.tick_params(axis="y", pad=16)


def _data(curves: pd.DataFrame) -> pd.DataFrame:
    return curves.loc[:, list(CURVE_COLUMNS)].reset_index(drop=True)
