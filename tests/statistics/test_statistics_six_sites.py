"""A cohort of six sites that stop holds at different ceilings: each trial's own ceiling counts.

Made here from known truths and seeds that no other data set uses, in the layout of the golden ones.
"""

import numpy as np
import pandas as pd
import pytest

from pipeline.statistics.analysis import analyse
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.plan import Plan, PlannedOutcome
from schemas.tables import COHORT_TABLES

CEILINGS_S = {"S1": 20.0, "S2": 30.0, "S3": 30.0, "S4": 45.0, "S5": 60.0, "S6": 120.0}
LOG_RATIO, ACTIVATION = -0.55, 4.0
HOLD = "hold_time_s/eyes_open"
PER_SITE = 12


def six_sites(seed=606):
    """Participants, hold times and activation; cases hold exp(LOG_RATIO) times as long."""
    rng = np.random.default_rng(seed)
    n = PER_SITE * len(CEILINGS_S)
    site = np.repeat(list(CEILINGS_S), PER_SITE)
    case = np.arange(n) % 2 == 0
    age = rng.normal(42, 9, n).round()
    people = pd.DataFrame(
        {
            "participant_id": [f"X{i:03d}" for i in range(n)],
            "group": np.where(case, "LBP", "control"),
            "site": site,
            "age_years": age,
            "sex": rng.choice(["female", "male"], n),
            "dominant_leg": "right",
        }
    )
    at = np.repeat(np.arange(n), 6)
    leg = np.tile(np.repeat(["left", "right"], 3), n)
    level = 3.4 + LOG_RATIO * case - 0.02 * (age - 42) + rng.normal(0, 0.5, n)
    seconds = np.exp(level[at] + 0.05 * (leg == "right") + rng.normal(0, 0.5, len(at)))
    ceiling = np.array([CEILINGS_S[name] for name in site])[at]
    keys = {
        "participant_id": people["participant_id"].to_numpy()[at],
        "leg": leg,
        "trial": np.tile([1, 2, 3], 2 * n),
    }
    holds = pd.DataFrame(
        {
            **keys,
            "condition": "eyes_open",
            "hold_time_s": np.minimum(seconds, ceiling).round(2),
            "ceiling_s": ceiling,
            "ended_by": np.where(seconds >= ceiling, "ceiling", "foot_touch"),
        }
    )
    own = 22 + ACTIVATION * case + rng.normal(0, 4, n)
    activation = pd.DataFrame(
        {**keys, "gmed_pct_mvic": (own[at] + rng.normal(0, 2, len(at))).round(2)}
    )
    made = {"participants": people, "hold_times": holds, "activation": activation}
    for name, frame in made.items():
        table = COHORT_TABLES[name]
        for column, value in table.defaults.items():
            if column not in frame:
                frame[column] = value
        for column in table.may_omit:
            if column not in frame:
                frame[column] = float("nan")
        made[name] = table.model.validate(frame)
    return made


@pytest.fixture(scope="module")
def found(study):
    """Tables, estimates by id and curves."""
    tables = six_sites()
    outcomes = {
        HOLD: PlannedOutcome(
            role="primary",
            sensitivity=("rmst", "cox_breslow", "gee_exchangeable", "logrank", "permutation"),
            equivalence_margin=1.25,
        ),
        "gmed_pct_mvic": PlannedOutcome(
            role="primary", model="mixed_nested", sensitivity=("ols_cluster", "gee_exchangeable")
        ),
    }
    done = analyse("six", build_analysis_sets(tables, study), study, Plan(outcomes=outcomes))
    return tables, done.estimates.set_index("estimate_id"), done.curves


def test_the_truth_lies_in_the_interval_and_a_second_route_agrees(found):
    _, rows, _ = found
    ratio = rows.loc[f"{HOLD}:time_ratio:adjusted"]
    assert ratio["log_ci_low"] < LOG_RATIO < ratio["log_ci_high"]
    difference = rows.loc["gmed_pct_mvic:difference:adjusted"]
    assert difference["ci_low"] < ACTIVATION < difference["ci_high"]
    compared = rows[rows["role"].isin(["primary", "sensitivity"])]
    assert (compared["status"] != "not_estimable").all()
    assert not (rows["second_opinion"] == "disagrees").any()
    assert {"rmst", "cox_breslow", "gee_exchangeable", "ols_cluster", "welch"} <= set(
        rows.loc[rows["second_opinion"] == "agrees", "model"]
    )


def test_each_trial_is_censored_at_its_own_ceiling(found):
    tables, rows, curves = found
    holds = tables["hold_times"]
    at_ceiling = holds["ended_by"].eq("ceiling")
    ratio = rows.loc[f"{HOLD}:time_ratio:adjusted"]
    assert ratio["n_censored"] == at_ceiling.sum() and ratio["n_rows"] == len(holds)
    case = holds["participant_id"].isin(
        tables["participants"].query("group == 'LBP'")["participant_id"]
    )
    assert ratio["share_at_ceiling_case"] == pytest.approx(at_ceiling[case].mean())
    # Curves go on beyond the smallest ceiling.
    assert curves["time_s"].max() > min(CEILINGS_S.values())


def test_means_are_of_what_every_site_could_see(found):
    tables, rows, _ = found
    holds = tables["hold_times"]
    capped = holds["hold_time_s"].clip(upper=20.0).groupby(holds["participant_id"]).mean()
    group = tables["participants"].set_index("participant_id")["group"]
    means = capped.groupby(group).mean()
    row = rows.loc[f"{HOLD}:restricted_mean_difference:welch"]
    assert row["estimate"] == pytest.approx(means["LBP"] - means["control"], rel=1e-9)
    assert "within the first 20 s" in row["note"]


def test_people_change_places_within_their_site(found):
    row = found[1].loc[f"{HOLD}:permutation"]
    assert "within sites" in row["note"] and row["estimate"] < 0


def test_capping_all_sites_at_the_smallest_ceiling_would_leave_the_ratio_less_exact(found, study):
    tables, rows, _ = found
    holds = tables["hold_times"]
    over = holds["hold_time_s"] >= 20.0
    capped = holds.assign(
        hold_time_s=holds["hold_time_s"].clip(upper=20.0),
        ceiling_s=20.0,
        ended_by=holds["ended_by"].mask(over, "ceiling"),
    )
    plan = Plan(outcomes={HOLD: PlannedOutcome(role="primary", sensitivity=())})
    sets = build_analysis_sets({**tables, "hold_times": capped}, study)
    again = analyse("capped", sets, study, plan).estimates.set_index("estimate_id")
    name = f"{HOLD}:time_ratio:adjusted"
    assert again.loc[name, "n_censored"] > rows.loc[name, "n_censored"]
    apart = again.loc[name, "log_estimate"] - rows.loc[name, "log_estimate"]
    assert abs(apart) < 2 * rows.loc[name, "se"]
    assert again.loc[name, "log_ci_low"] < LOG_RATIO < again.loc[name, "log_ci_high"]
