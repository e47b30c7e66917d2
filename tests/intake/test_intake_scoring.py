"""Scores from answers: worked examples of the sources, and what a missing answer does."""

import numpy as np
import pytest
from defects.instrument_fixtures import IPAQ_ANSWERS, ODI_ITEMS, add_column, drop_column, with_ipaq
from defects.instrument_fixtures import with_odi as give_answers
from defects.lab import Lab

from pipeline.intake.cohort import read_cohort
from pipeline.intake.rules.instrument_scoring import ipaq_categories, ipaq_met_minutes, odi_percent
from pipeline.statistics.characteristics import characteristics
from pipeline.statistics.estimates.comparison import Comparison

NAN = float("nan")


def read(lab: Lab, folder):
    return read_cohort(lab.write(folder, "csv"))


def values(read_, column: str) -> list[float]:
    return read_.tables["participants"][column].tolist()


@pytest.mark.parametrize(
    ("answers", "percent"),
    [
        # 16 of 50 is 32%, and with one section missing 16 of 45 is 35.5%: the examples in print.
        ([2, 2, 2, 2, 2, 2, 2, 2, 0, 0], 32.0),
        ([2, 2, 2, 2, 2, 2, 2, 2, 0, NAN], 35.5),
        ([5] * 10, 100.0),
        ([0] * 10, 0.0),
    ],
)
def test_the_odi_is_the_share_of_the_possible_points(answers, percent):
    assert odi_percent(np.array([answers], dtype=float))[0] == pytest.approx(percent, abs=0.06)


def test_an_odi_without_answers_has_no_score():
    assert np.isnan(odi_percent(np.full((1, 10), NAN)))[0]


def test_met_minutes_are_met_times_minutes_times_days():
    days, minutes = np.array([[5.0, 2.0, 1.0]]), np.array([[30.0, 20.0, 30.0]])
    assert ipaq_met_minutes(days, minutes)[0] == pytest.approx(3.3 * 150 + 4 * 40 + 8 * 30)


def test_minutes_above_180_count_as_180():
    days = np.array([[7.0, 0.0, 0.0], [7.0, 0.0, 0.0]])
    long, longest = ipaq_met_minutes(days, np.array([[180.0, 0, 0], [600.0, 0, 0]]))
    assert long == longest == pytest.approx(3.3 * 180 * 7)


@pytest.mark.parametrize(
    ("days", "minutes", "category"),
    [
        ([0, 0, 0], [0, 0, 0], "low"),
        ([4, 0, 0], [60, 0, 0], "low"),  # 792 MET-min on 4 days only
        ([0, 0, 3], [0, 0, 20], "moderate"),
        ([0, 0, 3], [0, 0, 19], "low"),
        ([5, 0, 0], [30, 0, 0], "moderate"),
        ([3, 2, 0], [30, 30, 0], "moderate"),
        ([5, 0, 0], [29, 0, 0], "low"),  # 478.5 MET-min
        ([4, 1, 0], [40, 20, 0], "moderate"),  # 608 MET-min on 5 days
        ([0, 0, 3], [0, 0, 63], "high"),  # 1512 vigorous MET-min
        ([0, 0, 2], [0, 0, 180], "low"),  # 2880 vigorous MET-min on 2 days
        ([7, 0, 0], [130, 0, 0], "high"),  # 3003 MET-min on 7 days
        ([6, 0, 0], [180, 0, 0], "moderate"),  # 3564 MET-min on 6 days
    ],
)
def test_categories_follow_the_guidelines(days, minutes, category):
    found = ipaq_categories(np.array([days], dtype=float), np.array([minutes], dtype=float))
    assert list(found) == [category]


def test_the_odi_is_filled_from_answers_and_stated(tmp_path):
    lab = Lab()
    given = [lab.get("participants", "odi_pct", row) for row in lab.rows("participants")]
    give_answers(lab)
    drop_column(lab, "odi_pct")
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert values(result, "odi_pct") == given
    assert any(
        "Oswestry" in step.text and "answered sections" in step.text for step in result.steps
    )


def test_missing_sections_are_tolerated_only_as_far_as_declared(tmp_path):
    lab = Lab()
    give_answers(lab)
    drop_column(lab, "odi_pct")
    for item in ODI_ITEMS[8:]:
        lab.put("participants", item, 2, None)
    lab.study += "instruments: {odi: {missing_items_allowed: 2}}\n"
    result = read(lab, tmp_path / "tolerant")
    assert result.findings.empty
    points = sum(lab.get("participants", item, 2) for item in ODI_ITEMS[:8])
    assert values(result, "odi_pct")[0] == pytest.approx(points / 40 * 100)
    assert any("up to 2 unanswered" in step.text for step in result.steps)

    lab.put("participants", ODI_ITEMS[7], 2, None)
    result = read(lab, tmp_path / "strict")
    assert list(result.findings["rule_id"]) == ["SCORE-04"]
    assert np.isnan(values(result, "odi_pct")[0])
    assert len(result.tables["participants"]) == 6


