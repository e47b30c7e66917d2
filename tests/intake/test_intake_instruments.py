"""Rules of questionnaires, body measures and case definition: what leaves, what stays, what is said."""

import numpy as np
import pytest
from defects import DEFECTS
from defects.instrument_fixtures import add_column, with_all, with_case_definition
from defects.lab import Lab

from pipeline.intake.cohort import read_cohort
from schemas.instruments import INSTRUMENTS
from schemas.rules import RULES
from schemas.study import Study

PEOPLE = "participants"
OURS = ("PAIN", "SCORE", "ODI", "IPAQ", "BODY", "CASE", "STR", "MATCH", "SUM")


def read(lab: Lab, folder):
    return read_cohort(lab.write(folder, "csv"))


def ours() -> list[str]:
    return [rule_id for rule_id in RULES if rule_id.split("-")[0] in OURS]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_cohort_with_every_instrument_has_no_findings(form, tmp_path):
    lab = Lab()
    with_all(lab)
    result = read_cohort(lab.write(tmp_path, form))
    assert result.findings.empty, result.findings[["rule_id", "cell", "why"]].to_string()
    assert not result.stopped


@pytest.mark.parametrize("rule_id", ours())
def test_every_rule_is_complete_and_has_a_defect(rule_id):
    rule = RULES[rule_id]
    assert rule.checks.endswith(".")
    assert rule.good
    assert rule.bad
    assert rule_id in {defect.rule_id for defect in DEFECTS}


@pytest.mark.parametrize("rule_id", [r for r in ours() if RULES[r].severity == "WARN"])
def test_what_is_implausible_has_a_place_for_the_reason(rule_id):
    assert "decisions.csv" in RULES[rule_id].fix or rule_id == "MATCH-04"
    assert RULES[rule_id].keepable


def test_pain_in_cm_is_asked_about_and_never_converted(tmp_path):
    lab = Lab()
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "vas_mm", row, lab.get(PEOPLE, "vas_mm", row) / 10)
    result = read(lab, tmp_path / "asked")
    assert list(result.findings["rule_id"]) == ["PAIN-01"]
    assert np.isnan(result.tables[PEOPLE]["vas_mm"]).all()
    assert len(result.tables[PEOPLE]) == 6
    source = "tables: {participants: {file: participants.csv, units: {vas_mm: %s}}}\n"
    lab.study += source % "cm"
    declared = read(lab, tmp_path / "declared")
    assert declared.findings.empty
    assert declared.tables[PEOPLE]["vas_mm"].iloc[0] == pytest.approx(31)
    lab.study = lab.study.replace("vas_mm: cm", "vas_mm: mm")
    believed = read(lab, tmp_path / "believed")
    assert believed.tables[PEOPLE]["vas_mm"].iloc[0] == pytest.approx(3.1)


def test_mild_pain_in_whole_millimetres_is_no_suspicion(tmp_path):
    lab = Lab()
    for row, value in zip(lab.rows(PEOPLE), (3, 9, 5, 0, 1, 2), strict=True):
        lab.put(PEOPLE, "vas_mm", row, value)
    assert read(lab, tmp_path).findings.empty


@pytest.mark.parametrize(
    ("setting", "total", "suggested"),
    [
        ("", 12, "11 or 7 items"),
        ("instruments: {tsk: {version: 11}}\n", 60, "17 items"),
        ("instruments: {tsk: {version: 13}}\n", 8, "7 items"),
    ],
)
def test_a_total_of_another_version_names_it(setting, total, suggested, tmp_path):
    lab = Lab()
    lab.study += setting
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "tsk", row, 30)
    cell = lab.put(PEOPLE, "tsk", 3, total)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["SCORE-01"]
    assert list(result.findings["cell"]) == [cell]
    assert suggested in result.findings["why"].iloc[0]
    assert len(result.tables[PEOPLE]) == 6


