"""Whether the groups differ more in one condition or leg than in the other, and painful against other leg.

Each is one more term in the planned model of the outcome: log-normal censored regression of holds,
mixed model of what is measured on a scale.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.design import GROUP_TERM, build_design
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.estimate_rows import EstimateRow, estimated
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.outcomes.hold_model import check_groups, check_holds
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.p_values import Inference, infer
from pipeline.statistics.part import ModelRun, Part

CONDITION, LEG, PAINFUL = "interaction_condition", "interaction_leg", "painful_leg"
VISIT, CHANGE = "interaction_visit", "change_over_visits"
LEG_MODELS: Final = (LEG, PAINFUL)
_CLOSED: Final = "closed"
_LATER: Final = "later_visit"
FEWEST_TO_COMPARE = 2
"""Participants with pain on one side; one alone has no spread between participants."""


@dataclass(frozen=True)
class TermProblem:
    """Rows and terms of one model, and the term that is asked for."""

    rows: pd.DataFrame
    exog: pd.DataFrame
    term: str
    notes: tuple[str, ...] = ()
    caution: bool = False

    @property
    def right_side(self) -> str:
        """Right side of the formula."""
        return " + ".join(str(name) for name in self.exog.columns if name != "const")


def condition_part(
    eyes_open: pd.DataFrame, eyes_closed: pd.DataFrame, measure: Measure, comparison: Comparison
) -> Part:
    """Ratio of the time ratios, eyes closed to eyes open; id "<outcome>:interaction_condition".

    The two frames are trials of one task (`AnalysisSets.hold_times`); measure: of eyes closed.
    """
    rows = pd.concat(
        [eyes_open.assign(**{_CLOSED: 0.0}), eyes_closed.assign(**{_CLOSED: 1.0})],
        ignore_index=True,
    )

    def problem() -> TermProblem:
        for part in (eyes_open, eyes_closed):
            check_holds(part, comparison)
        return _by_group(rows, _CLOSED, measure, comparison)

    contrast = f"{comparison.ratio}: eyes closed / eyes open"
    return hold_term_part(rows, measure, comparison, CONDITION, contrast, problem)


def visit_part(
    first: pd.DataFrame, later: pd.DataFrame, measure: Measure, comparison: Comparison
) -> Part:
    """How hold time changed from one visit to another, in each group and between the groups.

    The two frames are trials of one task and condition, each of one visit (`AnalysisSets.hold_visits`).
    Ids "<outcome>:interaction_visit:<later>" (ratio of the time ratios, later to first visit) and
    "<outcome>:change_over_visits:<later>:case" and ":reference" (ratio of later to first visit within a
    group). People with one of the visits only count too: the model takes them as missing at random.
    """
    before, after = (str(part["visit"].iloc[0]) for part in (first, later))
    rows = pd.concat(
        [first.assign(**{_LATER: 0.0}), later.assign(**{_LATER: 1.0})], ignore_index=True
    )

    def between() -> TermProblem:
        for part in (first, later):
            check_holds(part, comparison)
        return _by_group(rows, _LATER, measure, comparison)

    contrast = f"{comparison.ratio}: {after} / {before}"
    parts = [hold_term_part(rows, measure, comparison, VISIT, contrast, between, after)]
    for side, label in comparison.sides:
        own = rows.loc[rows["group"] == label].reset_index(drop=True)
        within = partial(_within_group, own, label)
        contrast = f"{after} / {before}, within {label}"
        of = f"{after}:{side}"
        parts.append(hold_term_part(own, measure, comparison, CHANGE, contrast, within, of))
    return Part.joining(*parts)


def _within_group(own: pd.DataFrame, label: str) -> TermProblem:
    """One group: later against first visit, in people with at least one of them."""
    if own["participant_id"].nunique() < FEWEST_TO_COMPARE:
        raise NotEstimableError(f"Fewer than two participants of the {label} group have holds.")
    both = own.groupby("participant_id")[_LATER].nunique()
    if int((both > 1).sum()) < FEWEST_TO_COMPARE:
        raise NotEstimableError(
            f"Fewer than two participants of the {label} group came to both visits."
        )
    if own.groupby(_LATER)["censoring"].apply(lambda kinds: (kinds == "exact").sum()).min() == 0:
        raise NotEstimableError(
            f"In the {label} group, no hold of one of the visits was timed to its end."
        )
    exog = pd.DataFrame({"const": 1.0, _LATER: own[_LATER]}, index=own.index)
    return TermProblem(own, exog, _LATER)


def hold_leg_part(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, models: tuple[str, ...]
) -> Part:
    """Ratios of holds between legs for the models of LEG_MODELS that are named.

    Ids "<outcome>:interaction_leg" (ratio of the time ratios, dominant to other leg) and
    "<outcome>:painful_leg" (painful to other leg, within the cases with pain on one side).
    """

    def by_leg() -> TermProblem:
        check_holds(rows, comparison)
        return _by_group(rows, "dom", measure, comparison)

    parts = []
    if LEG in models:
        contrast = f"{comparison.ratio}: dominant / other leg"
        parts.append(hold_term_part(rows, measure, comparison, LEG, contrast, by_leg))
    if PAINFUL in models and _has_sides(rows):
        contrast = f"painful / other leg, within {comparison.case}"
        parts.append(
            hold_term_part(
                rows, measure, comparison, PAINFUL, contrast, lambda: _painful(rows, comparison)
            )
        )
    return Part.joining(*parts)


def measured_leg_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    models: tuple[str, ...],
) -> Part:
    """As `hold_leg_part`, differences instead of ratios; rows: those with a value in `column`."""

    def by_leg() -> TermProblem:
        check_groups(rows, comparison)
        return _by_group(rows, "dom", measure, comparison)

    parts = []
    if LEG in models:
        contrast = f"{comparison.difference}: dominant - other leg"
        parts.append(_measured_part(rows, column, measure, comparison, LEG, contrast, by_leg))
    if PAINFUL in models and _has_sides(rows):
        contrast = f"painful - other leg, within {comparison.case}"
        parts.append(
            _measured_part(
                rows,
                column,
                measure,
                comparison,
                PAINFUL,
                contrast,
                lambda: _painful(rows, comparison),
            )
        )
    return Part.joining(*parts)


def _has_sides(rows: pd.DataFrame) -> bool:
    """Whether the cohort records the side of the pain at all."""
    return "painful_side" in rows and bool(rows["painful_side"].notna().any())


def _by_group(
    rows: pd.DataFrame, moderator: str, measure: Measure, comparison: Comparison
) -> TermProblem:
    """The planned model with group * moderator (0 or 1)."""
    planned = comparison.covariates(measure.outcome)
    names = (*(name for name in planned if name != moderator), moderator)
    design = build_design(rows, names, comparison)
    if moderator not in design.names:
        raise NotEstimableError(
            "Within the groups there are no two legs, conditions or visits that could be told apart."
        )
    check_groups(design.rows, comparison)
    term = f"{GROUP_TERM}:{moderator}"
    exog = design.exog.assign(**{term: design.exog[GROUP_TERM] * design.exog[moderator]})
    if dependent_term(exog) is not None:
        raise NotEstimableError(
            "One of the groups has no trial in one of the two legs, conditions or visits."
        )
    return TermProblem(design.rows, exog, term, design.notes, design.caution)


def _painful(rows: pd.DataFrame, comparison: Comparison) -> TermProblem:
    """Cases with pain on one side: the painful leg against the other, beside the dominant one."""
    is_case = rows["group"].eq(comparison.case) & rows["painful_side"].isin(["left", "right"])
    own = rows.loc[is_case].reset_index(drop=True)
    if own["participant_id"].nunique() < FEWEST_TO_COMPARE:
        raise NotEstimableError(
            f"Fewer than two participants of the {comparison.case} group have pain on one side only."
        )
    exog = pd.DataFrame(
        {"const": 1.0, PAINFUL: own["leg"].eq(own["painful_side"]).astype(float)}, index=own.index
    )
    if dependent_term(exog) is not None:
        raise NotEstimableError("Only one of the painful and the other leg has a trial.")
    if own["dom"].notna().all():
        both = exog.assign(dom=own["dom"].astype(float))
        exog = exog if dependent_term(both) is not None else both
    return TermProblem(own, exog, PAINFUL)


def _row(measure: Measure, name: str, contrast: str, unit: str) -> EstimateRow:
    return EstimateRow(
        estimate_id=f"{measure.outcome}:{name}",
        outcome=measure.outcome,
        contrast=contrast,
        model=name,
        role="sensitivity",
        unit=unit,
    )


def hold_term_part(
    rows: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
    name: str,
    contrast: str,
    problem: Callable[[], TermProblem],
    of: str = "",
) -> Part:
    """One term of a log-normal regression of holds as a ratio; id "<outcome>:<name>", with ":<of>" if given.

    problem: makes the regression, or raises NotEstimableError with the reason.
    """

    def compute(row: EstimateRow) -> EstimateRow:
        made = problem()
        row = row.counting(made.rows, comparison, _censored(made.rows))
        row = row.with_inference(_of_holds(made, comparison.ci_level), is_log=True)
        row = replace(row, formula=f"log(hold_time_s) ~ {made.right_side}")
        return row.noting(*made.notes, caution=made.caution)

    row = _row(measure, name, contrast, "ratio").counting(rows, comparison, _censored(rows))
    row = replace(row, estimate_id=f"{row.estimate_id}:{of}") if of else row
    return _as_part(estimated(row, compute), name, measure)


def _of_holds(problem: TermProblem, ci_level: float) -> Inference:
    people = problem.rows["participant_id"]
    exog = problem.exog.to_numpy(dtype=float)
    model = CensoredNormal(problem.rows["log_low"], problem.rows["log_high"], exog)
    fit = model.fit_clustered(people)
    at = list(problem.exog.columns).index(problem.term)
    return infer(
        float(fit.params[at]),
        float(fit.bse[at]),
        df=float(people.nunique() - 1),
        ci_level=ci_level,
    )


def _censored(rows: pd.DataFrame) -> int:
    return int((rows["censoring"] != "exact").sum())


def _measured_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    name: str,
    contrast: str,
    problem: Callable[[], TermProblem],
) -> Part:
    def compute(row: EstimateRow) -> EstimateRow:
        made = problem()
        people = made.rows["participant_id"]
        fit = fit_guarded(made.rows[column], made.exog, people, people + " " + made.rows["leg"])
        if made.term not in fit.coefficients.index or not fit.factors:
            raise NotEstimableError(
                "The mixed model did not pass its check or the rows are too few for it, and means "
                "of participants cannot tell legs apart."
            )
        found = fit.coefficients.loc[made.term, ["estimate", "se", "df"]].to_numpy(float)
        estimate, se, df = (float(value) for value in found)
        row = row.counting(made.rows, comparison, value=column)
        row = row.with_inference(infer(estimate, se, df=df, ci_level=comparison.ci_level))
        intercepts = {"participant": "(1 | participant)", "leg": "(1 | participant:leg)"}
        terms = " + ".join((made.right_side, *(intercepts[factor] for factor in fit.factors)))
        row = replace(row, formula=f"{column} ~ {terms}", on_boundary=bool(fit.on_boundary))
        return row.noting(*made.notes, caution=made.caution)

    row = _row(measure, name, contrast, measure.unit).counting(rows, comparison, value=column)
    return _as_part(estimated(row, compute), name, measure)


def _as_part(row: EstimateRow, name: str, measure: Measure) -> Part:
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun(name, measure.printed),) if ran else ())
