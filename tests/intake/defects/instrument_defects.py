"""Defects that the rules of schemas.rules.instrument_rules have to find."""

import random
from collections.abc import Callable
from typing import Any

from defects.defect import Defect, Planted
from defects.instrument_fixtures import (
    IPAQ_ANSWERS,
    ODI_ITEMS,
    add_column,
    drop_column,
    run_of,
    whole_column,
    with_case_definition,
    with_ipaq,
    with_odi,
)
from defects.lab import Lab

PEOPLE = "participants"
CASES = [2, 3, 4]
CONTROLS = [5, 6, 7]

_Plant = Callable[[Lab, random.Random], Planted]


def _typed(
    column: str, values: tuple[Any, ...], rows: list[int], *before: Callable[[Lab], None]
) -> _Plant:
    """Type one of the values into a random row of the participants table."""

    def plant(lab: Lab, draw: random.Random) -> Planted:
        for change in before:
            change(lab)
        return Planted(PEOPLE, lab.put(PEOPLE, column, draw.choice(rows), draw.choice(values)))

    return plant


def _setting(text: str) -> Callable[[Lab], None]:
    def change(lab: Lab) -> None:
        lab.study += text

    return change


def _pain_in_cm(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "vas_mm", row, lab.get(PEOPLE, "vas_mm", row) / 10)
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "vas_mm"))


def _rmdq_of_another_version(lab: Lab, draw: random.Random) -> Planted:
    lab.study += "instruments: {rmdq: {version: 18}}\n"
    row = lab.any_row(PEOPLE, draw)
    return Planted(PEOPLE, lab.put(PEOPLE, "rmdq", row, draw.choice((19, 22, 24))))


def _points_above_50(lab: Lab, draw: random.Random) -> Planted:
    lab.study += "instruments: {odi: {total: points_of_50}}\n"
    row = draw.choice(CASES)
    return Planted(PEOPLE, lab.put(PEOPLE, "odi_pct", row, draw.choice((51, 64, 90))))


def _too_many_missing(lab: Lab, draw: random.Random) -> Planted:
    with_odi(lab)
    lab.study += "instruments: {odi: {missing_items_allowed: 1}}\n"
    row = lab.any_row(PEOPLE, draw)
    empty = sorted(draw.sample(ODI_ITEMS, 2), key=ODI_ITEMS.index)
    cells = [lab.put(PEOPLE, item, row, None) for item in empty]
    return Planted(PEOPLE, cells[0])


def _one_missing(lab: Lab, draw: random.Random) -> Planted:
    with_odi(lab)
    row = lab.any_row(PEOPLE, draw)
    return Planted(PEOPLE, lab.put(PEOPLE, draw.choice(ODI_ITEMS), row, None))


def _wrong_total(lab: Lab, draw: random.Random) -> Planted:
    with_odi(lab)
    row = lab.any_row(PEOPLE, draw)
    percent = lab.get(PEOPLE, "odi_pct", row) + draw.choice((2, 10, 18))
    return Planted(PEOPLE, lab.put(PEOPLE, "odi_pct", row, percent))


def _wrong_met(lab: Lab, draw: random.Random) -> Planted:
    with_ipaq(lab)
    add_column(lab, "ipaq_met_min_week", [None] * 6)
    row = lab.any_row(PEOPLE, draw)
    return Planted(PEOPLE, lab.put(PEOPLE, "ipaq_met_min_week", row, draw.choice((12, 9000))))


def _wrong_category(lab: Lab, draw: random.Random) -> Planted:
    with_ipaq(lab)
    add_column(lab, "ipaq_category", [None] * 6)
    row = lab.any_row(PEOPLE, draw)
    return Planted(PEOPLE, lab.put(PEOPLE, "ipaq_category", row, "low"))


def _odi_points(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "odi_pct", row, lab.get(PEOPLE, "odi_pct", row) // 2)
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "odi_pct"))