def test_the_version_that_was_taken_is_stated(tmp_path):
    lab = Lab()
    lab.study += "instruments: {rmdq: {version: 23}}\n"
    texts = " ".join(step.text for step in read(lab, tmp_path).steps)
    assert "RMDQ totals are those of the 23-item version." in texts
    assert "TSK totals are those of the 17-item version." in texts


def test_every_version_with_its_range_can_be_declared():
    study = {"title": "A study", "groups": {"case": {"label": "a"}, "reference": {"label": "b"}}}
    for name, instrument in INSTRUMENTS.items():
        for version in instrument.versions:
            settings = Study.model_validate(
                {**study, "instruments": {name: {"version": version.items}}}
            ).instruments
            assert instrument.version(settings.items_of(name)) == version
            assert settings.declares(name)


def test_means_of_several_ratings_can_be_declared(tmp_path):
    lab = Lab()
    lab.study += "instruments: {nprs: {ratings: 3}}\n"
    lab.put(PEOPLE, "nprs", 2, 4.33)
    assert read(lab, tmp_path / "possible").findings.empty
    lab.put(PEOPLE, "nprs", 2, 4.5)
    impossible = read(lab, tmp_path / "impossible")
    assert list(impossible.findings["rule_id"]) == ["SCORE-02"]


def test_many_equal_problems_are_one_finding(tmp_path):
    lab = Lab()
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "bmi", row, 40)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["BODY-01"]
    assert result.findings["why"].iloc[0].startswith("6 rows have this problem. The first one: ")


def test_bmi_is_computed_where_it_is_empty_and_said(tmp_path):
    lab = Lab()
    lab.put(PEOPLE, "bmi", 2, None)
    mass, height = lab.get(PEOPLE, "mass_kg", 2), lab.get(PEOPLE, "height_cm", 2) / 100
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert result.tables[PEOPLE]["bmi"].iloc[0] == pytest.approx(mass / height**2, abs=0.005)
    assert any("Body mass index was computed" in step.text for step in result.steps)


def test_a_slip_of_unit_is_named(tmp_path):
    lab = Lab()
    lab.put(PEOPLE, "mass_kg", 2, 142)
    finding = read(lab, tmp_path).findings.iloc[0]
    assert finding["rule_id"] == "BODY-01"
    assert "if mass_kg were in pounds" in finding["why"]


def test_an_unlikely_height_is_the_root_cause_of_a_bmi_that_differs(tmp_path):
    lab = Lab()
    cell = lab.put(PEOPLE, "height_cm", 2, 121)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["CELL-06"]
    assert list(result.findings["cell"]) == [cell]


def test_weeks_alone_are_a_duration(tmp_path):
    lab = Lab()
    with_case_definition(lab)
    months = [lab.get(PEOPLE, "symptom_months", row) for row in lab.rows(PEOPLE)]
    add_column(lab, "symptom_weeks", [m and m * 4 for m in months])
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "symptom_months", row, None)
    lab.put(PEOPLE, "symptom_weeks", 3, 11)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["CASE-02"]
    assert "11 weeks" in result.findings["why"].iloc[0]
    assert result.tables[PEOPLE]["symptom_weeks"].iloc[1] == 11


def test_12_weeks_are_reached_by_3_months(tmp_path):
    lab = Lab()
    with_case_definition(lab)
    lab.put(PEOPLE, "symptom_months", 2, 2.8)
    assert read(lab, tmp_path).findings.empty


def test_warnings_change_no_value(tmp_path):
    lab = Lab()
    with_case_definition(lab)
    lab.put(PEOPLE, "vas_mm", 5, 35)
    lab.put(PEOPLE, "odi_pct", 6, 44)
    result = read(lab, tmp_path)
    assert set(result.findings["severity"]) == {"WARN"}
    people = result.tables[PEOPLE]
    assert people["vas_mm"].iloc[3] == 35
    assert people["odi_pct"].iloc[4] == 44
