"""The further models that a plan names for an outcome: one row (or what it is made of) per model.

Each gets the same rows and covariates as the planned model; it answers whether the result depends on
the distribution, on how trials of one person go together, or on a model of the ceiling at all.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from pipeline.statistics.catalogue.fitted_models import fitted_model, models_with, read_address
from pipeline.statistics.diagnostics.checks import diagnose
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import OF_THE_LEG, Asked, Designs
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import check_groups, check_holds
from pipeline.statistics.estimates.model_check import EstimateCheck
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import (
    WithinLeg,
    check_participants,
    participant_values,
)
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.second_routes.second_opinion import with_second_opinion
from schemas.model_entries.entry import Kind, Use
from schemas.models import ANALYSIS_MODELS
from schemas.plan import kind_of

_SETS_UNKNOWN = "Participants of one matched set are taken as independent here."


@dataclass(frozen=True, eq=False)
class OutcomeRows:
    """The trials of one outcome, as every further model gets them.

    rows: those with a value in `column` ("capped_s" of holds). within_leg: what stands for a leg in values
    of participants.
    """

    rows: pd.DataFrame
    column: str
    measure: Measure
    comparison: Comparison
    within_leg: WithinLeg = "mean"

    @property
    def kind(self) -> Kind:
        """Kind of the outcome."""
        return kind_of(self.measure.outcome)

    @cached_property
    def designs(self) -> Designs:
        """Designs of all rows."""
        return Designs(self.rows, self.comparison)

    @cached_property
    def designs_of_means(self) -> Designs:
        """Designs with one row per participant, its value in `column`."""
        return Designs(_participant_rows(self.rows, self.column, self.within_leg), self.comparison)

    def count_rows(self, row: EstimateRow, rows: pd.DataFrame) -> EstimateRow:
        """The row with the counts of the rows behind it."""
        if self.kind == "hold":
            return row.counting(rows, self.comparison, n_censored(rows))
        return row.counting(rows, self.comparison, value=self.column)

    def check(self, use: Use, rows: pd.DataFrame) -> None:
        """Raise NotEstimableError with the reason where the rows are too few for a model."""
        if self.kind == "measured":
            check_participants(rows, self.comparison)
        elif use.is_of_times:
            check_holds(rows, self.comparison)
        else:
            check_groups(rows, self.comparison)


def further_models_part(asked: OutcomeRows) -> Part:
    """What the plan's further models of an outcome give, in the order of the catalogue.

    Ids: "<outcome>:<model>:adjusted" for models with `fitted_by`; those with `part_by` say theirs. Models
    of participant means come before those of all rows of a measured outcome.
    """
    names = asked.comparison.sensitivity(asked.measure.outcome, asked.kind)
    fitted = models_with("fitted_by", asked.kind)
    if asked.kind == "measured":
        fitted = dict(sorted(fitted.items(), key=lambda item: not item[1].on_means))
    parts = [_fit_model(asked, name, use) for name, use in fitted.items() if name in names]
    for name, use in models_with("part_by", asked.kind).items():
        if name in names:
            parts.append(read_address(use.part_by)(asked))
    return Part.joining(*parts)


def _participant_rows(rows: pd.DataFrame, column: str, within_leg: WithinLeg) -> pd.DataFrame:
    """One row per participant: the value of `participant_values` in `column`, and the covariates."""
    people = participant_values(rows, column, within_leg=within_leg)
    own = rows.drop_duplicates("participant_id").drop(columns=[column, "leg", "group"])
    joined = people.merge(own, on="participant_id", how="left", validate="1:1")
    return joined.rename(columns={"value": column})


def _fit_model(asked: OutcomeRows, name: str, use: Use) -> Part:
    measure, comparison = asked.measure, asked.comparison
    model = fitted_model(asked.kind, name)
    is_ratio = ANALYSIS_MODELS[name].is_ratio(asked.kind)
    of_means = use.on_means and asked.kind == "measured"
    designs = asked.designs_of_means if of_means else asked.designs
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{name}:adjusted",
        outcome=measure.outcome,
        contrast=comparison.ratio if is_ratio else comparison.difference,
        model=name,
        variant=use.variant,
        role="sensitivity",
        unit="ratio" if is_ratio else measure.unit,
    )
    row = asked.count_rows(row, designs.rows)
    checks: list[EstimateCheck] = []

    def compute(row: EstimateRow) -> EstimateRow:
        asked.check(use, designs.rows)
        covariates = comparison.covariates(measure.outcome)
        if use.on_means:
            covariates = tuple(one for one in covariates if one != OF_THE_LEG)
        design = designs.of(covariates)
        asked.check(use, design.rows)
        problem = Asked(design, asked.column, comparison.ci_level)
        found = model.fit(problem)
        checks.extend(
            diagnose(
                row.estimate_id,
                row.outcome,
                name,
                found.fit,
                design,
                comparison,
                column=asked.column,
            )
        )
        row = replace(row, formula=f"{use.left or asked.column} ~ {design.formula}")
        row = asked.count_rows(row, design.rows).with_inference(found.inference, is_log=is_ratio)
        sets = design.clusters
        row = row.noting(
            *design.notes,
            *found.notes,
            sets.noted if use.knows_sets else (_SETS_UNKNOWN if sets.is_matched else ""),
            caution=design.caution or found.caution,
        )
        second = model.second
        is_planned = comparison.plan.model_of(measure.outcome) == name
        if second is None or (use.is_second_slow and not is_planned):
            return row
        return with_second_opinion(row, lambda: second(problem, found.inference.estimate))

    row = compute_or_say_why(row, compute)
    run = ModelRun(ANALYSIS_MODELS[name].method(asked.kind), measure.printed)
    return Part.of_run((row,), run, checks)
