"""Every participant's activation by group and leg, with the mean and its interval."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from pipeline.publishing.figures.canvas import (
    GROUP_STYLES,
    INK,
    QUIET,
    GroupStyle,
    bare,
    finish,
    look,
    new_drawing,
)
from pipeline.publishing.report.numbers import Estimate
from pipeline.publishing.report.report_model import Figure

_HALF_WIDTH = 0.16
_MEAN_PLACE = 0.0


def activation_points(
    points: pd.DataFrame,
    means: dict[str, Estimate],
    groups: tuple[str, str],
    label: str,
    axis_label: str,
    figure_id: str,
    *,
    ci_label: str,
) -> Figure | None:
    """One dot per participant and leg, legs side by side, the group's mean with interval between.

    points: group, leg, value (unit in axis_label); no names or codes. means: by group label, with
    the interval that the estimates table gives; ci_label names it ("95% CI"). Answers None without
    points.
    """
    known = points[points["group"].isin(groups) & points["value"].notna()]
    if known.empty:
        return None
    legs = sorted(known["leg"].unique())
    with look():
        drawing = new_drawing(6.3, 3.9)
        axes = drawing.subplots()
        ticks: list[tuple[float, str]] = []
        for place, (group, style) in enumerate(zip(groups, GROUP_STYLES, strict=True)):
            rows = known[known["group"] == group]
            for leg_place, leg in enumerate(legs):
                x = place * 1.6 + (leg_place - (len(legs) - 1) / 2) * 0.7
                _dots(axes, x, rows.loc[rows["leg"] == leg, "value"].to_numpy(float), style)
                ticks.append((x, str(leg)))
            _mean(axes, place * 1.6 + _MEAN_PLACE, means.get(group), style)
            axes.text(
                place * 1.6,
                -0.11,
                group,
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="top",
                color=style.colour,
                fontweight="bold",
            )
        axes.set_xticks([x for x, _ in ticks], [text for _, text in ticks])
        axes.set(ylabel=axis_label, xlim=(-0.8, 2.4))
        axes.set_ylim(bottom=min(0.0, float(known["value"].min()) * 1.1))
        axes.yaxis.grid(True, color="#E6E6E6", linewidth=0.7)
        axes.set_axisbelow(True)
        bare(axes)
        with_interval = any(row.has_interval for row in means.values())
        _legend(axes, f"mean with {ci_label}" if with_interval else "mean", with_bar=with_interval)
        mark, interval = (
            ("diamond and bar", f" with its {ci_label}") if with_interval else ("diamond", "")
        )
        caption = (
            f"{label} of every participant, by group and leg. Black {mark}: the group's mean over "
            f"both legs{interval}."
        )
        alt = f"{label}: dots of every participant for {groups[0]} and {groups[1]}, by leg."
        return finish(drawing, figure_id, caption, alt, _data(known, means))


def _dots(axes: Axes, x: float, values: npt.NDArray[np.float64], style: GroupStyle) -> None:
    axes.plot(
        x + spread_points(values) * _HALF_WIDTH,
        np.sort(values),
        linestyle="none",
        marker=style.marker,
        markersize=4.5,
        markerfacecolor=style.colour,
        markeredgecolor="white",
        markeredgewidth=0.5,
        alpha=0.75,
    )


def spread_points(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sideways places from -1 to 1 for the sorted values, by rank and not by chance.

    Multiples of the golden ratio keep neighbours apart (van der Corput-like), so that the same
    values always give the same picture.
    """
    ranks = np.arange(1, len(values) + 1)
    return np.asarray(2 * ((ranks * 0.6180339887498949) % 1.0) - 1, dtype=np.float64)


def _mean(axes: Axes, x: float, row: Estimate | None, style: GroupStyle) -> None:
    if row is None or row.estimate is None:
        return
    if row.ci_low is not None and row.ci_high is not None:
        axes.plot([x, x], [row.ci_low, row.ci_high], color=INK, linewidth=1.6, zorder=4)
    axes.plot([x], [row.estimate], marker="D", markersize=6, color=INK, zorder=5)


def _legend(axes: Axes, mean: str, *, with_bar: bool) -> None:
    handles = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker="o",
            color=QUIET,
            markersize=4.5,
            label="one participant",
        ),
        Line2D(
            [],
            [],
            linestyle="-" if with_bar else "none",
            marker="D",
            color=INK,
            markersize=6,
            label=mean,
        ),
    ]
    axes.legend(handles=handles, loc="upper right", ncols=2, bbox_to_anchor=(1, 1.13))


def _data(points: pd.DataFrame, means: dict[str, Estimate]) -> pd.DataFrame:
    shown = points.loc[:, ["group", "leg", "value"]].assign(what="participant")
    extra = pd.DataFrame(
        [
            {
                "group": group,
                "leg": "both",
                "value": row.estimate,
                "what": "mean",
                "ci_low": row.ci_low,
                "ci_high": row.ci_high,
            }
            for group, row in means.items()
        ],
        columns=["group", "leg", "value", "what", "ci_low", "ci_high"],
    )
    ordered = shown.sort_values(["group", "leg", "value"]).reindex(columns=extra.columns)
    return pd.DataFrame(
        [*ordered.to_dict("records"), *extra.to_dict("records")], columns=extra.columns
    )
