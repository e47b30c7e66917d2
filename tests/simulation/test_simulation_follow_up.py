"""The simulated home programme: tasks, visits and a log that intake reads without a finding."""

import csv
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from pipeline.cli import TRAINING_COHORT, main
from pipeline.intake.cohort import read_cohort
from pipeline.simulation import cohort as simulated
from pipeline.simulation.assumptions import ASSUMPTIONS, TRAINING_DEMO
from pipeline.simulation.cohort import write_demo_cohort
from pipeline.simulation.follow_up import TASKS, VISITS

HARD = "single_leg_deadlift"
SMALL = replace(
    TRAINING_DEMO,
    case=replace(TRAINING_DEMO.case, n=4),
    reference=replace(TRAINING_DEMO.reference, n=4),
    trials=1,
)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training") / "cohort"
    return folder, write_demo_cohort(folder, seed=3, spec=SMALL)


def test_intake_reads_tasks_visits_and_log_without_a_finding(small):
    folder, truth = small
    read = read_cohort(folder)
    assert not len(read.findings)
    holds, log = read.tables["hold_times"], read.tables["training_log"]
    assert set(zip(holds["task"], holds["visit"], strict=True)) == {
        (task, visit) for task in TASKS for visit, _ in VISITS
    }
    assert len(holds) == len(truth.holds)
    assert set(log["participant_id"]) == set(truth.groups_of)
    assert log["hold_time_s"].max() <= 15
    assert read.study.training.weeks == 8


def test_the_stance_at_baseline_and_every_other_table_are_those_without_a_programme(
    small, tmp_path
):
    folder, truth = small
    plain = write_demo_cohort(tmp_path / "plain", seed=3, spec=replace(SMALL, follow_up=False))
    at_baseline = [
        hold for hold in truth.holds if (hold.task, hold.visit) == ("single_leg_stance", "baseline")
    ]
    assert at_baseline == list(plain.holds)
    ratings = [place / "clinical_test.csv" for place in (folder, tmp_path / "plain")]
    assert ratings[0].read_bytes() == ratings[1].read_bytes()
    with (tmp_path / "plain" / "hold_times.csv").open(encoding="utf-8", newline="") as text:
        assert not {"visit", "task"} & set(next(csv.reader(text)))


def test_holds_grow_over_the_visits_as_assumed():
    large = replace(
        TRAINING_DEMO,
        case=replace(TRAINING_DEMO.case, n=80),
        reference=replace(TRAINING_DEMO.reference, n=80),
        trials=1,
    )
    people = simulated.draw_people(5, large)
    legs = simulated.draw_leg_holds(5, people, large)
    entries = simulated.draw_training(5, people, legs)
    holds = simulated.draw_further_holds(5, people, legs, entries, large)
    means = {
        visit: np.mean([np.log(h.true_hold_s) for h in holds if (h.visit, h.task) == (visit, HARD)])
        for visit, _ in VISITS
    }
    minutes = sum(e.repetitions * e.hold_time_s for e in entries) / 60 / 56 / len(people)
    gain = ASSUMPTIONS["gain_by_programme"].value + ASSUMPTIONS["gain_per_minute"].value * minutes
    assert means["week_08"] - means["baseline"] == pytest.approx(gain, abs=0.12)
    assert means["baseline"] < means["week_04"] < means["week_08"]
    # Both legs of a day are in the log.
    assert set(Counter((e.participant_id, e.date) for e in entries).values()) == {2}


@pytest.mark.slow
def test_the_demo_of_a_home_programme_has_every_section_about_it(tmp_path, capsys):
    assert main(["demo", "--training", "--workspace", str(tmp_path)]) == 0
    (report,) = (tmp_path / "reports" / TRAINING_COHORT).glob("*/report.html")
    page = report.read_text(encoding="utf-8")
    for caption in (
        "Goals of the balance tasks",
        "Highest task of the ladder",
        "Change of hold time over visits",
        "Home training",
        "Change of hold time by training",
    ):
        assert caption in page
    assert "Traceback" not in capsys.readouterr().err
