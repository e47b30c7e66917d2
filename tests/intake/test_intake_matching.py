"""Matched sets: complete, of the declared ratio, within the declared differences; only root causes."""

import pytest
from defects.instrument_fixtures import MATCHING, add_column, with_matching, with_pairs
from defects.lab import Lab

from pipeline.intake.cohort import read_cohort
from pipeline.intake.settings.study_file import read_study
from schemas.instrument_settings import Matching

PEOPLE = "participants"


def read(lab: Lab, folder):
    return read_cohort(lab.write(folder, "csv"))


def test_a_ratio_is_cases_to_controls():
    assert Matching(ratio="2:1").sizes == (2, 1)
    assert Matching().sizes == (1, 1)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("matching: {ratio: two}", "ratio is cases to controls"),
        ("matching: {within: {sex: 1}}", "Sets cannot differ by a number in sex"),
        ("matching: {same: [age_years]}", "Sets cannot be equal in age_years"),
        ("instruments: {strength: {scale: abd_mmt}}", "scale has to be one of"),
    ],
)
def test_settings_that_cannot_be_used_are_explained_at_their_line(text, problem, tmp_path):
    lab = Lab()
    lab.study += text + "\n"
    lab.write(tmp_path, "csv")
    _, _, findings = read_study(tmp_path)
    assert [finding.rule_id for finding in findings] == ["STUDY-01"]
    assert problem in findings[0].why
    assert findings[0].cell == f"line {len(lab.study.splitlines())}"


def test_an_unmatched_study_hears_nothing_of_matching(tmp_path):
    lab = Lab()
    add_column(lab, "pair_id", [None] * 6)
    assert read(lab, tmp_path).findings.empty


def test_a_study_that_says_it_is_matched_needs_sets(tmp_path):
    lab = Lab()
    lab.study += MATCHING
    finding = read(lab, tmp_path).findings.iloc[0]
    assert finding["rule_id"] == "MATCH-04"
    assert finding["why"].startswith("6 of 6 people are in no set: P01, P02")


def test_two_cases_for_each_control_fit_their_ratio(tmp_path):
    lab = Lab()
    add_column(lab, "pair_id", ["M01", "M01", "M02", "M01", "M02", "M02"])
    lab.study += 'matching: {ratio: "2:1"}\n'
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["MATCH-02"]
    assert "The set M02 has 1 case and 2 controls" in result.findings["why"].iloc[0]


def test_the_largest_difference_of_a_set_counts(tmp_path):
    lab = Lab()
    with_pairs(lab)
    lab.study += "matching: {ratio: 1:1, within: {age_years: 11.9, height_cm: 500}}\n"
    result = read(lab, tmp_path)
    assert set(result.findings["rule_id"]) == {"MATCH-03"}
    assert len(result.findings) == 3
    assert (
        "differ in age_years: 12 years; study.yaml allows 11.9 years" in result.findings["why"][0]
    )


def test_a_member_whose_row_left_does_not_make_a_second_problem(tmp_path):
    lab = Lab()
    with_matching(lab)
    cell = lab.put(PEOPLE, "group", 5, "somebody")
    result = read(lab, tmp_path)
    assert list(result.findings["cell"]) == [cell]


def test_an_unlikely_age_is_not_held_against_the_set(tmp_path):
    lab = Lab()
    with_matching(lab)
    cell = lab.put(PEOPLE, "age_years", 2, 99)
    result = read(lab, tmp_path)
    assert list(result.findings["cell"]) == [cell]


def test_many_wrong_sets_are_one_finding(tmp_path):
    lab = Lab()
    people = lab.tables[PEOPLE][1:]
    holds = lab.tables["hold_times"]
    for i in range(7, 19):
        case = i % 2 == 0
        twin = people[0 if case else 3]
        lab.tables[PEOPLE].append([f"P{i:02d}", *twin[1:]])
        holds.append([f"P{i:02d}", "left", "eyes_open", 1, 12.5, "hop"])
    add_column(lab, "pair_id", ["M0"] * 6 + [f"M{1 + i // 2}" for i in range(12)])
    lab.study += 'matching: {ratio: "3:3"}\n'
    result = read(lab, tmp_path)
    wrong = result.findings[result.findings["rule_id"] == "MATCH-02"]
    assert len(wrong) == 1
    assert "sets have this problem. The first one: " in wrong["why"].iloc[0]


def test_a_set_may_have_a_comma_in_its_name(tmp_path):
    lab = Lab()
    add_column(lab, "pair_id", ["A, 1", "A, 2", "A, 3"] * 2)
    assert read(lab, tmp_path).findings.empty


def test_matching_is_stated(tmp_path):
    lab = Lab()
    with_matching(lab)
    texts = " ".join(step.text for step in read(lab, tmp_path).steps)
    assert "matched in a ratio of 1:1, on age within 20 years, equal site; 3 sets" in texts
