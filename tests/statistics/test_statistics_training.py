"""Training log: days, adherence, dose, and whether more training went with more gain."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.outcomes.training import training_of_participants, training_part
from schemas.instrument_settings import TrainingProgramme
from schemas.plan import DEFAULT_PLAN

OPEN = "hold_time_s/eyes_open"
GAIN_PER_MINUTE = 1.2


def entry(code, day, leg, repetitions, hold_s=10.0, task="single_leg_stance"):
    return {
        "participant_id": code,
        "group": "LBP",
        "date": pd.Timestamp("2026-03-01") + pd.Timedelta(days=day - 1),
        "task": task,
        "leg": leg,
        "repetitions": repetitions,
        "hold_time_s": hold_s,
    }


LOG = pd.DataFrame(
    [
        # Day 1 as asked; day 2 one leg too few; day 4 too many; days 3 and 5 not at all; day 6 as asked.
        *(entry("A", 1, leg, 5) for leg in ("left", "right")),
        entry("A", 2, "left", 8),
        entry("A", 2, "right", 4),
        *(entry("A", 4, leg, 11) for leg in ("left", "right")),
        *(entry("A", 6, leg, 10, hold_s=15.0) for leg in ("left", "right")),
        entry("B", 1, "left", 6),
        entry("B", 1, "right", 6, hold_s=None),
        entry("C", 1, "left", 0, hold_s=None),
        entry("C", 10, "right", 0, hold_s=None),
        # Two tasks on one day, each with one leg only.
        entry("D", 1, "left", 6),
        entry("D", 1, "right", 6, task="lateral_stairs"),
    ]
)


DOSE_OF_A_S = 2 * 50 + 80 + 40 + 2 * 110 + 2 * 150


@pytest.mark.parametrize(
    ("code", "days", "adherence_pct", "dose_s"),
    [
        ("A", 4, 100 * 2 / 4, DOSE_OF_A_S / 4),
        ("B", 1, 100.0, np.nan),
        ("C", 0, 0.0, 0.0),
        ("D", 1, 0.0, 120.0),
    ],
)
def test_days_adherence_and_dose_of_one_person(code, days, adherence_pct, dose_s):
    row = training_of_participants(LOG).loc[code]
    assert row["training_days"] == days
    assert row["training_adherence_pct"] == pytest.approx(adherence_pct)
    assert row["training_dose_s_per_day"] == pytest.approx(dose_s, nan_ok=True)


def test_a_day_without_an_entry_counts_only_where_a_programme_was_declared():
    programme = TrainingProgramme(weeks=2, days_per_week=5)
    found = training_of_participants(LOG, programme)
    assert found.loc["A", "training_adherence_pct"] == pytest.approx(100 * 2 / 10)
    assert found.loc["A", "training_dose_s_per_day"] == pytest.approx(DOSE_OF_A_S / 14)
    assert found.loc["A", "training_days_per_week"] == 1.0
    # The left leg had 8 repetitions on day 2, when the right one had 4.
    assert found.loc["A", "training_adherence_left_pct"] == pytest.approx(100 * 3 / 10)
    assert found.loc["A", "training_adherence_right_pct"] == pytest.approx(100 * 2 / 10)


def test_more_days_than_prescribed_do_not_make_up_for_another_week_and_later_ones_do_not_count():
    days = [1, 2, 3, 4, 5, 6, 15]
    log = pd.DataFrame([entry("A", day, leg, 7) for day in days for leg in ("left", "right")])
    three_a_week = training_of_participants(log, TrainingProgramme(weeks=2, days_per_week=3))
    assert three_a_week.loc["A", "training_adherence_pct"] == pytest.approx(50.0)
    assert three_a_week.loc["A", "training_days"] == 6
    third_week = training_of_participants(log, TrainingProgramme(weeks=3, days_per_week=3))
    assert third_week.loc["A", "training_adherence_pct"] == pytest.approx(100 * 4 / 9)


def test_each_leg_has_an_adherence_of_its_own():
    found = training_of_participants(LOG)
    assert found.loc["D", "training_adherence_left_pct"] == 100
    assert found.loc["D", "training_adherence_right_pct"] == 100
    assert found.loc["D", "training_adherence_pct"] == 0
    assert (found.filter(like="_pct") <= 100).all().all()


@given(order=st.permutations(range(len(LOG))), later=st.integers(-400, 400))
@settings(max_examples=8, deadline=None)
def test_neither_the_order_of_entries_nor_the_calendar_matters(order, later):
    moved = LOG.iloc[list(order)].assign(
        date=lambda rows: rows["date"] + pd.Timedelta(days=later),
        leg=lambda rows: rows["leg"].map({"left": "right", "right": "left"}),
    )
    legs = {"training_adherence_left_pct": "training_adherence_right_pct"}
    legs |= {right: left for left, right in legs.items()}
    plain = training_of_participants(LOG)
    found = training_of_participants(moved).rename(columns=legs)[list(plain.columns)]
    pd.testing.assert_frame_equal(found, plain, check_exact=False)


def cohort(n_people=16):
    """Cases with a log and two visits; the gain is GAIN_PER_MINUTE to the power of minutes a day."""
    people, holds, log = [], [], []
    for number in range(n_people):
        group = "LBP" if number % 2 else "control"
        code = f"P{number:02}"
        people.append({"participant_id": code, "group": group})
        minutes = 1 + number // 2
        usual_s = 8.0 + 0.5 * (number % 5)
        own = np.exp(0.05 if number % 4 < 2 else -0.05)
        for leg in ("left", "right"):
            for visit, gain in (("baseline", 1.0), ("week_08", GAIN_PER_MINUTE**minutes * own)):
                holds.append(
                    {
                        "participant_id": code,
                        "visit": visit,
                        "task": "single_leg_stance",
                        "leg": leg,
                        "condition": "eyes_open",
                        "trial": 1,
                        "hold_time_s": usual_s * gain,
                        "ceiling_s": 300.0,
                        "ended_by": "hop",
                        "hold_low_s": None,
                        "hold_high_s": None,
                    }
                )
            log += [{**entry(code, day, leg, 6, 5.0 * minutes), "group": None} for day in (1, 2)]
    logged = pd.DataFrame(log).drop(columns="group")
    return {
        "participants": pd.DataFrame(people),
        "hold_times": pd.DataFrame(holds),
        "training_log": logged,
    }


@pytest.fixture(scope="module")
def trained(analysed_holds):
    return analysed_holds(cohort())


def test_the_gain_by_dose_is_the_true_one(trained):
    _, result, rows = trained
    row = rows.loc[f"{OPEN}:gain_by_dose:week_08"]
    # 6 repetitions of 5 s x minutes on each leg: one minute a day for each step.
    assert row["estimate"] == pytest.approx(GAIN_PER_MINUTE, rel=0.02)
    assert row["ci_low"] < GAIN_PER_MINUTE < row["ci_high"]
    assert "Observed, not allotted" in row["note"]
    assert any("more training" in step.text for step in result.steps)


def test_the_gain_by_adherence_is_the_true_one(analysed_holds):
    tables = cohort()
    log = tables["training_log"]
    # One of the two days as asked for everybody of an odd "minutes": 50 percent less adherence.
    few = (log["participant_id"].str[1:].astype(int) // 2) % 2 == 0
    day_2 = log["date"] == log["date"].max()
    log = log.assign(repetitions=log["repetitions"].mask(few & day_2, 4), hold_time_s=5.0)
    holds = tables["hold_times"]
    later = (holds["visit"] == "week_08").to_numpy()
    start_s = np.where(later, np.roll(holds["hold_time_s"], 1), holds["hold_time_s"])
    own = np.exp(0.05 * np.sin(np.arange(len(holds))))
    gains = holds["participant_id"].map(dict(zip(log["participant_id"], few, strict=True)))
    gain = np.where(gains, 1.0, 1.1**5) * own
    tables["hold_times"] = holds.assign(hold_time_s=start_s * np.where(later, gain, 1.0))
    rows = analysed_holds({**tables, "training_log": log})[2]
    row = rows.loc[f"{OPEN}:gain_by_adherence:week_08"]
    assert row["estimate"] == pytest.approx(1.1, rel=0.02)
    assert row["contrast"].endswith("adherence 10 points higher")


def test_the_same_adherence_of_all_is_an_answer(trained):
    row = trained[2].loc[f"{OPEN}:gain_by_adherence:week_08"]
    assert row["note"] == "All participants trained the same amount."


def test_both_groups_are_described_and_counted(trained):
    sets, _, rows = trained
    assert rows.loc["training_days:mean:case", "estimate"] == 2.0
    assert rows.loc["training_adherence_pct:median:reference", "estimate"] == 100.0
    assert rows.loc["training_dose_s_per_day:mean:case", "estimate"] == pytest.approx(60 * 4.5)
    analysed = sets.flow[
        (sets.flow["table"] == "training_log") & (sets.flow["stage"] == "analysed")
    ]
    assert analysed["n_rows"].sum() == 16 * 4


def test_too_few_people_with_a_log_are_an_answer(analysed_holds):
    tables = cohort(n_people=8)
    log = tables["training_log"]
    tables["training_log"] = log[log["participant_id"].isin(["P00", "P01"])].reset_index(drop=True)
    row = analysed_holds(tables)[2].loc[f"{OPEN}:gain_by_dose:week_08"]
    assert row["status"] == "not_estimable"
    assert row["note"].startswith("2 participants have a training log")


def test_people_without_a_log_and_late_entries_are_named_and_not_counted(study):
    people = pd.DataFrame(
        {"participant_id": ["A", "B", "C", "D", "E", "F"], "group": ["LBP"] * 5 + ["control"]}
    )
    programme = TrainingProgramme(weeks=1, days_per_week=5)
    part = training_part(LOG, people, Comparison.of(study, DEFAULT_PLAN), programme)
    (run,) = part.runs
    assert "without an entry in the log: 1 of LBP, 1 of control;" in run.caution
    # The second week has one entry, that of C on day 10.
    assert run.caution.endswith("not counted: 1.")
    (adherence,) = [
        row for row in part.rows if row.estimate_id == "training_adherence_pct:mean:case"
    ]
    assert adherence.n_case == 4


def test_without_a_log_nothing_is_said(analysed_holds):
    tables = cohort(n_people=8)
    del tables["training_log"]
    rows = analysed_holds(tables)[2]
    assert not rows.index.str.contains("training|gain_by_dose").any()