def _odi_column_missing(lab: Lab, draw: random.Random) -> Planted:
    with_odi(lab)
    drop_column(lab, "odi_pct")
    drop_column(lab, draw.choice(ODI_ITEMS[1:]))
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "odi_1"))


def _ipaq_answer_missing(lab: Lab, draw: random.Random) -> Planted:
    with_ipaq(lab)
    row = lab.any_row(PEOPLE, draw)
    return Planted(PEOPLE, lab.put(PEOPLE, draw.choice(list(IPAQ_ANSWERS)), row, None))


def _ipaq_minutes_on_no_day(lab: Lab, draw: random.Random) -> Planted:
    with_ipaq(lab)
    row = lab.any_row(PEOPLE, draw)
    activity = draw.choice(("walk", "moderate", "vigorous"))
    lab.put(PEOPLE, f"ipaq_{activity}_days", row, 0)
    return Planted(PEOPLE, lab.cell(PEOPLE, f"ipaq_{activity}_min", row))


def _ipaq_beyond_the_day(lab: Lab, draw: random.Random) -> Planted:
    with_ipaq(lab)
    row = lab.any_row(PEOPLE, draw)
    lab.put(PEOPLE, "ipaq_moderate_min", row, 300)
    lab.put(PEOPLE, "ipaq_vigorous_min", row, 120)
    return Planted(PEOPLE, lab.put(PEOPLE, "ipaq_walk_min", row, draw.choice((600, 900))))


def _bmi_off(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row(PEOPLE, draw)
    bmi = lab.get(PEOPLE, "bmi", row) + draw.choice((-3, 2.5, 6))
    return Planted(PEOPLE, lab.put(PEOPLE, "bmi", row, round(bmi, 1)))


def _one_mass_in_pounds(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row(PEOPLE, draw)
    lab.put(PEOPLE, "mass_kg", row, round(lab.get(PEOPLE, "mass_kg", row) / 0.4536))
    return Planted(PEOPLE, lab.cell(PEOPLE, "bmi", row))


def _nobody_has_this_shape(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row(PEOPLE, draw)
    lab.put(PEOPLE, "bmi", row, None)
    lab.put(PEOPLE, "height_cm", row, draw.choice((131, 135.5)))
    return Planted(PEOPLE, lab.put(PEOPLE, "mass_kg", row, draw.choice((175, 198.5))))


def _masses_in_pounds(lab: Lab, draw: random.Random) -> Planted:
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "mass_kg", row, round(lab.get(PEOPLE, "mass_kg", row) / 0.4536))
        lab.put(PEOPLE, "bmi", row, None)
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "mass_kg"))


def _weeks_and_months(lab: Lab, draw: random.Random) -> Planted:
    rows = draw.sample(CASES, draw.choice((1, 3)))
    add_column(lab, "symptom_weeks", [60 if row in rows else None for row in lab.rows(PEOPLE)])
    return Planted(PEOPLE, run_of(lab, PEOPLE, "symptom_weeks", sorted(rows)))


ALL = [*CASES, *CONTROLS]


def _odi_fractions(lab: Lab, _: random.Random) -> Planted:
    for row in lab.rows(PEOPLE):
        lab.put(PEOPLE, "odi_pct", row, lab.get(PEOPLE, "odi_pct", row) / 100)
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "odi_pct"))


def _swap(lab: Lab, rows: list[int]) -> None:
    for row in rows:
        height_cm, mass_kg = (lab.get(PEOPLE, name, row) for name in ("height_cm", "mass_kg"))
        lab.put(PEOPLE, "height_cm", row, mass_kg)
        lab.put(PEOPLE, "mass_kg", row, height_cm)


def _one_swapped(lab: Lab, draw: random.Random) -> Planted:
    row = lab.any_row(PEOPLE, draw)
    lab.put(PEOPLE, "mass_kg", row, draw.choice((48, lab.get(PEOPLE, "mass_kg", row))))
    lab.put(PEOPLE, "bmi", row, None)
    _swap(lab, [row])
    return Planted(PEOPLE, lab.cell(PEOPLE, "height_cm", row))


