"""Trials of hold times: what they can carry, capped at one ceiling, one per participant."""

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError

FEWEST_WITH_END = 3
"""Participants of a group with a trial that ended before its ceiling; with fewer the small-sample
covariance does not hold its level (docs/error-rates.md)."""
FEW_WITH_END, FEW_ENDS = 5, 10
"""Participants with such a trial, and such trials, below which a group's result is flagged."""

FEWEST_TO_COMPARE = 2
"""Participants of a group; one alone has no spread between participants."""

BOUNDS_ONLY = "Some trials are known only within bounds, so that this analysis is not possible."

_BEYOND_ANY_TIME = 1e6
"""Stands for an infinite bound on the log scale when all bounds are compared."""


def check_groups(rows: pd.DataFrame, comparison: Comparison) -> None:
    """Raise NotEstimableError unless each group has two participants with a trial."""
    if rows.empty:
        raise NotEstimableError("No trial could be analysed.")
    for _, label in comparison.sides:
        people = rows.loc[rows["group"] == label, "participant_id"].nunique()
        if people < FEWEST_TO_COMPARE:
            counted = "no participant" if people == 0 else "one participant only"
            raise NotEstimableError(
                f"The {label} group has {counted} with a trial that can be analysed; "
                "at least two are needed."
            )


def check_holds(rows: pd.DataFrame, comparison: Comparison) -> None:
    """Raise NotEstimableError with the first reason against a regression; thresholds are the plan's."""
    check_groups(rows, comparison)
    plan = comparison.plan
    held_on = rows["censoring"].isin(["ceiling", "above"])
    if held_on.mean() > plan.maximum_share_at_ceiling:
        raise NotEstimableError(
            f"{held_on.mean():.1%} of the trials were held to the ceiling, more than the "
            f"{plan.maximum_share_at_ceiling:.0%} up to which the plan allows a regression; the "
            "shares at the ceiling are given instead."
        )
    for _, label in comparison.sides:
        ended = int((~held_on & (rows["group"] == label)).sum())
        if ended < plan.minimum_events_per_group:
            raise NotEstimableError(
                f"Trials of the {label} group that ended before the ceiling: {ended}; the plan "
                f"asks for {plan.minimum_events_per_group}. The shares at the ceiling are given "
                "instead."
            )
        people = rows.loc[~held_on & (rows["group"] == label), "participant_id"].nunique()
        if people < FEWEST_WITH_END:
            raise NotEstimableError(
                f"Participants of the {label} group with a trial that ended before the ceiling: {people}; at "
                f"least {FEWEST_WITH_END} are needed. The shares at the ceiling are given instead."
            )
    if not rows["censoring"].isin(["exact", "between"]).any():
        raise NotEstimableError(
            "Every trial is either 0 s or held to the ceiling, so that a ratio of times cannot be "
            "estimated."
        )
    if np.ptp(rows["low_s"]) == 0 and np.ptp(rows["log_high"].clip(upper=_BEYOND_ANY_TIME)) == 0:
        raise NotEstimableError("All trials have the same hold time.")


def few_ends(rows: pd.DataFrame, comparison: Comparison) -> str:
    """The sentence on a group of which few trials ended before the ceiling, or ""."""
    ended = ~rows["censoring"].isin(["ceiling", "above"])
    for _, label in comparison.sides:
        of_group = rows.loc[ended & (rows["group"] == label)]
        people = int(of_group["participant_id"].nunique())
        if people < FEW_WITH_END or len(of_group) < FEW_ENDS:
            return (
                f"Few trials of the {label} group ended before the ceiling ({len(of_group)} trials of {people} "
                "participants): the interval is approximate."
            )
    return ""


def ceilings_and_shortest_s(rows: pd.DataFrame) -> tuple[pd.Series, float | None]:
    """Ceiling of each trial (s), and the shortest hold that was timed (s) where a trial was shorter."""
    short = rows.loc[rows["censoring"] == "unable", "high_s"]
    return rows["ceiling_s"].astype(float), float(short.max()) if len(short) else None


def smallest_ceiling_s(rows: pd.DataFrame) -> float:
    """The longest time that every trial could reach (s). Raises NotEstimableError with bounds."""
    if rows.empty:
        raise NotEstimableError("No trial could be analysed.")
    if rows["capped_s"].isna().any():
        raise NotEstimableError(BOUNDS_ONLY)
    return float(rows["ceiling_s"].min())


def cap_at_smallest(rows: pd.DataFrame) -> pd.DataFrame:
    """Trials with capped_s at most the smallest ceiling, so that means and ranks can be compared."""
    limit = smallest_ceiling_s(rows)
    return rows.assign(capped_s=rows["capped_s"].clip(upper=limit))


def say_capped(rows: pd.DataFrame) -> str:
    """The sentence that values capped at a smaller ceiling than their own need, or ""."""
    limit = smallest_ceiling_s(rows)
    if rows["ceiling_s"].max() <= limit:
        return ""
    return f"Holds counted up to {limit:g} s, the smallest of several ceilings."


def best_of_dominant_leg(rows: pd.DataFrame) -> pd.DataFrame:
    """The longest hold of each participant's dominant leg; people without one are left out."""
    own = rows.loc[rows["dom"].eq(1)].sort_values(["participant_id", "low_s", "high_s"])
    return own.drop_duplicates("participant_id", keep="last").reset_index(drop=True)
