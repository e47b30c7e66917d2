"""Data that cannot carry an analysis: the row says why, in words, and nothing else breaks."""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.plan import DEFAULT_PLAN, Plan
from schemas.study import Study

HOLD = "hold_time_s/eyes_open"
RATIO = f"{HOLD}:time_ratio:adjusted"
GMED = "gmed_pct_mvic:difference:adjusted"


def only(tables, *names):
    """Participants and the tables that a test looks at, as every outcome costs its analysis."""
    return {name: tables[name] for name in ("participants", *names)}


def _not_estimable(rows, row_id, reason):
    row = rows.loc[row_id]
    assert row["status"] == "not_estimable"
    assert reason in row["note"], row["note"]
    assert np.isnan(row["estimate"])
    assert np.isnan(row["p"])


def test_all_trials_at_the_ceiling(penney, run):
    holds = penney["hold_times"].assign(hold_time_s=30.0, ended_by="ceiling")
    rows = run({**only(penney, "activation"), "hold_times": holds})
    for how in ("adjusted", "unadjusted"):
        _not_estimable(rows, f"{HOLD}:time_ratio:{how}", "100.0% of the trials were held to")
    _not_estimable(rows, f"{HOLD}:median:case", "More than half")
    _not_estimable(rows, f"{HOLD}:restricted_mean_difference:welch", "do not vary")
    for model, reason in {
        "cox_breslow": "100.0% of the trials",
        "rmst": "do not vary",
        "gee_exchangeable": "All rows have the outcome",
    }.items():
        _not_estimable(rows, f"{HOLD}:{model}:adjusted", reason)
    assert rows.loc[f"{HOLD}:share_at_ceiling:all", "estimate"] == 1
    assert rows.loc[GMED, "status"] == "ok"


def test_too_few_endings_in_a_group(penney, run):
    holds = penney["hold_times"].copy()
    people = penney["participants"].query("group == 'control'")["participant_id"]
    ended = holds["participant_id"].isin(people) & (holds["hold_time_s"] < 30)
    kept = holds.index[ended][:2]
    holds.loc[ended & ~holds.index.isin(kept), ["hold_time_s", "ended_by"]] = [30.0, "ceiling"]
    rows = run({**only(penney, "hold_times"), "hold_times": holds})
    _not_estimable(rows, RATIO, "Trials of the control group that ended before the ceiling: 2")
    lenient = run(
        {**only(penney, "hold_times"), "hold_times": holds}, Plan(minimum_events_per_group=2)
    )
    _not_estimable(
        lenient, RATIO, "Participants of the control group with a trial that ended before"
    )


def test_few_endings_in_a_group_are_flagged(penney, run):
    holds = penney["hold_times"].copy()
    people = penney["participants"].query("group == 'control'")["participant_id"]
    ended = holds["participant_id"].isin(people) & (holds["hold_time_s"] < 30)
    kept = holds[ended].drop_duplicates("participant_id").index[:4]
    holds.loc[ended & ~holds.index.isin(kept), ["hold_time_s", "ended_by"]] = [30.0, "ceiling"]
    row = run({**only(penney, "hold_times"), "hold_times": holds}).loc[RATIO]
    assert row["status"] == "flagged"
    assert "Few trials of the control group ended before the ceiling (4 trials of 4" in row["note"]


@pytest.mark.parametrize("group", ["LBP", "control"])
def test_one_group_only(penney, run, group):
    people = penney["participants"].query("group == @group")
    rows = run({**penney, "participants": people})
    other = {"LBP": "control", "control": "LBP"}[group]
    _not_estimable(rows, RATIO, f"The {other} group has no participant")
    _not_estimable(rows, GMED, f"The {other} group has no participant")
    for model in ("cox_breslow", "rmst", "gee_exchangeable"):
        _not_estimable(rows, f"{HOLD}:{model}:adjusted", f"The {other} group has no participant")
    _not_estimable(rows, "gmed_pct_mvic:hedges_g", "At least two participants")
    _not_estimable(rows, "sls_test:lr_positive", "Nobody")


@pytest.mark.parametrize("n", [0, 1])
def test_nobody_and_one_participant(penney, run, n):
    rows = run({**penney, "participants": penney["participants"].head(n)})
    assert rows.loc[RATIO, "status"] == "not_estimable"
    assert rows.loc[GMED, "status"] == "not_estimable"
    sides = [f"participants:n:{side}" for side in ("case", "reference")]
    assert rows.loc[sides, "estimate"].sum() == n


def test_constant_outcomes(penney, run):
    people = penney["participants"]
    cases = set(people.loc[people["group"] == "LBP", "participant_id"])
    activation = penney["activation"]
    activation = activation.assign(
        gmed_pct_mvic=20.0,
        onset_ms=np.where(activation["participant_id"].isin(cases), 5.0, 9.0),
    )
    holds = penney["hold_times"].assign(hold_time_s=12.0, ended_by="hop")
    rows = run({**only(penney), "activation": activation, "hold_times": holds})
    _not_estimable(rows, RATIO, "All trials have the same hold time")
    _not_estimable(rows, GMED, "do not vary")
    _not_estimable(rows, "onset_ms:difference:adjusted", "do not vary")


