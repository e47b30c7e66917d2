"""Height, mass and BMI: do they fit together, and does a slip of unit explain it if not?"""

from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.units import unit_factor
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.row_findings import (
    column_finding,
    numbers,
    plausible_numbers,
    row_findings,
)
from pipeline.intake.findings.messages import Finding
from pipeline.intake.rules.column_suspicions import FEWEST_VALUES, unit_is_declared
from schemas.columns import column_rules
from schemas.participants import Participants
from schemas.study import Study

BMI_TOLERANCE: Final = 1.0
"""kg/m²: a BMI in whole numbers from a height in whole centimetres is off by less."""
POUNDS_BMI: Final = 42.0
"""kg/m²: a median above it is what pounds in place of kilograms give (a BMI of 19 or more)."""

_USUAL_BMI: Final = 25.0
_USUAL_SPREAD: Final = 9.0
"""kg/m²: a slip is named when it would bring an impossible BMI into this neighbourhood."""

_SLIPS: Final = (("mass_kg", "lb", "pounds"), ("height_cm", "in", "inches"))
"""Column, unit that it may really have, and its name."""

Numbers = NDArray[np.float64]


def check_body(people: Draft, study: Study) -> list[Finding]:
    """BODY findings; fills bmi (kg/m²) where it is empty and height and mass are given."""
    findings = _check_swapped(people, study)
    findings += _check_pounds(people, study)
    height_cm = plausible_numbers(people, "height_cm")
    mass_kg = plausible_numbers(people, "mass_kg")
    computed = _bmi(height_cm, mass_kg)
    rule = column_rules(Participants)["bmi"]
    impossible = (computed < (rule.low or 0)) | (computed > (rule.high or np.inf))
    facts_of = partial(
        _facts, height_cm, mass_kg, computed, np.full(len(computed), _USUAL_BMI), _USUAL_SPREAD
    )
    findings += row_findings(people, "BODY-02", "mass_kg", impossible, facts_of)
    for column in ("height_cm", "mass_kg"):
        people.leave_cells(column, impossible, "BODY-02")
    computed[impossible] = np.nan
    given = plausible_numbers(people, "bmi")
    differs = np.abs(given - computed) > BMI_TOLERANCE
    facts_of = partial(_facts, height_cm, mass_kg, computed, given, BMI_TOLERANCE)
    findings += row_findings(people, "BODY-01", "bmi", differs, facts_of)
    _fill_bmi(people)
    return findings


def _bmi(height_cm: Numbers, mass_kg: Numbers) -> Numbers:
    return np.asarray(mass_kg / (height_cm / 100) ** 2)


def _check_swapped(people: Draft, study: Study) -> list[Finding]:
    """BODY-04; both values are left out. Before all other rules: they would blame one of the two."""
    given = [_as_given(people, column, study) for column in ("height_cm", "mass_kg")]
    as_height, as_mass = given[::-1]
    swapped = given[0] < _plausible("height_cm")[0]
    for name, values in (
        ("height_cm", as_height),
        ("mass_kg", as_mass),
        ("bmi", _bmi(as_height, as_mass)),
    ):
        low, high = _plausible(name)
        swapped &= (values >= low) & (values <= high)
    swapped &= people.usable
    findings = row_findings(
        people,
        "BODY-04",
        "height_cm",
        swapped,
        lambda row: {"value": f"{given[0][row]:g}", "other": f"{given[1][row]:g}"},
    )
    for column in ("height_cm", "mass_kg"):
        people.leave_cells(column, swapped, "BODY-04")
    return findings


def _plausible(column: str) -> tuple[float, float]:
    """The usual values of a column of participants."""
    facts = column_rules(Participants)[column].facts
    low, high = facts["plausible_low"], facts["plausible_high"]
    return -np.inf if low is None else low, np.inf if high is None else high


def _as_given(people: Draft, column: str, study: Study) -> Numbers:
    """Values in the unit of the table, with those beyond the limits of their column as typed."""
    values = numbers(people, column)
    if column not in people.shown or unit_is_declared(people, column, study):
        return values
    text = people.text(column).str.replace(",", ".", regex=False)
    typed = pd.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isnan(values) & people.broken[column], typed, values)


def _check_pounds(people: Draft, study: Study) -> list[Finding]:
    if unit_is_declared(people, "mass_kg", study):
        return []
    computed = _bmi(numbers(people, "height_cm"), numbers(people, "mass_kg"))
    given = np.isfinite(computed)
    if given.sum() < FEWEST_VALUES or np.median(computed[given]) <= POUNDS_BMI:
        return []
    rows = np.isfinite(numbers(people, "mass_kg"))
    facts = {"other": f"{np.median(computed[given]):.1f}"}
    findings = column_finding(people, "BODY-03", "mass_kg", rows, facts)
    people.leave_cells("mass_kg", rows, "BODY-03")
    return findings


def _facts(
    height_cm: Numbers,
    mass_kg: Numbers,
    computed: Numbers,
    expected: Numbers,
    tolerance: float,
    position: int,
) -> dict[str, str]:
    """What was found, and the slips of unit that would bring the BMI near the expected one."""
    near = ""
    for column, unit, name in _SLIPS:
        factor = unit_factor(column_rules(Participants)[column].facts["unit"], unit) or 1.0
        height = height_cm[position] * (factor if column == "height_cm" else 1.0)
        mass = mass_kg[position] * (factor if column == "mass_kg" else 1.0)
        if abs(mass / (height / 100) ** 2 - expected[position]) <= tolerance:
            near += f" It would fit if {column} were in {name}."
    value = f"{expected[position]:g}"
    return {"other": f"{computed[position]:.1f}", "value": value, "near": near}


def _fill_bmi(people: Draft) -> None:
    """Compute bmi where it is empty; a wrong bmi stays as it is, with its finding."""
    computed = _bmi(numbers(people, "height_cm"), numbers(people, "mass_kg"))
    there = numbers(people, "bmi")
    empty = np.isfinite(computed) & np.isnan(there) & ~people.broken["bmi"] & people.usable
    rule = column_rules(Participants)["bmi"]
    empty &= (computed >= (rule.low or 0)) & (computed <= (rule.high or np.inf))
    people.computed["bmi"] = int(empty.sum())
    if empty.any():
        if "bmi" not in people.frame:
            people.frame["bmi"] = np.nan
        people.frame["bmi"] = people.frame["bmi"].mask(empty, pd.Series(np.round(computed, 2)))
