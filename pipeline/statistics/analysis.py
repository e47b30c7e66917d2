"""The analysis of one cohort: what is run on each of its outcomes, and all its numbers.

Walk it from `analyse`, whose stages are numbered. Each stage gives a `Part`; what a part computes is in
the module of its name.
"""

from dataclasses import dataclass, replace

import pandas as pd

from pipeline.statistics.analysed_outcomes import AnalysedOutcome, outcomes_of
from pipeline.statistics.analysis_set import AnalysisSets
from pipeline.statistics.characteristics import characteristics
from pipeline.statistics.diagnostics.checks import (
    diagnostics_frame,
    points_frame,
    with_sentences,
)
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimates_frame
from pipeline.statistics.estimates.hold_rows import cap_at_smallest, say_capped
from pipeline.statistics.estimates.multiplicity import adjust_within_families
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import participant_values
from pipeline.statistics.methods_text import method_sentences
from pipeline.statistics.models.survival.curves import CURVE_COLUMNS
from pipeline.statistics.outcomes.correlations import MeasuredValues, correlations
from pipeline.statistics.outcomes.hold_time import BOUNDS_ONLY, curve_of, hold_time_part
from pipeline.statistics.outcomes.interactions import (
    CONDITION,
    TaskHolds,
    condition_part,
    tasks_part,
)
from pipeline.statistics.outcomes.measured_outcome import measured_part, summaries_part
from pipeline.statistics.outcomes.ratings import ratings_part
from pipeline.statistics.outcomes.repeated_comparisons import (
    onset_by_method_part,
    without_warned_part,
)
from pipeline.statistics.outcomes.training import training_part
from pipeline.statistics.outcomes.trials_not_done import trials_not_done_part
from pipeline.statistics.plan_sentences import covariate_sentences, plan_sentences
from pipeline.statistics.planned_model import with_planned_model
from pipeline.statistics.sites import site_sentences, with_site_notes
from pipeline.statistics.tasks_and_visits import goals_of_tasks, visits_compared
from schemas.methods import MethodSentence
from schemas.models import ANALYSIS_MODELS
from schemas.outcomes import ONSET
from schemas.plan import Plan, contrast_of
from schemas.study import Study
from schemas.terms import DEFAULT_CONDITION

NO_ROWS = "The cohort has no values of this outcome."


@dataclass(frozen=True)
class AnalysisResult:
    """All numbers of one cohort.

    estimates: schema Estimates. curves: outcome, group, time_s, survival, n_at_risk, n_censored
    (trials), one row per step of a Kaplan-Meier curve. steps: sentences of the methods section.
    diagnostics, diagnostic_points: schemas ModelDiagnostics and DiagnosticPoints.
    """

    estimates: pd.DataFrame
    curves: pd.DataFrame
    steps: tuple[MethodSentence, ...]
    diagnostics: pd.DataFrame
    diagnostic_points: pd.DataFrame