def test_holds_that_the_group_determines_exactly(penney, run):
    people = penney["participants"]
    cases = set(people.loc[people["group"] == "LBP", "participant_id"])
    holds = penney["hold_times"]
    holds = holds.assign(
        hold_time_s=np.where(holds["participant_id"].isin(cases), 5.0, 9.0), ended_by="hop"
    )
    _not_estimable(
        run({**only(penney, "hold_times"), "hold_times": holds}), RATIO, "no stable solution"
    )


def test_a_covariate_that_is_the_group_or_another_covariate_is_left_out(penney, run, as_planned):
    people = penney["participants"]
    people = people.assign(
        site=np.where(people["group"] == "LBP", "A", "B"), height_cm=2 * people["age_years"]
    )
    plan = Plan(covariates=("age_years", "site", "height_cm", "tsk", "sex", "dom"))
    rows = run({**only(penney, "hold_times", "activation"), "participants": people}, plan)
    for row_id in (RATIO, GMED):
        assert rows.loc[row_id, "status"] == "flagged"
        note = rows.loc[row_id, "note"]
        assert "Not adjusted for site: the groups have no values in common" in note
        assert "Not adjusted for height: in these rows it cannot be told apart" in note
        assert "Not adjusted for kinesiophobia (TSK): the cohort has no such column." in note
    assert rows.loc[RATIO, "estimate"] == pytest.approx(as_planned.loc[RATIO, "estimate"], rel=1e-9)


def test_a_covariate_that_the_groups_do_not_share_is_left_out(penney, run):
    people = penney["participants"]
    tables = only(penney, "hold_times", "activation")
    years = np.where(people["group"] == "LBP", 30.0, 0.0)
    older = run({**tables, "participants": people.assign(age_years=people["age_years"] + years)})
    assert "Not adjusted" not in older.loc[RATIO, "note"]
    apart = run(
        {**tables, "participants": people.assign(age_years=people["age_years"] + 2 * years)}
    )
    without = run(tables, Plan(covariates=("sex", "dom")))
    for row_id in (RATIO, GMED):
        assert apart.loc[row_id, "status"] == "flagged"
        assert "age: the groups have no values in common" in apart.loc[row_id, "note"]
        assert apart.loc[row_id, "estimate"] == without.loc[row_id, "estimate"]


def test_a_covariate_with_gaps_or_one_value(penney, run):
    people = penney["participants"].assign(sex="female")
    people.loc[people.index[::5], "age_years"] = np.nan
    rows = run({**only(penney, "hold_times"), "participants": people})
    row = rows.loc[RATIO]
    lost = 6 * len(people.index[::5])
    assert row["status"] == "flagged"
    assert f"Rows without a value of age, not in the adjusted model: {lost}." in row["note"]
    assert "Not adjusted for sex: it has the same value in all rows." in row["note"]
    assert row["n_rows"] == len(penney["hold_times"]) - lost
    assert rows.loc[f"{HOLD}:time_ratio:unadjusted", "n_rows"] == len(penney["hold_times"])
    assert rows.loc[f"{HOLD}:time_ratio:unadjusted", "status"] == "ok"


def test_few_participants_for_many_coefficients(penney, run):
    people = penney["participants"].groupby("group").head(2).reset_index(drop=True)
    people = people.assign(age_years=[30.0, 50.0, 40.0, 60.0], sex=["male", "female"] * 2)
    rows = run({**only(penney, "activation"), "participants": people})
    _not_estimable(rows, GMED, "4 participants are too few for a model with 4 coefficients")


def test_different_ceilings_are_modelled_and_averaged_up_to_the_smallest(penney, run, as_planned):
    holds = penney["hold_times"].copy()
    first = holds["trial"] == 1
    holds.loc[first, "ceiling_s"] = 60.0
    holds.loc[first & (holds["ended_by"] == "ceiling"), "hold_time_s"] = 60.0
    rows = run({**only(penney, "hold_times"), "hold_times": holds})
    assert rows.loc[RATIO, "status"] == "ok"
    for name in ("restricted_mean_difference:welch", "rmst:adjusted"):
        row = rows.loc[f"{HOLD}:{name}"]
        assert "within the first 30 s" in row["note"]
        assert row["estimate"] == pytest.approx(as_planned.loc[f"{HOLD}:{name}", "estimate"])
    ranked = rows.loc[f"{HOLD}:brunner_munzel"]
    assert ranked["p"] == pytest.approx(as_planned.loc[f"{HOLD}:brunner_munzel", "p"])
    assert "up to 30 s, the smallest of several ceilings" in ranked["note"]
    assert "ceilings differ" in rows.loc[f"{HOLD}:gee_exchangeable:adjusted", "note"]
    one, other = (found.loc[f"{HOLD}~vas_mm:spearman"] for found in (rows, as_planned))
    assert one["estimate"] == pytest.approx(other["estimate"])
    assert "up to 30 s, the smallest of several ceilings" in one["note"]
    _not_estimable(rows, f"{HOLD}~vas_mm:pearson", "would be distorted")


