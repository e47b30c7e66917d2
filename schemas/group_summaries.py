"""Group summaries: means and spreads as a paper or report prints them, one row per outcome and group.

Optional and never analysed by itself: intake says which figures cannot be true, so that nobody pools or
quotes them.
"""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column

SUMMARY_KEY = ("source", "outcome", "group")
OWN_STUDY = "this study"


class GroupSummaries(pa.DataFrameModel):
    """One printed mean. Key: source, outcome, group. All figures of a row are in `unit`."""

    source: Series[str] = column(
        "Where the figures are printed, such as the paper and its table.",
        label="Source",
        identifies=True,
    )
    outcome: Series[str] = column(
        "What was measured, with eyes, leg or visit where the paper tells them apart.",
        label="Outcome",
        identifies=True,
    )
    group: Series[str] = column(
        "Group as the paper calls it, or difference for a difference of groups.",
        label="Group",
        identifies=True,
    )
    unit: Series[str] | None = column("Unit of the figures.", label="Unit", nullable=True)
    n: Series[int] = column("People behind the mean.", label="n", ge=1, le=10_000_000)
    mean: Series[float] = column("Mean, or difference of means.", label="Mean")
    sd: Series[float] | None = column(
        "Standard deviation between people.", label="SD", ge=0, nullable=True
    )
    se: Series[float] | None = column(
        "Standard error of the mean.", label="SE", ge=0, nullable=True
    )
    ci_low: Series[float] | None = column(
        "Lower end of the 95% confidence interval.", label="95% CI, low", nullable=True
    )
    ci_high: Series[float] | None = column(
        "Upper end of the 95% confidence interval.", label="95% CI, high", nullable=True
    )
    scale_min: Series[float] | None = column(
        "Lowest value that a person can have; 0 for times.", label="Lowest possible", nullable=True
    )
    scale_max: Series[float] | None = column(
        "Highest value that a person can have: the end of the scale, or the ceiling of a timed test.",
        label="Highest possible",
        nullable=True,
    )
    whole_items: Series[float] | None = column(
        "Whole numbers that each person's value is the mean of; 1 for a single whole-number score, "
        "empty for values with decimals.",
        label="Whole-number items",
        ge=1,
        le=1000,
        nullable=True,
    )

    class Config:
        """Unknown columns are reported by intake and do not travel on."""

        strict = True
        coerce = True
        unique = list(SUMMARY_KEY)
