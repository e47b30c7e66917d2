"""Change of hold time over visits, within the groups and between them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multivariate import test_mvmean as hotelling_of_means

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.outcomes.joint_terms import joint_test

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
    assert case["estimate"] == pytest.approx(CASES_IMPROVE, rel=1e-6, abs=0)
    assert reference["estimate"] == pytest.approx(CONTROLS_IMPROVE, rel=1e-6, abs=0)
    assert between["estimate"] == pytest.approx(CASES_IMPROVE / CONTROLS_IMPROVE, rel=1e-6, abs=0)
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
    assert of_first["estimate"] == pytest.approx(CASES_IMPROVE, rel=1e-6, abs=0)
    assert of_first["n_rows"] == 48
    assert of_all["estimate"] > 1.2 * CASES_IMPROVE


def three_visits(late_gain_of_cases):
    """The cohort with a third visit, at which controls are as at the second one."""
    cohort = tables()
    holds = cohort["hold_times"]
    late = holds[holds["visit"] == "week_08"].assign(visit="week_26")
    cases = late["participant_id"].str.startswith("L")
    gain = cases.map({True: late_gain_of_cases, False: 1.0})
    # People differ in their late gain as they do between the other visits.
    own = np.exp(np.where(late["participant_id"].str[1:].astype(int) % 3 == 0, 0.1, -0.05))
    late = late.assign(hold_time_s=late["hold_time_s"] * gain * own)
    return {**cohort, "hold_times": pd.concat([holds, late], ignore_index=True)}


def test_all_visits_are_tested_together_beside_the_pairs(analysed_holds):
    _, result, rows = analysed_holds(three_visits(1.0))
    joint = rows.loc[f"{OPEN}:interaction_visits"]
    assert (joint["unit"], joint["df"]) == ("F", 22.0)
    assert joint["note"].startswith("F with 2 and 22 degrees of freedom.")
    assert joint["p"] < 0.001
    assert joint["contrast"] == "LBP / control: baseline, week_08, week_26"
    assert (joint["n_case"], joint["n_rows"]) == (12, 144)
    for later in ("week_08", "week_26"):
        assert rows.loc[f"{OPEN}:interaction_visit:{later}", "status"] == "ok"
    assert any("over all visits" in step.text for step in result.steps)


def test_the_joint_test_does_not_depend_on_names_order_or_which_group_is_the_case(analysed_holds):
    cohort = three_visits(1.0)
    plain = analysed_holds(cohort)[2].loc[f"{OPEN}:interaction_visits"]
    swapped = {"LBP": "control", "control": "LBP"}
    people = cohort["participants"].assign(group=lambda rows: rows["group"].map(swapped))
    visits = {"week_08": "week_26", "week_26": "week_08"}
    holds = cohort["hold_times"].replace({"visit": visits}).sample(frac=1, random_state=2)
    other = {"participants": people, "hold_times": holds.reset_index(drop=True)}
    turned = analysed_holds(other)[2].loc[f"{OPEN}:interaction_visits"]
    assert turned["estimate"] == pytest.approx(plain["estimate"], rel=1e-6, abs=0)
    assert turned["p"] == pytest.approx(plain["p"], rel=1e-6, abs=0)


def test_two_visits_have_no_joint_test(uncut):
    assert f"{OPEN}:interaction_visits" not in uncut[2].index


def test_a_visit_without_a_group_leaves_the_joint_test_open(analysed_holds):
    cohort = three_visits(1.0)
    holds = cohort["hold_times"]
    gone = (holds["visit"] == "week_26") & holds["participant_id"].str.startswith("c")
    rows = analysed_holds({**cohort, "hold_times": holds[~gone].reset_index(drop=True)})[2]
    row = rows.loc[f"{OPEN}:interaction_visits"]
    assert row["status"] == "not_estimable"
    assert row["note"].startswith("week_26: The control group has no participant")


def test_one_term_gives_the_t_test_and_a_lost_one_is_an_answer():
    found = joint_test(np.array([1.2]), np.array([[0.25]]), 20)
    assert found.f == pytest.approx((1.2 / 0.5) ** 2)
    assert found.p == pytest.approx(2 * stats.t.sf(1.2 / 0.5, 19))
    # Any other scale of the terms is the same question.
    covariance = np.array([[0.25, 0.1], [0.1, 0.5]])
    to = np.array([[2.0, 0.0], [1.0, -1.0]])
    plain, moved = (
        joint_test(m @ np.array([0.4, 0.9]), m @ covariance @ m.T, 12) for m in (np.eye(2), to)
    )
    assert moved.f == pytest.approx(plain.f)
    with pytest.raises(NotEstimableError, match="told apart"):
        joint_test(np.array([1.0, 1.0]), np.ones((2, 2)), 20)
    with pytest.raises(NotEstimableError, match="too few"):
        joint_test(np.ones(2), np.eye(2), 2)


@pytest.mark.parametrize("q", [2, 4])
def test_the_joint_test_is_hotelling_s_of_means(q):
    values = np.random.default_rng(q).normal(0.3, 1.0, (12, q)) * np.arange(1, q + 1)
    covariance = np.atleast_2d(np.cov(values, rowvar=False)) / len(values)
    found = joint_test(values.mean(axis=0), covariance, len(values))
    expected = hotelling_of_means(values, np.zeros(q))
    assert found.f == pytest.approx(expected.statistic, rel=1e-10, abs=0)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9, abs=0)
    assert (found.df_terms, found.df_rest) == expected.df
