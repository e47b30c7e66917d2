"""The plan decides which model, which trials and which adjustment count, and nothing else does."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import AnalysisSets, build_analysis_sets
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.part import Part
from pipeline.statistics.estimates.participant_values import choose_trials
from pipeline.statistics.outcomes.hold_time import hold_time_part
from pipeline.statistics.outcomes.measured_outcome import measured_part
from pipeline.statistics.outcomes.outcome_names import Measure, hold_measure
from pipeline.statistics.planned_model import names_model, with_planned_model
from schemas.models import plannable_models
from schemas.plan import (
    ADJUSTMENT_LABELS,
    Plan,
    PlannedOutcome,
    kind_of,
)
from schemas.terms import DEFAULT_TASK
from tests.statistics.conftest import load_tables

HOLD, CLOSED, ACTIVATION = "hold_time_s/eyes_open", "hold_time_s/eyes_closed", "gmed_pct_mvic"
MEASURE = Measure(ACTIVATION, "activation", "%MVIC")
PLANNED = ["primary", "secondary"]


@pytest.fixture(scope="module")
def small(study) -> AnalysisSets:
    """A golden cohort with hold times only, the second condition being the first one again."""
    whole = build_analysis_sets(load_tables("penney_like"), study)
    holds = whole.hold_times
    twice = pd.concat([holds, holds.assign(condition="eyes_closed")], ignore_index=True)
    return replace(whole, hold_times=twice, strength=None, clinical_test=None)


@pytest.fixture(scope="module")
def parts(small, study) -> dict[str, Part]:
    """Every model that a plan can name, run on one hold time and one measured outcome."""
    made = {}
    for outcome in (HOLD, ACTIVATION):
        models = plannable_models(kind_of(outcome))
        comparison = Comparison.of(study, planning(outcome, sensitivity=models))
        made[outcome] = (
            hold_time_part(
                small.hold_times.query("condition == 'eyes_open'"),
                hold_measure(DEFAULT_TASK, "eyes_open", study),
                comparison,
                shortest_timed_hold_s=1.0,
            )
            if outcome == HOLD
            else measured_part(small.activation, ACTIVATION, MEASURE, comparison)
        )
    return made


def planning(outcome: str, **planned) -> Plan:
    """A plan with this one outcome, primary in family F1."""
    defaults = {"role": "primary", "family": "F1"}
    return Plan(outcomes={outcome: PlannedOutcome(**{**defaults, **planned})})


def analysed(small, study, **planned) -> tuple[pd.DataFrame, str]:
    """Estimates and methods text of hold times under a plan with this one outcome."""
    plan = planning(HOLD, sensitivity=(), **planned)
    done = analyse("one", replace(small, activation=None), study, plan)
    return done.estimates, " ".join(step.text for step in done.steps)


@pytest.mark.parametrize(
    ("outcome", "model"),
    [
        (outcome, model)
        for outcome in (HOLD, ACTIVATION)
        for model in plannable_models(kind_of(outcome))
        if model != "mixed_random_intercept"  # of strength, one row per leg
    ],
)
def test_the_model_of_the_plan_and_only_it_is_primary(parts, study, outcome, model):
    plan = planning(outcome, model=model)
    measure = replace(MEASURE, outcome=outcome)
    part = with_planned_model(parts[outcome], measure, Comparison.of(study, plan))
    (primary,) = [row for row in part.rows if row.role in PLANNED]
    assert (primary.outcome, primary.model, primary.role) == (outcome, model, "primary")
    assert names_model(plan, outcome, primary.model)
    assert primary.status != "not_estimable"
    assert [row for row in part.rows if row.family] == [primary]
    ids = [row.estimate_id for row in part.rows]
    assert sorted(ids) == sorted(row.estimate_id for row in parts[outcome].rows)


def test_the_usual_model_keeps_its_number_when_another_one_is_planned(small, study):
    usual, _ = analysed(small, study)
    other, text = analysed(small, study, model="censored_weibull")
    row_id = f"{HOLD}:time_ratio:adjusted"
    before, after = (frame.set_index("estimate_id").loc[row_id] for frame in (usual, other))
    assert before["estimate"] == after["estimate"]
    assert (before["role"], after["role"]) == ("primary", "sensitivity")
    (primary,) = other.loc[other["role"] == "primary", "model"]
    assert primary == "censored_weibull"
    assert "The primary analysis of hold time (eyes open) that the plan names: the regr" in text
    assert "was made with a Weibull distribution" in text
    assert re.search("As a sensitivity analysis, hold time .* log-normal regression", text)


def test_equivalence_is_tested_on_the_planned_model(parts, study):
    plan = planning(ACTIVATION, model="ancova_hc3", equivalence_margin=3.0)
    part = with_planned_model(parts[ACTIVATION], MEASURE, Comparison.of(study, plan))
    estimates = {row.model: row.estimate for row in part.rows if row.variant == "adjusted"}
    assert estimates["tost"] == estimates["ancova_hc3"] != estimates["mixed_nested"]
    assert len([row for row in part.rows if row.model == "tost"]) == 3


@pytest.mark.parametrize(
    ("model", "margin", "said"),
    [("censored_lognormal", 1.25, "Margin 0.8 to 1.25:"), ("rmst", 20.0, "Margin 20 s:")],
)
def test_hold_times_are_tested_for_equivalence_within_a_ratio_or_seconds(
    parts, study, model, margin, said
):
    plan = planning(HOLD, model=model, equivalence_margin=margin)
    measure = hold_measure(DEFAULT_TASK, "eyes_open", study)
    part = with_planned_model(parts[HOLD], measure, Comparison.of(study, plan))
    (main,) = [row for row in part.rows if row.role == "primary"]
    whole, lower, upper = [row for row in part.rows if row.model == "tost"]
    assert whole.estimate == main.estimate and whole.note.startswith(said)
    assert whole.p == max(lower.p, upper.p)
    value, limit = (
        (main.estimate, margin) if model == "rmst" else (main.log_estimate, np.log(margin))
    )
    for row, distance, tail in (
        (lower, value + limit, stats.t.sf),
        (upper, value - limit, stats.t.cdf),
    ):
        assert row.statistic == pytest.approx(distance / main.se, rel=1e-12)
        assert row.p == pytest.approx(tail(row.statistic, main.df), rel=1e-9, abs=0)
    # The same answer as the interval of level 1 - 2 alpha.
    low, high = (-20.0, 20.0) if model == "rmst" else (1 / margin, margin)
    inside = low < whole.ci_low and whole.ci_high < high
    assert inside == (whole.p < 0.05) == ("groups are equivalent" in whole.note)


def test_without_any_primary_in_the_plan_nothing_is_primary(small, study):
    estimates, _ = analysed(small, study, role="secondary")
    assert "primary" not in set(estimates["role"])


def test_a_model_that_is_not_run_on_the_outcome_leaves_it_without_an_answer(small, study):
    estimates, _ = analysed(small, study, model="conditional_logit")
    (primary,) = estimates.loc[estimates["role"] == "primary"].to_dict("records")
    assert primary["status"] == "not_estimable"
    assert "Conditional logistic regression" in primary["note"]


def test_every_family_has_its_own_adjustment(small, study):
    one = PlannedOutcome(role="primary", family="F1", sensitivity=())
    outcomes = {HOLD: one, CLOSED: one}
    for method, factor in (("bonferroni", 2), ("bh", 1)):
        plan = Plan(outcomes=outcomes, families={"F1": method})
        done = analyse("two", replace(small, activation=None), study, plan)
        rows = done.estimates.loc[done.estimates["family"] == "F1"]
        assert len(rows) == 2
        expected = (factor * rows["p"]).clip(upper=1).tolist()
        assert rows["p_adjusted"].tolist() == pytest.approx(expected)
        assert any(ADJUSTMENT_LABELS[method] in step.text for step in done.steps)


@pytest.mark.parametrize("rule", ["first", "best"])
def test_one_trial_of_each_leg_is_analysed(small, study, rule):
    estimates, text = analysed(small, study, trials=rule)
    primary = estimates.loc[estimates["role"] == "primary"].iloc[0]
    assert primary["n_rows"] == 2 * 43
    assert f"The {rule} trial of each leg was analysed for hold time" in text


def test_the_best_trial_is_the_longest_and_the_first_is_the_first():
    rows = pd.DataFrame(
        {
            "participant_id": "P1",
            "leg": ["left"] * 3 + ["right"] * 2,
            "trial": [1, 2, 3, 2, 3],
            "low_s": [5.0, 30.0, 30.0, 4.0, 9.0],
            "high_s": [5.0, np.inf, np.inf, 4.0, 9.0],
        }
    )
    assert choose_trials(rows, "best")["trial"].tolist() == [2, 3]
    assert choose_trials(rows, "first")["trial"].tolist() == [1, 2]
    assert choose_trials(rows, "all") is rows


@pytest.mark.parametrize("n_case", [1, 2])
@pytest.mark.parametrize(
    "model", ["", "mixed_random_intercept", "ancova_hc3", "welch", "brunner_munzel"]
)
def test_a_planned_comparison_that_cannot_be_made_says_why_and_lends_its_role_to_none(
    study, n_case, model
):
    tables = load_tables("penney_like")
    people = tables["participants"]
    kept = people.groupby("group").head(10 if n_case == 1 else 2)
    cases = kept.loc[kept["group"] == "LBP"].head(n_case)
    kept = pd.concat([cases, kept.loc[kept["group"] == "control"]])
    few = {
        name: table.loc[table["participant_id"].isin(kept["participant_id"])].reset_index(drop=True)
        for name, table in tables.items()
        if "participant_id" in table
    }
    plan = planning("strength", model=model, trials="best", role="secondary")
    done = analyse("few", build_analysis_sets(few, study), study, plan)
    rows = done.estimates.query("outcome == 'strength'")
    planned = rows[rows["role"] == "secondary"]
    assert len(planned) == 1
    row = planned.iloc[0]
    assert row["variant"] != "unadjusted" or row["model"] == "welch"
    if row["status"] == "not_estimable":
        assert "was not run" not in row["note"]
    if n_case == 1:
        assert row["status"] == "not_estimable"
        assert any(
            why in row["note"] for why in ("one participant only", "At least two participants")
        )
