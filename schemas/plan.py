"""plan.yaml: which comparisons a study makes, with which covariates, and what is primary.

A study without plan.yaml gets the default plan, which the report names as such.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from pydantic import Field, field_validator, model_validator

from schemas.model_entries.entry import Kind
from schemas.models import ANALYSIS_MODELS, plannable_models, usual_sensitivity
from schemas.outcomes import OUTCOMES, Outcome, TrialRule, outcome_of
from schemas.strict_model import StrictModel

Role = Literal["primary", "secondary", "exploratory"]
Adjustment = Literal["holm", "hochberg", "hommel", "bonferroni", "bh", "by"]
Contrast = Literal["case / reference", "case - reference"]

ADJUSTMENT_LABELS: Final[Mapping[Adjustment, str]] = {
    "holm": "Holm",
    "hochberg": "Hochberg",
    "hommel": "Hommel",
    "bonferroni": "Bonferroni",
    "bh": "Benjamini-Hochberg",
    "by": "Benjamini-Yekutieli",
}

ONLY_HOLDS_AND_STRENGTH: Final = "A best trial exists for hold times and strength only."


def kind_of(outcome: str) -> Kind:
    """Whether an outcome is a hold time or measured on a scale, as an unknown one would have to be."""
    known = outcome_of(outcome)
    return known.kind if known is not None else "measured"


class PlannedOutcome(StrictModel):
    """One outcome: its role in the plan, its model, and the family whose P values are adjusted together."""

    role: Role = Field(description="Only what is called so here is called so in the report.")
    family: str = Field(
        default="",
        description="Outcomes of one family share the adjustment of P values; leave it out for none.",
    )
    model: str = Field(
        default="",
        description="The model that answers for the outcome; only its number gets the role. A mixed model "
        "that the data cannot carry gives way to a simpler one, and the report says so.",
    )
    estimand: str = Field(
        default="",
        description="What is estimated, in a sentence; printed in the report.",
    )
    contrast: Contrast | None = Field(
        default=None,
        description="How the groups are compared; the model decides, and this is checked.",
    )
    covariates: tuple[str, ...] | None = Field(
        default=None, description="Replaces the list of the plan for this outcome."
    )
    trials: TrialRule | None = Field(
        default=None,
        description="Which trials of a leg are analysed: all, the first or the best (of hold times and "
        "strength only).",
    )
    sensitivity: tuple[str, ...] | None = Field(
        default=None,
        description="Further models beside the planned one, replacing the usual ones; [] for none.",
    )
    equivalence_margin: float | None = Field(
        default=None,
        gt=0,
        description="Difference, in the unit of the outcome, within which groups count as equivalent; for a "
        "ratio its upper end (1.25 stands for 0.8 to 1.25). Only with it equivalence is tested.",
    )

    @field_validator("sensitivity")
    @classmethod
    def _known_models(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for name in value or ():
            if name not in ANALYSIS_MODELS:
                raise ValueError(f"{name!r} is not a model; known are {', '.join(ANALYSIS_MODELS)}")
        return value


def _default_outcomes() -> dict[str, PlannedOutcome]:
    """The plan that the register of outcomes proposes: primary outcomes first."""
    made = {
        "/".join(filter(None, (outcome.name, where))): PlannedOutcome(
            role=place.role,
            family=place.family,
            model=outcome.usual_model,
            trials=None if outcome.usual_trials == "all" else outcome.usual_trials,
            estimand=place.estimand,
            sensitivity=(*usual_sensitivity(outcome.kind), *place.also) if place.also else None,
        )
        for outcome in OUTCOMES.values()
        for where, place in outcome.default_places.items()
    }
    return dict(sorted(made.items(), key=lambda item: item[1].role != "primary"))


DEFAULT_OUTCOMES: Final[Mapping[str, PlannedOutcome]] = _default_outcomes()
"""Section 3 of the analysis plan that Stance proposes: outcomes, estimands, models, families."""


class PlannedCorrelations(StrictModel):
    """Correlations within the case group: exploratory, and a family of their own."""

    family: str = Field(
        default="F3", description='Name of their family; "" for P values that are not adjusted.'
    )
    coefficient: Literal["spearman", "pearson"] = Field(
        default="spearman",
        description="The coefficient whose P values are those of the family; the other one stands beside it.",
    )
    adjustment: Adjustment = Field(
        default="bh", description="How the P values of this family are adjusted."
    )


class Plan(StrictModel):
    """The analysis plan."""

    covariates: tuple[str, ...] = Field(
        default=("age_years", "sex", "dom"),
        description="Columns of the participants table by which adjusted models are adjusted, chosen "
        'beforehand and not by their P values; dom means "the row\'s leg is the dominant one". Others: bmi, '
        "site, mass_kg, height_cm. One that is missing or has one value is left out with a note. The "
        "unadjusted model is always shown beside the adjusted one.",
    )
    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        description="Level of two-sided tests: 1 - ci_level. One of the two is enough.",
    )
    ci_level: float = Field(
        default=0.95,
        gt=0.5,
        lt=1,
        description="Level of confidence intervals: 1 - alpha.",
    )
    adjustment: Adjustment = Field(
        default="holm",
        description="How the P values of one family are adjusted. bh and by keep the false discovery rate, "
        "the others the chance of any false finding.",
    )
    families: dict[str, Adjustment] = Field(
        default={}, description="Families with another adjustment."
    )
    outcomes: dict[str, PlannedOutcome] = Field(
        default=dict(DEFAULT_OUTCOMES),
        description="The outcomes that are compared, each with its role and model: hold_time_s/eyes_open, "
        "hold_time_s/eyes_closed, strength, or any number of the tables activation and stance_force.",
    )
    correlations: PlannedCorrelations = Field(
        default=PlannedCorrelations(),
        description="Correlations with pain and disability within the case group, which are exploratory.",
    )
    maximum_share_at_ceiling: float = Field(
        default=0.9,
        gt=0,
        le=1,
        description="Ceiling rule. A trial held to the ceiling counts as longer than the ceiling, never as the "
        "ceiling. Holds are described and not compared when more than this share of them is at the ceiling.",
    )
    minimum_events_per_group: int = Field(
        default=3,
        ge=1,
        description="Nor are they compared when fewer than this number of holds ended before the ceiling in a "
        "group.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_level(cls, data: Any) -> Any:
        """The level that is not given follows from the other."""
        if not isinstance(data, dict):
            return data
        for given, other in (("alpha", "ci_level"), ("ci_level", "alpha")):
            value = data.get(given)
            if isinstance(value, float) and data.get(other) is None:
                return {**data, other: round(1 - value, 12)}
        return data

    def method_of(self, family: str) -> Adjustment:
        """How the P values of a family are adjusted."""
        of_correlations = family != "" and family == self.correlations.family
        usual = self.correlations.adjustment if of_correlations else self.adjustment
        return self.families.get(family, usual)

    def family_of(self, outcome: str) -> tuple[str, ...]:
        """Outcomes whose P values are adjusted together with this one's, itself first."""
        planned = self.outcomes.get(outcome)
        if planned is None or not planned.family:
            return (outcome,)
        others = (
            name
            for name, one in self.outcomes.items()
            if one.family == planned.family and name != outcome
        )
        return (outcome, *others)

    def model_of(self, outcome: str) -> str:
        """The model that answers for an outcome: the plan's, else the usual one."""
        planned = self.outcomes.get(outcome)
        if planned is not None and planned.model:
            return planned.model
        known = outcome_of(outcome)
        return known.usual_model if known is not None else plannable_models("measured")[0]

    def compared_measures(self) -> tuple[Outcome, ...]:
        """Measured outcomes whose groups are compared: those that always are, and the plan's."""
        named = {name.split("/")[0] for name in self.outcomes}
        return tuple(
            outcome
            for outcome in OUTCOMES.values()
            if outcome.kind == "measured"
            and (outcome.without_plan == "compared" or outcome.name in named)
        )

    def trials_of(self, outcome: str) -> TrialRule:
        """Which trials of a leg are analysed: the plan's rule, else the usual one."""
        planned = self.outcomes.get(outcome)
        if planned is not None and planned.trials is not None:
            return planned.trials
        known = outcome_of(outcome)
        return known.usual_trials if known is not None else "all"


