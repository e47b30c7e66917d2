"""Defects that FILE-06 and the rules of schemas.rules.file_rules have to find."""

import random

from defects.defect import Defect, Planted
from defects.lab import Lab
from pipeline.intake.templates.example_values import example_row
from schemas.tables import COHORT_TABLES

_MEASURES = {
    "age_years": 41,
    "vas_mm": 35,
    "nprs": 4,
    "odi_pct": 22,
    "rmdq": 7,
    "tsk": 38,
    "pcs": 15,
    "symptom_months": 14,
}
"""Measures of the template's example that no rule compares with another one."""


def _example_left_in(lab: Lab, draw: random.Random) -> Planted:
    table = draw.choice([*lab.tables])
    row = lab.any_row(table, draw)
    width = len(lab.tables[table][0])
    lab.tables[table].insert(
        row - 1, ["EXAMPLE", *draw.choices(["left", 1, None, "?"], k=width - 1)]
    )
    return Planted(table, lab.cell(table, "participant_id", row))


def _code_typed_over_the_example(lab: Lab, draw: random.Random) -> Planted:
    rows = [r for r in lab.rows("participants") if lab.get("participants", "group", r) == "LBP"]
    row = draw.choice(rows)
    for column in draw.sample([*_MEASURES], draw.randint(5, len(_MEASURES))):
        lab.put("participants", column, row, _MEASURES[column])
    return Planted("participants", lab.cell("participants", "participant_id", row))


def _example_under_a_code(lab: Lab, draw: random.Random) -> Planted:
    """The first row of a table is the example itself, but for the code."""
    row = next(iter(lab.rows("strength")))
    example = example_row(COHORT_TABLES["strength"])
    for column in lab.tables["strength"][0][1:]:
        lab.put("strength", column, row, example.get(column))
    return Planted("strength", lab.cell("strength", "participant_id", row))


def _nobody_yet(lab: Lab, draw: random.Random) -> Planted:
    for rows in lab.tables.values():
        example = [["EXAMPLE", *[None] * (len(rows[0]) - 1)]] if draw.random() < 0.5 else []
        rows[1:] = example
    return Planted("participants", "")


TEMPLATE_DEFECTS: tuple[Defect, ...] = (
    Defect("FILE-06", "nobody yet", _nobody_yet),
    Defect("EXAMPLE-01", "example row left in", _example_left_in),
    Defect("EXAMPLE-02", "code typed over the example", _code_typed_over_the_example),
    Defect("EXAMPLE-03", "the example under a code", _example_under_a_code),
)
