"""Columns and settings of questionnaires, matching and case definition for the valid cohort.

They stand beside lab.py, so that every other defect works on a cohort without them too.
"""

from typing import Any

from defects.lab import Lab
from defects.shown import shown

ODI_ITEMS = [f"odi_{number}" for number in range(1, 11)]
IPAQ_ANSWERS = {
    "ipaq_walk_days": [5, 7, 3, 6, 2, 4],
    "ipaq_walk_min": [30, 45, 60, 20, 90, 40],
    "ipaq_moderate_days": [2, 3, 1, 4, 2, 3],
    "ipaq_moderate_min": [20, 30, 45, 60, 15, 30],
    "ipaq_vigorous_days": [1, 2, 3, 1, 2, 1],
    "ipaq_vigorous_min": [30, 20, 40, 25, 60, 30],
}
CASE_DEFINITION = """\
case_definition:
  minimum_symptom_weeks: 12
  control_pain_free_months: 12
  control_maximum_vas_mm: 10
  control_maximum_nprs: 2
"""
MATCHING = """\
matching:
  ratio: 1:1
  within: {age_years: 20}
  same: [site]
"""


def add_column(lab: Lab, heading: str, values: list[Any], table: str = "participants") -> None:
    """Append a column; values in the order of the rows."""
    lab.tables[table][0].append(heading)
    for row, value in zip(lab.tables[table][1:], values, strict=True):
        row.append(value)


def drop_column(lab: Lab, heading: str, table: str = "participants") -> None:
    place = lab.column(table, heading)
    for row in lab.tables[table]:
        del row[place]


def run_of(lab: Lab, table: str, heading: str, rows: list[int]) -> str:
    """The address of a finding at several cells of one column."""
    return shown(lab.cell(table, heading, 1).rstrip("1"), rows)


def whole_column(lab: Lab, table: str, heading: str) -> str:
    return run_of(lab, table, heading, list(lab.rows(table)))


def odi_answers(percent: int) -> list[int]:
    """Ten answers from 0 to 5 that give this percentage (a multiple of 2)."""
    points = percent // 2
    return [min(5, max(0, points // 10 + (number < points % 10))) for number in range(10)]


def with_odi(lab: Lab) -> None:
    """odi_1 to odi_10 that agree with odi_pct."""
    given = [lab.get("participants", "odi_pct", row) for row in lab.rows("participants")]
    for number, heading in enumerate(ODI_ITEMS):
        add_column(lab, heading, [odi_answers(percent)[number] for percent in given])


def with_ipaq(lab: Lab) -> None:
    for heading, values in IPAQ_ANSWERS.items():
        add_column(lab, heading, values)


def with_case_definition(lab: Lab) -> None:
    add_column(lab, "pain_free_months", [None] * 3 + [24, 60, 12])
    lab.study += CASE_DEFINITION


def with_pairs(lab: Lab) -> None:
    add_column(lab, "pair_id", ["M01", "M02", "M03"] * 2)


def with_matching(lab: Lab) -> None:
    with_pairs(lab)
    add_column(lab, "site", ["S1"] * 6)
    lab.study += MATCHING


def with_all(lab: Lab) -> None:
    for change in (with_odi, with_ipaq, with_case_definition, with_matching):
        change(lab)
