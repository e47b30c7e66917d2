"""plan.yaml: which comparisons a study makes, with which covariates, and what is primary.

A study without plan.yaml gets the default plan, which the report names as such.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from schemas.study import StrictModel
from schemas.terms import CONDITIONS, DEFAULT_TASK

Role = Literal["primary", "secondary", "exploratory"]


class PlannedOutcome(StrictModel):
    """One outcome: its role in the plan and the family whose P values are adjusted together.

    family is empty for outcomes outside any family. covariates (columns of participants, and `dom`
    for the dominant leg) replace the plan's own when given.
    """

    role: Role
    family: str = ""
    covariates: tuple[str, ...] | None = None


class Plan(StrictModel):
    """The analysis plan.

    covariates: columns of participants used by the adjusted models, and `dom` (the row's leg is the
    dominant one); a column that is missing or has one value is left out with a note. Outcome names:
    hold_time_s/eyes_open, hold_time_s/eyes_closed (any "hold_time_s/<condition>", or
    "hold_time_s/<condition>/<task>" for tasks beside the single-leg stance), gmed_pct_mvic,
    onset_ms, strength. adjustment: how P values of a family are adjusted.
    """

    covariates: tuple[str, ...] = ("age_years", "sex", "dom")
    ci_level: float = Field(default=0.95, gt=0.5, lt=1)
    adjustment: Literal["holm"] = "holm"
    outcomes: dict[str, PlannedOutcome] = {
        "hold_time_s/eyes_open": PlannedOutcome(role="primary", family="F1"),
        "gmed_pct_mvic": PlannedOutcome(role="primary", family="F1"),
        "hold_time_s/eyes_closed": PlannedOutcome(role="secondary", family="F2"),
        "onset_ms": PlannedOutcome(role="secondary", family="F2"),
        "strength": PlannedOutcome(role="secondary", family="F2"),
    }
    maximum_share_at_ceiling: float = Field(default=0.9, gt=0, le=1)
    minimum_events_per_group: int = Field(default=3, ge=1)


DEFAULT_PLAN = Plan()


def plannable_outcomes(tasks: Iterable[str]) -> tuple[str, ...]:
    """Names that a plan may give to outcomes, for the balance tasks of a study."""
    others = [task for task in tasks if task != DEFAULT_TASK]
    holds = [f"hold_time_s/{condition}" for condition in CONDITIONS]
    measured = ["gmed_pct_mvic", "onset_ms"]
    in_tasks = [f"{name}/{task}" for task in others for name in (*holds, *measured)]
    return (*holds, *measured, "strength", *in_tasks)
