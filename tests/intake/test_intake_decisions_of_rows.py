"""Decisions about rows that stand in several files, become part of a run of cells, or cannot stand together."""

import csv
import io

import pytest

from pipeline.commands.decide import decide as decide_by_command
from pipeline.intake.cohort import read_cohort
from pipeline.publishing.fix_list.decision_files import PROPOSAL, UNSAVED, write_proposal
from pipeline.workspace.errors import UsageError
from pipeline.workspace.layout import Workspace
from schemas.decisions import FILLED_IN

BY = ("form lost", "AB", "2026-03-31")
STUDY = """title: Two files
groups: {case: {label: LBP}, reference: {label: control}}
holds: {ceiling_s: 60}
"""
TWO_FILES = f"{STUDY}tables: {{hold_times: [{{file: a.csv}}, {{file: b.csv}}]}}\n"


def people():
    head = ["participant_id", "group", "age_years", "sex", "height_cm", "mass_kg", "dominant_leg"]
    rows = [
        [
            f"S{i:03d}",
            "LBP" if i % 2 else "control",
            str(30 + i),
            "female",
            str(160 + i),
            "63",
            "left",
        ]
        for i in range(1, 13)
    ]
    return [head, *rows]


def holds(above=()):
    """One hold per person; those at these places (from 1) are above the ceiling."""
    head = ["participant_id", "leg", "condition", "trial", "hold_time_s"]
    rows = [
        [f"S{i:03d}", "left", "eyes_open", "1", "65.5" if i in above else f"{9 + 1.37 * i:.2f}"]
        for i in range(1, 13)
    ]
    return [head, *rows]


def write(folder, **tables):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yaml").write_text(TWO_FILES if "b" in tables else STUDY)
    for name, rows in {"participants": people(), **tables}.items():
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        (folder / f"{name}.csv").write_text(text.getvalue())


def decisions(*lines):
    return [FILLED_IN, *([finding_id, word, *BY] for finding_id, word in lines)]


def ids_of(read, rule_id):
    return read.findings.loc[read.findings["rule_id"] == rule_id, "finding_id"].tolist()


def test_a_key_in_two_files_is_one_choice_between_two_rows(tmp_path):
    tables = {"a": holds(), "b": [holds()[0], ["S001", "left", "eyes_open", "1", "33.3"]]}
    write(tmp_path, **tables)
    (whole,) = ids_of(read_cohort(tmp_path), "KEY-01")
    choices = [i for i in read_cohort(tmp_path).to_decide["finding_id"] if i != whole]
    assert len(choices) == 2
    write(tmp_path, **tables, decisions=decisions((choices[1], "keep")))
    kept = read_cohort(tmp_path).tables["hold_times"]
    assert kept.loc[kept["participant_id"] == "S001", "hold_time_s"].tolist() == [33.3]
    write(tmp_path, **tables, decisions=decisions(*((i, "keep") for i in choices)))
    read = read_cohort(tmp_path)
    assert ids_of(read, "DEC-05")
    assert len(read.tables["hold_times"]) == 11


@pytest.mark.parametrize(("word", "n_rows"), [("accept", 6), ("keep", 11)])
def test_a_sixth_bad_row_leaves_five_decisions_as_they_are(tmp_path, word, n_rows):
    write(tmp_path, hold_times=holds(above=range(1, 6)))
    ids = ids_of(read_cohort(tmp_path), "HOLD-01")
    assert len(ids) == 5
    signed = decisions(*((i, word) for i in ids))
    write(tmp_path, hold_times=holds(above=range(1, 7)), decisions=signed)
    read = read_cohort(tmp_path)
    assert set(read.decisions["state"]) == {"applies"}
    assert set(read.decisions["rule_id"]) == {"HOLD-01"}
    assert len(read.tables["hold_times"]) == n_rows
    assert read.findings["status"].tolist() == ["open"]
    assert read.to_decide[["cell", "participant_id"]].to_numpy().tolist() == [["E7", "S006"]]
    (sixth,) = read.to_decide["finding_id"]
    write(
        tmp_path,
        hold_times=holds(above=range(1, 7)),
        decisions=[*signed, *decisions((sixth, word))[1:]],
    )
    read = read_cohort(tmp_path)
    assert read.findings["status"].tolist() == ["accepted" if word == "accept" else "kept"]
    assert read.to_decide.empty
    assert len(read.tables["hold_times"]) == (6 if word == "accept" else 12)


def test_rows_are_in_by_decision_only_while_it_holds(tmp_path):
    doubled = [*people(), ["S006", "control", "50", "male", "170", "70", "right"]]
    tables = {"participants": doubled, "hold_times": holds(above=range(1, 7))}
    write(tmp_path, **tables)
    read = read_cohort(tmp_path)
    above = ids_of(read, "HOLD-01")
    choice = next(i for i in read.to_decide["finding_id"] if "-" in i)
    assert len(above) == 5
    # With S006 back in, the sixth hold is above the ceiling, too, and nobody decided about that.
    write(tmp_path, **tables, decisions=decisions(*((i, "keep") for i in [*above, choice])))
    read = read_cohort(tmp_path)
    assert set(read.decisions["state"]) == {"applies"}
    assert "S006" in set(read.tables["participants"]["participant_id"])
    assert set(read.to_decide["participant_id"]) == {"S006"}
    assert set(read.tables["hold_times"]["participant_id"]) == {
        f"S{i:03d}" for i in range(1, 13) if i != 6
    }


def test_a_keep_that_the_reading_refuses_is_not_written(tmp_path):
    rows = holds()
    for row in rows[1:]:
        row[4] = str(float(row[4]) * 1000)
    folder = tmp_path / "data/cohorts/lyon"
    write(folder, hold_times=rows)
    (finding_id,) = ids_of(read_cohort(folder), "CELL-13")
    with pytest.raises(UsageError, match="Nothing was written"):
        decide_by_command(
            Workspace(tmp_path), "lyon", [finding_id, "keep"], reason="x", initials="AB"
        )
    assert not (folder / "decisions.csv").exists()


def test_lines_filled_in_by_hand_survive_a_new_proposal(tmp_path):
    write(tmp_path / "lab", hold_times=holds(above=[3, 4]))
    read = read_cohort(tmp_path / "lab")
    write_proposal(tmp_path, read.decisions, read.to_decide)
    path = tmp_path / PROPOSAL
    lines = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    for line in lines[1:]:
        line[1:5] = ["keep", *BY]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    path.write_text(text.getvalue())
    write(tmp_path / "lab", hold_times=holds(above=[3]))
    read = read_cohort(tmp_path / "lab")
    write_proposal(tmp_path, read.decisions, read.to_decide)
    carried = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [line[:5] for line in carried[1:]] == [lines[1][:5]]
    unsaved = list(csv.reader(io.StringIO(path.with_name(UNSAVED).read_text("utf-8-sig"))))
    assert [line[:5] for line in unsaved[1:]] == [lines[2][:5]]


def test_cells_are_no_rows_that_are_kept(tmp_path):
    rows = people()
    for place, row in enumerate(rows[1:]):
        row[5] = str(140 + 2 * place)
    write(tmp_path, participants=rows, hold_times=holds())
    (finding_id,) = ids_of(read_cohort(tmp_path), "BODY-03")
    write(
        tmp_path,
        participants=rows,
        hold_times=holds(),
        decisions=decisions((finding_id, "keep")),
    )
    read = read_cohort(tmp_path)
    assert read.findings["status"].tolist() == ["kept"]
    assert not any("kept" in sentence.text for sentence in read.steps)
