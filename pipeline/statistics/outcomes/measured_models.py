"""The further models of a measured outcome that a plan can name, as a table: id -> what it gives.

Each answers whether the result depends on how legs and trials of one person go together, on means, or
on the normal distribution; equivalence has a test of its own, with the margin of the plan.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.diagnostics.entries import diagnose
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, OF_THE_LEG, Design, Designs
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimated
from pipeline.statistics.estimates.model_check import EstimateCheck
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import WithinLeg, participant_values
from pipeline.statistics.models.linear.ancova import Ancova
from pipeline.statistics.models.linear.clustered import ClusteredOLS
from pipeline.statistics.models.linear.estimating_equations import ParticipantGEE
from pipeline.statistics.models.linear.median_regression import MedianRegression
from pipeline.statistics.models.regression_results import RegressionResults
from pipeline.statistics.outcomes.hold_models import brunner_munzel_part
from pipeline.statistics.outcomes.interactions import measured_leg_part
from pipeline.statistics.outcomes.matched import matched_part
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.permuted import PERMUTATION_SEED
from pipeline.statistics.second_routes.routes import (
    second_median,
    second_of_alike_rows,
    second_of_means,
    second_of_rows,
)
from pipeline.statistics.second_routes.second_opinion import SecondNumber, with_second_opinion

FEWEST_TO_COMPARE = 2
"""Participants of a group; one alone has no spread between participants."""


@dataclass(frozen=True)
class MeasuredModel:
    """One further model of a measured outcome.

    on_means: fitted to one value per participant; else to all rows. fit: endog column, design.
    second: the number by another route, from the values, the design and the first number.
    is_checked: has diagnostics of its own (`diagnostics.entries`).
    """

    on_means: bool
    fit: Callable[[str, Design], RegressionResults]
    second: Callable[[pd.Series, Design, float], SecondNumber | None] | None = None
    is_checked: bool = False


def _ancova(column: str, design: Design) -> RegressionResults:
    return Ancova(design.rows[column], design.exog).fit("HC3")


def _clustered(column: str, design: Design) -> RegressionResults:
    return ClusteredOLS(design.rows[column], design.exog, design.rows["participant_id"]).fit()


def _gee(column: str, design: Design) -> RegressionResults:
    return ParticipantGEE(design.rows[column], design.exog, design.rows["participant_id"]).fit()


def _median(column: str, design: Design) -> RegressionResults:
    model = MedianRegression(design.rows[column], design.exog, design.rows["participant_id"])
    return model.fit(np.random.default_rng(PERMUTATION_SEED))


MEASURED_MODELS: Final[Mapping[str, MeasuredModel]] = {
    "ancova_hc3": MeasuredModel(True, _ancova, second_of_means, is_checked=True),
    "quantile_median": MeasuredModel(True, _median, second_median),
    "ols_cluster": MeasuredModel(False, _clustered, second_of_rows),
    "gee_exchangeable": MeasuredModel(False, _gee, second_of_alike_rows),
}
"""By id of schemas.models."""


def measured_model_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    within_leg: WithinLeg,
) -> Part:
    """One sensitivity row per model that the plan names for this outcome.

    rows: those with a value in `column`. Ids: "<outcome>:<model>:adjusted" and
    "<outcome>:brunner_munzel".
    """
    names = comparison.sensitivity(measure.outcome, "measured")
    of_rows = Designs(rows, comparison)
    of_means = Designs(_participant_rows(rows, column, within_leg), comparison)
    parts = [
        _fitted(of_means if model.on_means else of_rows, column, measure, comparison, name, model)
        for name, model in MEASURED_MODELS.items()
        if name in names
    ]
    if "brunner_munzel" in names:
        parts.append(brunner_munzel_part(rows, column, measure, comparison, within_leg))
    parts.append(measured_leg_part(rows, column, measure, comparison, names))
    parts.append(matched_part(rows, column, measure, comparison, names, within_leg))
    return Part.joining(*parts)


def check_participants(rows: pd.DataFrame, comparison: Comparison) -> None:
    """Raise NotEstimableError unless each group has two participants with a value."""
    for _, label in comparison.sides:
        n = rows.loc[rows["group"] == label, "participant_id"].nunique()
        if n < FEWEST_TO_COMPARE:
            counted = "no participant" if n == 0 else "one participant only"
            raise NotEstimableError(
                f"The {label} group has {counted} with a value; at least two are needed."
            )


def _participant_rows(rows: pd.DataFrame, column: str, within_leg: WithinLeg) -> pd.DataFrame:
    """One row per participant: the value of `participant_values` in `column`, and the covariates."""
    people = participant_values(rows, column, within_leg=within_leg)
    own = rows.drop_duplicates("participant_id").drop(columns=[column, "leg", "group"])
    joined = people.merge(own, on="participant_id", how="left", validate="1:1")
    return joined.rename(columns={"value": column})


def _fitted(
    designs: Designs,
    column: str,
    measure: Measure,
    comparison: Comparison,
    name: str,
    model: MeasuredModel,
) -> Part:
    covariates = tuple(
        covariate
        for covariate in comparison.covariates(measure.outcome)
        if not (model.on_means and covariate == OF_THE_LEG)
    )
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{name}:adjusted",
        outcome=measure.outcome,
        contrast=comparison.difference,
        model=name,
        variant="adjusted",
        role="sensitivity",
        unit=measure.unit,
    ).counting(designs.rows, comparison, value=column)

    checks: list[EstimateCheck] = []

    def compute(row: EstimateRow) -> EstimateRow:
        check_participants(designs.rows, comparison)
        design = designs.of(covariates)
        check_participants(design.rows, comparison)
        results = model.fit(column, design)
        if model.is_checked:
            checks.extend(
                diagnose(
                    row.estimate_id, row.outcome, name, results, design, comparison, column=column
                )
            )
        row = replace(row, formula=f"{column} ~ {design.formula}")
        row = row.counting(design.rows, comparison, value=column)
        row = row.with_inference(results.inference(GROUP_TERM, comparison.ci_level))
        row = row.noting(
            *design.notes, *results.cautions, caution=design.caution or bool(results.cautions)
        )
        second = model.second
        if second is None:
            return row
        first = float(results.params[GROUP_TERM])
        return with_second_opinion(row, lambda: second(design.rows[column], design, first))

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun(name, measure.printed),) if ran else (), tuple(checks))
