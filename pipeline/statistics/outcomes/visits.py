"""How hold time changed from one visit to another, in each group and between the groups."""

from collections.abc import Mapping
from functools import partial
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.hold_rows import check_holds
from pipeline.statistics.estimates.part import Part
from pipeline.statistics.outcomes.added_term import (
    TermProblem,
    group_by_moderator,
    hold_term_part,
)
from pipeline.statistics.outcomes.joint_terms import FEWEST_AT_BOTH, joint_interaction_part
from pipeline.statistics.outcomes.outcome_names import Measure

VISIT, CHANGE = "interaction_visit", "change_over_visits"
ALL_VISITS = "interaction_visits"
FEWEST_FOR_JOINT = 3
LATER: Final = "later_visit"
"""The term: 0 for trials of the first visit, 1 for those of the later one."""


def both_visits(first: pd.DataFrame, later: pd.DataFrame) -> pd.DataFrame:
    """Trials of two visits with the term LATER."""
    return pd.concat(
        [first.assign(**{LATER: 0.0}), later.assign(**{LATER: 1.0})], ignore_index=True
    )


def check_ends(rows: pd.DataFrame, whose: str) -> None:
    """Raises NotEstimableError when no hold of one of the visits was timed to its end."""
    if rows.groupby(LATER)["censoring"].agg(lambda kinds: (kinds == "exact").sum()).min() == 0:
        raise NotEstimableError(f"No hold {whose} at one of the visits was timed to its end.")


def visit_part(
    first: pd.DataFrame, later: pd.DataFrame, measure: Measure, comparison: Comparison
) -> Part:
    """How hold time changed from one visit to another, in each group and between the groups.

    The two frames are trials of one task and condition, each of one visit (`AnalysisSets.hold_visits`).
    Ids "<outcome>:interaction_visit:<later>" (ratio of the time ratios, later to first visit) and
    "<outcome>:change_over_visits:<later>:case" and ":reference" (ratio of later to first visit within a
    group). People with one of the visits only count too: the model takes them as missing at random.
    """
    before, after = (str(part["visit"].iloc[0]) for part in (first, later))
    rows = both_visits(first, later)

    def between() -> TermProblem:
        for part in (first, later):
            check_holds(part, comparison)
        return group_by_moderator(rows, LATER, measure, comparison)

    contrast = f"{comparison.ratio}: {after} / {before}"
    parts = [hold_term_part(rows, measure, comparison, VISIT, contrast, between, after)]
    for side, label in comparison.sides:
        own = rows.loc[rows["group"] == label].reset_index(drop=True)
        within = partial(_within_group, own, label)
        contrast = f"{after} / {before}, within {label}"
        of = f"{after}:{side}"
        parts.append(hold_term_part(own, measure, comparison, CHANGE, contrast, within, of))
    return Part.joining(*parts)


def all_visits_part(
    visits: Mapping[str, pd.DataFrame], measure: Measure, comparison: Comparison
) -> Part:
    """Whether the groups changed differently over all visits; id "<outcome>:interaction_visits".

    visits: trials of one task and condition by visit, the analysed one first. Nothing for two visits,
    whose interaction is that of `visit_part`.
    """
    if len(visits) < FEWEST_FOR_JOINT:
        return Part(())
    contrast = f"{comparison.ratio}: {', '.join(visits)}"
    return joint_interaction_part(visits, measure, comparison, ALL_VISITS, contrast)


def _within_group(own: pd.DataFrame, label: str) -> TermProblem:
    """One group: later against first visit, in people with at least one of them."""
    if own["participant_id"].nunique() < FEWEST_AT_BOTH:
        raise NotEstimableError(f"Fewer than two participants of the {label} group have holds.")
    both = own.groupby("participant_id")[LATER].nunique()
    if int((both > 1).sum()) < FEWEST_AT_BOTH:
        raise NotEstimableError(
            f"Fewer than two participants of the {label} group came to both visits."
        )
    check_ends(own, f"of the {label} group")
    exog = pd.DataFrame({"const": 1.0, LATER: own[LATER]}, index=own.index)
    return TermProblem(own, exog, LATER)
