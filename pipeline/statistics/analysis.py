"""The analysis of one cohort: which outcomes there are, what is run on each, and all its numbers.

Walk it from `analyse`: characteristics, hold times, measured outcomes, correlations, ratings, then
the adjustment of P values. Each step is a `Part`; what a part computes is in the module of its name.
"""

from dataclasses import dataclass, replace

import pandas as pd

from pipeline.statistics.analysis_set import AnalysisSets, activation_is_measured, strength_scale
from pipeline.statistics.characteristics import characteristics
from pipeline.statistics.diagnostics.tables import (
    diagnostics_frame,
    points_frame,
    with_sentences,
)
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimates_frame
from pipeline.statistics.estimates.multiplicity import (
    adjust_within_families,
    adjustment_in_words,
    families_in_words,
)
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import WithinLeg, participant_values
from pipeline.statistics.estimates.trial_rules import chosen_trials
from pipeline.statistics.methods_text import method_sentences
from pipeline.statistics.models.survival.kaplan_meier import CURVE_COLUMNS
from pipeline.statistics.outcomes.correlations import MeasuredValues, correlations
from pipeline.statistics.outcomes.hold_time import BOUNDS_ONLY, curve_of, hold_time_part
from pipeline.statistics.outcomes.interactions import (
    CONDITION,
    TaskHolds,
    condition_part,
    tasks_part,
)
from pipeline.statistics.outcomes.measured_outcome import measured_part, summaries_part
from pipeline.statistics.outcomes.onset_by_method import onset_by_method_part
from pipeline.statistics.outcomes.outcome_names import (
    Measure,
    activation_measure,
    hold_measure,
    strength_measure,
)
from pipeline.statistics.outcomes.ratings import ratings_part
from pipeline.statistics.outcomes.training import training_part
from pipeline.statistics.outcomes.without_warned import without_warned_part
from pipeline.statistics.planned_model import with_planned_model
from pipeline.statistics.tasks_and_visits import by_task, goals_of_tasks, visits_compared
from schemas.methods import MethodSentence
from schemas.models import ANALYSIS_MODELS
from schemas.plan import Plan, TrialRule, contrast_of
from schemas.study import Study
from schemas.terms import DEFAULT_CONDITION

COMPARED_ACTIVATION = ("gmed_pct_mvic", "onset_ms")
DESCRIBED_ACTIVATION = ("gmed_rms_uv", "mvic_rms_uv")
"""Always published beside the percentage: an MVIC that pain inhibits raises %MVIC."""

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


@dataclass(frozen=True)
class _Outcome:
    """Rows of one outcome and the column that holds its values.

    kind: hold (censored regression), compared (mixed model) or described (group summaries).
    trials: which trials of a leg are in `rows`, or with "best" of a measured outcome are to be
    analysed.
    """

    measure: Measure
    kind: str
    rows: pd.DataFrame
    column: str
    trials: TrialRule = "all"

    @property
    def within_leg(self) -> WithinLeg:
        """What stands for a leg in values of participants."""
        return "max" if self.trials == "best" and self.kind != "hold" else "mean"

    def under(self, plan: Plan) -> "_Outcome":
        """The outcome with the trials that the plan's rule leaves."""
        if self.kind == "described":
            return self
        rule = plan.trials_of(self.measure.outcome)
        if rule == "all" or (rule == "best" and self.kind != "hold"):
            return replace(self, trials=rule)
        return replace(self, trials=rule, rows=chosen_trials(self.rows, rule))


def analyse(cohort: str, sets: AnalysisSets, study: Study, plan: Plan) -> AnalysisResult:
    """Every estimate of a cohort, its survival curves and its methods text.

    Outcomes are those that the tables hold, plus those that the plan names and the tables do not
    hold, which get one row that says so. A number that the data cannot give is a row with status
    not_estimable and the reason; no data set that passes the schemas makes this raise.
    """
    comparison = Comparison.of(study, plan)
    outcomes = [outcome.under(plan) for outcome in _outcomes(sets, study)]
    parts = [characteristics(sets.participants, comparison)]
    shortest = study.holds.shortest_timed_hold_s
    parts += [_outcome_part(outcome, comparison, shortest) for outcome in outcomes]
    parts += [
        onset_by_method_part(
            outcome.rows, sets.onset_by_detector, sets.liftoff_by_rule, outcome.measure, comparison
        )
        for outcome in outcomes
        if outcome.column == "onset_ms"
    ]
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
    rows = with_sentences(whole.rows, whole.checks)
    estimates = estimates_frame(rows, cohort)
    estimates["p_adjusted"] = adjust_within_families(
        estimates,
        {family: plan.method_of(family) for family in estimates["family"].dropna().unique()},
    )
    steps = method_sentences(
        whole.runs,
        case=comparison.case,
        ci_level=plan.ci_level,
        families=families_in_words(plan, estimates),
        second_routes=tuple(
            dict.fromkeys(row.second_route for row in whole.rows if row.second_route)
        ),
        adjustment=adjustment_in_words(plan),
    )
    return AnalysisResult(
        estimates,
        curves,
        steps,
        diagnostics_frame(whole.checks, rows, cohort),
        points_frame(whole.checks),
    )


