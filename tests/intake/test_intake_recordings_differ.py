"""One signal never stands for two people, legs or trials; a plan never names what does not exist."""

import shutil

import pytest

from pipeline.intake.cohort import read_cohort

STUDY = """
title: A small study
groups: {case: {label: LBP}, reference: {label: control}}
holds: {ceiling_s: 30}
emg: {normalisation: mvc_isometric}
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "study.yaml").write_text(STUDY)
    (tmp_path / "participants.csv").write_text("participant_id,group\nP1,LBP\nP2,control\n")
    (tmp_path / "hold_times.csv").write_text(
        "participant_id,leg,trial,hold_time_s,ended_by\nP1,left,1,29.9,ceiling\nP2,left,1,12,hop\n"
    )
    for name in ("a.csv", "b.csv", "c.csv"):
        (tmp_path / name).write_text(f"time,x\n0,{name[0] * 3}\n")
    return tmp_path


def _recordings(folder, *rows, heading="participant_id,leg,trial,role,file"):
    (folder / "recordings.csv").write_text("\n".join([heading, *rows]) + "\n")
    return read_cohort(folder)


def _found(read):
    rows = read.findings[read.findings["rule_id"] != "KEY-03"]
    return list(zip(rows["rule_id"], rows["cell"], strict=True))


def test_different_files_are_fine(folder):
    read = _recordings(folder, "P1,left,1,task,a.csv", "P2,left,1,task,b.csv")
    assert _found(read) == []
    assert len(read.tables["recordings"]) == 2


def test_one_file_for_two_people_is_set_aside_in_both_rows(folder):
    read = _recordings(
        folder, "P1,left,1,task,a.csv", "P2,left,1,task,a.csv", "P2,right,1,task,b.csv"
    )
    assert _found(read) == [("REC-06", "E2, E3")]
    assert read.tables["recordings"]["file"].tolist() == ["b.csv"]


def test_a_copy_under_another_name_is_the_same_signal(folder):
    shutil.copy(folder / "a.csv", folder / "b.csv")
    read = _recordings(folder, "P1,left,1,task,a.csv", "P2,left,1,task,b.csv")
    assert _found(read) == [("REC-06", "E2, E3")]


def test_two_parts_of_one_file_are_two_recordings(folder):
    read = _recordings(
        folder,
        "P1,left,1,task,a.csv,0,5",
        "P1,left,2,task,a.csv,5,10",
        heading="participant_id,leg,trial,role,file,start_s,end_s",
    )
    assert _found(read) == []


def test_a_clock_stopped_a_little_early_at_the_ceiling_counts_as_the_ceiling(folder):
    holds = read_cohort(folder).tables["hold_times"]
    assert holds.loc[0, ["hold_time_s", "ended_by"]].tolist() == [30.0, "ceiling"]


@pytest.mark.parametrize(
    ("name", "near"),
    [("hold_time_s/eyes_opne", "hold_time_s/eyes_open"), ("gmed_pct", "gmed_pct_mvic")],
)
def test_a_misspelt_outcome_in_the_plan_stops_the_cohort(folder, name, near):
    (folder / "plan.yaml").write_text(f"outcomes:\n  {name}: {{role: primary}}\n")
    read = read_cohort(folder)
    assert read.stopped
    only = read.findings.iloc[0]
    assert (only["rule_id"], only["cell"]) == ("STUDY-01", "line 2")
    assert near in only["fix"]


def test_outcomes_of_other_tasks_may_be_planned(folder):
    (folder / "plan.yaml").write_text(
        "outcomes:\n  hold_time_s/eyes_closed/lateral_stairs: {role: secondary}\n"
        "  onset_ms/single_leg_deadlift: {role: exploratory}\n"
    )
    assert not read_cohort(folder).stopped


@pytest.mark.parametrize(
    ("planned", "line", "problem", "fix"),
    [
        ("model: mixed_nested", 4, "cannot be the model of hold_time", "censored_lognormal"),
        ("contrast: case - reference", 4, "as case / reference", "Write contrast"),
        ("equivalence_margin: 0.8", 4, "the upper end, above 1", "for instance 1.25"),
    ],
)
def test_a_plan_that_contradicts_itself_stops_the_cohort(folder, planned, line, problem, fix):
    (folder / "plan.yaml").write_text(
        f"outcomes:\n  hold_time_s/eyes_open:\n    role: primary\n    {planned}\n"
    )
    read = read_cohort(folder)
    assert read.stopped
    (only,) = read.findings.loc[read.findings["severity"] == "STOP"].to_dict("records")
    assert (only["rule_id"], only["cell"]) == ("STUDY-01", f"line {line}")
    assert problem in only["why"]
    assert fix in only["fix"]
