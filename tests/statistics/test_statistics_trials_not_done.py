"""Trials that were not done: left out of the planned model, and what the result is if they were short."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.plan import Plan, PlannedOutcome
from tests.statistics.conftest import load_tables

HOLD = "hold_time_s/eyes_open"
PLAN = Plan(outcomes={HOLD: PlannedOutcome(role="primary", sensitivity=())})
WORDS = ("worst", "expected", "half")


@pytest.fixture(scope="module")
def lost(study):
    """The golden cohort, in which 10 of the cases missed their third trials."""
    tables = {name: load_tables("penney_like")[name] for name in ("participants", "hold_times")}
    holds = tables["hold_times"].copy()
    people = tables["participants"].query("group == 'LBP'")["participant_id"][:10]
    gone = holds["participant_id"].isin(people) & holds["trial"].eq(3)
    holds.loc[gone, ["hold_time_s", "ended_by"]] = [np.nan, "not_done"]
    return {**tables, "hold_times": holds}


def _rows(tables, study) -> pd.DataFrame:
    done = analyse("lost", build_analysis_sets(tables, study), study, PLAN)
    return done.estimates.set_index("estimate_id"), " ".join(step.text for step in done.steps)


def test_the_shorter_the_trials_not_done_the_lower_the_ratio_of_the_group_that_missed_them(
    lost, study
):
    rows, methods = _rows(lost, study)
    ratios = [rows.loc[f"{HOLD}:time_ratio:not_done_{word}", "estimate"] for word in WORDS]
    worst, expected, half = ratios
    assert worst < half < expected < rows.loc[f"{HOLD}:time_ratio:adjusted", "estimate"]
    for word in WORDS:
        row = rows.loc[f"{HOLD}:time_ratio:not_done_{word}"]
        assert (row["role"], row["family"], row["unit"]) == ("sensitivity", "", "ratio")
        assert "Trials not done: 20" in row["note"]
        assert row["n_rows"] == rows.loc[f"{HOLD}:time_ratio:adjusted", "n_rows"] + 20
    ranks = rows.loc[f"{HOLD}:brunner_munzel:not_done_worst"]
    assert 0.5 < ranks["estimate"] <= 1
    assert "worst rank" in methods


def test_where_every_trial_was_done_there_is_nothing_to_add(study):
    tables = {name: load_tables("penney_like")[name] for name in ("participants", "hold_times")}
    rows, methods = _rows(tables, study)
    assert not rows.index.str.contains("not_done").any()
    assert "not done" not in methods


def test_an_outcome_outside_the_plan_gets_no_such_rows(lost, study):
    done = analyse("lost", build_analysis_sets(lost, study), study, Plan(outcomes={}))
    assert not done.estimates["estimate_id"].str.contains("not_done").any()
