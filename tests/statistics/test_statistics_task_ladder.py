"""Goals of the balance tasks, the steps from one task to the next, and the highest task reached."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from pipeline.statistics.outcomes.goal_shares import (
    LadderTask,
    Share,
    goal_reached,
    share_of_legs,
)
from pipeline.statistics.outcomes.highest_task import highest_tasks
from schemas.terms import BALANCE_TASKS, LEGS

STANCE, DEADLIFT = "single_leg_stance", "single_leg_deadlift"
SWAPPED = {"case": "reference", "reference": "case"}
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


def test_one_task_alone_has_its_goal_and_no_ladder(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    alone = holds[holds["task"] == STANCE].reset_index(drop=True)
    _, result, rows = analysed_holds({**cohort, "hold_times": alone})
    assert rows.loc["hold_time_s/eyes_open:goal_15s:case", "estimate"] == 0.5
    assert not rows["model"].isin(["goal_after_previous", "highest_task"]).any()
    assert any("goal of the balance task" in step.text for step in result.steps)


def test_legs_are_counted_beside_participants(ladder):
    rows = ladder[2]
    row = rows.loc["hold_time_s/eyes_open:goal_15s:legs:case"]
    # P3 missed the goal on one leg, P4 on both.
    assert row["estimate"] == pytest.approx(5 / 8)
    assert (row["n_case"], row["n_legs_case"]) == (4, 8)
    # Legs of a person agree nearly always, so that the interval is wider than that of eight people.
    low, high = proportion_confint(5, 8, method="wilson")
    assert row["ci_low"] < low
    assert row["ci_high"] > high
    difference = rows.loc["hold_time_s/eyes_open:goal_15s:legs:difference"]
    assert difference["estimate"] == pytest.approx(5 / 8 - 7 / 8)


def test_legs_that_agree_count_as_people_and_independent_ones_as_legs():
    index = pd.MultiIndex.from_product([range(40), LEGS], names=["participant_id", "leg"])
    alike = pd.Series([person % 2 == 0 for person, _ in index], index)
    assert share_of_legs(alike).n_independent == pytest.approx(40, rel=0.03)
    # One leg of everybody: never more independent answers than legs.
    assert share_of_legs(pd.Series([leg == "left" for _, leg in index], index)).n_independent == 80
    assert share_of_legs(pd.Series([True] * 80, index)) == Share(1.0, 40.0)


@pytest.mark.parametrize(
    ("hold_s", "ceiling_s", "reached"),
    [(15.0, 30.0, 1.0), (14.99, 30.0, 0.0), (15.0, 15.0, 1.0), (0.0, 30.0, 0.0)],
)
def test_the_goal_itself_is_enough_also_at_the_ceiling(analysed_holds, hold_s, ceiling_s, reached):
    cohort = tables()
    holds = cohort["hold_times"]
    alone = holds[holds["task"] == STANCE].reset_index(drop=True)
    alone = alone.assign(
        hold_time_s=hold_s,
        ceiling_s=ceiling_s,
        ended_by="ceiling" if hold_s == ceiling_s else "hop",
    )
    rows = analysed_holds({**cohort, "hold_times": alone})[2]
    assert rows.loc["hold_time_s/eyes_open:goal_15s:case", "estimate"] == reached
    assert rows.loc["hold_time_s/eyes_open:goal_15s:legs:reference", "estimate"] == reached


def test_everybody_has_a_highest_task_and_the_groups_are_compared_by_rank(ladder):
    rows = ladder[2]
    shares = rows[rows["model"] == "highest_task"]["estimate"]
    # Cases: P1, P2 the deadlift, P3 too (though not the stance on both legs), P4 none.
    assert shares[f"highest_task/{DEADLIFT}:share:case"] == 0.75
    assert shares["highest_task/none:share:case"] == 0.25
    # References: C1, C3, C4 the deadlift, C2 the stance.
    assert shares[f"highest_task/{STANCE}:share:reference"] == 0.25
    for side in ("case", "reference"):
        assert shares[shares.index.str.endswith(side)].sum() == pytest.approx(1)
    ranks = rows.loc["highest_task:ranks"]
    # Pairs with the case lower: P4 with all four; equal: three cases with three references.
    assert ranks["estimate"] == pytest.approx((4 + 9 / 2) / 16)
    assert ranks["role"] == "exploratory"


def test_swapped_groups_turn_the_ranks_and_differences_round(ladder, analysed_holds):
    cohort = tables()
    swapped = {"LBP": "control", "control": "LBP"}
    people = cohort["participants"].assign(group=lambda rows: rows["group"].map(swapped))
    renamed = {code: f"Z{len(HOLDS) - i}" for i, code in enumerate(HOLDS)}
    other = {
        "participants": people.replace({"participant_id": renamed}),
        "hold_times": cohort["hold_times"]
        .replace({"participant_id": renamed})
        .sample(frac=1, random_state=1, ignore_index=True),
    }
    rows, turned = ladder[2], analysed_holds(other)[2]
    ids = rows.index[rows["model"].str.startswith(("goal_", "highest_task"))]
    for row_id in ids:
        plain = rows.loc[row_id]
        word = row_id.rsplit(":", 1)[1]
        if word in ("case", "reference"):
            there = turned.loc[f"{row_id.rsplit(':', 1)[0]}:{SWAPPED[word]}"]
            assert there["estimate"] == pytest.approx(plain["estimate"])
        else:
            total = 1.0 if word == "ranks" else 0.0
            assert turned.loc[row_id, "estimate"] == pytest.approx(total - plain["estimate"])
            assert turned.loc[row_id, "ci_low"] == pytest.approx(total - plain["ci_high"])


def ladder_of(*tasks):
    """Ladder tasks from {person: hold of both legs}; a hold of None is a trial ended at 8 s by its ceiling."""
    made = []
    for term, holds in tasks:
        rows = pd.DataFrame(
            {
                "participant_id": list(holds),
                "group": "LBP",
                "leg": "left",
                "low_s": [8.0 if held is None else held for held in holds.values()],
                "high_s": [float("inf") if held is None else held for held in holds.values()],
            }
        )
        made.append(LadderTask(BALANCE_TASKS[term], None, rows))
    return made


def test_the_highest_task_is_known_only_where_nothing_that_matters_is_open():
    ball, stance, deadlift = "kneel_lean_ball", STANCE, DEADLIFT
    tasks = ladder_of(
        (ball, {"A": 10.0, "B": 2.0, "C": 20.0, "D": None, "E": None, "F": 10.0}),
        (stance, {"A": 14.0, "C": 15.0, "D": 16.0, "E": 1.0, "F": 20.0}),
        (deadlift, {"C": 4.0, "D": 2.0, "E": 1.0}),
    )
    found = highest_tasks(tasks)
    # A missed the stance and was not sent on; B the first; E may have reached the first;
    # F reached the stance and was not tested further.
    expected = {"A": 1, "B": 0, "C": 2, "D": 2, "E": None, "F": None}
    assert {code: None if pd.isna(place) else place for code, place in found.items()} == expected


def test_goals_are_given_at_every_visit(analysed_holds):
    cohort = tables()
    holds = cohort["hold_times"]
    alone = holds[holds["task"] == STANCE]
    week = alone.assign(visit="week_08", hold_time_s=16.0, ended_by="hop")
    both = pd.concat([alone, week], ignore_index=True)
    rows = analysed_holds({**cohort, "hold_times": both})[2]
    assert rows.loc["hold_time_s/eyes_open:goal_15s:case", "estimate"] == 0.5
    row = rows.loc["hold_time_s/eyes_open:goal_15s:week_08:case"]
    assert (row["estimate"], row["variant"]) == (1.0, "goal of 15 s at week_08")
    assert rows.loc["hold_time_s/eyes_open:goal_15s:week_08:difference", "estimate"] == 0


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