def _outcomes(sets: AnalysisSets, study: Study) -> list[_Outcome]:
    """The outcomes that the tables hold: hold times, activation, strength."""
    found = []
    if sets.hold_times is not None:
        for (task, condition), rows in by_task(sets.hold_times, "condition"):
            found.append(_Outcome(hold_measure(task, condition, study), "hold", rows, "capped_s"))
    if sets.activation is not None:
        for (task,), rows in by_task(sets.activation):
            for column in (*COMPARED_ACTIVATION, *DESCRIBED_ACTIVATION):
                if activation_is_measured(rows, column):
                    kind = "compared" if column in COMPARED_ACTIVATION else "described"
                    measure = activation_measure(column, task, study)
                    found.append(_Outcome(measure, kind, rows, column))
    if sets.strength is not None:
        scale = strength_scale(sets.strength)
        if scale:
            measure = strength_measure(scale)
            found.append(_Outcome(measure, "compared", sets.strength, scale))
    return found


def _outcome_part(outcome: _Outcome, comparison: Comparison, shortest_timed_hold_s: float) -> Part:
    rows, measure = outcome.rows, outcome.measure
    if outcome.kind == "described":
        return summaries_part(rows, outcome.column, measure, comparison)
    if outcome.kind == "hold":
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
    elif outcome.column in COMPARED_ACTIVATION:
        part = Part.joining(part, without_warned_part(rows, outcome.column, measure, comparison))
    return part


def _conditions_compared(outcomes: list[_Outcome], comparison: Comparison) -> Part:
    """Group by condition for each task held with eyes open and closed, where the plan asks for it."""
    holds = {outcome.measure.outcome: outcome for outcome in outcomes if outcome.kind == "hold"}
    parts = []
    for name, closed in holds.items():
        eyes_open = holds.get(name.replace("eyes_closed", "eyes_open"))
        asked = CONDITION in comparison.sensitivity(name, "hold")
        if asked and eyes_open is not None and eyes_open is not closed:
            parts.append(condition_part(eyes_open.rows, closed.rows, closed.measure, comparison))
    return Part.joining(*parts)


def _tasks_compared(outcomes: list[_Outcome], study: Study, comparison: Comparison) -> Part:
    """Group by balance task, of the holds with eyes open, the single-leg stance first."""
    known = study.balance_tasks()
    tasks = [
        TaskHolds(known[term].label.lower(), one.measure, one.rows)
        for one in outcomes
        if one.kind == "hold"
        and len(one.rows)
        and one.rows["condition"].iloc[0] == DEFAULT_CONDITION
        if (term := str(one.rows["task"].iloc[0])) in known
    ]
    return tasks_part(tasks, comparison) if len(tasks) > 1 else Part(())


def _planned_without_rows(outcomes: list[_Outcome], comparison: Comparison) -> Part:
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


def _correlations(outcomes: list[_Outcome], sets: AnalysisSets, comparison: Comparison) -> Part:
    measured = [
        MeasuredValues(
            outcome=outcome.measure.outcome,
            printed=outcome.measure.printed,
            people=participant_values(outcome.rows, outcome.column, within_leg=outcome.within_leg),
            **_against_correlation(outcome, comparison),
        )
        for outcome in outcomes
        if outcome.kind != "described"
    ]
    return correlations(measured, sets.participants, comparison)


def _against_correlation(outcome: _Outcome, comparison: Comparison) -> dict[str, str]:
    """Why hold times cannot be correlated as they are: bounds, several ceilings, ceiling reached."""
    if outcome.kind != "hold":
        return {}
    cases = outcome.rows.loc[outcome.rows["group"] == comparison.case]
    if cases["capped_s"].isna().any():
        return {"no_correlation": f"{BOUNDS_ONLY}, so that no correlation is given."}
    at_ceiling = int((cases["censoring"] == "ceiling").sum())
    if at_ceiling and cases["ceiling_s"].min() < cases["ceiling_s"].max():
        return {"no_correlation": "Trials with different ceilings cannot be averaged."}
    if at_ceiling:
        return {
            "no_pearson": f"Trials held to the ceiling: {at_ceiling} of {len(cases)}. A Pearson "
            "correlation of mean hold time would be distorted; see Spearman's."
        }
    return {}


def _curves(
    outcomes: list[_Outcome], comparison: Comparison
) -> tuple[pd.DataFrame, tuple[ModelRun, ...]]:
    """Kaplan-Meier steps per hold outcome and group, and why an outcome has none."""
    columns = ["outcome", "group", *CURVE_COLUMNS]
    frames = [pd.DataFrame({name: [] for name in columns}).astype({"outcome": str, "group": str})]
    runs = []
    for outcome in (item for item in outcomes if item.kind == "hold"):
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
