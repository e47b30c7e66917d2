"""Holds of 0 s: the ratio rests on a convention, and the report shows how much."""

import numpy as np
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.plan import Plan
from schemas.study import Study

HOLD = "hold_time_s/eyes_open"
RATIO = f"{HOLD}:time_ratio:adjusted"
PLAN = Plan.model_validate({"outcomes": {HOLD: {"role": "primary", "sensitivity": []}}})
GROUPS = {"case": {"label": "LBP"}, "reference": {"label": "control"}}


def _study(shortest_s=1.0):
    return Study.model_validate(
        {"title": "Short", "groups": GROUPS, "holds": {"shortest_timed_hold_s": shortest_s}}
    )


def _analysed(tables, shortest_s=1.0):
    study = _study(shortest_s)
    done = analyse("short", build_analysis_sets(tables, study), study, PLAN)
    return done.estimates.set_index("estimate_id", drop=False), done.steps


@pytest.fixture
def unable(penney):
    """Every fourth trial of the cases is 0 s."""
    holds = penney["hold_times"].copy()
    cases = penney["participants"].query("group == 'LBP'")["participant_id"]
    of_cases = holds.index[holds["participant_id"].isin(cases)]
    holds.loc[of_cases[::4], ["hold_time_s", "ended_by"]] = [0.0, "foot_touch"]
    return {"participants": penney["participants"], "hold_times": holds}


@pytest.fixture
def bounded(penney):
    """Every third trial that ended is known only to lie below the ceiling."""
    holds = penney["hold_times"].copy()
    ended = holds.index[holds["hold_time_s"] < holds["ceiling_s"]]
    holds.loc[ended[::3], "hold_high_s"] = holds.loc[ended[::3], "ceiling_s"]
    holds.loc[ended[::3], "hold_time_s"] = np.nan
    return {"participants": penney["participants"], "hold_times": holds}


@pytest.mark.parametrize("data", ["unable", "bounded"])
def test_half_and_double_are_the_results_of_studies_with_those_settings(request, data):
    tables = request.getfixturevalue(data)
    rows, _ = _analysed(tables)
    for word, seconds in {"half": 0.5, "double": 2.0}.items():
        row = rows.loc[f"{HOLD}:time_ratio:shortest_{word}"]
        own, _ = _analysed(tables, seconds)
        for name in ("estimate", "se", "ci_low", "ci_high", "p", "df", "n_rows"):
            assert row[name] == pytest.approx(own.loc[RATIO, name], rel=1e-12), name
        assert row["estimate"] != pytest.approx(rows.loc[RATIO, "estimate"], rel=1e-9)
        assert (row["role"], row["family"], row["unit"]) == ("sensitivity", "", "ratio")
        assert row["model"] == "censored_lognormal"
        assert {"half": "half", "double": "twice"}[word] in row["variant"]
        assert f"{seconds:g} s" in row["note"]


def test_the_primary_row_says_that_it_rests_on_the_setting(unable, bounded):
    rows, steps = _analysed(unable, 0.8)
    for row_id in (RATIO, f"{HOLD}:time_ratio:unadjusted", f"{HOLD}:log_time_ratio:survreg"):
        assert rows.loc[row_id, "status"] == "flagged"
        assert (
            "The ratio depends on counting 0 s as shorter than 0.8 s (see sensitivity analyses)."
            in rows.loc[row_id, "note"]
        )
    text = " ".join(step.text for step in steps)
    assert "repeated with 0.4 s and with 1.6 s in place of 0.8 s" in text
    note = _analysed(bounded)[0].loc[RATIO, "note"]
    assert "counting a lower bound below 1 s as 1 s (see sensitivity analyses)." in note
    assert "0 s as shorter" not in note


@pytest.mark.parametrize("seconds", [0.05, 0.5, 0.99])
def test_a_hold_too_short_to_time_is_one_with_0_s(unable, seconds):
    holds = unable["hold_times"].copy()
    none = holds["hold_time_s"].eq(0)
    holds.loc[none, "hold_time_s"] = seconds
    as_zero, _ = _analysed(unable)
    timed, _ = _analysed({**unable, "hold_times": holds})
    for name in ("estimate", "se", "p"):
        assert timed.loc[RATIO, name] == as_zero.loc[RATIO, name]
    assert "a hold below 1 s as shorter than 1 s" in timed.loc[RATIO, "note"]
    assert timed.index.str.contains("shortest_half").any()


