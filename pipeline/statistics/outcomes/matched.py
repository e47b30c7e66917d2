"""Matched designs: differences within pairs, and the odds of being the case within matched sets."""

from dataclasses import replace
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import OF_THE_LEG, build_design, covariate_label
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import cap_at_smallest
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import participant_values
from pipeline.statistics.models.discrete.conditional_logit import MatchedSets
from pipeline.statistics.models.two_groups.matched_pairs import complete_pairs, paired_t
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.second_routes.routes import second_within_pairs, second_within_sets
from pipeline.statistics.second_routes.second_opinion import with_second_opinion

PAIRS, SETS = "matched_pairs", "conditional_logit"
_VALUE: Final = "value"


def pairs_part(asked: OutcomeRows) -> Part:
    """Mean difference within complete pairs, paired t; id "<outcome>:matched_pairs".

    Empty where no participant has a pair.
    """
    people, _ = _people(asked)
    return Part(()) if people is None else _pairs(people, asked.measure, asked.comparison)


def sets_part(asked: OutcomeRows) -> Part:
    """Odds ratio of being a case for one SD more of the participants' values, within matched sets.

    Ids "<outcome>:conditional_logit", with ":adjusted" beside the plan's covariates of people. Empty
    where no participant has a pair.
    """
    people, planned = _people(asked)
    if people is None:
        return Part(())
    sets = [_sets(people, asked.measure, asked.comparison, ())]
    if planned:
        sets.append(_sets(people, asked.measure, asked.comparison, planned))
    return Part.joining(*sets)


def _people(asked: OutcomeRows) -> tuple[pd.DataFrame | None, tuple[str, ...]]:
    """Participants with value, pair_id, is_case and covariates, None without a pair; covariates of people.

    Holds are counted up to the smallest ceiling; none with bounds only.
    """
    rows, comparison = asked.rows, asked.comparison
    planned = comparison.covariates(asked.measure.outcome)
    planned = tuple(name for name in planned if name != OF_THE_LEG)
    if "pair_id" not in rows or rows["pair_id"].isna().all():
        return None, planned
    if asked.kind == "hold":
        if rows["capped_s"].isna().any():
            return None, planned
        rows = cap_at_smallest(rows)
    people = participant_values(rows, asked.column, within_leg=asked.within_leg)
    own = rows.drop_duplicates("participant_id")
    pair_of = own.set_index("participant_id")["pair_id"]
    known = [name for name in planned if name in rows]
    people = people.merge(
        own[["participant_id", *known]], on="participant_id", how="left", validate="1:1"
    ).assign(
        pair_id=people["participant_id"].map(pair_of).to_numpy(),
        is_case=people["group"].eq(comparison.case).to_numpy(),
    )
    return people, planned


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
        row = with_second_opinion(row, lambda: second_within_pairs(pairs.case, pairs.reference))
        used = people[_in_both_groups(people)]
        return row.counting(used, comparison, value=_VALUE).noting(
            f"Complete pairs: {len(pairs.case)}; broken: {pairs.n_broken}."
        )

    return Part.of_run((compute_or_say_why(row, compute),), ModelRun(row.model, measure.printed))


def _sets(
    people: pd.DataFrame, measure: Measure, comparison: Comparison, covariates: tuple[str, ...]
) -> Part:
    adjusted = bool(covariates)
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{SETS}" + (":adjusted" if adjusted else ""),
        outcome=measure.outcome,
        contrast=f"odds of {comparison.case} for one SD more",
        model=SETS,
        variant="adjusted" if adjusted else "unadjusted",
        role="sensitivity",
        unit="ratio",
    ).counting(people, comparison, value=_VALUE)

    def compute(row: EstimateRow) -> EstimateRow:
        matched = people.loc[people["pair_id"].notna()].reset_index(drop=True)
        spread = float(matched[_VALUE].std()) if len(matched) > 1 else 0.0
        if not spread > 0:
            raise NotEstimableError("The values of the matched participants do not vary.")
        design = build_design(matched, covariates, comparison)
        used = design.rows
        beside, constant = _differing_within_sets(design.exog.iloc[:, 2:], used["pair_id"])
        exog = pd.concat([(used[_VALUE] / spread).rename(measure.outcome), beside], axis=1)
        fit = MatchedSets(used["is_case"].astype(float), exog, used["pair_id"]).fit()
        found = fit.inference(measure.outcome, comparison.ci_level)
        terms = " + ".join(map(str, exog.columns))
        row = replace(row, formula=f"case ~ {terms} + strata(pair_id)")
        row = row.with_inference(found, is_log=True)
        row = with_second_opinion(
            row, lambda: second_within_sets(used["is_case"], exog, used["pair_id"], measure.outcome)
        )
        return row.counting(used[_in_both_groups(used)], comparison, value=_VALUE).noting(
            f"Matched sets: {fit.n_sets}; without a case or a reference: {fit.n_left_out}.",
            f"One SD of the participants' values is {spread:.3g} {measure.unit}.",
            *design.notes,
            f"Alike within all sets and so not in the model: {', '.join(constant)}."
            if constant
            else "",
            caution=design.caution,
        )

    return Part.of_run((compute_or_say_why(row, compute),), ModelRun(row.model, measure.printed))


def _differing_within_sets(exog: pd.DataFrame, sets: pd.Series) -> tuple[pd.DataFrame, list[str]]:
    """Columns that differ within some set with members of both groups, and labels of the others."""
    of_set = exog.groupby(sets.to_numpy())
    differs = ((of_set.max() - of_set.min()).max() > 0).to_numpy(dtype=bool)
    labels = (covariate_label(name.partition("[")[0]) for name in exog.columns[~differs])
    return exog.loc[:, differs], list(dict.fromkeys(labels))


def _in_both_groups(people: pd.DataFrame) -> pd.Series:
    """Whether a participant's set has members of both groups."""
    return people["pair_id"].notna() & people.groupby("pair_id")["is_case"].transform("nunique").eq(
        2
    )
