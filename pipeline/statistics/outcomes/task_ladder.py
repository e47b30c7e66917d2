"""Goals of the balance tasks: how many people and legs reach them, at each visit, and step by step.

A person reaches a goal when the best trial of every leg that was tested lasted as long; what a
ceiling or a bound leaves open is counted as not known.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.outcomes.goal_shares import (
    LadderTask,
    goal_reached,
    goal_rows,
    not_known,
    of_group,
    say_count,
    share_of_people,
    with_share,
)
from pipeline.statistics.outcomes.group_summaries import of_one_group
from schemas.models import GOAL_AFTER_PREVIOUS


def task_ladder_part(tasks: Sequence[LadderTask], comparison: Comparison) -> Part:
    """Shares of participants and of legs that reach each goal, and the steps between tasks.

    tasks: in any order; nothing is reported without goals. Ids: those of `goal_rows`, and
    "<outcome>:after_<task>:case" and ":reference" for the share among those who reached the first
    goal of the task before. Intervals: Wilson for a share, Newcombe's for the difference (Newcombe
    1998, Stat Med 17:857 and 873).
    """
    with_goals = goals_in_order(tasks)
    made: list[EstimateRow] = []
    for one in with_goals:
        for goal_s in one.task.goals_s:
            made += goal_rows(one, goal_s, comparison)
            made += goal_rows(one, goal_s, comparison, legs=True)
    for before, after in pairwise(one for one in with_goals if one.task.rung):
        made += _step_rows(before, after, comparison)
    printed = {one.measure.printed for one in with_goals}
    runs = tuple(ModelRun("task_ladder", name) for name in sorted(printed))
    return Part(tuple(made), runs)


def goals_at_visits_part(visits: Mapping[str, LadderTask], comparison: Comparison) -> Part:
    """Shares of participants that reach each goal of one task at visits beside the analysed one.

    visits: by name. Ids: those of `goal_rows` with the visit.
    """
    made: list[EstimateRow] = []
    for visit, one in visits.items():
        for goal_s in one.task.goals_s:
            made += goal_rows(one, goal_s, comparison, visit=visit)
    return Part(tuple(made))


def goals_in_order(tasks: Sequence[LadderTask]) -> list[LadderTask]:
    """The tasks with goals from easiest to hardest, a study's own first."""
    return sorted((one for one in tasks if one.task.goals_s), key=lambda one: one.task.rung)


def _step_rows(
    before: LadderTask, after: LadderTask, comparison: Comparison
) -> Iterator[EstimateRow]:
    first = goal_reached(before.rows, before.task.goals_s[0])
    reached = goal_reached(after.rows, after.task.goals_s[0])
    for side, label in comparison.sides:
        passed = of_group(first, before.rows, label).dropna()
        people = passed.index[passed.astype(bool)]
        tested = reached.loc[reached.index.isin(people)]
        known = tested.dropna()
        row = EstimateRow(
            f"{after.measure.outcome}:after_{before.task.term}:{side}",
            after.measure.outcome,
            label,
            GOAL_AFTER_PREVIOUS,
            "descriptive",
            "proportion",
            f"goal of {after.task.goals_s[0]:g} s, of those who reached that of the "
            f"{before.task.label[:1].lower()}{before.task.label[1:]}",
        )
        row = of_one_group(row, side, len(known))
        if known.empty:
            row = row.not_estimable("Nobody of this group has an answer.")
        else:
            row = with_share(row, share_of_people(known), comparison)
        yield row.noting(
            not_known(tested), say_count("Not tested on this task", len(people) - len(tested))
        )
