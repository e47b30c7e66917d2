"""An outcome measured on a scale (activation, onset, strength): difference between the groups."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.diagnostics.checks import diagnose
from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, NONE_PLANNED, Design, build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import (
    FEWEST_TO_COMPARE,
    WithinLeg,
    by_group,
    check_participants,
    participant_values,
)
from pipeline.statistics.models.mixed.guarded_fit import BOUNDARY_SHARE, GuardedFit, fit_guarded
from pipeline.statistics.models.two_groups.effect_size import hedges_g, welch
from pipeline.statistics.outcomes.further_models import OutcomeRows, further_models_part
from pipeline.statistics.outcomes.group_summaries import number_summaries
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.second_routes.routes import second_difference, second_welch
from pipeline.statistics.second_routes.second_opinion import with_second_opinion
from schemas.models import plannable_models, stands_in


def best_per_leg(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """The trial with the highest value of each leg; one row per participant and leg."""
    best = rows.groupby(["participant_id", "leg"], sort=True)[column].idxmax()
    return rows.loc[best].reset_index(drop=True)


def measured_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    *,
    within_leg: WithinLeg = "mean",
) -> Part:
    """Everything about one outcome measured on a scale, in its unit.

    rows: trials (of strength: of a leg) with participant_id, group, leg and covariates; those without a
    value in `column` are skipped. within_leg: "mean" analyses all trials (participant and leg
    intercepts); "max" the best trial of each leg (participant intercept). A number that the rows cannot
    carry is a row with the reason. In order, with the ids after the name of the outcome:

    1. Summaries by group of the participants' values (`number_summaries`): mean with its interval, SD,
       median and quartiles.
    2. The usual model, a mixed model with the plan's covariates that is published only where two
       computations agree, else a simpler one that stands in for it: ":difference:adjusted" with its second
       opinion and diagnostics; where its standard error is CR2 the same estimate with Kenward and Roger's,
       ":difference:kenward_roger"; and the spreads ":sd_between:set", ":sd_between:participant",
       ":sd_between:leg" and ":sd_between:residual", as the model has them.
    3. The same without covariates: ":difference:unadjusted".
    4. One value per participant: ":difference:welch" and ":hedges_g".
    5. The further models that the plan names, in the order of the catalogue: ":<model>:adjusted" and what
       `further_models_part` lists.

    Which of these rows has the role of the plan is decided afterwards (`planned_model`).
    """
    with_value = rows.loc[rows[column].notna()].reset_index(drop=True)
    analysed = best_per_leg(with_value, column) if within_leg == "max" else with_value
    return Part.joining(
        summaries_part(rows, column, measure, comparison, within_leg=within_leg),
        _compare_adjusted(analysed, column, measure, comparison),
        _compare_unadjusted(analysed, column, measure, comparison),
        _on_participant_values(with_value, column, measure, comparison, within_leg),
        further_models_part(OutcomeRows(analysed, column, measure, comparison, within_leg)),
    )


def summaries_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    *,
    within_leg: WithinLeg = "mean",
) -> Part:
    """Mean, SD, median and quartiles per group of the participants' values."""
    people = participant_values(rows, column, within_leg=within_leg)
    case, reference = by_group(people, comparison)
    summaries = number_summaries(
        measure.outcome, measure.unit, case, reference, comparison, interval_of_mean=True
    )
    return Part(tuple(summaries))


def _row(measure: Measure, comparison: Comparison, how: str, role: str) -> EstimateRow:
    """A row before it is fitted: of the mixed model that the plan names, or of the usual one.

    A row that cannot be filled keeps it, so that the planned comparison says itself why it is missing.
    """
    wanted = comparison.plan.model_of(measure.outcome)
    usual = plannable_models("measured")[0]
    return EstimateRow(
        estimate_id=f"{measure.outcome}:difference:{how}",
        outcome=measure.outcome,
        contrast=comparison.difference,
        model=wanted if wanted in (usual, *stands_in(usual)) else usual,
        variant=how,
        role=role,
        unit=measure.unit,
    )


def _fit(
    rows: pd.DataFrame,
    column: str,
    covariates: tuple[str, ...],
    comparison: Comparison,
    *,
    refit: bool = True,
) -> tuple[Design, GuardedFit]:
    """Design and guarded fit. refit: see `fit_guarded`. Raises NotEstimableError with the reason."""
    check_participants(rows, comparison)
    design = build_design(rows, covariates, comparison)
    used = design.rows
    if min(comparison.participants_in(used)) < FEWEST_TO_COMPARE:
        raise NotEstimableError("Too few participants have values of all covariates.")
    legs = used["participant_id"] + " " + used["leg"]
    fit = fit_guarded(
        used[column],
        design.exog,
        used["participant_id"],
        legs,
        sets=design.clusters.in_model,
        refit=refit,
    )
    if GROUP_TERM not in fit.coefficients.index:
        raise NotEstimableError("The covariates leave nothing to compare the groups with.")
    return design, fit