DEFAULT_PLAN = Plan()


def strictest_level(alpha: float, tests: int, adjustment: Adjustment) -> float:
    """Level at which one of several tests of a family certainly counts as significant.

    Every adjustment tests the smallest P value of a family at this level; the step-wise ones are kinder to
    an outcome only when others are significant, too, which a sample cannot be planned on. alpha: of the
    family. Source: the definitions of the procedures (Holm 1979; Benjamini and Hochberg 1995; with
    Benjamini and Yekutieli's factor for `by`).
    """
    factor = sum(1 / i for i in range(1, tests + 1)) if adjustment == "by" else 1.0
    return alpha / (tests * factor)


PlanPath = tuple[str | int, ...]


def plan_contradictions(plan: Plan) -> Iterator[tuple[PlanPath, str, str, str]]:
    """What a plan says that cannot be done: key path, problem, what to do, what was found.

    Each key alone is right; it is the outcome or another key that it does not go with.
    """
    if abs(plan.alpha + plan.ci_level - 1) > 1e-9:
        yield (
            ("alpha",),
            f"alpha is {plan.alpha:g} and ci_level {plan.ci_level:g}: tests and intervals would "
            "answer differently.",
            "Give one of the two, or both so that they add up to 1.",
            f"{plan.alpha:g}",
        )
    used = {outcome.family for outcome in plan.outcomes.values()} - {""}
    if plan.correlations.family in used:
        yield (
            ("correlations", "family"),
            f"{plan.correlations.family} is also a family of planned outcomes: exploratory correlations would "
            "change the adjusted P values of the planned comparisons.",
            "Give the correlations a family of their own.",
            plan.correlations.family,
        )
    used |= {plan.correlations.family} - {""}
    for family in plan.families:
        if family not in used:
            yield (
                ("families", family),
                f"No outcome belongs to the family {family}.",
                f"Use one of: {', '.join(sorted(used))}." if used else "Remove it.",
                family,
            )
    for name, planned in plan.outcomes.items():
        for key, *rest in _contradictions(name, planned, plan.model_of(name)):
            yield (("outcomes", name, *key), rest[0], rest[1], rest[2])


