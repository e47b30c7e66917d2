"""Scales of strength: never mixed, never converted, and grades never averaged."""

import numpy as np
import pytest
from defects.instrument_fixtures import add_column
from defects.lab import Lab

from pipeline.intake.cohort import read_cohort
from pipeline.statistics.analysis_set import build_analysis_sets
from schemas.columns import column_rules
from schemas.strength import STRENGTH_GRADE, STRENGTH_SCALES, Strength

STRENGTH = "strength"
SCALE = "abd_strength_n_kg"


def read(lab: Lab, folder):
    return read_cohort(lab.write(folder, "csv"))


def rename(lab: Lab, heading: str) -> None:
    lab.tables[STRENGTH][0][lab.column(STRENGTH, SCALE)] = heading


def test_every_scale_in_print_has_a_column_with_its_unit():
    rules = column_rules(Strength)
    units = {rules[name].facts["unit"] for name in STRENGTH_SCALES}
    assert units == {"N", "N/kg", "Nm", "Nm/kg", "%BW", "kPa"}
    assert STRENGTH_GRADE not in STRENGTH_SCALES
    assert rules[STRENGTH_GRADE].kind == "text"


@pytest.mark.parametrize(
    ("scale", "value"), [("abd_strength_pct_bw", 14.5), ("abd_pressure_kpa", 27.5)]
)
def test_every_scale_can_be_the_only_one(scale, value, tmp_path):
    lab = Lab()
    rename(lab, scale)
    for row in lab.rows(STRENGTH):
        lab.put(STRENGTH, scale, row, value + row / 10)
    result = read(lab, tmp_path)
    assert result.findings.empty, result.findings["why"].tolist()
    sets = build_analysis_sets(result.tables, result.study)
    assert sets.strength[scale].notna().all()


def test_two_scales_set_the_strength_table_aside_and_nothing_else(tmp_path):
    lab = Lab()
    add_column(lab, "abd_strength_n", [80 + i for i in range(12)], STRENGTH)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["STR-01"]
    assert "scale: abd_strength_n_kg" in result.findings["fix"].iloc[0]
    assert result.tables[STRENGTH].empty
    assert len(result.tables["hold_times"]) == 24
    assert not result.stopped


def test_the_declared_scale_is_analysed_and_the_other_left_out(tmp_path):
    lab = Lab()
    add_column(lab, "abd_strength_n", [80 + i for i in range(12)], STRENGTH)
    lab.study += "instruments: {strength: {scale: abd_strength_n}}\n"
    result = read(lab, tmp_path)
    assert result.findings.empty
    assert SCALE not in result.tables[STRENGTH]
    assert result.tables[STRENGTH]["abd_strength_n"].iloc[0] == 80
    assert any("analysed in N, as study.yaml declares" in step.text for step in result.steps)


def test_scales_of_two_files_are_not_mixed(tmp_path):
    lab = Lab()
    heading, *rows = lab.tables.pop(STRENGTH)
    lab.tables["first"] = [heading, *rows[:6]]
    lab.tables["second"] = [[*heading[:-1], "abd_strength_n"], *([*r[:-1], 85] for r in rows[6:])]
    lab.study += "tables: {strength: [{file: first.csv}, {file: second.csv}]}\n"
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["STR-01"]
    assert result.findings["file"].iloc[0] == "second.csv" or result.findings["file"].iloc[0]
    assert result.tables[STRENGTH].empty


def test_newton_in_a_column_of_newton_per_kilogram_is_one_finding(tmp_path):
    lab = Lab()
    for row in lab.rows(STRENGTH):
        lab.put(
            STRENGTH, SCALE, row, 40 + 5 * row
        )  # some below, some above the limit of the column
    result = read(lab, tmp_path / "asked")
    assert list(result.findings["rule_id"]) == ["STR-02"]
    assert result.tables[STRENGTH].empty
    reasons = result.flow.loc[result.flow["stage"] == "set_aside", "reason"]
    assert list(reasons.unique()) == ["Strength that looks like another unit"]


def test_a_heading_that_is_confirmed_is_believed(tmp_path):
    lab = Lab()
    rename(lab, "abd_strength_n")
    assert list(read(lab, tmp_path / "asked").findings["rule_id"]) == ["STR-02"]
    lab.study += "tables: {strength: {file: strength.csv, units: {abd_strength_n: N}}}\n"
    result = read(lab, tmp_path / "declared")
    assert result.findings.empty
    assert result.tables[STRENGTH]["abd_strength_n"].max() < 10


def test_one_high_value_is_a_warning_and_stays(tmp_path):
    lab = Lab()
    cell = lab.put(STRENGTH, SCALE, 4, 12.5)
    result = read(lab, tmp_path)
    assert list(result.findings[["rule_id", "severity", "cell"]].iloc[0]) == [
        "CELL-06",
        "WARN",
        cell,
    ]
    assert (result.tables[STRENGTH][SCALE] == 12.5).any()


def test_grades_are_kept_counted_and_never_analysed(tmp_path):
    lab = Lab()
    rename(lab, STRENGTH_GRADE)
    for row, grade in zip(lab.rows(STRENGTH), [5, 4, "4+", "4-", 3, 5] * 2, strict=True):
        lab.put(STRENGTH, STRENGTH_GRADE, row, grade)
    result = read(lab, tmp_path)
    assert list(result.findings["rule_id"]) == ["STR-03"]
    table = result.tables[STRENGTH]
    assert table[STRENGTH_GRADE].tolist()[:4] == ["5", "4", "4+", "4-"]
    assert not any(np.issubdtype(d, np.number) for d in [table[STRENGTH_GRADE].dtype.type])
    sets = build_analysis_sets(result.tables, result.study)
    assert sets.strength.empty
    left = sets.flow[(sets.flow["table"] == STRENGTH) & (sets.flow["stage"] == "not_usable")]
    assert left["n_rows"].sum() == 12
    assert set(left["reason"]) == {"muscle test grade only, which is no measured force"}
    assert any("12 grades were kept" in step.text for step in result.steps)


def test_a_mean_of_grades_is_refused(tmp_path):
    lab = Lab()
    add_column(lab, STRENGTH_GRADE, ["4"] * 12, STRENGTH)
    cell = lab.put(STRENGTH, STRENGTH_GRADE, 5, 3.4)
    result = read(lab, tmp_path)
    wrong = result.findings[result.findings["severity"] == "SET ASIDE"]
    assert list(wrong["cell"]) == [cell]


def test_grades_beside_a_measured_scale_do_not_disturb_it(tmp_path):
    lab = Lab()
    add_column(lab, STRENGTH_GRADE, [5] * 12, STRENGTH)
    result = read(lab, tmp_path)
    assert list(result.findings["severity"]) == ["NOTE"]
    assert len(build_analysis_sets(result.tables, result.study).strength) == 12
