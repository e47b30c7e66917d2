"""Every way out of the analysis counts, once for each person, and a difference between the groups is said."""

import numpy as np
import pandas as pd
import pytest

from pipeline.intake.deciding.exclusions import exclusion_findings
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.study import Study

N = 14
STUDY = Study.model_validate(
    {"title": "Ways out", "groups": {"case": {"label": "LBP"}, "reference": {"label": "control"}}}
)


@pytest.fixture
def tables():
    """14 and 14 people with two holds and two activation rows each; nothing left out."""
    codes = [f"P{i:02d}" for i in range(2 * N)]
    people = pd.DataFrame(
        {"participant_id": codes, "group": ["LBP"] * N + ["control"] * N, "dominant_leg": "right"}
    )
    rows = people[["participant_id"]].merge(pd.DataFrame({"leg": ["left", "right"]}), how="cross")
    rows = rows.assign(visit="baseline", task="single_leg_stance", trial=1)
    rng = np.random.default_rng(1)
    holds = rows.assign(
        condition="eyes_open",
        hold_time_s=rng.uniform(5, 25, len(rows)),
        ceiling_s=30.0,
        hold_low_s=np.nan,
        hold_high_s=np.nan,
        ended_by="foot_touch",
    )
    activation = rows.assign(
        gmed_pct_mvic=rng.uniform(5, 40, len(rows)),
        gmed_rms_uv=np.nan,
        mvic_rms_uv=np.nan,
        onset_ms=rng.normal(-60, 20, len(rows)),
        onset_method="ramp_bayes",
        quality="good",
    )
    return {"participants": people, "hold_times": holds, "activation": activation}


def _not_done(tables, people):
    of = tables["hold_times"]["participant_id"].isin(people) & tables["hold_times"]["leg"].eq(
        "left"
    )
    tables["hold_times"].loc[of, ["hold_time_s", "ended_by"]] = [np.nan, "not_done"]


def _rejected(tables, people):
    tables["activation"].loc[tables["activation"]["participant_id"].isin(people), "quality"] = (
        "reject"
    )


def _without_onset(tables, people):
    tables["activation"].loc[tables["activation"]["participant_id"].isin(people), "onset_ms"] = (
        np.nan
    )


def _other_visit(tables, people):
    of = tables["hold_times"]["participant_id"].isin(people)
    tables["hold_times"].loc[of, "visit"] = "follow_up"


@pytest.mark.parametrize(
    ("leave", "table"),
    [
        (_not_done, "hold_times"),
        (_rejected, "activation"),
        (_without_onset, "activation/onset_ms"),
        (_other_visit, "hold_times"),
    ],
)
def test_every_way_out_is_counted_by_group_and_said_when_it_differs(tables, leave, table):
    cases = tables["participants"]["participant_id"][:12].tolist()
    leave(tables, cases)
    found = build_analysis_sets(tables, STUDY).exclusions.set_index("table")
    row = found.loc[table]
    assert (row["excluded_case"], row["n_case"]) == (12, N)
    assert (row["excluded_reference"], row["n_reference"]) == (0, N)
    assert row["differs"]
    assert row["p"] < 0.001
    (finding,) = [
        one
        for one in exclusion_findings(found.reset_index(), (), ("LBP", "control"))
        if one.table == table.split("/")[0]
    ]
    assert finding.rule_id == "FLOW-01"
    assert "12 of 14 LBP (86 %) and of 0 of 14 control (0 %)" in finding.why
    assert "P < .001" in finding.why


def test_nothing_left_nothing_counted(tables):
    assert build_analysis_sets(tables, STUDY).exclusions.empty


def test_another_visit_of_a_person_who_has_the_analysed_one_is_no_loss(tables):
    again = tables["hold_times"].assign(visit="follow_up")
    tables["hold_times"] = pd.concat([tables["hold_times"], again], ignore_index=True)
    assert build_analysis_sets(tables, STUDY).exclusions.empty


def test_rows_set_aside_in_intake_and_trials_not_done_of_one_person_count_once(tables):
    _not_done(tables, ["P00", "P01"])
    aside = pd.DataFrame(
        {"table": "hold_times", "participant_id": ["P01", "P02"], "group": ["LBP", "LBP"]}
    )
    row = build_analysis_sets(tables, STUDY, set_aside=aside).exclusions.iloc[0]
    assert (row["excluded_case"], row["excluded_reference"], row["n_case"]) == (3, 0, N)


def test_swapping_the_groups_swaps_the_counts(tables):
    _not_done(tables, ["P00", "P01", "P02", "P20"])
    row = build_analysis_sets(tables, STUDY).exclusions.iloc[0]
    swap = {"LBP": "control", "control": "LBP"}
    tables["participants"]["group"] = tables["participants"]["group"].map(swap)
    swapped = build_analysis_sets(tables, STUDY).exclusions.iloc[0]
    assert (row["excluded_case"], row["excluded_reference"]) == (3, 1)
    assert (swapped["excluded_case"], swapped["excluded_reference"]) == (1, 3)
    assert row["p"] == pytest.approx(swapped["p"], rel=1e-12)


def test_people_seen_at_another_visit_only_are_counted_apart(tables):
    _other_visit(tables, ["P00", "P01", "P20"])
    _not_done(tables, ["P05"])
    row = build_analysis_sets(tables, STUDY).exclusions.set_index("table").loc["hold_times"]
    assert (row["other_visit_case"], row["other_visit_reference"]) == (2, 1)
    assert (row["excluded_case"], row["excluded_reference"]) == (3, 1)


def test_a_person_with_both_visits_is_not_one_seen_elsewhere(tables):
    again = tables["hold_times"].assign(visit="follow_up")
    tables["hold_times"] = pd.concat([tables["hold_times"], again], ignore_index=True)
    _not_done(tables, ["P05"])
    row = build_analysis_sets(tables, STUDY).exclusions.set_index("table").loc["hold_times"]
    assert (row["other_visit_case"], row["other_visit_reference"]) == (0, 0)
