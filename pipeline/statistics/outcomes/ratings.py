"""The observer's rating of the single-leg stance as a test for belonging to the case group."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.accuracy.diagnostic import TwoByTwo, WithInterval

_MEASURES: dict[str, tuple[str, Callable[[TwoByTwo, float], WithInterval]]] = {
    "sensitivity": ("proportion", TwoByTwo.sensitivity),
    "specificity": ("proportion", TwoByTwo.specificity),
    "lr_positive": ("ratio", TwoByTwo.positive_likelihood_ratio),
    "lr_negative": ("ratio", TwoByTwo.negative_likelihood_ratio),
}


def ratings_part(ratings: pd.DataFrame, comparison: Comparison) -> Part:
    """Sensitivity, specificity and likelihood ratios with participants as the unit.

    A participant is positive when any rated leg is. One rating per leg counts: that of the first
    rater (by name) in that rater's first session, so that participants with more raters do not
    count more.
    Ids: "sls_test:sensitivity", ":specificity", ":lr_positive", ":lr_negative".
    """
    rater = str(ratings["rater"].min()) if len(ratings) else ""
    by_rater = ratings.loc[ratings["rater"] == rater]
    session = int(by_rater["session"].min()) if len(by_rater) else 0
    used = by_rater.loc[by_rater["session"] == session]
    note = (
        f"A participant is positive when any leg is rated positive, by rater {rater} in session "
        f"{session}."
    )
    without = ratings["participant_id"].nunique() - used["participant_id"].nunique()
    lost = (
        f"Participants without a rating by this rater in this session, not counted: {without}."
        if without
        else ""
    )
    table = two_by_two(used, comparison)
    rows = []
    for name, (unit, formula) in _MEASURES.items():
        row = EstimateRow(
            estimate_id=f"sls_test:{name}",
            outcome="sls_test",
            contrast=f"{comparison.case} v {comparison.reference}",
            model=name,
            role="exploratory",
            unit=unit,
            note=note,
        ).counting(used, comparison)
        row = row.noting(lost, caution=bool(lost))
        rows.append(compute_or_say_why(row, _measure(table, formula, comparison.ci_level)))
    return Part.of_run(rows, ModelRun("ratings", "single-leg stance rating"))


def two_by_two(ratings: pd.DataFrame, comparison: Comparison) -> TwoByTwo:
    """Participants by group and result; positive when any of their rows is."""
    legs = ratings.assign(positive=ratings["sls_test"].eq("positive"))
    people = legs.groupby(["participant_id", "group"])["positive"].any().reset_index()

    def count(label: str, positive: bool) -> int:
        return int((people["group"].eq(label) & people["positive"].eq(positive)).sum())

    return TwoByTwo(
        case_positive=count(comparison.case, True),
        reference_positive=count(comparison.reference, True),
        case_negative=count(comparison.case, False),
        reference_negative=count(comparison.reference, False),
    )


def _measure(
    table: TwoByTwo, formula: Callable[[TwoByTwo, float], WithInterval], ci_level: float
) -> Callable[[EstimateRow], EstimateRow]:
    def compute(row: EstimateRow) -> EstimateRow:
        found = formula(table, ci_level)
        return replace(
            row,
            estimate=found.value,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            ci_level=ci_level,
        )

    return compute
