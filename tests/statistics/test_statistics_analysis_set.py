"""The analysis set: what is joined, what a hold says about its time, and every row that leaves."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis_set import build_analysis_sets
from pipeline.statistics.outcomes.hold_bounds import add_hold_bounds
from schemas.intake_results import Flow
from schemas.study import Study

MISSING = float("nan")


def _hold(hold_time_s=MISSING, ended_by=MISSING, low=MISSING, high=MISSING, ceiling=30.0):
    frame = pd.DataFrame(
        {
            "hold_time_s": [hold_time_s],
            "ceiling_s": [ceiling],
            "hold_low_s": [low],
            "hold_high_s": [high],
            "ended_by": pd.Series([ended_by], dtype="str"),
        }
    )
    return add_hold_bounds(frame, shortest_timed_hold_s=1.0).iloc[0]


@pytest.mark.parametrize(
    ("hold", "low_s", "high_s", "censoring", "capped_s"),
    [
        (_hold(12.5, "hop"), 12.5, 12.5, "exact", 12.5),
        (_hold(30.0, "ceiling"), 30, np.inf, "ceiling", 30),
        (_hold(30.2, "ceiling"), 30, np.inf, "ceiling", 30),
        (_hold(30.0), 30, np.inf, "ceiling", 30),
        (_hold(ended_by="ceiling"), 30, np.inf, "ceiling", 30),
        (_hold(0.0), 0, 1, "unable", 0),
        (_hold(0.4, "foot_touch"), 0, 1, "unable", 0.4),
        (_hold(22.0, "pain"), 22, 22, "exact", 22),
        (_hold(low=0.0, high=20.0), 1, 20, "between", MISSING),
        (_hold(high=20.0), 1, 20, "between", MISSING),
        (_hold(low=5.0, high=10.0), 5, 10, "between", MISSING),
        (_hold(low=7.0, high=7.0), 7, 7, "exact", MISSING),
        (_hold(low=15.0), 15, np.inf, "above", MISSING),
        (_hold(high=0.5), 0, 0.5, "below", MISSING),
    ],
)
def test_what_a_recorded_hold_says(hold, low_s, high_s, censoring, capped_s):
    assert (hold["low_s"], hold["high_s"], hold["censoring"]) == (low_s, high_s, censoring)
    assert hold["capped_s"] == pytest.approx(capped_s, nan_ok=True)
    with np.errstate(divide="ignore"):
        assert (hold["log_low"], hold["log_high"]) == (np.log(low_s), np.log(high_s))


def test_events_are_holds_below_the_ceiling_as_in_r(sets, golden):
    holds = sets.hold_times
    rows = holds[holds["condition"] == "eyes_open"]
    block = golden["censored"]["lognormal"]["cluster"]
    assert len(rows) == block["n"]
    assert (rows["censoring"] == "exact").sum() == block["events"]


def test_dom_is_the_dominant_leg_and_unknown_stays_unknown(penney, study):
    people = penney["participants"].copy()
    people.loc[0, "dominant_leg"] = MISSING
    rows = build_analysis_sets({**penney, "participants": people}, study).activation
    unknown = rows["participant_id"] == people.loc[0, "participant_id"]
    assert rows.loc[unknown, "dom"].isna().all()
    known = rows[~unknown]
    assert (known["dom"] == (known["leg"] == known["dominant_leg"])).all()
    without = build_analysis_sets(
        {**penney, "participants": people.drop(columns="dominant_leg")}, study
    )
    assert without.activation["dom"].isna().all()


def _count(flow, stage, table, reason):
    rows = flow[(flow["stage"] == stage) & (flow["table"] == table) & (flow["reason"] == reason)]
    return {row.group: (row.n_rows, row.n_participants) for row in rows.itertuples()}


def test_every_row_that_leaves_is_counted_by_group_and_reason(penney, study):
    holds, activation = penney["hold_times"].copy(), penney["activation"].copy()
    people = penney["participants"].set_index("participant_id")["group"]
    case, reference = people[people == "LBP"].index[0], people[people == "control"].index[0]
    of_case = holds.index[holds["participant_id"] == case]
    holds.loc[of_case[:2], ["hold_time_s", "ended_by"]] = [MISSING, "not_done"]
    holds.loc[of_case[2], ["hold_time_s", "ended_by"]] = [MISSING, "hop"]
    holds.loc[holds["participant_id"] == reference, "participant_id"] = "stranger"
    quiet = activation.index[activation["participant_id"] == case]
    activation.loc[quiet[0], "quality"] = "reject"
    activation.loc[quiet[1], ["onset_ms", "onset_note"]] = [MISSING, "no burst"]
    activation.loc[quiet[2:4], ["gmed_pct_mvic", "gmed_rms_uv"]] = [MISSING, 40.0]
    sets = build_analysis_sets({**penney, "hold_times": holds, "activation": activation}, study)
    flow = Flow.validate(sets.flow)
    assert _count(flow, "not_usable", "hold_times", "trial not done") == {"LBP": (2, 1)}
    assert _count(flow, "not_usable", "hold_times", "no hold time and no bounds") == {"LBP": (1, 1)}
    unmatched = _count(flow, "not_matched", "hold_times", "participant not among those compared")
    assert unmatched == {"(unknown)": (6, 1)}
    assert _count(flow, "not_usable", "activation", "signal rejected") == {"LBP": (1, 1)}
    assert _count(flow, "not_usable", "activation/onset_ms", "onset not found") == {"LBP": (1, 1)}
    no_reference = _count(flow, "not_usable", "activation/gmed_pct_mvic", "no %MVIC reference")
    assert no_reference == {"LBP": (2, 1)}
    assert _count(flow, "analysed", "activation/gmed_pct_mvic", "") == {
        "LBP": (123, 21),
        "control": (132, 22),
    }
    for table, rows in [("hold_times", holds), ("activation", activation)]:
        assert flow.loc[flow["table"] == table, "n_rows"].sum() == len(rows)


def test_a_repeated_study_is_analysed_at_baseline(penney, study):
    later = penney["strength"].assign(visit="week_6", abd_strength_n_kg=9.0)
    both = pd.concat([penney["strength"], later], ignore_index=True)
    sets = build_analysis_sets({**penney, "strength": both}, study)
    assert len(sets.strength) == len(penney["strength"])
    counted = _count(sets.flow, "not_usable", "strength", "visit other than baseline")
    assert sum(rows for rows, _ in counted.values()) == len(later)


@pytest.mark.parametrize(
    ("visits", "chosen"),
    [
        # A table that names no visit was filled with "baseline"; it belongs to the visit of the others.
        ({"hold_times": "week_0", "activation": "baseline", "strength": "week_0"}, "week_0"),
        ({"hold_times": "week_6", "activation": "week_0", "strength": "week_6"}, "week_6"),
        ({"hold_times": "week_0", "activation": "week_0", "strength": "after"}, "week_0"),
    ],
)
def test_all_tables_are_analysed_at_one_visit(penney, study, visits, chosen):
    tables = {**penney, **{name: penney[name].assign(visit=v) for name, v in visits.items()}}
    sets = build_analysis_sets(tables, study)
    for name, visit in visits.items():
        left = _count(sets.flow, "not_usable", name, f"visit other than {chosen}")
        if visit in {chosen, "baseline"}:
            assert (len(getattr(sets, name)), left) == (len(tables[name]), {})
        else:
            assert len(getattr(sets, name)) == 0
            assert sum(rows for rows, _ in left.values()) == len(tables[name])
    assert len(sets.clinical_test) == len(penney["clinical_test"])


def test_a_visit_of_people_who_are_not_compared_decides_nothing(penney, study):
    later = penney["hold_times"].assign(visit="week_0")
    stranger = penney["hold_times"].iloc[:1].assign(participant_id="stranger", visit="baseline")
    tables = {
        "participants": penney["participants"],
        "hold_times": pd.concat([later, stranger], ignore_index=True),
    }
    assert len(build_analysis_sets(tables, study).hold_times) == len(later)


def test_people_of_a_third_group_leave_with_a_count(penney):
    people = penney["participants"].copy()
    people.loc[:2, "group"] = "athletes"
    groups = {"case": {"label": "LBP"}, "reference": {"label": "control"}}
    sets = build_analysis_sets(
        {**penney, "participants": people},
        Study.model_validate({"title": "Golden", "groups": groups}),
    )
    assert len(sets.participants) == 40
    reason = "not in one of the two compared groups"
    assert _count(sets.flow, "not_usable", "participants", reason) == {"athletes": (3, 3)}


def test_tables_that_were_not_handed_in_stay_away(penney, study):
    sets = build_analysis_sets({"participants": penney["participants"]}, study)
    assert sets.hold_times is None
    assert sets.activation is None
    assert set(sets.flow["table"]) == {"participants"}


def test_a_participant_who_stands_twice_stops_the_join(penney, study):
    twice = pd.concat([penney["participants"], penney["participants"].iloc[:1]], ignore_index=True)
    with pytest.raises(pd.errors.MergeError):
        build_analysis_sets({**penney, "participants": twice}, study)
