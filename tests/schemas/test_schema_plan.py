"""plan.yaml as data: what a plan says, and what it may not say together."""

import pytest
from pydantic import ValidationError
from statsmodels.stats.multitest import multipletests

from schemas.plan import (
    ADJUSTMENT_LABELS,
    DEFAULT_PLAN,
    Plan,
    PlannedOutcome,
    contrast_of,
    plan_contradictions,
    strictest_level,
)

HOLD, ACTIVATION = "hold_time_s/eyes_open", "gmed_pct_mvic"


def test_the_default_plan_is_section_3_of_the_analysis_plan():
    families = {}
    for name, planned in DEFAULT_PLAN.outcomes.items():
        assert planned.estimand.endswith("."), name
        families.setdefault(planned.family, []).append((name, planned.role, planned.model))
    assert families == {
        "F1": [(HOLD, "primary", "censored_lognormal"), (ACTIVATION, "primary", "mixed_nested")],
        "F2": [
            ("hold_time_s/eyes_closed", "secondary", "censored_lognormal"),
            ("onset_ms", "secondary", "mixed_nested"),
            ("strength", "secondary", "mixed_random_intercept"),
        ],
    }
    assert (DEFAULT_PLAN.alpha, DEFAULT_PLAN.adjustment) == (0.05, "holm")
    assert DEFAULT_PLAN.trials_of("strength") == "best"
    assert list(plan_contradictions(DEFAULT_PLAN)) == []


@pytest.mark.parametrize("given", [{"alpha": 0.1}, {"ci_level": 0.9}])
def test_one_level_gives_the_other(given):
    plan = Plan(**given)
    assert (plan.alpha, plan.ci_level) == (0.1, 0.9)


def test_every_adjustment_has_a_name():
    for method, label in ADJUSTMENT_LABELS.items():
        assert Plan(families={"F1": method}).method_of("F1") == method
        assert label
    with pytest.raises(ValidationError):
        Plan(families={"F1": "none"})


def contradictions(**planned) -> list[tuple[str, str]]:
    outcome = planned.pop("outcome", HOLD)
    plan = Plan(outcomes={outcome: PlannedOutcome(role="primary", **planned)})
    return [(path[-1], problem) for path, problem, _, _ in plan_contradictions(plan)]


@pytest.mark.parametrize(
    ("planned", "key", "said"),
    [
        ({"model": "mixed_nested"}, "model", "cannot be the model of hold_time_s/eyes_open"),
        ({"model": "tobit"}, "model", "is no model for"),
        ({"outcome": ACTIVATION, "model": "pearson"}, "model", "cannot be"),
        ({"outcome": ACTIVATION, "model": "mixed_random_intercept"}, "model", "trials of one leg"),
        ({"sensitivity": ("ols_cluster",)}, 0, "is no model for"),
        ({"contrast": "case - reference"}, "contrast", "as case / reference"),
        ({"outcome": ACTIVATION, "contrast": "case / reference"}, "contrast", "case - reference"),
        ({"outcome": ACTIVATION, "trials": "best"}, "trials", "hold times and strength only"),
        ({"equivalence_margin": 0.8}, "equivalence_margin", "the upper end, above 1"),
        (
            {"model": "brunner_munzel", "equivalence_margin": 1.25},
            "equivalence_margin",
            "a probability",
        ),
    ],
)
def test_what_does_not_go_together_is_said_with_its_key(planned, key, said):
    ((where, problem),) = contradictions(**planned)
    assert where == key
    assert said in problem


def test_a_level_and_an_interval_that_differ_contradict_each_other():
    ((path, problem, fix, _),) = plan_contradictions(Plan(alpha=0.05, ci_level=0.9))
    assert path == ("alpha",)
    assert "answer differently" in problem
    assert "add up to 1" in fix


def test_an_adjustment_of_no_family_is_a_contradiction():
    ((path, _, fix, _),) = plan_contradictions(Plan(families={"F7": "bh"}))
    assert path == ("families", "F7")
    assert "F1, F2" in fix


@pytest.mark.parametrize("adjustment", list(ADJUSTMENT_LABELS))
@pytest.mark.parametrize("tests", [1, 2, 5])
def test_the_strictest_level_is_where_one_test_alone_turns_significant(adjustment, tests):
    level = strictest_level(0.05, tests, adjustment)
    method = {"bh": "fdr_bh", "by": "fdr_by", "hochberg": "simes-hochberg"}.get(
        adjustment, adjustment
    )
    for p, is_significant in ((level * 0.999, True), (level * 1.001, False)):
        adjusted = multipletests([p, *[1.0] * (tests - 1)], method=method)[1]
        assert (adjusted[0] <= 0.05) == is_significant


def test_a_family_is_named_by_each_of_its_outcomes():
    plan = Plan()
    assert set(plan.family_of(HOLD)) == set(plan.family_of(ACTIVATION)) == {HOLD, ACTIVATION}
    assert plan.family_of(HOLD)[0] == HOLD
    assert plan.family_of("vas_mm") == ("vas_mm",)


def test_the_contrast_follows_the_model():
    assert contrast_of("censored_weibull") == "case / reference"
    assert contrast_of("censored_normal") == "case - reference"


@pytest.mark.parametrize("name", ["interaction_visit", "change_over_visits", "gain_by_dose"])
def test_what_a_study_with_visits_always_gets_cannot_be_planned(name):
    for planned in ({"model": name}, {"sensitivity": [name]}):
        plan = Plan(outcomes={HOLD: PlannedOutcome(role="primary", **planned)})
        assert list(plan_contradictions(plan)), planned


def test_correlations_have_a_family_of_their_own_with_the_false_discovery_rate():
    plan = Plan()
    assert (plan.correlations.family, plan.method_of("F3"), plan.method_of("F1")) == (
        "F3",
        "bh",
        "holm",
    )
    assert Plan(families={"F3": "by"}).method_of("F3") == "by"
    assert not list(plan_contradictions(Plan(families={"F3": "by"})))
    ((path, what, _, _),) = plan_contradictions(
        Plan.model_validate({"correlations": {"family": "F1"}})
    )
    assert path == ("correlations", "family")
    assert "planned comparisons" in what
