"""Change of hold time over visits, within the groups and between them."""

import numpy as np
import pandas as pd
import pytest

CASES_IMPROVE, CONTROLS_IMPROVE = 1.5, 1.1
OPEN = "hold_time_s/eyes_open"


def tables(ceiling_s=1e4, n_per_group=12, seed=4):
    """Holds that every person multiplies by the same between the visits, with noise per leg."""
    rng = np.random.default_rng(seed)
    people, holds = [], []
    for group, factor in (("LBP", CASES_IMPROVE), ("control", CONTROLS_IMPROVE)):
        for number in range(n_per_group):
            code = f"{group[0]}{number}"
            people.append({"participant_id": code, "group": group})
            usual_s = np.exp(rng.normal(2.5, 0.4))
            # Whoever gains more has a neighbour who gains as much less.
            own = np.exp(0.1 if number % 2 else -0.1)
            for leg in ("left", "right"):
                noise = rng.normal(0, 0.1)
                for visit, times in (("baseline", 1.0), ("week_08", factor * own)):
                    held_s = min(usual_s * np.exp(noise) * times, ceiling_s)
                    holds.append(
                        {
                            "participant_id": code,
                            "visit": visit,
                            "task": "single_leg_stance",
                            "leg": leg,
                            "condition": "eyes_open",
                            "trial": 1,
                            "hold_time_s": held_s,
                            "ceiling_s": ceiling_s,
                            "ended_by": "ceiling" if held_s == ceiling_s else "hop",
                            "hold_low_s": None,
                            "hold_high_s": None,
                        }
                    )
    return {"participants": pd.DataFrame(people), "hold_times": pd.DataFrame(holds)}


@pytest.fixture(scope="module")
def uncut(analysed_holds):
    return analysed_holds(tables())


def test_without_a_ceiling_the_changes_are_the_true_ones(uncut):
    rows = uncut[2]
    case, reference = (
        rows.loc[f"{OPEN}:change_over_visits:week_08:{side}"] for side in ("case", "reference")
    )
    between = rows.loc[f"{OPEN}:interaction_visit:week_08"]
    assert case["estimate"] == pytest.approx(CASES_IMPROVE, rel=1e-6)
    assert reference["estimate"] == pytest.approx(CONTROLS_IMPROVE, rel=1e-6)
    assert between["estimate"] == pytest.approx(CASES_IMPROVE / CONTROLS_IMPROVE, rel=1e-6)
    assert between["contrast"] == "LBP / control: week_08 / baseline"
    assert case["contrast"] == "week_08 / baseline, within LBP"
    assert (between["n_case"], between["n_reference"], between["n_rows"]) == (12, 12, 96)
    assert between["role"] == "sensitivity"


def test_the_other_results_are_of_the_first_visit_and_stay_as_they_are(uncut, analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    rows = uncut[2]
    at_first = holds[holds["visit"] == "baseline"].reset_index(drop=True)
    first = analysed_holds({**cohort, "hold_times": at_first})[2]
    shared = [row_id for row_id in first.index if "visit" not in row_id]
    assert f"{OPEN}:time_ratio:adjusted" in shared
    pd.testing.assert_series_equal(rows.loc[shared, "estimate"], first.loc[shared, "estimate"])
    assert not first.index.str.contains("visit").any()


def test_a_ceiling_does_not_hide_the_difference_in_change(analysed_holds):
    rows = analysed_holds(tables(ceiling_s=25.0, n_per_group=40))[2]
    between = rows.loc[f"{OPEN}:interaction_visit:week_08"]
    assert between["n_censored"] > 20
    assert between["ci_low"] < CASES_IMPROVE / CONTROLS_IMPROVE < between["ci_high"]
    assert between["p"] < 0.01


def test_nobody_at_both_visits_is_an_answer(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    number = holds["participant_id"].str[1:].astype(int)
    apart = holds[(number % 2 == 0) == (holds["visit"] == "baseline")].reset_index(drop=True)
    rows = analysed_holds({**cohort, "hold_times": apart})[2]
    row = rows.loc[f"{OPEN}:change_over_visits:week_08:case"]
    assert row["status"] == "not_estimable"
    assert row["note"] == "Fewer than two participants of the LBP group came to both visits."


def test_one_group_at_the_later_visit_is_an_answer(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    kept = holds[(holds["visit"] == "baseline") | holds["participant_id"].str.startswith("L")]
    rows = analysed_holds({**cohort, "hold_times": kept.reset_index(drop=True)})[2]
    row = rows.loc[f"{OPEN}:interaction_visit:week_08"]
    assert row["status"] == "not_estimable"
    assert row["note"]


def test_the_methods_tell_of_both(uncut):
    text = " ".join(step.text for step in uncut[1].steps)
    assert "changed differently" in text
    assert "The change of" in text


def test_the_trials_of_the_plan_are_those_of_the_change(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    second = holds.assign(trial=2, hold_time_s=holds["hold_time_s"] * 0.5)
    # The shorter second trials would change nothing but the counts; at the later visit they are missing.
    two = pd.concat([holds, second[second["visit"] == "baseline"]], ignore_index=True)
    cohort = {**cohort, "hold_times": two}
    name = f"{OPEN}:change_over_visits:week_08:case"
    of_all, of_first = (analysed_holds(cohort, rule)[2].loc[name] for rule in ("all", "first"))
    assert of_first["estimate"] == pytest.approx(CASES_IMPROVE, rel=1e-6)
    assert of_first["n_rows"] == 48
    assert of_all["estimate"] > 1.2 * CASES_IMPROVE
