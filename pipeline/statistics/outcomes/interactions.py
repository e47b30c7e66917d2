"""Whether the groups differ more in one condition or leg than in the other, and painful against other leg."""

from typing import Final

import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.outcomes.added_term import (
    TermProblem,
    group_by_moderator,
    hold_term_part,
    measured_term_part,
)
from pipeline.statistics.outcomes.hold_model import check_groups, check_holds
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.part import Part

CONDITION, LEG, PAINFUL = "interaction_condition", "interaction_leg", "painful_leg"
LEG_MODELS: Final = (LEG, PAINFUL)
_CLOSED: Final = "closed"
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


def hold_leg_part(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, models: tuple[str, ...]
) -> Part:
    """Ratios of holds between legs for the models of LEG_MODELS that are named.

    Ids "<outcome>:interaction_leg" (ratio of the time ratios, dominant to other leg) and
    "<outcome>:painful_leg" (painful to other leg, within the cases with pain on one side).
    """

    def by_leg() -> TermProblem:
        check_holds(rows, comparison)
        return group_by_moderator(rows, "dom", measure, comparison)

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
        return group_by_moderator(rows, "dom", measure, comparison)

    parts = []
    if LEG in models:
        contrast = f"{comparison.difference}: dominant - other leg"
        parts.append(measured_term_part(rows, column, measure, comparison, LEG, contrast, by_leg))
    if PAINFUL in models and _has_sides(rows):
        contrast = f"painful - other leg, within {comparison.case}"
        parts.append(
            measured_term_part(
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
