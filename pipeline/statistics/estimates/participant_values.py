"""Which trials of a leg count, and one value per participant: legs count equally, however many trials."""

from typing import Literal

import pandas as pd

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from schemas.outcomes import TrialRule

WithinLeg = Literal["mean", "max"]
"""What stands for a leg: the mean of its trials or the best one."""

FEWEST_TO_COMPARE = 2
"""Participants of a group; one alone has no spread between participants."""

DECIMALS = 9
"""Rounded before use, so that ties between means do not depend on the last bits of a sum."""


def participant_values(
    rows: pd.DataFrame, column: str, *, within_leg: WithinLeg = "mean"
) -> pd.DataFrame:
    """Mean over legs of each leg's mean (or best) over its trials.

    rows: trials with participant_id, leg, group and `column`; rows without a value are skipped.
    Returns participant_id, group and `value`, sorted by participant, in the unit of the column.
    """
    with_value = rows.loc[rows[column].notna(), ["participant_id", "group", "leg", column]]
    keys = ["participant_id", "group"]
    legs = with_value.groupby([*keys, "leg"], as_index=False, observed=True)[column].agg(within_leg)
    people: pd.DataFrame = legs.groupby(keys, as_index=False, observed=True)[column].mean()
    return people.assign(value=people[column].round(DECIMALS))[[*keys, "value"]]


def by_group(people: pd.DataFrame, comparison: Comparison) -> tuple[Floats, Floats]:
    """(case, reference) values of a `participant_values` table."""
    case = people.loc[people["group"] == comparison.case, "value"]
    reference = people.loc[people["group"] == comparison.reference, "value"]
    return case.to_numpy(dtype=float), reference.to_numpy(dtype=float)


def check_participants(rows: pd.DataFrame, comparison: Comparison) -> None:
    """Raise NotEstimableError unless each group has two participants with a value."""
    for _, label in comparison.sides:
        n = rows.loc[rows["group"] == label, "participant_id"].nunique()
        if n < FEWEST_TO_COMPARE:
            counted = "no participant" if n == 0 else "one participant only"
            raise NotEstimableError(
                f"The {label} group has {counted} with a value; at least two are needed."
            )


def choose_trials(rows: pd.DataFrame, rule: TrialRule) -> pd.DataFrame:
    """One trial per participant and leg: the first that can be analysed, or the longest hold.

    rows: of one outcome, with participant_id, leg and trial; for "best" also the bounds low_s and
    high_s of hold times, of which the lower decides and then the upper. "all" changes nothing.
    """
    if rule == "all":
        return rows
    order = ["trial"] if rule == "first" else ["low_s", "high_s"]
    ranked = rows.sort_values(
        [*order, "trial"] if rule == "best" else order,
        ascending=True if rule == "first" else [False, False, True],
        kind="stable",
    )
    kept = ranked.drop_duplicates(["participant_id", "leg"])
    return rows.loc[sorted(kept.index)].reset_index(drop=True)
