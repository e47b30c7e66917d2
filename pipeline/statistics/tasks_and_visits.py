"""Holds of several balance tasks and visits: which rows the goals, changes and doses are made of."""

import pandas as pd

from pipeline.statistics.analysis_set import AnalysisSets
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.part import Part
from pipeline.statistics.estimates.participant_values import choose_trials
from pipeline.statistics.outcomes.goal_shares import LadderTask
from pipeline.statistics.outcomes.highest_task import highest_task_part
from pipeline.statistics.outcomes.outcome_names import hold_measure
from pipeline.statistics.outcomes.task_ladder import goals_at_visits_part, task_ladder_part
from pipeline.statistics.outcomes.training import gain_by_training_part
from pipeline.statistics.outcomes.visits import all_visits_part, visit_part
from schemas.study import Study
from schemas.terms import DEFAULT_CONDITION, DEFAULT_TASK


def goals_of_tasks(sets: AnalysisSets, study: Study, comparison: Comparison) -> Part:
    """Goals of the balance tasks, of the trials with eyes open."""
    if sets.hold_times is None:
        return Part(())
    tasks = _with_eyes_open(sets.hold_times, study)
    ladder, highest = task_ladder_part(tasks, comparison), highest_task_part(tasks, comparison)
    at_visits = []
    if sets.hold_visits is not None and not sets.hold_times.empty:
        analysed = sets.hold_times["visit"].iloc[0]
        others = sets.hold_visits.loc[sets.hold_visits["visit"] != analysed]
        for task in tasks:
            own = others.loc[others["task"] == task.task.term]
            visits = {
                str(visit): one
                for visit, rows in own.groupby("visit", sort=True)
                for one in _with_eyes_open(rows, study)
            }
            at_visits.append(goals_at_visits_part(visits, comparison))
    return Part.joining(ladder, *at_visits, highest)


def _with_eyes_open(holds: pd.DataFrame, study: Study) -> list[LadderTask]:
    """The balance tasks of some trials, those with eyes open."""
    known = study.balance_tasks()
    return [
        LadderTask(known[task], hold_measure(task, condition, study), rows)
        for (task, condition), rows in by_task(holds, "condition")
        if task in known and condition == DEFAULT_CONDITION
    ]


def visits_compared(sets: AnalysisSets, study: Study, comparison: Comparison) -> Part:
    """Every other visit against the one that is analysed, for each task and condition held at both."""
    if sets.hold_visits is None or sets.hold_times is None or sets.hold_times.empty:
        return Part(())
    analysed = sets.hold_times["visit"].iloc[0]
    parts = []
    for (task, condition), rows in by_task(sets.hold_visits, "condition"):
        measure = hold_measure(task, condition, study)
        rule = comparison.plan.trials_of(measure.outcome)
        visits = {name: choose_trials(of, rule) for name, of in rows.groupby("visit", sort=True)}
        first = visits.pop(analysed, None)
        if first is None:
            continue
        by_visit = {analysed: first, **visits}
        parts.append(all_visits_part(by_visit, measure, comparison))
        for later in visits.values():
            parts.append(visit_part(first, later, measure, comparison))
            if sets.training is not None:
                log = sets.training
                parts.append(
                    gain_by_training_part(first, later, log, measure, comparison, study.training)
                )
    return Part.joining(*parts)


def by_task(rows: pd.DataFrame, *also: str) -> list[tuple[tuple[str, ...], pd.DataFrame]]:
    """Rows per task (and further columns), the single-leg stance first, eyes open before closed."""
    groups = [
        (tuple(str(part) for part in key), part.reset_index(drop=True))
        for key, part in rows.groupby(["task", *also], sort=True)
    ]
    return sorted(
        groups,
        key=lambda item: (item[0][0] != DEFAULT_TASK, item[0][0], item[0][1:] != ("eyes_open",)),
    )
