"""How many trials of one hold-time outcome there are, and the shares that were not timed exactly."""

from dataclasses import replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.part import Part
from pipeline.statistics.outcomes.group_summaries import of_one_group, share_row
from pipeline.statistics.outcomes.outcome_names import Measure


def hold_shares(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    """Trials, legs and participants, trials at the ceiling and shares of trials, by group and over all.

    At the ceiling: held to it, or known to be longer. Within bounds: any other trial known only by
    bounds; the row is there when an outcome has such trials. The shares and that of the trials timed
    exactly add up to 1. Ids as `hold_time.hold_time_part` lists them; rows may be empty.
    """
    made = []
    outcome = measure.outcome
    reached = rows["low_s"] >= rows["ceiling_s"]
    at_ceiling = rows["censoring"].isin(["ceiling", "above"]) & reached
    within = rows["censoring"].isin(["between", "below", "above"]) & ~at_ceiling
    kinds = {"share_at_ceiling": at_ceiling, "share_unable": rows["censoring"].eq("unable")}
    if within.any():
        kinds["share_within_bounds"] = within
    for side, label in (*comparison.sides, ("all", "all participants")):
        part = rows if side == "all" else rows.loc[rows["group"] == label]
        people = part["participant_id"].nunique()
        legs = len(part[["participant_id", "leg"]].drop_duplicates())
        shares = {name: int(applies.loc[part.index].sum()) for name, applies in kinds.items()}
        base = EstimateRow("", outcome, label, "count", "descriptive", "")
        base = base.counting(part, comparison, int((part["censoring"] != "exact").sum()))
        if side != "all":
            base = of_one_group(base, side, people)
        for what, n in (("trials", len(part)), ("legs", legs), ("participants", people)):
            made.append(
                replace(base, estimate_id=f"{outcome}:{what}:{side}", unit=what, estimate=float(n))
            )
        held = float(shares["share_at_ceiling"])
        at_ceiling_row = replace(
            base,
            estimate_id=f"{outcome}:trials_at_ceiling:{side}",
            model="count_at_ceiling",
            unit="trials",
            estimate=held,
        )
        made.append(at_ceiling_row)
        for what, n in shares.items():
            row = replace(
                base, estimate_id=f"{outcome}:{what}:{side}", model=what, unit="proportion"
            )
            made.append(share_row(row, n, len(part), "trials"))
    return Part(tuple(made))
