"""Every model that a plan can name is computed a second time, and a wrong first number is shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import AnalysisSets, build_analysis_sets
from pipeline.statistics.catalogue.fitted_models import fitted_model, models_with
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import Asked, build_design
from pipeline.statistics.outcomes import distribution_free, further_models, measured_outcome
from pipeline.statistics.outcomes.further_models import OutcomeRows, further_models_part
from pipeline.statistics.outcomes.hold_time import hold_time_part
from pipeline.statistics.outcomes.matched import SETS, pairs_part, sets_part
from pipeline.statistics.outcomes.measured_outcome import measured_part
from pipeline.statistics.outcomes.outcome_names import Measure, hold_measure
from pipeline.statistics.planned_model import with_planned_model
from pipeline.statistics.second_routes.plain_regressions import (
    median_range,
    plain_conditional,
    plain_gee,
)
from schemas.models import plannable_models
from schemas.plan import Plan, PlannedOutcome
from schemas.terms import DEFAULT_TASK
from tests.statistics.conftest import load_tables

HOLD, ACTIVATION = "hold_time_s/eyes_open", "gmed_pct_mvic"
MEASURE = Measure(ACTIVATION, "activation", "%MVIC")


@pytest.fixture(
    scope="module",
    params=["penney_like", pytest.param("matched_eo_ec", marks=pytest.mark.slow)],
)
def cohort(request, study) -> AnalysisSets:
    return build_analysis_sets(load_tables(request.param), study)


@pytest.fixture(scope="module")
def small(study) -> AnalysisSets:
    return build_analysis_sets(load_tables("penney_like"), study)


def planning(study, outcome: str, model: str) -> Comparison:
    entry = PlannedOutcome(role="primary", model=model, sensitivity=())
    return Comparison.of(study, Plan(outcomes={outcome: entry}))


def primary_hold(sets: AnalysisSets, study, model: str):
    comparison = planning(study, HOLD, model)
    measure = hold_measure(DEFAULT_TASK, "eyes_open", study)
    rows = sets.hold_times.query("condition == 'eyes_open'").reset_index(drop=True)
    part = hold_time_part(rows, measure, comparison, shortest_timed_hold_s=1.0)
    (row,) = [r for r in with_planned_model(part, measure, comparison).rows if r.role == "primary"]
    return row


def primary_measured(sets: AnalysisSets, study, model: str):
    comparison = planning(study, ACTIVATION, model)
    part = measured_part(sets.activation, ACTIVATION, MEASURE, comparison)
    (row,) = [r for r in with_planned_model(part, MEASURE, comparison).rows if r.role == "primary"]
    return row


@pytest.mark.parametrize("model", plannable_models("hold"))
def test_a_planned_model_of_hold_time_has_a_second_opinion_that_agrees(cohort, study, model):
    row = primary_hold(cohort, study, model)
    assert (row.model, row.second_opinion) == (model, "agrees"), row.note
    first = row.estimate if row.log_estimate is None else row.log_estimate
    assert row.second_estimate == pytest.approx(first, abs=1e-6 * row.se)


@pytest.mark.parametrize(
    "model", [m for m in plannable_models("measured") if m != "mixed_random_intercept"]
)
def test_a_planned_model_of_a_measured_outcome_has_one_too(cohort, study, model):
    row = primary_measured(cohort, study, model)
    assert row.second_opinion == "agrees", row.note
    assert row.second_estimate == pytest.approx(row.estimate, abs=1e-5 * row.se)


def _with_wrong(monkeypatch, kind, model, off):
    right = fitted_model(kind, model)

    def wrong(asked):
        found = right.fit(asked)
        inference = replace(found.inference, estimate=found.inference.estimate + off)
        return replace(found, inference=inference)

    monkeypatch.setattr(
        further_models,
        "fitted_model",
        lambda of, name: replace(right, fit=wrong) if name == model else fitted_model(of, name),
    )


@pytest.mark.parametrize("model", models_with("fitted_by", "hold"))
def test_a_wrong_model_of_hold_time_is_shown(small, study, monkeypatch, model):
    _with_wrong(monkeypatch, "hold", model, 0.01)
    comparison = planning(study, HOLD, model)
    measure = hold_measure(DEFAULT_TASK, "eyes_open", study)
    made = further_models_part(OutcomeRows(small.hold_times, "capped_s", measure, comparison)).rows
    (row,) = [one for one in made if one.model == model]
    assert (row.second_opinion, row.status) == ("disagrees", "flagged")
    assert "does not agree" in row.note


@pytest.mark.parametrize("model", models_with("fitted_by", "measured"))
def test_a_wrong_model_of_a_measured_outcome_is_shown(small, study, monkeypatch, model):
    _with_wrong(monkeypatch, "measured", model, 0.5)
    row = primary_measured(small, study, model)
    assert (row.second_opinion, row.status) == ("disagrees", "flagged")


def test_a_wrong_test_of_two_groups_is_shown(small, study, monkeypatch):
    welch, ranks = measured_outcome.welch, distribution_free.brunner_munzel

    def wrong_welch(*values, **given):
        return replace(welch(*values, **given), se=welch(*values, **given).se * 1.001)

    def wrong_ranks(*values, **given):
        right = ranks(*values, **given)
        return replace(right, probability=right.probability + 0.001)

    monkeypatch.setattr(measured_outcome, "welch", wrong_welch)
    monkeypatch.setattr(distribution_free, "brunner_munzel", wrong_ranks)
    assert primary_measured(small, study, "welch").second_opinion == "disagrees"
    assert primary_measured(small, study, "brunner_munzel").second_opinion == "disagrees"


def test_models_of_matched_sets_have_a_second_opinion(study):
    matched = build_analysis_sets(load_tables("matched_eo_ec"), study)
    rows = matched.activation.loc[matched.activation[ACTIVATION].notna()]
    comparison = Comparison.of(study, Plan(covariates=("age_years", "sex", "dom")))
    asked = OutcomeRows(rows, ACTIVATION, MEASURE, comparison)
    made = [*pairs_part(asked).rows, *sets_part(asked).rows]
    assert [row.second_opinion for row in made] == ["agrees"] * 3
    adjusted = made[2]
    assert adjusted.estimate_id == f"{ACTIVATION}:{SETS}:adjusted"
    assert adjusted.formula.startswith(f"case ~ {ACTIVATION} + age_years")
    assert adjusted.estimate != made[1].estimate


def test_the_conditional_likelihood_of_sets_of_any_size_is_that_of_statsmodels():
    from statsmodels.discrete.conditional_models import ConditionalLogit

    rng = np.random.default_rng(21)
    sets = np.repeat(np.arange(25), rng.integers(2, 6, 25))
    case = rng.random(len(sets)) < 0.4
    first = np.flatnonzero(np.diff(sets, prepend=-1))
    case[first], case[first + 1] = True, False
    exog = pd.DataFrame({"a": rng.normal(3, 5, len(sets)), "b": rng.normal(size=len(sets))})
    model = ConditionalLogit(case.astype(float), exog.to_numpy(), groups=sets)
    fit = model.fit(method="newton", disp=False, tol=1e-12)
    estimate, se = plain_conditional(case, exog, sets, "a")
    assert estimate == pytest.approx(fit.params[0], rel=1e-6)
    assert se == pytest.approx(fit.bse[0], rel=1e-6)


def test_medians_that_several_lines_fit_have_a_range():
    exog = pd.DataFrame({"const": 1.0, "group": [0.0, 0.0, 1.0, 1.0]})
    assert median_range([1.0, 2.0, 5.0, 9.0], exog, "group") == pytest.approx((3.0, 8.0))
    three = pd.DataFrame({"const": 1.0, "group": [0.0] * 3 + [1.0] * 3})
    low, high = median_range([1.0, 2.0, 4.0, 5.0, 9.0, 11.0], three, "group")
    assert low == pytest.approx(7.0) and high == pytest.approx(7.0)


def test_the_sums_of_estimating_equations_take_participants_of_different_sizes(small, study):
    comparison = Comparison.of(study, Plan())
    rows = small.activation.dropna(subset=[ACTIVATION]).drop_duplicates(ACTIVATION).iloc[5::3]
    rows = rows.reset_index(drop=True)
    design = build_design(rows, ("age_years", "sex", "dom"), comparison)
    sizes = design.rows.groupby("participant_id").size()
    assert sizes.min() < sizes.max()
    model = fitted_model("measured", "gee_exchangeable")
    first = model.fit(Asked(design, ACTIVATION, 0.95)).fit
    found = plain_gee(design.rows[ACTIVATION], design.exog, design.rows["participant_id"], "group")
    assert found.estimate == pytest.approx(first.params["group"], rel=1e-8)
    assert found.se == pytest.approx(first.bse["group"], rel=1e-8)