def analyse(cohort: str, sets: AnalysisSets, study: Study, plan: Plan) -> AnalysisResult:
    """Every number that the report of a cohort prints, and the sentences on how it was made.

    Takes:
      cohort: name, which stands in every row.
      sets: the analysis set (`analysis_set.build_analysis_sets`): trials that can be used, each with
        the columns of its participant; tables that the cohort does not have are None.
      study: the groups that are compared, the balance tasks and their goals, the shortest hold that
        the clock can time, the training programme.
      plan: the role, model, covariates and trials of each outcome; which P values are adjusted
        together and how. A study without one has `schemas.plan.DEFAULT_PLAN`.

    Gives an `AnalysisResult`: estimates (one row per number), survival curves, sentences of the
    methods section, and what speaks for or against each model.

    Stages, each of which adds rows to those of the stages before it:
      1. Outcomes (`analysed_outcomes.outcomes_of`). What the tables hold and the register of outcomes
         or the plan asks for. The plan's rule on trials (all, first, best of each leg) is applied here.
      2. Characteristics. Participants by group, with standardised differences and without tests.
      3. Each outcome (`_outcome_part`). Its description by group; its usual model and the further ones;
         the role goes to the model that the plan names (`planned_model`), the others become
         sensitivity analyses; values from signals once more without the trials that have a remark.
      4. Planned hold times with the trials that were not done. Onsets by other detectors and other rules for lift-off.
      5. Across outcomes: eyes open against closed, one balance task against another, the goals of the
         tasks, one visit against another, and what a training log says.
      6. Outcomes that the plan names and the cohort has no values of: one row each, with the reason.
      7. Correlations with pain and disability within the case group; agreement of observers' ratings.
      8. Survival curves of the hold times.
      9. Adjustment. Only now is it known which tests a family has. The verdicts on models become
         sentences beside their rows, P values are adjusted within families, methods are put in words.

    A number that the data cannot give is a row with status not_estimable and the reason; no data set
    that passes the schemas makes this raise. The same input gives the same rows in the same order.
    """
    comparison = Comparison.of(study, plan)
    outcomes = outcomes_of(sets, study, plan)
    parts = [characteristics(sets.participants, comparison)]
    shortest = study.holds.shortest_timed_hold_s
    parts += [_outcome_part(outcome, comparison, shortest) for outcome in outcomes]
    parts += [_trials_not_done(outcome, sets, comparison, shortest) for outcome in outcomes]
    parts += [_onsets_by_method(outcome, sets, comparison) for outcome in outcomes]
    parts.append(_conditions_compared(outcomes, comparison))
    parts.append(goals_of_tasks(sets, study, comparison))
    parts.append(_tasks_compared(outcomes, study, comparison))
    parts.append(visits_compared(sets, study, comparison))
    if sets.training is not None:
        parts.append(training_part(sets.training, sets.participants, comparison, study.training))
    parts.append(_planned_without_rows(outcomes, comparison))
    parts.append(_correlations(outcomes, sets, comparison))
    if sets.clinical_test is not None:
        parts.append(ratings_part(sets.clinical_test, comparison))
    curves, curve_runs = _curves(outcomes, comparison)
    whole = Part.joining(*parts, Part((), curve_runs))
    rows = with_site_notes(with_sentences(whole.rows, whole.checks), outcomes, comparison)
    estimates = estimates_frame(rows, cohort)
    estimates["p_adjusted"] = adjust_within_families(
        estimates,
        {family: plan.method_of(family) for family in estimates["family"].dropna().unique()},
    )
    steps = method_sentences(
        whole.runs,
        case=comparison.case,
        about=(
            *site_sentences(outcomes, comparison),
            *covariate_sentences(rows, outcomes, comparison),
            *plan_sentences(
                plan,
                estimates,
                tests_equivalence=any(run.method == "tost" for run in whole.runs),
            ),
        ),
        second_routes=tuple(
            dict.fromkeys(row.second_route for row in whole.rows if row.second_route)
        ),
    )
    return AnalysisResult(
        estimates,
        curves,
        steps,
        diagnostics_frame(whole.checks, rows, cohort),
        points_frame(whole.checks),
    )


def _outcome_part(
    outcome: AnalysedOutcome, comparison: Comparison, shortest_timed_hold_s: float
) -> Part:
    """Description, models and, of values from signals, the comparison without doubtful trials."""
    rows, measure = outcome.rows, outcome.measure
    if not outcome.is_compared:
        return summaries_part(rows, outcome.column, measure, comparison)
    if outcome.is_hold:
        part = hold_time_part(
            rows, measure, comparison, shortest_timed_hold_s=shortest_timed_hold_s
        )
    else:
        part = measured_part(
            rows, outcome.column, measure, comparison, within_leg=outcome.within_leg
        )
    part = with_planned_model(part, measure, comparison)
    if outcome.trials != "all":
        part = Part.joining(part, Part((), (ModelRun(f"{outcome.trials}_trial", measure.printed),)))
    elif "quality" in rows:
        part = Part.joining(part, without_warned_part(rows, outcome.column, measure, comparison))
    return _with_caution(part, outcome.entry.caution)


def _with_caution(part: Part, caution: str) -> Part:
    """The part whose comparisons say what the register has to say about them."""
    if not caution:
        return part
    rows = (
        row
        if row.role == "descriptive" or row.status == "not_estimable"
        else row.noting(caution, caution=True)
        for row in part.rows
    )
    return replace(part, rows=tuple(rows))


def _onsets_by_method(outcome: AnalysedOutcome, sets: AnalysisSets, comparison: Comparison) -> Part:
    """The comparison of onsets with other detectors and rules for lift-off; nothing of other outcomes."""
    if outcome.column != ONSET:
        return Part(())
    by_detector, by_rule = sets.onset_by_detector, sets.liftoff_by_rule
    return onset_by_method_part(outcome.rows, by_detector, by_rule, outcome.measure, comparison)


def _conditions_compared(outcomes: list[AnalysedOutcome], comparison: Comparison) -> Part:
    """Group by condition for each task held with eyes open and closed, where the plan asks for it."""
    holds = {outcome.measure.outcome: outcome for outcome in outcomes if outcome.is_hold}
    parts = []
    for name, closed in holds.items():
        eyes_open = holds.get(name.replace("eyes_closed", "eyes_open"))
        asked = CONDITION in comparison.sensitivity(name, "hold")
        if asked and eyes_open is not None and eyes_open is not closed:
            parts.append(condition_part(eyes_open.rows, closed.rows, closed.measure, comparison))
    return Part.joining(*parts)


def _tasks_compared(outcomes: list[AnalysedOutcome], study: Study, comparison: Comparison) -> Part:
    """Group by balance task, of the holds with eyes open, the single-leg stance first."""
    known = study.balance_tasks()
    tasks = [
        TaskHolds(known[term].label.lower(), one.measure, one.rows)
        for one in outcomes
        if one.is_hold and len(one.rows) and one.rows["condition"].iloc[0] == DEFAULT_CONDITION
        if (term := str(one.rows["task"].iloc[0])) in known
    ]
    return tasks_part(tasks, comparison) if len(tasks) > 1 else Part(())


