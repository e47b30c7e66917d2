"""Interactions and the painful leg: closed forms on data without a ceiling, reasons on poor data."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.models.two_groups.matched_pairs import Pairs, paired_t
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.interactions import (
    TaskHolds,
    condition_part,
    hold_leg_part,
    hold_painful_part,
    measured_leg_part,
    measured_painful_part,
    tasks_part,
)
from pipeline.statistics.outcomes.outcome_names import column_measure, hold_measure
from schemas.outcomes import OUTCOMES
from schemas.plan import Plan

PLAN = Plan(covariates=())


@pytest.fixture(scope="module")
def comparison(study):
    return Comparison.of(study, PLAN)


@pytest.fixture(scope="module")
def measure(study):
    return hold_measure("sls", "eyes_closed", study)


@pytest.fixture(scope="module")
def holds(penney, study):
    """All trials of the small data set, each ended before a ceiling of 1000 s."""
    rng = np.random.default_rng(12)
    table = penney["hold_times"]
    table = table.assign(
        hold_time_s=table["hold_time_s"] * rng.uniform(0.5, 2, len(table)),
        ceiling_s=1000.0,
        ended_by="other_foot_down",
    )
    sets = build_analysis_sets({**penney, "hold_times": table}, study)
    return sets.hold_times


@pytest.fixture(scope="module")
def activation(penney, study):
    """%MVIC of the small data set; each case has pain on the dominant side."""
    people = penney["participants"]
    side = people["dominant_leg"].where(people["group"] == "LBP", "none")
    tables = {**penney, "participants": people.assign(painful_side=side)}
    rows = build_analysis_sets(tables, study).activation
    return rows.loc[rows["gmed_pct_mvic"].notna()].reset_index(drop=True)


def _log_means(rows, *keys):
    return np.log(rows["hold_time_s"]).groupby([rows[key] for key in keys]).mean()


def test_without_a_ceiling_group_by_condition_is_a_difference_of_differences(
    holds, measure, comparison
):
    closed = holds.assign(
        low_s=holds["low_s"] * np.where(holds["group"] == "LBP", 0.5, 0.8),
    )
    closed = closed.assign(
        high_s=closed["low_s"], log_low=np.log(closed["low_s"]), log_high=np.log(closed["low_s"])
    )
    (row,) = condition_part(holds, closed, measure, comparison).rows
    assert row.log_estimate == pytest.approx(math.log(0.5 / 0.8), rel=1e-9, abs=0)
    assert row.estimate == pytest.approx(0.625, rel=1e-9, abs=0)
    people = holds["participant_id"].nunique()
    assert people / 2 < row.df < people - 1
    assert row.formula == "log(hold_time_s) ~ group + closed + group:closed"


def test_without_a_ceiling_group_by_leg_is_a_difference_of_differences(holds, measure, comparison):
    (row,) = hold_leg_part(OutcomeRows(holds, "capped_s", measure, comparison)).rows
    means = _log_means(holds, "group", "dom")
    expected = (means["LBP", 1] - means["LBP", 0]) - (means["control", 1] - means["control", 0])
    assert row.log_estimate == pytest.approx(expected, rel=1e-8, abs=0)


def test_the_painful_leg_of_a_balanced_design_is_the_paired_t_test(activation, study, comparison):
    measured = column_measure(OUTCOMES["gmed_pct_mvic"], "gmed_pct_mvic", "sls", study)
    asked = OutcomeRows(activation, "gmed_pct_mvic", measured, comparison)
    (by_leg,), (painful,) = measured_leg_part(asked).rows, measured_painful_part(asked).rows
    cases = activation[activation["group"] == "LBP"]
    legs = cases.pivot_table(index="participant_id", columns="dom", values="gmed_pct_mvic")
    expected = paired_t(Pairs(legs[1.0].to_numpy(), legs[0.0].to_numpy(), 0))
    assert painful.estimate == pytest.approx(expected.estimate, rel=1e-8, abs=0)
    if not painful.on_boundary:
        assert (painful.se, painful.df) == pytest.approx(
            (expected.se, expected.df), rel=1e-3, abs=0
        )
    assert "dom" not in painful.formula and painful.n_case == 21 and painful.n_reference == 0
    all_legs = activation.groupby(["group", "dom"])["gmed_pct_mvic"].mean()
    difference = all_legs["LBP", 1] - all_legs["LBP", 0]
    difference -= all_legs["control", 1] - all_legs["control", 0]
    assert by_leg.estimate == pytest.approx(difference, rel=1e-8, abs=0)


def _reason(part):
    (row,) = part.rows
    assert row.status == "not_estimable" and row.p is None
    assert part.runs == ()
    return row.note


def test_what_cannot_be_compared_is_said(holds, measure, comparison, activation, study):
    cases = holds[holds["group"] == "LBP"]
    assert "control group has no participant" in _reason(
        condition_part(cases, holds, measure, comparison)
    )
    one_leg = holds[holds["dom"] == 1]
    for rows in (one_leg, holds.assign(dom=np.nan)):
        part = hold_leg_part(OutcomeRows(rows, "capped_s", measure, comparison))
        assert "no two legs" in _reason(part)
    lost = holds[(holds["group"] == "control") | (holds["dom"] == 1)]
    part = hold_leg_part(OutcomeRows(lost, "capped_s", measure, comparison))
    assert "no trial in one of the two legs" in _reason(part)
    both = holds.assign(painful_side="bilateral")
    part = hold_painful_part(OutcomeRows(both, "capped_s", measure, comparison))
    assert "pain on one side only" in _reason(part)
    of_one = holds.assign(painful_side=holds["leg"])
    part = hold_painful_part(OutcomeRows(of_one, "capped_s", measure, comparison))
    assert "Only one of the painful and the other leg" in _reason(part)
    measured = column_measure(OUTCOMES["gmed_pct_mvic"], "gmed_pct_mvic", "sls", study)
    constant = activation.assign(gmed_pct_mvic=20.0)
    part = measured_painful_part(OutcomeRows(constant, "gmed_pct_mvic", measured, comparison))
    assert _reason(part)


def test_a_cohort_that_records_no_painful_side_is_not_asked(holds, measure, comparison):
    unknown = holds.assign(painful_side=pd.NA)
    assert hold_painful_part(OutcomeRows(unknown, "capped_s", measure, comparison)).rows == ()


def test_the_default_plan_asks_for_what_its_outcome_can_give(result, dataset):
    rows = result.estimates.set_index("estimate_id")
    assert rows.loc["gmed_pct_mvic:painful_leg", "status"] == "ok"
    assert "strength:painful_leg" not in rows.index
    has_both = "hold_time_s/eyes_closed:interaction_condition" in rows.index
    assert has_both == (dataset == "matched_eo_ec")


def _times(rows, of_cases, of_controls):
    """The same trials with holds that each group multiplies by its own number."""
    times = rows["low_s"] * np.where(rows["group"] == "LBP", of_cases, of_controls)
    return rows.assign(low_s=times, high_s=times, log_low=np.log(times), log_high=np.log(times))


def test_without_a_ceiling_group_by_task_is_a_difference_of_differences(holds, study, comparison):
    first = TaskHolds("stance", hold_measure("single_leg_stance", "eyes_open", study), holds)
    other = TaskHolds(
        "deadlift",
        hold_measure("single_leg_deadlift", "eyes_open", study),
        _times(holds, 0.3, 0.4),
    )
    (row,) = tasks_part([first, other], comparison).rows
    assert row.estimate_id == "hold_time_s/eyes_open/single_leg_deadlift:interaction_task"
    assert row.estimate == pytest.approx(0.75, rel=1e-9, abs=0)
    assert row.contrast == "LBP / control: deadlift / stance"


def test_three_tasks_are_tested_together_and_one_that_others_did_is_left_out(
    holds, study, comparison
):
    rng = np.random.default_rng(3)
    stance, deadlift, ball = (
        TaskHolds(
            printed,
            hold_measure(term, "eyes_open", study),
            _times(holds, of_cases, 0.4),
        )
        for printed, term, of_cases in (
            ("stance", "single_leg_stance", rng.uniform(0.38, 0.42, len(holds))),
            ("deadlift", "single_leg_deadlift", rng.uniform(0.1, 0.12, len(holds))),
            ("ball", "kneel_lean_ball", rng.uniform(0.38, 0.42, len(holds))),
        )
    )
    *_, joint = tasks_part([stance, deadlift, ball], comparison).rows
    n_people = holds["participant_id"].nunique()
    assert joint.estimate_id == "hold_time_s/eyes_open:interaction_tasks"
    assert joint.df == n_people - 2
    assert joint.p < 1e-6
    elsewhere = TaskHolds(
        "ball", ball.measure, ball.rows.assign(participant_id="x" + ball.rows["participant_id"])
    )
    ids = [row.estimate_id for row in tasks_part([stance, deadlift, elsewhere], comparison).rows]
    assert ids == ["hold_time_s/eyes_open/single_leg_deadlift:interaction_task"]
