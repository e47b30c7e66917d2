"""What the methods section says of the plan: level, families, intervals, covariates, where outcomes come from."""

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from pipeline.statistics.analysed_outcomes import AnalysedOutcome
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Design, build_design
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.multiplicity import adjustment_in_words, families_in_words
from pipeline.statistics.outcomes.group_counts import by_group_in_words
from pipeline.statistics.planned_model import PLANNED_ROLES
from schemas.methods import MethodSentence
from schemas.plan import DEFAULT_OUTCOMES, Adjustment, Plan

_WORKS: Final[Mapping[Adjustment, tuple[str, ...]]] = {
    "holm": ("holm1979",),
    "hochberg": ("hochberg1988",),
    "hommel": ("hommel1988",),
    "bonferroni": (),
    "bh": ("benjamini1995",),
    "by": ("benjamini2001",),
}
_FALSE_DISCOVERY: Final = {"bh", "by"}
_NEED_LIKE_TESTS: Final = {"hochberg", "hommel", "bh"}
"""Adjustments that keep their promise where P values are independent or positively dependent."""


def plan_sentences(
    plan: Plan, estimates: pd.DataFrame, *, tests_equivalence: bool
) -> tuple[MethodSentence, ...]:
    """Where the outcomes come from, how P values are adjusted and what that holds, level and intervals.

    estimates: with p_adjusted. tests_equivalence: a test of equivalence gave a number.
    """
    said: list[tuple[str, tuple[str, ...]]] = []
    if dict(plan.outcomes) == dict(DEFAULT_OUTCOMES):
        text = (
            "Outcomes, their roles and families are the default ones of Stance: activation, onset and strength "
            "of the gluteus medius, as in Penney et al. 2014, and timed holds."
        )
        said.append((text, ("penney2014",)))
    adjusted = set(estimates.loc[estimates["p_adjusted"].notna(), "family"].dropna())
    planned = sorted({one.family for one in plan.outcomes.values()} & adjusted)
    if families := families_in_words(plan, estimates):
        text = (
            f"P values of planned comparisons were adjusted {adjustment_in_words(plan)} within each family that "
            "the plan declares; an outcome that was measured but could not be compared counts as a test, one "
            f"that was not measured does not ({families})."
        )
        said.append((text, _works(plan, planned)))
    said += [(text, ()) for text in _what_is_held(plan, planned, "In a family of planned outcomes")]
    of_correlations = [plan.correlations.family] if plan.correlations.family in adjusted else []
    said += [
        (text, _works(plan, of_correlations))
        for text in _what_is_held(plan, of_correlations, "Among the correlations")
    ]
    said.append(
        (
            "Confidence intervals, and P values outside the families, are not adjusted for the number of comparisons."
            if adjusted
            else "Neither P values nor confidence intervals are adjusted for the number of comparisons.",
            (),
        )
    )
    but = ", but for those of tests of equivalence" if tests_equivalence else ""
    said.append(
        (
            f"Intervals are {100 * plan.ci_level:g}% confidence intervals and P values are two-sided{but}; the level "
            f"of tests (alpha) is {plan.alpha:g}.",
            (),
        )
    )
    return tuple(MethodSentence("statistics", text, works) for text, works in said)


def _works(plan: Plan, families: Iterable[str]) -> tuple[str, ...]:
    works = (work for family in families for work in _WORKS[plan.method_of(family)])
    return tuple(dict.fromkeys(works))


def _what_is_held(plan: Plan, families: list[str], where: str) -> list[str]:
    """What the adjustments of some families hold at the level of the plan, each once."""
    said = []
    for method in dict.fromkeys(plan.method_of(family) for family in families):
        held = (
            "expected share of false findings among the findings (false discovery rate)"
            if method in _FALSE_DISCOVERY
            else "chance of any false finding (family-wise error rate)"
        )
        of_some = [one for one in families if plan.method_of(one) == method]
        named = f" ({', '.join(of_some)})" if len(of_some) < len(families) else ""
        when = (
            " where P values are independent or positively dependent"
            if method in _NEED_LIKE_TESTS
            else ""
        )
        said.append(f"{where}{named} this keeps the {held} at {plan.alpha:g} or below{when}.")
    return said


def covariate_sentences(
    rows: Iterable[EstimateRow], outcomes: Iterable[AnalysedOutcome], comparison: Comparison
) -> tuple[MethodSentence, ...]:
    """What became of people without a value of a covariate; none without an adjusted planned comparison."""
    answered = {
        row.outcome
        for row in rows
        if row.variant == "adjusted" and row.status != "not_estimable" and row.role in PLANNED_ROLES
    }
    designs = [
        (one, build_design(one.rows, comparison.covariates(one.measure.outcome), comparison))
        for one in outcomes
        if one.measure.outcome in answered and one.measure.outcome in comparison.plan.outcomes
    ]
    adjusted = [(one, design) for one, design in designs if design.used]
    if not adjusted:
        return ()
    lost = [
        f"{one.measure.printed}: {by_group_in_words(_lost(one, design), one.rows, comparison)}"
        for one, design in adjusted
        if len(design.rows) < len(one.rows)
    ]
    text = (
        "Rows without a value of a covariate are not in the adjusted model, and no value was estimated in its place "
        f"(participants of whom a row is missing there: {'; '.join(lost)})."
        if lost
        else "No covariate in the planned models had a missing value."
    )
    return (MethodSentence("statistics", text),)


def _lost(one: AnalysedOutcome, design: Design) -> pd.DataFrame:
    """Rows of an outcome without a value of a covariate in the model."""
    return one.rows.loc[one.rows[list(design.names)].isna().any(axis=1)]
