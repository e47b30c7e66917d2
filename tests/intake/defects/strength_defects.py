"""Defects that the rules of schemas.rules.measurement_rules have to find."""

import random

from defects.defect import Defect, Planted
from defects.instrument_fixtures import add_column, run_of, whole_column
from defects.lab import Lab

STRENGTH = "strength"
SCALE = "abd_strength_n_kg"


def _two_scales(lab: Lab, draw: random.Random) -> Planted:
    other = draw.choice(("abd_strength_n", "abd_torque_nm_kg", "abd_pressure_kpa"))
    rows = sorted(draw.sample(list(lab.rows(STRENGTH)), draw.choice((1, 4))))
    values = [72.5 if other != "abd_torque_nm_kg" else 1.2 for _ in lab.rows(STRENGTH)]
    add_column(
        lab,
        other,
        [v if row in rows else None for v, row in zip(values, lab.rows(STRENGTH), strict=True)],
        STRENGTH,
    )
    return Planted(STRENGTH, run_of(lab, STRENGTH, other, rows))


def _newton_for_newton_per_kilogram(lab: Lab, draw: random.Random) -> Planted:
    mass_kg = draw.choice((55, 71.5, 90))
    for row in lab.rows(STRENGTH):
        lab.put(STRENGTH, SCALE, row, round(lab.get(STRENGTH, SCALE, row) * mass_kg, 1))
    return Planted(STRENGTH, whole_column(lab, STRENGTH, SCALE))


def _newton_per_kilogram_for_newton(lab: Lab, draw: random.Random) -> Planted:
    other = draw.choice(("abd_strength_n", "abd_torque_nm"))
    lab.tables[STRENGTH][0][lab.column(STRENGTH, SCALE)] = other
    return Planted(STRENGTH, whole_column(lab, STRENGTH, other))


def _grades(lab: Lab, draw: random.Random) -> Planted:
    add_column(
        lab, "abd_mmt", [draw.choice((3, 4, "4+", 5, "4-")) for _ in lab.rows(STRENGTH)], STRENGTH
    )
    return Planted(STRENGTH, whole_column(lab, STRENGTH, "abd_mmt"))


STRENGTH_DEFECTS: tuple[Defect, ...] = (
    Defect("STR-01", "two scales", _two_scales),
    Defect("STR-02", "newton in N per kg", _newton_for_newton_per_kilogram),
    Defect("STR-02", "N per kg in newton", _newton_per_kilogram_for_newton),
    Defect("STR-03", "grades", _grades),
)
