"""Which of an outcome's models gets the role and the family that the plan gives to the outcome.

Every outcome is analysed by its usual model and by further ones; here, and only here, the row that
the plan names becomes the planned comparison.
"""

from dataclasses import replace
from typing import Final

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.outcomes.equivalence import equivalence_part
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.models import ANALYSIS_MODELS, stands_in
from schemas.plan import Plan, contrast_of

PLANNED_ROLES: Final = ("primary", "secondary", "exploratory")
_PREFERRED: Final = ("adjusted", "unadjusted", "")
"""Variants of a model that may answer for an outcome, the best first."""


def with_planned_model(part: Part, measure: Measure, comparison: Comparison) -> Part:
    """The part with the role on the model that the plan names, and its test of equivalence.

    The usual model becomes a sensitivity analysis in no family. A model that was not run on the
    outcome gets a row that says why: nothing else is called primary in its place, and no row without
    the plan's covariates stands for one with them.
    """
    outcome = measure.outcome
    planned = comparison.plan.outcomes.get(outcome)
    main = _planned_row(part, outcome)
    if planned is None or main is None:
        return part
    if names_model(comparison.plan, outcome, main.model):
        return Part.joining(part, equivalence_part(main, measure, comparison))
    wanted = comparison.plan.model_of(outcome)
    found = _row_of(part, outcome, wanted)
    chosen = replace(
        _not_run(main, wanted, comparison) if found is None else found,
        role=planned.role,
        family=planned.family,
    )
    usual = replace(main, role="sensitivity", family="")
    rows = []
    for row in part.rows:
        if row is main:
            rows += [chosen, usual]
        elif row is not found:
            rows.append(row)
    runs = [_say_place(run, main, chosen, planned.role) for run in part.runs]
    return Part.joining(
        Part(tuple(rows), tuple(runs), part.checks), equivalence_part(chosen, measure, comparison)
    )


def names_model(plan: Plan, outcome: str, model: str) -> bool:
    """Whether a model answers for an outcome under a plan: the named one, or one that stands in."""
    wanted = plan.model_of(outcome)
    return model in (wanted, *stands_in(wanted))


def _planned_row(part: Part, outcome: str) -> EstimateRow | None:
    rows = [row for row in part.rows if row.outcome == outcome and row.role in PLANNED_ROLES]
    return rows[0] if rows else None


def _row_of(part: Part, outcome: str, model: str) -> EstimateRow | None:
    """The comparison by a model: with the plan's covariates, or by one that takes none."""
    rows = [
        row
        for row in part.rows
        if (row.outcome, row.model, row.role) == (outcome, model, "sensitivity")
        and row.variant in _PREFERRED
        and not row.estimate_id.endswith(":unadjusted")
    ]
    return min(rows, key=lambda row: _PREFERRED.index(row.variant), default=None)


def _not_run(main: EstimateRow, wanted: str, comparison: Comparison) -> EstimateRow:
    is_known = wanted in ANALYSIS_MODELS
    is_ratio = is_known and contrast_of(wanted) == "case / reference"
    row = EstimateRow(
        estimate_id=f"{main.outcome}:{wanted}:planned",
        outcome=main.outcome,
        contrast=comparison.ratio if is_ratio else comparison.difference,
        model=wanted,
        role=main.role,
        unit="ratio" if is_ratio else "",
        variant="adjusted",
    )
    if main.status == "not_estimable":
        return row.not_estimable(main.note)
    label = ANALYSIS_MODELS[wanted].label if is_known else wanted
    return row.not_estimable(f"The plan names a model that was not run on this outcome: {label}.")


def _say_place(run: ModelRun, usual: EstimateRow, chosen: EstimateRow, role: str) -> ModelRun:
    """The run with what the methods text has to say about its place in the plan."""
    if run.method == chosen.model:
        return replace(run, role=role)
    if run.method == usual.model:
        return replace(run, role="sensitivity")
    return run
