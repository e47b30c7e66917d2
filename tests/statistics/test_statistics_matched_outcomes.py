"""Matched designs through the outcomes: R's numbers, and reasons where there are no pairs."""

import math

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets, strength_scale
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.models.discrete.conditional_logit import MatchedSets
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.matched import PAIRS, SETS, pairs_part, sets_part
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.plan import DEFAULT_PLAN, Plan, PlannedOutcome
from tests.statistics.conftest import load_tables

HOLD = "hold_time_s/eyes_open"
MEASURE = Measure("gmed_pct_mvic", "GMed activation", "%MVIC")
STRENGTH = Measure("strength", "strength", "N/kg")


@pytest.fixture(scope="module")
def comparison(study):
    return Comparison.of(study, DEFAULT_PLAN)


@pytest.fixture(scope="module")
def matched(study):
    return build_analysis_sets(load_tables("matched_eo_ec"), study)


def _eyes_open(sets):
    rows = sets.activation
    return rows.loc[rows["gmed_pct_mvic"].notna()]


def of_activation(rows, comparison) -> OutcomeRows:
    return OutcomeRows(rows, "gmed_pct_mvic", MEASURE, comparison)


def test_the_difference_within_pairs_is_r_paired_t(matched, comparison, golden_of):
    expected = golden_of("matched_eo_ec")["matched"]["paired_t"]
    (row,) = pairs_part(of_activation(_eyes_open(matched), comparison)).rows
    found = (row.estimate, row.statistic, row.df, row.ci_low, row.ci_high)
    assert found == pytest.approx(
        (expected["diff"], expected["t"], expected["df"], *expected["ci"]), rel=1e-8, abs=0
    )
    assert row.p == pytest.approx(expected["p"], rel=1e-6, abs=0)
    assert row.note == "Complete pairs: 60; broken: 0." and row.n_case == row.n_reference == 60


def test_a_lost_participant_breaks_a_pair_and_is_counted(matched, comparison):
    rows = _eyes_open(matched)
    lost = rows[rows["participant_id"] != rows["participant_id"].iloc[0]]
    (row,) = pairs_part(of_activation(lost, comparison)).rows
    assert row.n_case == row.n_reference == 59
    assert row.note.startswith("Complete pairs: 59")


def test_the_odds_within_sets_are_for_one_standard_deviation(matched, comparison):
    rows = matched.strength
    scale = strength_scale(rows)
    row, adjusted = sets_part(OutcomeRows(rows, scale, STRENGTH, comparison, "max")).rows
    assert adjusted.formula == "case ~ strength + age_years + strata(pair_id)"
    assert "Alike within all sets and so not in the model: sex." in adjusted.note
    legs = rows.groupby(["participant_id", "group", "pair_id", "leg"], as_index=False)[scale].max()
    people = legs.groupby(["participant_id", "group", "pair_id"], as_index=False)[scale].mean()
    fit = MatchedSets(people["group"].eq("LBP"), people[[scale]], people["pair_id"]).fit()
    expected = float(fit.params[scale]) * people[scale].std()
    assert row.log_estimate == pytest.approx(expected, rel=1e-6, abs=0)
    assert row.estimate == pytest.approx(math.exp(expected), rel=1e-6, abs=0)
    assert "Matched sets: 60" in row.note


def test_what_cannot_be_matched_is_said(matched, comparison):
    rows = _eyes_open(matched)
    unmatched = rows.assign(pair_id=pd.NA)
    asked = of_activation(unmatched, comparison)
    assert pairs_part(asked).rows == sets_part(asked).rows == ()
    for changed in (
        rows[rows["group"] == "LBP"],
        rows.assign(gmed_pct_mvic=20.0),
        rows.assign(gmed_pct_mvic=np.where(rows["group"] == "LBP", 20.0, 10.0)),
        rows.assign(pair_id="M01"),
        rows.head(1),
    ):
        asked = of_activation(changed, comparison)
        made = [*pairs_part(asked).rows, *sets_part(asked).rows]
        statuses = {row.model: row.status for row in made}
        assert statuses[PAIRS] == "not_estimable", changed.shape
        if statuses[SETS] == "not_estimable":
            assert all(row.note for row in made)
        assert all(row.p is None or row.p > 0 for row in made)


def test_the_primary_regression_says_that_sets_are_alike_only_where_there_are_any(study):
    said = {}
    for name in ("penney_like", "matched_eo_ec"):
        tables = {t: load_tables(name)[t] for t in ("participants", "hold_times")}
        plan = Plan(
            outcomes={HOLD: PlannedOutcome(role="primary", sensitivity=("cox_breslow", "rmst"))}
        )
        done = analyse(name, build_analysis_sets(tables, study), study, plan)
        rows = done.estimates.set_index("estimate_id")
        text = " ".join(step.text for step in done.steps)
        said[name] = "the set is the cluster" in text
        sets = [
            rows.loc[f"{HOLD}:{row}", "note"]
            for row in ("time_ratio:adjusted", "cox_breslow:adjusted")
        ]
        assert all(
            ("Participants of one set are taken as alike" in note) is said[name] for note in sets
        )
        assert "Matched sets" not in rows.loc[f"{HOLD}:log_time_ratio:survreg", "note"]
        of_means = rows.loc[f"{HOLD}:rmst:adjusted", "note"]
        assert ("taken as independent" in of_means) is said[name]
        assert not rows["second_opinion"].eq("disagrees").any()
        # 60 sets leave fewer degrees of freedom than their 120 people.
        if said[name]:
            assert rows.loc[f"{HOLD}:time_ratio:adjusted", "df"] < 60
    assert said == {"penney_like": False, "matched_eo_ec": True}
