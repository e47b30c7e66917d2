"""plan.yaml: which comparisons a study makes, with which covariates, and what is primary.

A study without plan.yaml gets the default plan, which the report names as such.
"""

from collections.abc import Iterable
from typing import Literal

from pydantic import Field, field_validator

from schemas.models import ANALYSIS_MODELS, Kind
from schemas.study import StrictModel
from schemas.terms import CONDITIONS, DEFAULT_TASK

Role = Literal["primary", "secondary", "exploratory"]


USUAL_SENSITIVITY: dict[Kind, tuple[str, ...]] = {
    "hold": (
        "censored_weibull",
        "censored_loglogistic",
        "censored_lognormal_random_intercept",
        "cox_breslow",
        "rmst",
        "gee_exchangeable",
        "brunner_munzel",
        "interaction_condition",
    ),
    "measured": ("ancova_hc3", "quantile_median", "brunner_munzel"),
}
"""Further models of a planned outcome whose plan names none, by kind of outcome."""


class PlannedOutcome(StrictModel):
    """One outcome: its role in the plan and the family whose P values are adjusted together.

    family is empty for outcomes outside any family. covariates (columns of participants, and `dom`
    for the dominant leg) replace the plan's own when given. estimand: what the comparison estimates, one
    sentence. sensitivity: ids of further models (schemas.models) instead of the usual ones, an empty
    list for none. equivalence_margin: difference (in the outcome's unit) within which the groups count
    as equivalent; a test for equivalence is made only with one.
    """

    role: Role
    family: str = ""
    covariates: tuple[str, ...] | None = None
    estimand: str = ""
    sensitivity: tuple[str, ...] | None = None
    equivalence_margin: float | None = Field(default=None, gt=0)

    @field_validator("sensitivity")
    @classmethod
    def _known_models(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in value or ():
            if name not in ANALYSIS_MODELS:
                raise ValueError(f"{name!r} is not a model; known are {', '.join(ANALYSIS_MODELS)}")
        return value


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
        "gmed_pct_mvic": PlannedOutcome(
            role="primary",
            family="F1",
            sensitivity=(*USUAL_SENSITIVITY["measured"], "painful_leg"),
        ),
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