MODEL_IDS: Final[dict[tuple[str, ...], str]] = {
    ("set", "participant", "leg"): "mixed_nested",
    ("set", "participant"): "mixed_random_intercept",
    ("set",): "mixed_random_intercept",
    ("participant", "leg"): "mixed_nested",
    ("participant",): "mixed_random_intercept",
    (): "ancova_hc3",
}
"""Random intercepts of a guarded fit -> id of the model (schemas.models)."""


def model_id(fit: GuardedFit) -> str:
    """The id of the model that was used in the end."""
    return MODEL_IDS[fit.factors]


def _fill_row(
    row: EstimateRow, column: str, design: Design, fit: GuardedFit, comparison: Comparison
) -> EstimateRow:
    estimate, se, df = fit.coefficients.loc[GROUP_TERM, ["estimate", "se", "df"]].to_numpy(float)
    inference = infer(float(estimate), float(se), df=float(df), ci_level=comparison.ci_level)
    row = row.counting(design.rows, comparison, value=column).with_inference(inference)
    row = replace(
        row,
        model=model_id(fit),
        formula=fit.formula(column, design.formula),
        on_boundary=any(
            fit.variances[name] <= BOUNDARY_SHARE * fit.variances["residual"]
            for name in fit.factors
        ),
    )
    row = row.noting(
        *design.notes,
        sets_noted(design.clusters, fit),
        fit.caution,
        caution=design.caution or bool(fit.caution),
    )
    return with_second_opinion(row, lambda: second_difference(column, design, fit))


def sets_noted(clusters: Clusters, fit: GuardedFit) -> str:
    """The matched sets of a fit in a sentence, or ""."""
    if clusters.is_matched and "set" not in fit.factors:
        return "Participants of one matched set are taken as independent here."
    return clusters.noted


def _kenward_roger_row(
    row: EstimateRow, column: str, design: Design, fit: GuardedFit, comparison: Comparison
) -> tuple[EstimateRow, ...]:
    """The same estimate with Kenward and Roger's standard error, where the row has another."""
    if fit.errors != "cr2" or fit.kenward_roger is None:
        return ()
    beside = replace(
        row,
        estimate_id=f"{row.outcome}:difference:kenward_roger",
        variant="adjusted, Kenward-Roger",
        role="sensitivity",
        family="",
    )
    by_model = replace(fit, coefficients=fit.kenward_roger, errors="kenward_roger")
    return (_fill_row(beside, column, design, by_model, comparison),)


def repeated_difference(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    *,
    name: str,
    variant: str,
    when_empty: str,
    note: str = "",
) -> EstimateRow:
    """The planned comparison once more, on other rows or other values of an outcome.

    rows: trials with a value in `column`, in the unit of the outcome. Id
    "<outcome>:difference:<name>", role sensitivity, in no family; not estimable without rows, with the
    sentence `when_empty`. MixedLM confirms the planned comparison itself; these are confirmed by the
    likelihood from sums.
    """
    row = replace(_row(measure, comparison, name, "sensitivity"), variant=variant)

    def compute(row: EstimateRow) -> EstimateRow:
        if rows.empty:
            raise NotEstimableError(when_empty)
        covariates = comparison.covariates(row.outcome)
        fitted = _fit(rows, column, covariates, comparison, refit=False)
        filled = _fill_row(row, column, *fitted, comparison)
        return filled.noting("" if covariates else NONE_PLANNED, note)

    return compute_or_say_why(row.counting(rows, comparison), compute)


