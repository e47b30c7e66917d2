"""REDCap exports: raw and label, events, repeating instruments, checkboxes, forms never saved."""

import pandas as pd
import pytest
from defects import Lab
from redcap_project import STUDY, Field, Project

from pipeline.intake.cohort import read_cohort
from pipeline.intake.layouts.redcap_columns import checkbox_column


def problems(read) -> list[tuple[str, str]]:
    rows = read.findings[read.findings["rule_id"] != "EXPORT-01"].fillna("")
    return [tuple(row) for row in rows[["rule_id", "cell"]].itertuples(index=False)]


def notes(read, table: str) -> str:
    rows = read.findings[read.findings["rule_id"] == "EXPORT-01"]
    return " ".join(rows.loc[rows["table"] == table, "why"])


@pytest.mark.parametrize("labels", [False, True])
def test_raw_and_label_exports_give_the_tables_of_the_plain_files(labels, tmp_path):
    plain = read_cohort(Lab().write(tmp_path / "csv", "csv"))
    read = read_cohort(Project().write(tmp_path / "redcap", labels=labels))
    assert problems(read) == []
    for name in ("participants", "hold_times"):
        pd.testing.assert_frame_equal(read.tables[name], plain.tables[name])


def test_what_was_understood_is_said(tmp_path):
    read = read_cohort(Project().write(tmp_path))
    said = notes(read, "hold_times")
    assert "all its answers are in the event baseline_arm_1" in said
    assert (
        "Codes are read as the labels of the data dictionary in: leg, condition, ended_by" in said
    )
    assert "REDCap accepted only values within: hold_time_s 0 to 60" in said
    assert "6 rows on which the form was never filled in" in notes(read, "participants")


@pytest.mark.parametrize("labels", [False, True])
def test_a_bad_cell_is_named_where_it_stands_in_the_export(labels, tmp_path):
    project = Project()
    record = project.of_form("hold_times")[9]
    record["hold_time_s"] = "12 s"
    read = read_cohort(project.write(tmp_path, labels=labels))
    assert problems(read) == [("CELL-01", project.cell(record, "hold_time_s"))]


def test_a_code_that_the_dictionary_does_not_know_stays_a_code(tmp_path):
    project = Project()
    record = project.of_form("hold_times")[3]
    record["leg"] = "9"
    read = read_cohort(project.write(tmp_path))
    assert problems(read) == [("CELL-05", project.cell(record, "leg"))]


def test_the_instance_is_the_trial_when_the_form_has_none(tmp_path):
    project = Project()
    project.fields = [field for field in project.fields if field.name != "trial"]
    read = read_cohort(project.write(tmp_path))
    assert problems(read) == []
    assert "redcap_repeat_instance is read as the trial" in notes(read, "hold_times")
    assert sorted(read.tables["hold_times"]["trial"].unique()) == [1, 2, 3, 4]


def two_events() -> Project:
    project = Project()
    for record in project.of_form("hold_times"):
        again = {**record, "redcap_event_name": "month_6_arm_1"}
        project.records.insert(project.records.index(record) + 1, again)
    return project


def test_answers_in_two_events_ask_for_the_visits(tmp_path):
    project = two_events()
    read = read_cohort(project.write(tmp_path))
    first = project.of_form("hold_times")[0]
    assert problems(read) == [("REDCAP-01", project.cell(first, "redcap_event_name"))]
    assert "`events: {baseline_arm_1: baseline, month_6_arm_1: month 6}`" in read.findings["fix"][0]


@pytest.mark.parametrize(("visit", "expected"), [("month 6", 48), ('""', 24)])
def test_declared_events_are_visits_and_an_empty_one_is_left_out(tmp_path, visit, expected):
    project = two_events()
    events = f"events: {{baseline_arm_1: baseline, month_6_arm_1: {visit}}}"
    project.study = STUDY.replace("form: hold_times,", f"form: hold_times, {events},")
    read = read_cohort(project.write(tmp_path))
    assert problems(read) == []
    assert len(read.tables["hold_times"]) == expected
    assert read.tables["hold_times"]["visit"].value_counts()["baseline"] == 24


