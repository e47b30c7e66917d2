"""The demo cohort: same seed same bytes, mistakes where the truth says, tables that the models know."""

import csv
import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from ruamel.yaml import YAML

from pipeline.simulation.assumptions import DEMO
from pipeline.simulation.cohort import DEMO_SEED, write_demo_cohort
from pipeline.simulation.table_files import written
from pipeline.workspace.errors import UsageError
from schemas.columns import column_rules
from schemas.rules import RULES
from schemas.study import Study
from schemas.tables import COHORT_TABLES
from schemas.terms import HOLD_ENDINGS

SMALL = replace(
    DEMO,
    case=replace(DEMO.case, n=8),
    reference=replace(DEMO.reference, n=8),
    emg_stance_s=3.0,
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "cohort"
    return folder, write_demo_cohort(folder)


def bytes_of(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def study_of(folder: Path) -> Study:
    return Study.model_validate(YAML(typ="safe").load((folder / "study.yaml").read_text("utf-8")))


def table_cells(folder: Path, file: str, sheet: str) -> list[list[str]]:
    """All cells of a table as text, read without any code of the project."""
    if file.endswith(".csv"):
        with (folder / file).open(encoding="utf-8", newline="") as text:
            return list(csv.reader(text))
    rows = openpyxl.load_workbook(folder / file)[sheet].iter_rows(values_only=True)
    return [[written(cell) for cell in row] for row in rows]


def cell_text(folder: Path, file: str, sheet: str, address: str) -> str:
    column = ord(address[0]) - ord("A")
    return table_cells(folder, file, sheet)[int(address[1:]) - 1][column]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_data(tmp_path):
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        write_demo_cohort(tmp_path / name, seed, SMALL)
    first, again, other = (bytes_of(tmp_path / name) for name in "abc")
    assert first == again
    same = {name for name in first if first[name] == other.get(name)}
    # Settings do not depend on the seed; every table and every recording does.
    assert same == {"study.yaml"}


def test_another_number_of_timed_trials_leaves_the_signals_alone(tmp_path):
    """Streams have names, so a signal depends on its person and leg and not on what else is drawn."""
    small = replace(SMALL, mistakes=False)
    a = write_demo_cohort(tmp_path / "a", 5, small)
    b = write_demo_cohort(tmp_path / "b", 5, replace(small, trials=4))
    onsets = [
        {(r.participant_id, r.leg): r.stance.onset_ms for r in truth.recordings if r.stance}
        for truth in (a, b)
    ]
    assert onsets[0] == onsets[1]


def test_the_demo_is_small_and_has_all_four_formats(demo):
    folder, _ = demo
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 60e6
    suffixes = Counter(path.suffix for path in (folder / "recordings").iterdir())
    assert set(suffixes) == {".edf", ".parquet", ".csv", ".c3d"}
    assert min(suffixes.values()) >= 10
    # 43 people, 2 legs, stance and MVIC, less the missing file and the forgotten MVIC.
    assert suffixes.total() == 43 * 2 * 2 - 2


def test_study_yaml_is_valid_and_says_that_nobody_gave_these_data(demo):
    folder, _ = demo
    study = study_of(folder)
    assert study.simulated
    assert study.groups.labels == ("LBP", "control")
    assert study.holds.ceiling_s == 30
    assert study.emg.emg_unit == "uV"
    assert set(study.emg.channels) == {"gmed_left", "gmed_right", "force_left", "force_right"}
    for sources in study.tables.values():
        assert all((folder / source.file).is_file() for source in sources)


def test_headings_are_columns_of_the_table_models(demo):
    folder, _ = demo
    study = study_of(folder)
    assert set(study.tables) == {
        "participants",
        "strength",
        "hold_times",
        "clinical_test",
        "recordings",
    }
    for name, (source,) in study.tables.items():
        headings = table_cells(folder, source.file, source.sheet or "")[0]
        table = COHORT_TABLES[name]
        rules = column_rules(table.model)
        assert set(headings) <= set(rules), name
        needed = {
            rule.name
            for rule in rules.values()
            if rule.required and rule.name not in (*table.may_omit, *table.defaults)
        }
        needed -= {"ceiling_s"}  # stands in study.yaml
        assert needed <= set(headings), name


def test_every_planted_mistake_stands_in_its_cell(demo):
    folder, truth = demo
    for mistake in truth.mistakes:
        assert cell_text(folder, mistake.file, mistake.sheet, mistake.cell) == mistake.found, (
            mistake
        )
        assert mistake.rule_id in RULES


def test_the_mistakes_are_the_ones_that_were_wanted(demo):
    _, truth = demo
    assert Counter(mistake.rule_id for mistake in truth.mistakes) == Counter(
        [
            "HOLD-01",
            "CELL-01",
            "CELL-02",
            "HOLD-02",
            "KEY-01",
            "CELL-04",
            "GROUP-01",
            "CELL-03",
            "KEY-02",
            "REC-01",
            "REC-02",
            "REC-02",
            "REC-02",
            "REC-03",
        ]
    )
    found = {mistake.rule_id: mistake.found for mistake in truth.mistakes}
    assert found["HOLD-01"] == "61.2"
    assert found["CELL-01"] == ">30"
    assert "," in found["CELL-02"]
    assert found["CELL-04"] == ""
    assert float(found["CELL-03"]) < 3
    assert not any(RULES[mistake.rule_id].severity == "STOP" for mistake in truth.mistakes)


def test_no_person_has_two_mistakes(demo):
    _, truth = demo
    hit = Counter(mistake.participant_id for mistake in truth.mistakes)
    assert max(hit.values()) == 1


def test_signal_mistakes_point_to_the_recordings_that_bear_the_fault(demo):
    _, truth = demo
    spoilt = {r.file: r.fault for r in truth.recordings if r.fault and r.role == "task"}
    located = {m.found for m in truth.mistakes if m.rule_id in ("REC-01", "REC-02")}
    assert located == set(spoilt)
    assert set(spoilt.values()) == {"dead_channel", "clipped", "mains_hum", "file_missing"}


def test_without_mistakes_every_cell_is_one_that_the_models_accept(tmp_path):
    folder = tmp_path / "clean"
    truth = write_demo_cohort(folder, 11, replace(SMALL, mistakes=False, signals=False))
    assert truth.mistakes == ()
    assert not (folder / "recordings").exists()
    study = study_of(folder)
    for name, (source,) in study.tables.items():
        headings, *rows = table_cells(folder, source.file, source.sheet or "")
        rules = column_rules(COHORT_TABLES[name].model)
        for row in rows:
            for heading, cell in zip(headings, row, strict=True):
                rule = rules[heading]
                if cell == "":
                    assert rule.nullable, (name, heading)
                elif rule.terms:
                    assert cell in rule.terms
                elif rule.kind != "text":
                    assert (rule.low or 0) <= float(cell) <= (rule.high or float("inf"))
                elif heading == "group":
                    assert study.groups.resolve(cell) is not None


def test_recorded_holds_agree_with_the_truth_where_no_mistake_was_planted(demo):
    folder, truth = demo
    headings, *rows = table_cells(folder, "hold_times.csv", "")
    spoilt = {mistake.participant_id for mistake in truth.mistakes}
    seen = {(row[0], row[1], int(row[3])): row for row in rows if row[0] not in spoilt}
    assert headings[4:] == ["hold_time_s", "ended_by"]
    clean = [hold for hold in truth.holds if hold.participant_id not in spoilt]
    assert len(seen) == len(clean)
    for hold in clean:
        row = seen[hold.participant_id, hold.leg, hold.trial]
        assert row[4] == written(hold.hold_time_s)
        assert row[5] == (hold.ended_by or "")
        assert row[5] in {*HOLD_ENDINGS, ""}


def test_recordings_listed_are_recordings_written_except_the_one_that_is_missing(demo):
    folder, truth = demo
    listed = {row[4] for row in table_cells(folder, "recordings.csv", "")[1:]}
    there = {f"recordings/{path.name}" for path in (folder / "recordings").iterdir()}
    [missing] = [r.file for r in truth.recordings if r.fault == "file_missing"]
    assert listed - there == {missing}
    assert there - listed == set()
    [forgotten] = [r for r in truth.recordings if r.fault == "not_listed"]
    assert forgotten.role == "mvic"
    assert forgotten.file not in listed


def test_the_activation_truth_is_stance_over_mvic(demo):
    _, truth = demo
    mvic = {(r.participant_id, r.leg): r.mvic for r in truth.recordings if r.mvic}
    stances = [r for r in truth.recordings if r.stance]
    assert len(stances) == 86
    for recording in stances:
        reference = mvic[recording.participant_id, recording.leg].mvic_rms_uv
        expected = 100 * recording.stance.gmed_rms_uv / reference
        assert recording.gmed_pct_mvic == pytest.approx(expected)
        assert 3 <= recording.stance.hold_s <= 10.5
        # The quiet part that study.yaml declares ends before the muscle starts.
        assert recording.stance.onset_s > 1.8


def test_files_bear_no_name_and_no_date_of_a_person(demo):
    folder, _ = demo
    header = next((folder / "recordings").glob("*.edf")).read_bytes()[:184].decode("ascii")
    assert header[8:88].split() == ["X", "X", "X", "X"]
    assert header[88:168].split() == ["Startdate", "X", "X", "X", "X"]


def test_a_folder_that_is_not_empty_is_refused_and_left_alone(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty"):
        write_demo_cohort(tmp_path, 1, SMALL)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_the_truth_is_written_only_outside_the_cohort(tmp_path):
    spec = replace(SMALL, signals=False)
    with pytest.raises(UsageError, match="inside the cohort folder"):
        write_demo_cohort(tmp_path / "a", 1, spec, truth_path=tmp_path / "a" / "truth.json")
    assert not (tmp_path / "a").exists()
    truth = write_demo_cohort(tmp_path / "a", 1, spec, truth_path=tmp_path / "truth.json")
    content = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert content["truth"]["seed"] == 1
    assert len(content["truth"]["mistakes"]) == len(truth.mistakes)
    assert content["published"]["vas_mean/LBP"]["mark"] == "P"
    assert not list((tmp_path / "a").rglob("truth*"))


def test_negative_seeds_are_refused(tmp_path):
    with pytest.raises(ValueError, match="seed has to be 0 or larger"):
        write_demo_cohort(tmp_path / "a", -1, SMALL)
    assert DEMO_SEED >= 0
