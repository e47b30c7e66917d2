"""BIDS folders: participants.tsv and phenotype tables with the JSON files beside them."""

import pandas as pd
import pytest
from defects import Lab
from lab_exports import Dataset

from pipeline.intake.cohort import read_cohort


def problems(read) -> list[tuple[str, str, str]]:
    rows = read.findings[read.findings["rule_id"] != "EXPORT-01"].fillna("")
    return [tuple(row) for row in rows[["rule_id", "file", "cell"]].itertuples(index=False)]


def notes(read, file: str) -> str:
    rows = read.findings[read.findings["rule_id"] == "EXPORT-01"]
    return " ".join(rows.loc[rows["file"] == file, "why"])


def test_a_bids_folder_gives_the_tables_of_the_plain_files(tmp_path):
    plain = read_cohort(Lab().write(tmp_path / "csv", "csv"))
    read = read_cohort(Dataset().write(tmp_path / "bids"))
    assert problems(read) == []
    assert set(read.tables) == set(plain.tables)
    for name, table in plain.tables.items():
        expected = table.assign(participant_id="sub-" + table["participant_id"])
        pd.testing.assert_frame_equal(read.tables[name], expected)


def test_what_was_understood_is_said(tmp_path):
    read = read_cohort(Dataset().write(tmp_path))
    said = notes(read, "participants.tsv")
    assert "n/a is read as missing" in said
    assert "Units of participants.json: height_cm in m." in said
    assert "Levels of the JSON file are read in place of codes in: group." in said
    assert "The column age is read as age_years" in said
    assert "hold_time_s in ms" in notes(read, "phenotype/hold_times.tsv")


def test_only_a_bids_folder_takes_na_for_missing(tmp_path):
    lab = Lab()
    cell = lab.put("participants", "nprs", 3, "n/a")
    read = read_cohort(lab.write(tmp_path, "csv"))
    assert problems(read) == [("CELL-01", "participants.csv", cell)]


def test_other_words_for_missing_are_not_taken(tmp_path):
    data = Dataset()
    cell = data.lab.put("participants", "nprs", 3, "N/A")
    assert problems(read_cohort(data.write(tmp_path))) == [("CELL-01", "participants.tsv", cell)]


def test_a_capped_age_is_left_out_and_said(tmp_path):
    data = Dataset()
    cell = data.lab.put("participants", "age", 4, "89+")
    read = read_cohort(data.write(tmp_path))
    assert problems(read) == [("BIDS-01", "participants.tsv", cell)]
    assert read.tables["participants"]["age_years"].isna().sum() == 1
    assert len(read.tables["participants"]) == 6


@pytest.mark.parametrize("unit", ["kg", "furlongs"])
def test_a_unit_that_does_not_fit_stops_the_table(tmp_path, unit):
    data = Dataset()
    data.json["participants"]["height_cm"]["Units"] = unit
    assert problems(read_cohort(data.write(tmp_path))) == [("BIDS-02", "participants.json", "")]


def test_a_unit_that_contradicts_study_yaml_stops_the_table(tmp_path):
    study = "tables:\n  participants: {file: participants.tsv, units: {height_cm: mm}}\n"
    read = read_cohort(Dataset().write(tmp_path, study=study))
    assert problems(read) == [("BIDS-02", "participants.json", "")]
    assert "study.yaml says mm" in read.findings.iloc[0]["why"]


@pytest.mark.parametrize("content", ["{", "[1, 2]", "[" * 100_000, "\xff"])
def test_a_json_file_that_is_none_is_a_finding(tmp_path, content):
    Dataset().write(tmp_path)
    (tmp_path / "participants.json").write_bytes(content.encode("latin-1"))
    assert problems(read_cohort(tmp_path)) == [("FILE-03", "participants.json", "")]


def test_phenotype_tables_without_a_name_of_ours_are_named_and_can_be_declared(tmp_path):
    data = Dataset()
    data.lab.tables["jumps"] = data.lab.tables.pop("strength")
    read = read_cohort(data.write(tmp_path / "undeclared"))
    assert "Not read" in notes(read, "phenotype/jumps.tsv")
    assert "strength" not in read.tables
    study = "tables:\n  strength: {file: phenotype/jumps.tsv}\n"
    declared = read_cohort(data.write(tmp_path / "declared", study=study))
    assert len(declared.tables["strength"]) == 12


def test_units_of_a_json_file_that_is_a_link_out_of_the_folder_are_refused(tmp_path):
    Dataset().write(tmp_path / "cohort")
    outside = tmp_path / "outside.json"
    outside.write_text("{}")
    inside = tmp_path / "cohort" / "participants.json"
    inside.unlink()
    inside.symlink_to(outside)
    assert problems(read_cohort(tmp_path / "cohort")) == [("FILE-03", "participants.json", "")]