def test_without_such_trials_nothing_is_added(penney):
    rows, steps = _analysed(penney)
    assert not rows.index.str.contains("shortest_|within_bounds").any()
    assert (rows.loc[RATIO, "status"], rows.loc[RATIO, "note"]) == ("ok", "")
    assert "shortest hold" not in " ".join(step.text for step in steps)
    # A lower bound above the setting rests on nothing.
    holds = penney["hold_times"].copy()
    first = holds.index[holds["hold_time_s"] < holds["ceiling_s"]][0]
    holds.loc[first, ["hold_time_s", "hold_low_s", "hold_high_s"]] = [np.nan, 5.0, 10.0]
    rows, _ = _analysed({"participants": penney["participants"], "hold_times": holds})
    assert not rows.index.str.contains("shortest_").any()
    assert rows.loc[RATIO, "status"] == "ok"


def test_a_ratio_that_cannot_be_given_cannot_be_given_with_other_settings(unable):
    holds = unable["hold_times"]
    timed = holds["hold_time_s"] > 0
    holds = holds.assign(
        hold_time_s=holds["hold_time_s"].where(~timed, 30.0),
        ended_by=holds["ended_by"].where(~timed, "ceiling"),
    )
    rows, _ = _analysed({**unable, "hold_times": holds})
    for word in ("half", "double"):
        row = rows.loc[f"{HOLD}:time_ratio:shortest_{word}"]
        assert (row["status"], row["note"]) == ("not_estimable", rows.loc[RATIO, "note"])


@pytest.mark.parametrize("side", ["case", "reference", "all"])
def test_the_shares_and_the_trials_timed_exactly_add_up(unable, side):
    holds = unable["hold_times"].copy()
    timed = holds.index[(holds["hold_time_s"] > 0) & (holds["hold_time_s"] < holds["ceiling_s"])]
    for kind, (low, high) in enumerate([(5.0, 20.0), (0.0, 0.5), (12.0, np.nan), (30.0, np.nan)]):
        some = timed[kind::9]
        holds.loc[some, ["hold_time_s", "hold_low_s", "hold_high_s"]] = [np.nan, low, high]
        holds.loc[some, "ended_by"] = np.nan
    tables = {**unable, "hold_times": holds}
    rows, _ = _analysed(tables)
    trials = build_analysis_sets(tables, _study()).hold_times
    if side != "all":
        trials = trials[trials["group"] == GROUPS[side]["label"]]
    names = ("share_at_ceiling", "share_unable", "share_within_bounds")
    shares = {name: rows.loc[f"{HOLD}:{name}:{side}", "estimate"] for name in names}
    exact = (trials["low_s"] == trials["high_s"]).mean()
    assert min(exact, shares["share_within_bounds"], shares["share_at_ceiling"]) > 0
    assert sum(shares.values()) + exact == pytest.approx(1)
    assert rows.loc[f"{HOLD}:share_within_bounds:{side}", "model"] == "share_within_bounds"
    # Longer than 12 s of 30 s is no trial held to the ceiling; longer than 30 s is.
    held = ((trials["low_s"] >= 30) & np.isinf(trials["high_s"])).sum()
    count = rows.loc[f"{HOLD}:trials_at_ceiling:{side}"]
    assert (count["estimate"], count["model"], count["unit"]) == (
        held,
        "count_at_ceiling",
        "trials",
    )
    assert shares["share_at_ceiling"] == pytest.approx(held / len(trials))


def test_counts_at_the_ceiling_are_there_without_bounds_too(penney, as_planned):
    rows = as_planned
    for side, label in {"case": "LBP", "reference": "control"}.items():
        people = penney["participants"].query("group == @label")["participant_id"]
        holds = penney["hold_times"]
        holds = holds[holds["participant_id"].isin(people)]
        count = rows.loc[f"{HOLD}:trials_at_ceiling:{side}"]
        assert count["estimate"] == (holds["hold_time_s"] >= holds["ceiling_s"]).sum()
        assert count["contrast"] == label
