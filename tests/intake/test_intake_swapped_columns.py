"""Columns whose headings were exchanged are told by what they hold, and by nothing less."""

import pytest
from defects.lab import Lab

from pipeline.intake.cohort import read_cohort


def swapped(tmp_path, table, one, other):
    lab = Lab()
    headings = lab.tables[table][0]
    a, b = headings.index(one), headings.index(other)
    headings[a], headings[b] = headings[b], headings[a]
    return read_cohort(lab.write(tmp_path, "csv"))


def test_the_finding_names_both_columns_and_nothing_that_follows_from_it(tmp_path):
    read = swapped(tmp_path, "hold_times", "leg", "hold_time_s")
    (finding,) = read.findings.to_dict(orient="records")
    assert (finding["rule_id"], finding["cells"]) == ("COL-06", "B1 E1")
    assert "leg and hold_time_s look swapped" in finding["why"]
    assert read.stopped


@pytest.mark.parametrize(
    ("table", "one", "other"),
    [("participants", "height_cm", "mass_kg"), ("participants", "dominant_leg", "painful_side")],
)
def test_columns_of_the_same_kind_answer_to_other_rules(tmp_path, table, one, other):
    found = swapped(tmp_path, table, one, other).findings
    assert "COL-06" not in set(found["rule_id"])


def test_one_cell_in_the_wrong_column_is_no_swap(tmp_path):
    lab = Lab()
    lab.put("hold_times", "leg", 3, "12.5")
    lab.put("hold_times", "hold_time_s", 3, "left")
    found = read_cohort(lab.write(tmp_path, "csv")).findings
    assert set(found["rule_id"]) == {"CELL-01", "CELL-05"}
