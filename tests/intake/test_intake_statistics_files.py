"""SPSS and Stata files: labels, declared missing values, dates, and files that are broken."""

import datetime as dt
import random
from pathlib import Path

import pandas as pd
import pytest
from defects import Lab
from lab_exports import WRITERS, coded, write_statistics

from pipeline.intake.cohort import read_cohort
from pipeline.intake.findings.messages import FileProblemError
from pipeline.intake.formats.statistics_files import read_statistics_file
from schemas.study import Limits


def save(folder: Path, kind: str, columns: dict, **options) -> Path:
    path = folder / f"table.{kind}"
    WRITERS[kind](pd.DataFrame(columns), path, **options)
    return path


def grid_of(path: Path):
    grid, notes = read_statistics_file(path.name, path, path.suffix[1:], Limits())
    return dict(zip(grid.headings, grid.columns, strict=True)), grid, notes


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_the_same_cohort_gives_the_tables_of_its_csv_files(kind, tmp_path):
    plain = read_cohort(Lab().write(tmp_path / "csv", "csv"))
    read = read_cohort(write_statistics(tmp_path / kind, kind))
    assert set(read.findings["rule_id"]) == {"EXPORT-01"}, read.findings["why"].tolist()
    assert set(read.tables) == set(plain.tables)
    for name, table in plain.tables.items():
        pd.testing.assert_frame_equal(read.tables[name], table)


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_bad_value_is_named_by_variable_and_row(kind, tmp_path):
    write_statistics(tmp_path, kind)
    rows = Lab().tables["hold_times"]
    rows[7][4] = -3
    frame, labels = coded(rows)
    WRITERS[kind](frame, tmp_path / f"hold_times.{kind}", variable_value_labels=labels)
    findings = read_cohort(tmp_path).findings
    finding = findings[findings["rule_id"] != "EXPORT-01"].iloc[0]
    assert (finding["rule_id"], finding["column"], finding["cell"]) == (
        "CELL-03",
        "hold_time_s",
        "E7",
    )


def test_a_label_is_shown_and_its_code_stays_the_number(tmp_path):
    labels = {"nprs": {0: "no pain", 10: "worst pain"}, "sex": {1: "female", 2: "male"}}
    path = save(
        tmp_path,
        "sav",
        {"nprs": [0.0, 4.0, 10.0], "sex": [1.0, 2.0, 3.0]},
        variable_value_labels=labels,
    )
    cells, _, notes = grid_of(path)
    assert cells["nprs"].number.tolist() == [0, 4, 10]
    assert cells["sex"].text.tolist() == ["female", "male", "3"]
    assert "Value labels are read in place of codes in: nprs, sex." in notes[0].why


def test_values_that_spss_declares_missing_are_missing(tmp_path):
    path = save(
        tmp_path,
        "sav",
        {"age_years": [41.0, -99.0, 997.0, 30.0], "site": ["A", "XX", "B", "A"]},
        missing_ranges={"age_years": [{"lo": 990, "hi": 999}, -99], "site": ["XX"]},
    )
    cells, _, notes = grid_of(path)
    assert cells["age_years"].is_missing.tolist() == [False, True, True, False]
    assert cells["site"].is_missing.tolist() == [False, True, False, False]
    assert "declares missing are empty in: age_years, site." in notes[0].why


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_dates_are_dates_whatever_the_program_counts_from(kind, tmp_path):
    days = [dt.date(2024, 2, 29), dt.date(1950, 1, 1), None]
    cells, grid, _ = grid_of(save(tmp_path, kind, {"id": ["a", "b", "c"], "date": days}))
    assert cells["date"].text.tolist() == ["2024-02-29", "1950-01-01", ""]
    assert grid.row_numbers.tolist() == [1, 2, 3]


def test_the_encoding_is_stated(tmp_path):
    _, _, notes = grid_of(save(tmp_path, "sav", {"site": ["Zürich"]}))
    assert (notes[0].rule_id, notes[0].severity) == ("EXPORT-01", "NOTE")
    assert "its text is in UTF-8" in notes[0].why


def test_a_variable_that_identifies_people_is_stopped(tmp_path):
    write_statistics(tmp_path, "sav")
    frame, labels = coded(Lab().tables["participants"])
    frame["Surname"] = "Example"
    WRITERS["sav"](frame, tmp_path / "participants.sav", variable_value_labels=labels)
    findings = read_cohort(tmp_path).findings
    stops = findings[findings["severity"] == "STOP"]
    assert stops[["rule_id", "cell"]].to_numpy().tolist() == [["COL-05", "variable 17"]]
    assert "Example" not in findings.to_string()


@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_another_file_with_the_name_of_a_statistics_file_is_refused(kind, tmp_path):
    path = tmp_path / f"table.{kind}"
    path.write_text("participant_id,group\nP01,LBP\n")
    with pytest.raises(FileProblemError) as problem:
        grid_of(path)
    assert "although its name says so" in problem.value.findings[0].why


def broken(data: bytes, seed: int) -> bytes:
    """The file cut off, or with flipped bits, or with nonsense in place of a whole number."""
    draw = random.Random(seed)
    if seed % 3 == 0:
        return data[: draw.randrange(len(data))]
    changed = bytearray(data)
    for _ in range(draw.choice((1, 4, 16))):
        place = draw.randrange(len(data) - 4)
        if seed % 3 == 1:
            changed[place] ^= 1 << draw.randrange(8)
        else:
            changed[place : place + 4] = draw.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f"))
    return bytes(changed)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["sav", "dta"])
def test_a_broken_file_is_a_finding_or_a_table_never_an_error(kind, seed, tmp_path):
    frame, labels = coded(Lab().tables["participants"])
    path = save(tmp_path, kind, frame, variable_value_labels=labels)
    path.write_bytes(broken(path.read_bytes(), seed))
    try:
        _, grid, _ = grid_of(path)
        assert len(grid.row_numbers) <= len(frame)
    except FileProblemError as problem:
        assert [finding.rule_id for finding in problem.findings] == ["FILE-03"]


def test_a_reader_that_crashes_is_a_damaged_file(tmp_path, monkeypatch):
    path = save(tmp_path, "sav", {"group": ["LBP"]})
    crashing = tmp_path / "crashing.py"
    crashing.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGABRT)\n")
    monkeypatch.setattr("pipeline.intake.formats.statistics_reading.__file__", str(crashing))
    with pytest.raises(FileProblemError) as problem:
        grid_of(path)
    assert "is damaged or incomplete" in problem.value.findings[0].why


def test_a_reader_that_hangs_is_given_up(tmp_path, monkeypatch):
    path = save(tmp_path, "sav", {"group": ["LBP"]})
    hanging = tmp_path / "hanging.py"
    hanging.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("pipeline.intake.formats.statistics_reading.__file__", str(hanging))
    monkeypatch.setattr("pipeline.intake.formats.statistics_files._SECONDS_TO_READ", 0.2)
    with pytest.raises(FileProblemError):
        grid_of(path)