@pytest.fixture(scope="module")
def scored():
    """Holds scored 0 (unable), 1 (below 20 s) or 2 (20 s), as in the public HBE data."""
    rng = np.random.default_rng(1)
    n, true_log_ratio = 160, -1.2
    people = pd.DataFrame(
        {
            "participant_id": [f"P{i:03d}" for i in range(n)],
            "group": np.where(np.arange(n) < n // 2, "Old", "Young"),
        }
    )
    level = 3.2 + true_log_ratio * (people["group"] == "Old") + 0.8 * rng.normal(size=n)
    legs = people.merge(pd.DataFrame({"leg": ["left", "right"]}), how="cross")
    seconds = np.exp(
        legs["participant_id"].map(dict(zip(people["participant_id"], level, strict=True)))
        + 0.6 * rng.normal(size=2 * n)
    )
    unable, held = seconds < 1, seconds >= 20
    between = ~unable & ~held
    holds = legs[["participant_id", "leg"]].assign(
        visit="baseline",
        task="single_leg_stance",
        condition="eyes_open",
        trial=1,
        hold_time_s=np.where(unable, 0.0, np.nan),
        ceiling_s=20.0,
        hold_low_s=np.where(between, 0.0, np.nan),
        hold_high_s=np.where(between, 20.0, np.nan),
        ended_by=pd.Series(np.where(held, "ceiling", "")).replace("", np.nan).astype("str"),
    )
    groups = {"case": {"label": "Old"}, "reference": {"label": "Young"}}
    study = Study.model_validate({"title": "Scored holds", "groups": groups})
    return {"participants": people, "hold_times": holds}, study, true_log_ratio


def test_scores_of_unable_below_and_ceiling_give_a_time_ratio(scored):
    tables, study, true_log_ratio = scored
    done = analyse("scored", build_analysis_sets(tables, study), study, DEFAULT_PLAN)
    rows = done.estimates.set_index("estimate_id")
    row = rows.loc[RATIO]
    assert row["status"] == "flagged"
    for text in ("0 s as shorter than 1 s", "a lower bound below 1 s as 1 s"):
        assert text in row["note"]
    assert np.log(row["ci_low"]) < true_log_ratio < np.log(row["ci_high"])
    assert row["ci_high"] / row["ci_low"] < 4
    assert row["n_censored"] == row["n_rows"]
    for name in ("share_at_ceiling", "share_unable", "share_within_bounds"):
        assert 0 < rows.loc[f"{HOLD}:{name}:all", "estimate"] < 1
    _not_estimable(rows, f"{HOLD}:median:case", "known only within bounds")
    _not_estimable(rows, f"{HOLD}:restricted_mean_difference:welch", "known only within bounds")
    assert done.curves.empty
    assert list(done.curves.columns)[:3] == ["outcome", "group", "time_s"]
    text = " ".join(step.text for step in done.steps)
    assert "No survival curve is drawn for hold time (eyes open)" in text
    assert "0 s counted as shorter than 1 s" in text


def test_zero_and_ceiling_alone_give_no_ratio(penney, run):
    holds = penney["hold_times"]
    able = np.arange(len(holds)) % 3 > 0
    holds = holds.assign(
        hold_time_s=np.where(able, 30.0, 0.0), ended_by=np.where(able, "ceiling", "foot_touch")
    )
    rows = run({**only(penney, "hold_times"), "hold_times": holds})
    _not_estimable(rows, RATIO, "either 0 s or held to the ceiling")
    assert rows.loc[f"{HOLD}:share_unable:all", "estimate"] == pytest.approx(1 / 3, abs=0.01)


def test_ratings_by_one_rater_of_few_people_are_flagged(penney, run):
    ratings = penney["clinical_test"]
    some = ratings["participant_id"].isin(penney["participants"]["participant_id"].iloc[::4])
    ratings = ratings[~((ratings["rater"] == "R1") & some)].reset_index(drop=True)
    row = run({**only(penney, "clinical_test"), "clinical_test": ratings}).loc[
        "sls_test:sensitivity"
    ]
    assert row["status"] == "flagged"
    assert "not counted: 11." in row["note"]


def test_the_first_rater_counts_in_their_own_first_session(penney, run):
    ratings = penney["clinical_test"]
    people = only(penney, "participants")
    ratings = ratings[ratings["rater"].isin(["R1", "R2"]) & (ratings["session"] == 1)]
    before = run({**people, "clinical_test": ratings.reset_index(drop=True)})
    later = ratings.assign(session=ratings["session"].mask(ratings["rater"] == "R1", 2))
    rows = run({**people, "clinical_test": later.reset_index(drop=True)})
    assert {"R1", "R2"} <= set(later["rater"])
    for name in ("sensitivity", "specificity", "lr_positive", "lr_negative"):
        row = rows.loc[f"sls_test:{name}"]
        assert "by rater R1 in session 2." in row["note"]
        assert row["estimate"] == before.loc[f"sls_test:{name}", "estimate"]