def _all_swapped(lab: Lab, _: random.Random) -> Planted:
    _swap(lab, ALL)
    return Planted(PEOPLE, whole_column(lab, PEOPLE, "height_cm"))


INSTRUMENT_DEFECTS: tuple[Defect, ...] = (
    Defect("PAIN-01", "pain in cm", _pain_in_cm),
    Defect("PAIN-02", "case without pain", _typed("vas_mm", (0,), CASES)),
    Defect("PAIN-02", "case without pain by rating", _typed("nprs", (0,), CASES)),
    Defect("SCORE-01", "tsk below 17", _typed("tsk", (9, 12, 16), ALL)),
    Defect("SCORE-01", "rmdq of another version", _rmdq_of_another_version),
    Defect(
        "SCORE-01",
        "pcs-4 total too high",
        _typed(
            "pcs",
            (17, 30),
            [2],
            lambda lab: [lab.put(PEOPLE, "pcs", row, 9) for row in ALL] and None,
            _setting("instruments: {pcs: {version: 4}}\n"),
        ),
    ),
    Defect("SCORE-01", "more than 50 points", _points_above_50),
    Defect("SCORE-02", "rating with decimals", _typed("nprs", (3.5, 4.25), CASES)),
    Defect("SCORE-02", "count with decimals", _typed("rmdq", (7.5,), ALL)),
    Defect("SCORE-03", "unanswered section", _one_missing),
    Defect("SCORE-04", "more unanswered than tolerated", _too_many_missing),
    Defect("SCORE-05", "total against answers", _wrong_total),
    Defect("SCORE-05", "activity against answers", _wrong_met),
    Defect("SCORE-05", "category against answers", _wrong_category),
    Defect("SCORE-06", "points for percent", _odi_points),
    Defect("SCORE-07", "no column for a section", _odi_column_missing),
    Defect("ODI-01", "severe disability in a control", _typed("odi_pct", (42, 88), CONTROLS)),
    Defect("IPAQ-01", "an answer missing", _ipaq_answer_missing),
    Defect("IPAQ-02", "more than 16 h", _ipaq_beyond_the_day),
    Defect(
        "IPAQ-03",
        "more than 3 h",
        _typed("ipaq_moderate_min", (181, 240), ALL, with_ipaq),
    ),
    Defect("IPAQ-05", "minutes on 0 days", _ipaq_minutes_on_no_day),
    Defect("IPAQ-04", "too old", _typed("age_years", (71, 88), ALL, with_ipaq)),
    Defect("BODY-01", "bmi off", _bmi_off),
    Defect("BODY-01", "one mass in pounds", _one_mass_in_pounds),
    Defect("BODY-02", "impossible shape", _nobody_has_this_shape),
    Defect("BODY-03", "masses in pounds", _masses_in_pounds),
    Defect("BODY-04", "height and mass of one person swapped", _one_swapped),
    Defect("BODY-04", "height and mass swapped", _all_swapped),
    Defect("ODI-02", "fractions for percent", _odi_fractions),
    Defect("CASE-01", "weeks and months", _weeks_and_months),
    Defect(
        "CASE-02",
        "short pain",
        _typed("symptom_months", (0.5, 2), CASES, with_case_definition),
    ),
    Defect(
        "CASE-03",
        "recent pain",
        _typed("pain_free_months", (1, 11), CONTROLS, with_case_definition),
    ),
    Defect(
        "CASE-04",
        "control in pain",
        _typed("vas_mm", (11, 35), CONTROLS, with_case_definition),
    ),
    Defect(
        "CASE-04",
        "control in pain by rating",
        _typed("nprs", (3, 6), CONTROLS, with_case_definition),
    ),
)