def _compare_adjusted(
    rows: pd.DataFrame, column: str, measure: Measure, comparison: Comparison
) -> Part:
    plan = comparison.planned(measure.outcome)
    row = replace(_row(measure, comparison, "adjusted", plan.role), family=plan.family)
    row = row.counting(rows, comparison)
    covariates = comparison.covariates(measure.outcome)
    try:
        design, fit = _fit(rows, column, covariates, comparison)
    except NotEstimableError as reason:
        return Part((row.not_estimable(str(reason)),))
    beside = tuple(
        other.noting("" if covariates else NONE_PLANNED)
        for other in _kenward_roger_row(row, column, design, fit, comparison)
    )
    row = _fill_row(row, column, design, fit, comparison).noting("" if covariates else NONE_PLANNED)
    method = row.model if fit.factors else "participant_means"
    run = ModelRun(
        method, measure.printed, design.used, detail=_how_fitted(fit), caution=fit.caution
    )
    checks = diagnose(
        row.estimate_id, row.outcome, row.model, fit, design, comparison, column=column
    )
    return Part((row, *beside, *_give_spreads(row, measure, fit)), (run,), checks)


_INTERCEPTS: Final[dict[tuple[str, ...], str]] = {
    ("set", "participant", "leg"): (
        "matched sets, for participants within sets and for legs within participants"
    ),
    ("set", "participant"): "matched sets and for participants within sets",
    ("set",): "matched sets",
    ("participant", "leg"): "participants and for legs within participants",
    ("participant",): "participants",
}
"""Random intercepts in words."""


def _how_fitted(fit: GuardedFit) -> str:
    """What the methods sentence of a mixed model says of its intercepts and standard errors, or ""."""
    if not fit.factors:
        return ""
    if fit.errors == "cr2":
        unit = "matched set" if fit.factors[0] == "set" else "participant"
        others = " (whoever is in no complete set counts alone)" if unit == "matched set" else ""
        errors = (
            f"bias-reduced standard errors clustered by {unit}{others} (CR2) and Satterthwaite's degrees of "
            "freedom (Bell and McCaffrey 2002); Kenward-Roger's stand beside them as a sensitivity analysis "
            "(Kenward and Roger 1997)"
        )
    else:
        errors = (
            "Kenward-Roger standard errors and degrees of freedom (Kenward and Roger 1997), the latter at "
            "most the number of participants minus that of between-participant coefficients"
        )
    return f"{_INTERCEPTS[fit.factors]}, and with {errors}"


def _give_spreads(row: EstimateRow, measure: Measure, fit: GuardedFit) -> list[EstimateRow]:
    """Standard deviations between participants, between legs, and of the residual."""
    return [
        EstimateRow(
            estimate_id=f"{measure.outcome}:sd_between:{source}",
            outcome=measure.outcome,
            contrast=f"between {source}s" if source != "residual" else "residual",
            model=row.model,
            role="descriptive",
            unit=measure.unit,
            estimate=float(np.sqrt(fit.variances[source])),
            n_case=row.n_case,
            n_reference=row.n_reference,
            n_rows=row.n_rows,
        )
        for source in (*fit.factors, "residual")
        if source in fit.variances
    ]


def _compare_unadjusted(
    rows: pd.DataFrame, column: str, measure: Measure, comparison: Comparison
) -> Part:
    row = _row(measure, comparison, "unadjusted", "sensitivity").counting(rows, comparison)

    def compute(row: EstimateRow) -> EstimateRow:
        return _fill_row(row, column, *_fit(rows, column, (), comparison, refit=False), comparison)

    return Part((compute_or_say_why(row, compute),))


def _on_participant_values(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    within_leg: WithinLeg,
) -> Part:
    """Welch's test and Hedges g, one value per participant."""
    people = participant_values(rows, column, within_leg=within_leg)
    case, reference = by_group(people, comparison)
    level = comparison.ci_level
    welch_row = replace(
        _row(measure, comparison, "welch", "sensitivity"), model="welch", variant="unadjusted"
    ).counting(people, comparison, value="value")
    g_row = replace(
        _row(measure, comparison, "g", "descriptive"),
        estimate_id=f"{measure.outcome}:hedges_g",
        model="hedges_g",
        variant="unadjusted",
        unit="SD",
    ).counting(people, comparison, value="value")

    def compute_g(row: EstimateRow) -> EstimateRow:
        size = hedges_g(case, reference, ci_level=level)
        return replace(
            row, estimate=size.g, ci_low=size.ci_low, ci_high=size.ci_high, ci_level=level
        )

    def compute_welch(row: EstimateRow) -> EstimateRow:
        row = row.with_inference(welch(case, reference, ci_level=level))
        return with_second_opinion(row, lambda: second_welch(case, reference))

    welch_row = compute_or_say_why(welch_row, compute_welch)
    g_row = compute_or_say_why(g_row, compute_g)
    return Part.joining(
        Part.of_run((welch_row,), ModelRun("welch", measure.printed)),
        Part.of_run((g_row,), ModelRun("hedges_g", measure.printed)),
    )
