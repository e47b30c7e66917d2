"""The balance ladder: how many people reach the goal of each task, and of those, the goal of the next.

Reported where hold times of several tasks were handed in. A person reaches a goal when the best trial of
every leg that was tested lasted as long; what a ceiling or a bound leaves open is counted as not known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.estimate_rows import EstimateRow
from pipeline.statistics.outcomes.group_summaries import of_one_group
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.part import ModelRun, Part
from schemas.models import GOAL_AFTER_PREVIOUS, GOAL_REACHED
from schemas.terms import BalanceTask

SLACK_S = 1e-9


@dataclass(frozen=True, eq=False)
class LadderTask:
    """Hold times of one task, eyes open. rows: trials with the bounds of `hold_bounds`."""

    task: BalanceTask
    measure: Measure
    rows: pd.DataFrame


def task_ladder_part(tasks: Sequence[LadderTask], comparison: Comparison) -> Part:
    """Share of participants who reach each goal, by group and as a difference, and the steps between tasks.

    tasks: in any order; nothing is reported for fewer than two, or without goals. Ids:
    "<outcome>:goal_<seconds>s:case", ":reference" and ":difference", and "<outcome>:after_<task>:case" and
    ":reference" for the share among those who reached the first goal of the task before. Intervals:
    Wilson for a share, Newcombe's for the difference (Newcombe 1998, Stat Med 17:857 and 873).
    """
    with_goals = sorted((t for t in tasks if t.task.goals_s), key=lambda t: t.task.rung)
    if len(tasks) < 2 or not with_goals:
        return Part(())
    made: list[EstimateRow] = []
    for one in with_goals:
        for goal_s in one.task.goals_s:
            made += _reached_rows(one, goal_s, comparison)
    for before, after in pairwise(one for one in with_goals if one.task.rung):
        made += _step_rows(before, after, comparison)
    printed = {one.measure.printed for one in with_goals}
    runs = tuple(ModelRun("task_ladder", name) for name in sorted(printed))
    return Part(tuple(made), runs)


def goal_reached(rows: pd.DataFrame, goal_s: float) -> pd.Series:
    """For each participant whether the goal (s) was reached on every leg tested.

    rows: trials with participant_id, leg, low_s and high_s (s). Index participant_id, dtype boolean,
    missing where bounds leave it open.
    """
    legs = rows.groupby(["participant_id", "leg"])
    held = legs["low_s"].max() >= goal_s - SLACK_S
    may_have = legs["high_s"].max() >= goal_s - SLACK_S
    people = ["participant_id"]
    on_all = held.groupby(level=people).all()
    may_on_all = may_have.groupby(level=people).all()
    return on_all.astype("boolean").mask(~on_all & may_on_all)


def _reached_rows(one: LadderTask, goal_s: float, comparison: Comparison) -> Iterator[EstimateRow]:
    base = EstimateRow(
        "",
        one.measure.outcome,
        "",
        GOAL_REACHED,
        "descriptive",
        "proportion",
        f"goal of {goal_s:g} s",
    )
    stem = f"{one.measure.outcome}:goal_{goal_s:g}s"
    reached = goal_reached(one.rows, goal_s)
    counts = {}
    for side, label in comparison.sides:
        answers = _of_group(reached, one.rows, label)
        known = answers.dropna()
        counts[side] = (int(known.sum()), len(known))
        row = replace(base, estimate_id=f"{stem}:{side}", contrast=label)
        yield _share(of_one_group(row, side, len(known)), known, comparison).noting(
            _not_known(answers)
        )
    row = replace(base, estimate_id=f"{stem}:difference", contrast=comparison.difference)
    yield _difference(row, counts["case"], counts["reference"], comparison)


def _step_rows(
    before: LadderTask, after: LadderTask, comparison: Comparison
) -> Iterator[EstimateRow]:
    first = goal_reached(before.rows, before.task.goals_s[0])
    reached = goal_reached(after.rows, after.task.goals_s[0])
    for side, label in comparison.sides:
        passed = _of_group(first, before.rows, label).dropna()
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
        yield _share(of_one_group(row, side, len(known)), known, comparison).noting(
            _not_known(tested), _counted("Not tested on this task", len(people) - len(tested))
        )


def _of_group(reached: pd.Series, rows: pd.DataFrame, label: str) -> pd.Series:
    """The answers of one group, known or not."""
    people = rows.loc[rows["group"] == label, "participant_id"].unique()
    return reached.loc[reached.index.isin(people)]


def _not_known(reached: pd.Series) -> str:
    return _counted("Not known because of a ceiling or bounds", int(reached.isna().sum()))


def _counted(what: str, n: int) -> str:
    return f"{what}: {n} participant{'s' if n > 1 else ''}." if n else ""


def _share(row: EstimateRow, known: pd.Series, comparison: Comparison) -> EstimateRow:
    if known.empty:
        return row.not_estimable("Nobody of this group has an answer.")
    n_reached = int(known.sum())
    low, high = proportion_confint(
        n_reached, len(known), alpha=1 - comparison.ci_level, method="wilson"
    )
    return replace(
        row,
        estimate=n_reached / len(known),
        ci_low=float(low),
        ci_high=float(high),
        ci_level=comparison.ci_level,
    )


def _difference(
    row: EstimateRow, case: tuple[int, int], reference: tuple[int, int], comparison: Comparison
) -> EstimateRow:
    row = replace(row, n_case=case[1], n_reference=reference[1])
    if not (case[1] and reference[1]):
        return row.not_estimable("One group has nobody with an answer.")
    low, high = confint_proportions_2indep(
        *case, *reference, method="newcomb", compare="diff", alpha=1 - comparison.ci_level
    )
    return replace(
        row,
        estimate=case[0] / case[1] - reference[0] / reference[1],
        ci_low=float(low),
        ci_high=float(high),
        ci_level=comparison.ci_level,
    )