def test_nothing_ticked_is_no_answer(tmp_path):
    project = Project()
    person = project.of_form("")[0]
    person |= dict.fromkeys(project.boxes, "0")
    read = read_cohort(project.write(tmp_path))
    assert read.tables["participants"]["painful_side"].isna().tolist() == [True] + [False] * 5


def test_a_form_that_was_saved_empty_is_not_overlooked(tmp_path):
    project = Project()
    planned = next(r for r in project.of_form("") if r["redcap_event_name"] == "month_6_arm_1")
    planned["demographics_complete"] = "2"
    read = read_cohort(project.write(tmp_path))
    assert [rule for rule, _ in problems(read)] == ["REDCAP-01"]


def test_missing_data_codes_are_missing(tmp_path):
    project = Project()
    project.of_form("")[0]["nprs"] = "NASK"
    project.study = STUDY.replace(
        "{form: demographics,", "{form: demographics, missing_codes: [NASK],"
    )
    read = read_cohort(project.write(tmp_path))
    assert problems(read) == []
    assert pd.isna(read.tables["participants"]["nprs"].iloc[0])


def test_a_field_that_the_dictionary_marks_as_identifier_stops_and_is_not_echoed(tmp_path):
    project = Project()
    project.fields.insert(2, Field("hospital_no", "demographics", identifier="y", label="Hospital"))
    for record in project.of_form(""):
        record["hospital_no"] = "4711-Q"
    read = read_cohort(project.write(tmp_path))
    assert read.stopped
    assert problems(read) == [("REDCAP-03", "F1")]
    assert "4711-Q" not in read.findings.to_string()


def test_a_misspelt_form_names_the_nearest(tmp_path):
    project = Project(study=STUDY.replace("form: hold_times", "form: hold_time"))
    finding = read_cohort(project.write(tmp_path)).findings.iloc[0]
    assert finding["rule_id"] == "REDCAP-02"
    assert "The nearest form is hold_times." in finding["fix"]


def test_a_field_with_the_label_of_a_column_is_no_heading_row_of_the_dictionary(tmp_path):
    project = Project()
    for field in project.fields:
        if field.name in ("sex", "age_years", "group"):
            field.label = {"sex": "Sex", "age_years": "age_years", "group": "Group"}[field.name]
    assert problems(read_cohort(project.write(tmp_path))) == []


@pytest.mark.parametrize("content", ["a,b\n1,2\n", None])
def test_a_dictionary_that_is_none_or_absent_is_said(tmp_path, content):
    Project().write(tmp_path)
    if content is None:
        (tmp_path / "dictionary.csv").unlink()
    else:
        (tmp_path / "dictionary.csv").write_text(content)
    assert {rule for rule, _ in problems(read_cohort(tmp_path))} == {"REDCAP-02"}


def test_without_a_dictionary_codes_are_declared_by_hand(tmp_path):
    project = Project()
    project.study = (
        STUDY.replace(", dictionary: dictionary.csv", "")
        .replace("painful_side: pain_side", "painful_side: pain_side")
        .replace('{"left; right": bilateral}', '{"1; 2": bilateral, 1: left, 2: right, 3: none}')
        .replace(
            "    values: {painful_side",
            "    values: {group: {1: LBP, 2: control}, sex: {0: female, 1: male}, "
            "dominant_leg: {1: left, 2: right}, painful_side",
        )
        + "    values: {leg: {1: left, 2: right}, condition: {1: eyes_open}, "
        "ended_by: {1: foot_touch, 2: hop, 3: ceiling}}\n"
    )
    read = read_cohort(project.write(tmp_path))
    assert problems(read) == []
    assert len(read.tables["participants"]) == 6
    assert len(read.tables["hold_times"]) == 24


@pytest.mark.parametrize(
    ("code", "column"), [("1", "side___1"), ("-90", "side____90"), ("NA", "side___na")]
)
def test_checkbox_columns_are_called_as_redcap_calls_them(code, column):
    assert checkbox_column("side", code) == column
