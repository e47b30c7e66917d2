"""Whether the groups differ more in one condition, task or leg than in another; painful against other leg."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.hold_rows import check_groups, check_holds
from pipeline.statistics.estimates.part import Part
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.outcomes.added_term import (
    TermProblem,
    group_by_moderator,
    hold_term_part,
    measured_term_part,
)
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.joint_terms import FEWEST_AT_BOTH, joint_interaction_part
from pipeline.statistics.outcomes.outcome_names import Measure

CONDITION, LEG, PAINFUL = "interaction_condition", "interaction_leg", "painful_leg"
TASK, ALL_TASKS = "interaction_task", "interaction_tasks"
_CLOSED: Final = "closed"
_OTHER_TASK: Final = "other_task"
FEWEST_TO_COMPARE = 2
"""Participants with pain on one side; one alone has no spread between participants."""


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
        return group_by_moderator(rows, _CLOSED, measure, comparison)

    contrast = f"{comparison.ratio}: eyes closed / eyes open"
    return hold_term_part(rows, measure, comparison, CONDITION, contrast, problem)


@dataclass(frozen=True, eq=False)
class TaskHolds:
    """Trials of one balance task, eyes open. printed: the name of the task."""

    printed: str
    measure: Measure
    rows: pd.DataFrame


def tasks_part(tasks: Sequence[TaskHolds], comparison: Comparison) -> Part:
    """Whether the groups differ more in one balance task than in another.

    tasks: the one that others are held against first; nothing for fewer than two. Ids
    "<outcome>:interaction_task" (of each other task: ratio of the time ratios, this to the first task)
    and, from three tasks on, "<outcome of the first>:interaction_tasks" (one test of all). Tasks that
    fewer than two participants of a group did beside the first are left out.
    """
    first, *others = tasks
    held = [one for one in others if _did_both(first.rows, one.rows, comparison)]
    parts = [_two_tasks(first, one, comparison) for one in held]
    if len(held) > 1:
        by_name = {one.printed: one.rows for one in (first, *held)}
        contrast = f"{comparison.ratio}: {', '.join(by_name)}"
        parts.append(
            joint_interaction_part(by_name, first.measure, comparison, ALL_TASKS, contrast)
        )
    return Part.joining(*parts)


def _did_both(first: pd.DataFrame, other: pd.DataFrame, comparison: Comparison) -> bool:
    """Whether each group has people who did both."""
    both = first.loc[first["participant_id"].isin(other["participant_id"])]
    return min(comparison.participants_in(both)) >= FEWEST_AT_BOTH


def _two_tasks(first: TaskHolds, other: TaskHolds, comparison: Comparison) -> Part:
    rows = pd.concat(
        [first.rows.assign(**{_OTHER_TASK: 0.0}), other.rows.assign(**{_OTHER_TASK: 1.0})],
        ignore_index=True,
    )

    def problem() -> TermProblem:
        for part in (first.rows, other.rows):
            check_holds(part, comparison)
        return group_by_moderator(rows, _OTHER_TASK, other.measure, comparison)

    contrast = f"{comparison.ratio}: {other.printed} / {first.printed}"
    return hold_term_part(rows, other.measure, comparison, TASK, contrast, problem)


def hold_leg_part(asked: OutcomeRows) -> Part:
    """Ratio of the time ratios of holds, dominant to other leg; id "<outcome>:interaction_leg"."""
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison

    def by_leg() -> TermProblem:
        check_holds(rows, comparison)
        return group_by_moderator(rows, "dom", measure, comparison)

    contrast = f"{comparison.ratio}: dominant / other leg"
    return hold_term_part(rows, measure, comparison, LEG, contrast, by_leg)


def hold_painful_part(asked: OutcomeRows) -> Part:
    """Ratio of holds, painful to other leg, within the cases with pain on one side; id ":painful_leg"."""
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison
    if not _has_sides(rows):
        return Part(())
    contrast = f"painful / other leg, within {comparison.case}"
    return hold_term_part(
        rows, measure, comparison, PAINFUL, contrast, lambda: _painful(rows, comparison)
    )


def measured_leg_part(asked: OutcomeRows) -> Part:
    """As `hold_leg_part`, differences instead of ratios."""
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison

    def by_leg() -> TermProblem:
        check_groups(rows, comparison)
        return group_by_moderator(rows, "dom", measure, comparison)

    contrast = f"{comparison.difference}: dominant - other leg"
    return measured_term_part(rows, asked.column, measure, comparison, LEG, contrast, by_leg)


def measured_painful_part(asked: OutcomeRows) -> Part:
    """As `hold_painful_part`, differences instead of ratios."""
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison
    if not _has_sides(rows):
        return Part(())
    contrast = f"painful - other leg, within {comparison.case}"
    return measured_term_part(
        rows,
        asked.column,
        measure,
        comparison,
        PAINFUL,
        contrast,
        lambda: _painful(rows, comparison),
    )


def _has_sides(rows: pd.DataFrame) -> bool:
    """Whether the cohort records the side of the pain at all."""
    return "painful_side" in rows and bool(rows["painful_side"].notna().any())


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