def _planned_without_rows(outcomes: list[AnalysedOutcome], comparison: Comparison) -> Part:
    """One row per outcome that the plan names and the cohort does not have.

    In no family: what was never measured is not a test, and P values of the others are not made
    larger for it.
    """
    present = {outcome.measure.outcome for outcome in outcomes}
    rows = []
    for name, planned in comparison.plan.outcomes.items():
        if name in present:
            continue
        model = comparison.plan.model_of(name)
        is_ratio = model in ANALYSIS_MODELS and contrast_of(model) == "case / reference"
        row = EstimateRow(
            estimate_id=f"{name}:{'time_ratio' if is_ratio else 'difference'}:adjusted",
            outcome=name,
            contrast=comparison.ratio if is_ratio else comparison.difference,
            model=model,
            variant="adjusted",
            role=planned.role,
            unit="ratio" if is_ratio else "",
            n_case=0,
            n_reference=0,
            n_rows=0,
        )
        rows.append(row.not_estimable(NO_ROWS))
    return Part(tuple(rows))


def _correlations(
    outcomes: list[AnalysedOutcome], sets: AnalysisSets, comparison: Comparison
) -> Part:
    measured = [
        MeasuredValues(
            outcome=outcome.measure.outcome,
            printed=outcome.measure.printed,
            people=participant_values(
                _correlated_rows(outcome, comparison), outcome.column, within_leg=outcome.within_leg
            ),
            **_against_correlation(outcome, comparison),
        )
        for outcome in outcomes
        if outcome.is_compared
    ]
    return correlations(measured, sets.participants, comparison)


def _trials_not_done(
    outcome: AnalysedOutcome,
    sets: AnalysisSets,
    comparison: Comparison,
    shortest_timed_hold_s: float,
) -> Part:
    """A planned hold time with assumptions about the trials that were not done."""
    missed = sets.holds_not_done
    is_planned = outcome.measure.outcome in comparison.plan.outcomes
    if missed is None or missed.empty or outcome.rows.empty or not (outcome.is_hold and is_planned):
        return Part(())
    first = outcome.rows.iloc[0]
    same = missed["task"].eq(first["task"]) & missed["condition"].eq(first["condition"])
    return trials_not_done_part(
        outcome.rows,
        missed.loc[same],
        outcome.measure,
        comparison,
        shortest_timed_hold_s=shortest_timed_hold_s,
    )


def _correlated_rows(outcome: AnalysedOutcome, comparison: Comparison) -> pd.DataFrame:
    """Rows behind a correlation within the case group; holds up to the smallest ceiling of its trials."""
    cases = outcome.rows.loc[outcome.rows["group"] == comparison.case]
    if not outcome.is_hold or cases.empty or cases["capped_s"].isna().any():
        return cases
    return cap_at_smallest(cases)


def _against_correlation(outcome: AnalysedOutcome, comparison: Comparison) -> dict[str, str]:
    """Why hold times cannot be correlated as they are (bounds, ceiling reached), and how ceilings differ."""
    if not outcome.is_hold:
        return {}
    cases = outcome.rows.loc[outcome.rows["group"] == comparison.case]
    if cases["capped_s"].isna().any():
        return {"no_correlation": f"{BOUNDS_ONLY}, so that no correlation is given."}
    at_ceiling = int((cases["censoring"] == "ceiling").sum())
    if at_ceiling:
        return {
            "no_pearson": f"Trials held to the ceiling: {at_ceiling} of {len(cases)}. A Pearson "
            "correlation of mean hold time would be distorted; see Spearman's.",
            "note": say_capped(cases),
        }
    return {}


def _curves(
    outcomes: list[AnalysedOutcome], comparison: Comparison
) -> tuple[pd.DataFrame, tuple[ModelRun, ...]]:
    """Kaplan-Meier steps per hold outcome and group, and why an outcome has none."""
    columns = ["outcome", "group", *CURVE_COLUMNS]
    frames = [pd.DataFrame({name: [] for name in columns}).astype({"outcome": str, "group": str})]
    runs = []
    for outcome in (item for item in outcomes if item.is_hold):
        by_group = [(g, outcome.rows.loc[outcome.rows["group"] == g]) for _, g in comparison.sides]
        try:
            frames += [
                curve_of(part).assign(outcome=outcome.measure.outcome, group=group)
                for group, part in by_group
                if len(part)
            ]
        except NotEstimableError as reason:
            runs.append(ModelRun("curve_left_out", outcome.measure.printed, caution=str(reason)))
    drawn = frames[1:] or frames
    return pd.concat(drawn, ignore_index=True)[columns], tuple(runs)