def test_a_questionnaire_with_missing_answers_loses_its_total_too(tmp_path):
    lab = Lab()
    give_answers(lab)
    lab.put("participants", "odi_4", 3, None)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["SCORE-03"]
    assert "missing_items_allowed: 2" in result.findings["fix"].iloc[0]
    assert np.isnan(values(result, "odi_pct")[1])


def test_a_wrong_answer_is_the_only_problem_of_its_questionnaire(tmp_path):
    lab = Lab()
    give_answers(lab)
    drop_column(lab, "odi_pct")
    cell = lab.put("participants", "odi_2", 4, 7)
    result = read(lab, tmp_path)
    assert list(result.findings["cell"]) == [cell]
    assert np.isnan(values(result, "odi_pct")[2])


def test_a_lab_that_gives_totals_and_some_answers_keeps_its_totals(tmp_path):
    lab = Lab()
    give_answers(lab)
    drop_column(lab, "odi_9")
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert values(result, "odi_pct")[:3] == [18, 20, 22]


def test_points_become_percent_only_when_declared(tmp_path):
    lab = Lab()
    for row in lab.rows("participants"):
        lab.put("participants", "odi_pct", row, lab.get("participants", "odi_pct", row) // 2)
    asked = read(lab, tmp_path / "asked")
    assert list(asked.findings["rule_id"]) == ["SCORE-06"]
    assert np.isnan(values(asked, "odi_pct")).all()
    lab.study += "instruments: {odi: {total: points_of_50}}\n"
    said = read(lab, tmp_path / "said")
    assert said.findings.empty
    assert values(said, "odi_pct")[:3] == [18, 20, 22]
    assert any("doubled" in step.text for step in said.steps)


def test_percentages_that_are_confirmed_are_believed(tmp_path):
    lab = Lab()
    for row in lab.rows("participants"):
        lab.put("participants", "odi_pct", row, 11)
    lab.study += "instruments: {odi: {total: percent}}\n"
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert values(result, "odi_pct") == [11] * 6


def test_the_ipaq_gives_minutes_and_category(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    result = read(lab, tmp_path)
    assert result.findings.empty
    first = 3.3 * 30 * 5 + 4 * 20 * 2 + 8 * 30
    assert values(result, "ipaq_met_min_week")[0] == pytest.approx(first)
    assert values(result, "ipaq_category")[0] == "moderate"
    assert any("IPAQ" in step.text for step in result.steps)


def test_minutes_are_not_asked_for_on_0_days(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    lab.put("participants", "ipaq_vigorous_days", 2, 0)
    lab.put("participants", "ipaq_vigorous_min", 2, None)
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert values(result, "ipaq_met_min_week")[0] == pytest.approx(3.3 * 150 + 4 * 40)


def test_a_person_without_any_answer_has_no_ipaq_and_no_finding(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    for heading in IPAQ_ANSWERS:
        lab.put("participants", heading, 5, None)
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert np.isnan(values(result, "ipaq_met_min_week")[3])


def test_more_than_960_minutes_a_day_are_excluded_before_truncation(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    for heading, minutes in (
        ("ipaq_walk_min", 400),
        ("ipaq_moderate_min", 400),
        ("ipaq_vigorous_min", 161),
    ):
        lab.put("participants", heading, 2, minutes)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["IPAQ-02"]
    assert np.isnan(values(result, "ipaq_met_min_week")[0])


def test_a_total_that_agrees_with_the_answers_is_kept_as_printed(tmp_path):
    lab = Lab()
    with_ipaq(lab)
    add_column(lab, "ipaq_met_min_week", [895, *[None] * 5])
    add_column(lab, "ipaq_category", ["moderate", *[None] * 5])
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert values(result, "ipaq_met_min_week")[0] == 895


def test_tables_of_participants_show_scores_not_answers(tmp_path):
    lab = Lab()
    give_answers(lab)
    with_ipaq(lab)
    for heading, row, value in (
        ("ipaq_walk_days", 2, 0),
        ("ipaq_walk_min", 2, None),
        ("ipaq_vigorous_days", 2, 0),
        ("ipaq_vigorous_min", 2, None),
        ("ipaq_vigorous_days", 4, 6),
    ):
        lab.put("participants", heading, row, value)
    result = read(lab, tmp_path)
    comparison = Comparison.of(result.study, result.plan)
    rows = characteristics(result.tables["participants"], comparison).rows
    outcomes = list(dict.fromkeys(row.outcome for row in rows))
    assert not {*outcomes} & {*ODI_ITEMS, *IPAQ_ANSWERS}
    assert {"odi_pct", "ipaq_met_min_week"} <= {*outcomes}
    levels = [outcome for outcome in outcomes if outcome.startswith("ipaq_category/")]
    assert levels == ["ipaq_category/low", "ipaq_category/moderate", "ipaq_category/high"]
    told = {row.model for row in rows if row.outcome == "ipaq_met_min_week"}
    assert {"median", "q1", "q3"} <= told
