"""Which outcomes a cohort has and a plan asks for: their rows, their columns, what is done with them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.statistics.analysis_set import AnalysisSets
from pipeline.statistics.estimates.participant_values import WithinLeg, choose_trials
from pipeline.statistics.outcomes.outcome_names import Measure, column_measure, hold_measure
from pipeline.statistics.tasks_and_visits import by_task
from schemas.outcomes import HOLD_TIME, MEASURED_TABLES, OUTCOMES, Outcome, TrialRule
from schemas.plan import Plan
from schemas.study import Study
from schemas.terms import DEFAULT_TASK

POINTS = ["outcome", "group", "leg", "value"]


@dataclass(frozen=True)
class AnalysedOutcome:
    """Rows of one outcome and the column that holds its values.

    entry: of the register (schemas.outcomes). is_compared: by models; else described by group alone.
    trials: which trials of a leg are in `rows`, or with "best" of a measured outcome are to be
    analysed.
    """

    measure: Measure
    entry: Outcome
    rows: pd.DataFrame
    column: str
    is_compared: bool = True
    trials: TrialRule = "all"

    @property
    def is_hold(self) -> bool:
        """Whether a ceiling may cut its values off."""
        return self.entry.kind == "hold"

    @property
    def within_leg(self) -> WithinLeg:
        """What stands for a leg in values of participants."""
        return "max" if self.trials == "best" and not self.is_hold else "mean"

    def under(self, plan: Plan) -> "AnalysedOutcome":
        """The outcome with the trials that the plan's rule leaves."""
        if not self.is_compared:
            return self
        rule = plan.trials_of(self.measure.outcome)
        if rule == "all" or (rule == "best" and not self.is_hold):
            return replace(self, trials=rule)
        return replace(self, trials=rule, rows=choose_trials(self.rows, rule))


def outcomes_of(sets: AnalysisSets, study: Study, plan: Plan) -> list[AnalysedOutcome]:
    """The outcomes of a cohort, in the order of the register: hold times, then measured tables.

    An outcome is there when its table has a value (or one was looked for), and when it is always
    analysed or the plan names it; one that is described becomes one that is compared when the plan
    names it.
    """
    found = [*_holds(sets, study), *_measured(sets, study, plan)]
    return [outcome.under(plan) for outcome in found]


def _holds(sets: AnalysisSets, study: Study) -> Iterator[AnalysedOutcome]:
    entry = OUTCOMES[HOLD_TIME]
    if sets.hold_times is not None:
        for (task, condition), rows in by_task(sets.hold_times, "condition"):
            measure = hold_measure(task, condition, study)
            yield AnalysedOutcome(measure, entry, rows, entry.columns[0])


def _measured(sets: AnalysisSets, study: Study, plan: Plan) -> Iterator[AnalysedOutcome]:
    measured = sets.measured()
    for table in MEASURED_TABLES:
        if table not in measured:
            continue
        whole = measured[table]
        tasks = by_task(whole) if "task" in whole else [((DEFAULT_TASK,), whole)]
        for (task,), rows in tasks:
            for entry in OUTCOMES.values():
                name = entry.named(task)
                is_planned = name in plan.outcomes
                if not (entry.without_plan or is_planned) or entry.table_in(measured) != table:
                    continue
                column = entry.column_in(rows)
                if column is None or _stands_under_its_scale(entry, column, plan):
                    continue
                yield AnalysedOutcome(
                    column_measure(entry, column, task, study),
                    entry,
                    rows,
                    column,
                    is_compared=is_planned or entry.without_plan == "compared",
                )


def _stands_under_its_scale(entry: Outcome, column: str, plan: Plan) -> bool:
    """Whether the plan names the very column (a scale of strength) in place of the outcome."""
    return column != entry.name and column in plan.outcomes and entry.name not in plan.outcomes


def participant_points(sets: AnalysisSets, study: Study, plan: Plan) -> pd.DataFrame:
    """The leg mean of every person in every task, for the figure that shows everybody.

    Of the compared outcomes of the tables with a trial of a task. Returns outcome (named as in
    estimates), group, leg and value (in the unit of the outcome), one row per person, task and leg,
    sorted by value so that the order names nobody.
    """
    keys = ["participant_id", "group", "leg"]
    parts = []
    for outcome in _measured(sets, study, plan):
        if not (outcome.is_compared and outcome.entry.by_task):
            continue
        present = outcome.rows[outcome.rows[outcome.column].notna()]
        means = present.groupby(keys, observed=True)[outcome.column].mean().rename("value")
        parts.append(means.reset_index().assign(outcome=outcome.measure.outcome)[POINTS])
    parts = [part for part in parts if len(part)]
    if not parts:
        return pd.DataFrame({name: [] for name in POINTS})
    points: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return points.sort_values(POINTS, ignore_index=True)
