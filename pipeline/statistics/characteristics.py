"""Participant characteristics by group: the first table of a paper. No P values.

Source: STROBE explanation, item 14a: significance tests do not belong in the table of
characteristics; the standardised difference shows imbalance whatever the sample size.
"""

from dataclasses import replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.two_groups.effect_size import standardised_difference
from pipeline.statistics.outcomes.group_summaries import number_summaries, of_one_group, share_row
from schemas.columns import column_rules
from schemas.instruments import IPAQ_CATEGORIES
from schemas.participants import Participants

CATEGORIES = ("sex", "dominant_leg", "painful_side", "site", "ipaq_category")
ORDERED_LEVELS: dict[str, list[str]] = {"ipaq_category": list(IPAQ_CATEGORIES)}
"""Levels that have an order; those of other categories are printed in alphabetical order."""


def characteristics(participants: pd.DataFrame, comparison: Comparison) -> Part:
    """Number of people, summaries of numeric columns, and counts of categories, per group.

    Ids: "participants:n:case"; "<column>:n:case", ":n_missing:", ":mean:", ":sd:", ":median:",
    ":q1:", ":q3:"; "<column>:standardised_difference"; "<column>/<level>:n:case" and ":share:".
    """
    rules = column_rules(Participants)
    rows = [
        _count("participants", "n", side, len(people))
        for side, people in _sides(participants, comparison)
    ]
    for name in participants.columns:
        if name in rules and rules[name].facts["part_of"]:
            continue  # an answer of a questionnaire, whose score is described
        if name in rules and rules[name].kind == "number":
            rows += _numeric(participants, name, rules[name].facts["unit"], comparison)
        elif name in CATEGORIES:
            rows += _categories(participants, name, comparison)
    labelled = [
        replace(row, contrast=dict(comparison.sides).get(row.contrast, row.contrast))
        for row in rows
    ]
    return Part(tuple(labelled), (ModelRun("characteristics", "participant characteristics"),))


def _sides(participants: pd.DataFrame, comparison: Comparison) -> list[tuple[str, pd.DataFrame]]:
    return [
        (side, participants.loc[participants["group"] == label]) for side, label in comparison.sides
    ]


def _count(outcome: str, what: str, side: str, n: int) -> EstimateRow:
    row = EstimateRow(
        estimate_id=f"{outcome}:{what}:{side}",
        outcome=outcome,
        contrast=side,
        model=what,
        role="descriptive",
        unit="participants",
        estimate=float(n),
    )
    return of_one_group(row, side, n)


def _numeric(
    participants: pd.DataFrame, name: str, unit: str, comparison: Comparison
) -> list[EstimateRow]:
    rows = []
    values = []
    for side, people in _sides(participants, comparison):
        recorded = people[name].dropna().to_numpy(dtype=float)
        values.append(recorded)
        rows.append(_count(name, "n", side, len(recorded)))
        rows.append(_count(name, "n_missing", side, len(people) - len(recorded)))
    case, reference = values
    rows += number_summaries(name, unit, case, reference, comparison)
    difference = EstimateRow(
        estimate_id=f"{name}:standardised_difference",
        outcome=name,
        contrast=comparison.difference,
        model="standardised_difference",
        role="descriptive",
        unit="SD",
        n_case=len(case),
        n_reference=len(reference),
    )
    rows.append(
        compute_or_say_why(
            difference,
            lambda row: replace(row, estimate=standardised_difference(case, reference)),
        )
    )
    return rows


def _categories(participants: pd.DataFrame, name: str, comparison: Comparison) -> list[EstimateRow]:
    rows = []
    for side, people in _sides(participants, comparison):
        rows.append(_count(name, "n", side, int(people[name].notna().sum())))
        rows.append(_count(name, "n_missing", side, int(people[name].isna().sum())))
    found = sorted(participants[name].dropna().unique())
    order = ORDERED_LEVELS.get(name, found)
    for level in sorted(found, key=order.index):
        for side, people in _sides(participants, comparison):
            count = int(people[name].eq(level).sum())
            rows.append(_count(f"{name}/{level}", "n", side, count))
            share = replace(
                _count(f"{name}/{level}", "share", side, int(people[name].notna().sum())),
                unit="proportion",
            )
            rows.append(share_row(share, count, int(people[name].notna().sum()), "recorded values"))
    return rows
