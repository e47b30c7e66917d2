"""One more term in the planned model of an outcome, and its number as an estimate.

The model is the log-normal censored regression of holds, or the mixed model of what is measured on a
scale.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.clusters import Clusters
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import ceilings_and_shortest_s, check_groups
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.mixed.guarded_fit import fit_guarded
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.outcomes.outcome_names import Measure


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


def group_by_moderator(
    rows: pd.DataFrame, moderator: str, measure: Measure, comparison: Comparison
) -> TermProblem:
    """The planned model with group * moderator.

    moderator: column of rows, 0 or 1. Raises NotEstimableError where a group has only one of the two.
    """
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
        row = row.counting(made.rows, comparison, n_censored(made.rows))
        row = row.with_inference(_of_holds(made, comparison.ci_level), is_log=True)
        row = replace(row, formula=f"log(hold_time_s) ~ {made.right_side}")
        return row.noting(*made.notes, caution=made.caution)

    row = _row(measure, name, contrast, "ratio").counting(rows, comparison, n_censored(rows))
    row = replace(row, estimate_id=f"{row.estimate_id}:{of}") if of else row
    return Part.of_run((compute_or_say_why(row, compute),), ModelRun(name, measure.printed))


def _of_holds(problem: TermProblem, ci_level: float) -> Inference:
    rows = problem.rows
    exog = problem.exog.to_numpy(dtype=float)
    model = CensoredNormal(rows["log_low"], rows["log_high"], exog)
    ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
    fit = model.fit_clustered(
        Clusters.of(rows, rows["group"]).codes,
        ceiling=np.log(ceiling_s),
        shortest=None if shortest_s is None else float(np.log(shortest_s)),
    )
    term = fit.terms[list(problem.exog.columns).index(problem.term)]
    found: Inference = fit.inference(term, ci_level=ci_level)
    return found


def measured_term_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    name: str,
    contrast: str,
    problem: Callable[[], TermProblem],
) -> Part:
    """One term of the mixed model of a measured outcome, in its unit; id "<outcome>:<name>".

    rows: those with a value in `column`. problem: as for `hold_term_part`.
    """

    def compute(row: EstimateRow) -> EstimateRow:
        made = problem()
        people = made.rows["participant_id"]
        clusters = Clusters.of(made.rows, made.rows["group"])
        legs = people + " " + made.rows["leg"]
        fit = fit_guarded(made.rows[column], made.exog, people, legs, sets=clusters.in_model)
        if made.term not in fit.coefficients.index or not fit.factors:
            raise NotEstimableError(
                "The mixed model did not pass its check or the rows are too few for it, and means "
                "of participants cannot tell legs apart."
            )
        found = fit.coefficients.loc[made.term, ["estimate", "se", "df"]].to_numpy(float)
        estimate, se, df = (float(value) for value in found)
        row = row.counting(made.rows, comparison, value=column)
        row = row.with_inference(infer(estimate, se, df=df, ci_level=comparison.ci_level))
        formula = fit.formula(column, made.right_side)
        row = replace(row, formula=formula, on_boundary=bool(fit.on_boundary))
        return row.noting(*made.notes, clusters.noted, caution=made.caution)

    row = _row(measure, name, contrast, measure.unit).counting(rows, comparison, value=column)
    return Part.of_run((compute_or_say_why(row, compute),), ModelRun(name, measure.printed))


def _row(measure: Measure, name: str, contrast: str, unit: str) -> EstimateRow:
    return EstimateRow(
        estimate_id=f"{measure.outcome}:{name}",
        outcome=measure.outcome,
        contrast=contrast,
        model=name,
        role="sensitivity",
        unit=unit,
    )