def _contradictions(
    name: str, planned: PlannedOutcome, model: str
) -> Iterator[tuple[PlanPath, str, str, str]]:
    kind = kind_of(name)
    known_outcome = outcome_of(name)
    if known_outcome is not None and known_outcome.not_compared:
        yield (), f"{name} is not compared between groups.", known_outcome.not_compared, name
    has_best = known_outcome is not None and known_outcome.has_best
    is_one_per_leg = known_outcome is not None and known_outcome.usual_trials == "best"
    allowed = plannable_models(kind)
    if model not in allowed:
        known = "cannot be the model of" if model in ANALYSIS_MODELS else "is no model for"
        yield ("model",), f"{model} {known} {name}.", f"Use one of: {', '.join(allowed)}.", model
        return
    if model == "mixed_random_intercept" and not is_one_per_leg:
        yield (
            ("model",),
            f"{model} would count trials of one leg of {name} as no more alike than those of two.",
            "Use mixed_nested, which leaves the legs out where there is one trial of each.",
            model,
        )
    for i, further in enumerate(planned.sensitivity or ()):
        if kind not in ANALYSIS_MODELS[further].kinds:
            usual = ", ".join(usual_sensitivity(kind))
            yield (
                ("sensitivity", i),
                f"{further} is no model for {name}.",
                f"Take it out; usual are {usual}.",
                further,
            )
    contrast = contrast_of(model)
    if planned.contrast not in (None, contrast):
        yield (
            ("contrast",),
            f"{model} compares the groups as {contrast}.",
            f"Write contrast: {contrast}, or name another model.",
            str(planned.contrast),
        )
    if planned.trials == "best" and not has_best:
        yield ("trials",), ONLY_HOLDS_AND_STRENGTH, "Use all or first.", "best"
    margin = planned.equivalence_margin
    if margin is not None and not has_margin(model):
        yield (
            ("equivalence_margin",),
            f"{model} compares the groups by a probability, which has no margin of equivalence.",
            "Take the margin out, or name another model.",
            f"{margin:g}",
        )
    elif margin is not None and contrast == "case / reference" and margin <= 1:
        yield (
            ("equivalence_margin",),
            f"{model} compares the groups by a ratio, whose margin is the upper end, above 1.",
            "Write for instance 1.25, which stands for ratios of 0.8 to 1.25.",
            f"{margin:g}",
        )


def has_margin(model: str) -> bool:
    """Whether equivalence can be tested on a model's number: a difference or a ratio."""
    return ANALYSIS_MODELS[model].number in ("difference", "ratio")


def contrast_of(model: str) -> Contrast:
    """How a model compares the groups."""
    is_ratio = ANALYSIS_MODELS[model].number == "ratio"
    return "case / reference" if is_ratio else "case - reference"
