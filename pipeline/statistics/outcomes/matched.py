"""Matched designs: differences within pairs, and the odds of being the case within matched sets."""

from dataclasses import replace
from typing import Final

import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.estimate_rows import EstimateRow, estimated
from pipeline.statistics.models.discrete.conditional_logit import MatchedSets
from pipeline.statistics.models.two_groups.matched_pairs import complete_pairs, paired_t
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.part import ModelRun, Part
from pipeline.statistics.participant_values import WithinLeg, participant_values

PAIRS, SETS = "matched_pairs", "conditional_logit"
_VALUE: Final = "value"


def matched_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    models: tuple[str, ...],
    within_leg: WithinLeg = "mean",
) -> Part:
    """The models for matched designs that are named; empty where no participant has a pair.

    rows: trials with a value in `column`. Ids "<outcome>:matched_pairs" (mean difference within
    complete pairs, paired t) and "<outcome>:conditional_logit" (odds ratio of being a case for one
    SD more of the participants' values).
    """
    if "pair_id" not in rows or rows["pair_id"].isna().all():
        return Part(())
    people = participant_values(rows, column, within_leg=within_leg)
    pair_of = rows.drop_duplicates("participant_id").set_index("participant_id")["pair_id"]
    people = people.assign(
        pair_id=people["participant_id"].map(pair_of),
        is_case=people["group"].eq(comparison.case),
    )
    parts = []
    if PAIRS in models:
        parts.append(_pairs(people, measure, comparison))
    if SETS in models:
        parts.append(_sets(people, measure, comparison))
    return Part.joining(*parts)


def _pairs(people: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{PAIRS}",
        outcome=measure.outcome,
        contrast=comparison.difference,
        model=PAIRS,
        role="sensitivity",
        unit=measure.unit,
    ).counting(people, comparison, value=_VALUE)

    def compute(row: EstimateRow) -> EstimateRow:
        pairs = complete_pairs(people, _VALUE, "pair_id", "is_case")
        row = row.with_inference(paired_t(pairs, ci_level=comparison.ci_level))
        used = people[_in_both_groups(people)]
        return row.counting(used, comparison, value=_VALUE).noting(
            f"Complete pairs: {len(pairs.case)}; broken: {pairs.n_broken}."
        )

    return _as_part(estimated(row, compute), measure)


def _sets(people: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{SETS}",
        outcome=measure.outcome,
        contrast=f"odds of {comparison.case} for one SD more",
        model=SETS,
        role="sensitivity",
        unit="ratio",
    ).counting(people, comparison, value=_VALUE)

    def compute(row: EstimateRow) -> EstimateRow:
        used = people.loc[people["pair_id"].notna()].reset_index(drop=True)
        spread = float(used[_VALUE].std()) if len(used) > 1 else 0.0
        if not spread > 0:
            raise NotEstimableError("The values of the matched participants do not vary.")
        exog = pd.DataFrame({measure.outcome: used[_VALUE] / spread})
        fit = MatchedSets(used["is_case"].astype(float), exog, used["pair_id"]).fit()
        found = fit.inference(measure.outcome, comparison.ci_level)
        row = replace(row, formula=f"case ~ {measure.outcome} + strata(pair_id)")
        row = row.with_inference(found, is_log=True)
        return row.counting(used[_in_both_groups(used)], comparison, value=_VALUE).noting(
            f"Matched sets: {fit.n_sets}; without a case or a reference: {fit.n_left_out}.",
            f"One SD of the participants' values is {spread:.3g} {measure.unit}.",
        )

    return _as_part(estimated(row, compute), measure)


def _in_both_groups(people: pd.DataFrame) -> pd.Series:
    """Whether a participant's set has members of both groups."""
    return people["pair_id"].notna() & people.groupby("pair_id")["is_case"].transform("nunique").eq(
        2
    )


def _as_part(row: EstimateRow, measure: Measure) -> Part:
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun(row.model, measure.printed),) if ran else ())
