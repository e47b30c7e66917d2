"""Goals of the balance tasks and the steps from one task to the next."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.outcomes.task_ladder import goal_reached

STANCE, DEADLIFT = "single_leg_stance", "single_leg_deadlift"
HOLDS = {
    # Person: best holds (s) in stance left, right; in the deadlift left, right.
    "P1": ("LBP", 20, 16, 12, 11),
    "P2": ("LBP", 15, 15, 6, 7),
    "P3": ("LBP", 30, 14.9, 20, 20),
    "P4": ("LBP", 3, 4, 1, 2),
    "C1": ("control", 30, 30, 10, 10),
    "C2": ("control", 30, 30, 5, 4.9),
    "C3": ("control", 22, 29, 30, 30),
    "C4": ("control", 16, 2, 9, 9),
}


def tables():
    people, holds = [], []
    for code, (group, *best) in HOLDS.items():
        people.append({"participant_id": code, "group": group, "age_years": 40.0})
        legs = [(STANCE, "left"), (STANCE, "right"), (DEADLIFT, "left"), (DEADLIFT, "right")]
        for (task, leg), best_s in zip(legs, best, strict=True):
            for trial, hold_s in enumerate((best_s * 0.5, best_s), start=1):
                holds.append(
                    {
                        "participant_id": code,
                        "visit": "baseline",
                        "task": task,
                        "leg": leg,
                        "condition": "eyes_open",
                        "trial": trial,
                        "hold_time_s": float(hold_s),
                        "ceiling_s": 30.0,
                        "ended_by": "ceiling" if hold_s == 30 else "foot_touch",
                        "hold_low_s": None,
                        "hold_high_s": None,
                    }
                )
    return {"participants": pd.DataFrame(people), "hold_times": pd.DataFrame(holds)}


@pytest.fixture(scope="module")
def ladder(analysed_holds):
    return analysed_holds(tables())


@pytest.mark.parametrize(
    ("row_id", "reached", "of"),
    [
        ("hold_time_s/eyes_open:goal_15s:case", 2, 4),
        ("hold_time_s/eyes_open:goal_15s:reference", 3, 4),
        (f"hold_time_s/eyes_open/{DEADLIFT}:goal_5s:case", 3, 4),
        (f"hold_time_s/eyes_open/{DEADLIFT}:goal_5s:reference", 3, 4),
        (f"hold_time_s/eyes_open/{DEADLIFT}:goal_10s:case", 2, 4),
        (f"hold_time_s/eyes_open/{DEADLIFT}:goal_10s:reference", 2, 4),
        # P1 and P2 stood for 15 s, and both did the deadlift for 5 s; of C1, C2, C3 not C2.
        (f"hold_time_s/eyes_open/{DEADLIFT}:after_{STANCE}:case", 2, 2),
        (f"hold_time_s/eyes_open/{DEADLIFT}:after_{STANCE}:reference", 2, 3),
    ],
)
def test_shares_of_people_are_counted_with_wilsons_interval(ladder, row_id, reached, of):
    row = ladder[2].loc[row_id]
    assert row["estimate"] == pytest.approx(reached / of)
    low, high = proportion_confint(reached, of, method="wilson")
    assert (row["ci_low"], row["ci_high"]) == (pytest.approx(low), pytest.approx(high))
    side = "n_case" if row_id.endswith("case") else "n_reference"
    assert row[side] == of


def test_the_difference_has_newcombes_interval(ladder):
    row = ladder[2].loc["hold_time_s/eyes_open:goal_15s:difference"]
    assert row["estimate"] == pytest.approx(2 / 4 - 3 / 4)
    # Newcombe's formula from the two Wilson intervals.
    (low_1, high_1), (low_2, high_2) = (proportion_confint(n, 4, method="wilson") for n in (2, 3))
    low = -0.25 - ((0.5 - low_1) ** 2 + (high_2 - 0.75) ** 2) ** 0.5
    high = -0.25 + ((high_1 - 0.5) ** 2 + (0.75 - low_2) ** 2) ** 0.5
    assert row["ci_low"] == pytest.approx(low)
    assert row["ci_high"] == pytest.approx(high)
    assert any("goal of the balance task" in step.text for step in ladder[1].steps)


def test_one_task_alone_is_no_ladder(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    alone = holds[holds["task"] == STANCE].reset_index(drop=True)
    _, result, rows = analysed_holds({**cohort, "hold_times": alone})
    assert not rows["model"].isin(["goal_reached", "goal_after_previous"]).any()
    assert not any("goal of the balance task" in step.text for step in result.steps)


def test_a_ceiling_below_the_goal_leaves_the_answer_open(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    capped = holds["hold_time_s"].clip(upper=8.0)
    holds = holds.assign(
        hold_time_s=capped,
        ceiling_s=8.0,
        ended_by=capped.eq(8.0).map({True: "ceiling", False: "foot_touch"}),
    )
    rows = analysed_holds({**cohort, "hold_times": holds})[2]
    row = rows.loc["hold_time_s/eyes_open:goal_15s:reference"]
    # C4 let go after 2 s on one leg; the others were stopped before they could reach the goal.
    assert (row["n_reference"], row["estimate"]) == (1, 0.0)
    assert row["note"] == "Not known because of a ceiling or bounds: 3 participants."
    assert rows.loc[f"hold_time_s/eyes_open/{DEADLIFT}:after_{STANCE}:case", "status"] == (
        "not_estimable"
    )


@given(order=st.permutations(range(32)), goal_s=st.floats(0.5, 40))
@settings(max_examples=25, deadline=None)
def test_neither_the_order_of_trials_nor_the_names_of_legs_matter(order, goal_s):
    holds = tables()["hold_times"].iloc[:32].rename(columns={"hold_time_s": "low_s"})
    holds = holds.assign(high_s=holds["low_s"])
    plain = goal_reached(holds, goal_s)
    moved = holds.iloc[list(order)].assign(
        leg=lambda rows: rows["leg"].map({"left": "right", "right": "left"})
    )
    # Tasks are kept apart by the caller; here all are of one.
    pd.testing.assert_series_equal(plain, goal_reached(moved, goal_s))
    assert goal_reached(holds, goal_s / 2).sum() >= plain.sum()


def test_who_was_not_tested_on_the_next_task_is_counted(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    untested = (holds["participant_id"] == "P1") & (holds["task"] == DEADLIFT)
    rows = analysed_holds({**cohort, "hold_times": holds[~untested].reset_index(drop=True)})[2]
    row = rows.loc[f"hold_time_s/eyes_open/{DEADLIFT}:after_{STANCE}:case"]
    assert (row["n_case"], row["estimate"]) == (1, 1.0)
    assert row["note"] == "Not tested on this task: 1 participant."
