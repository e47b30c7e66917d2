"""Defects that the rules of schemas.rules.key_rules have to find."""

import random

from defects.defect import Defect, Planted
from defects.instrument_fixtures import run_of, with_matching, with_pairs
from defects.lab import Lab

PEOPLE = "participants"


def _set_without_control(lab: Lab, draw: random.Random) -> Planted:
    with_pairs(lab)
    row = draw.choice((5, 6, 7))
    lab.put(PEOPLE, "pair_id", row, "M02" if row != 6 else "M01")
    return Planted(PEOPLE, lab.cell(PEOPLE, "pair_id", row - 3))


def _two_pairs_in_one_set(lab: Lab, draw: random.Random) -> Planted:
    with_matching(lab)
    first, second = draw.choice(((2, 3), (3, 4)))
    rows = [first, second, first + 3, second + 3]
    for row in rows:
        lab.put(PEOPLE, "pair_id", row, "M09")
    return Planted(PEOPLE, run_of(lab, PEOPLE, "pair_id", rows))


def _ages_apart(lab: Lab, draw: random.Random) -> Planted:
    with_matching(lab)
    row = draw.choice((2, 3, 4))
    lab.put(PEOPLE, "age_years", row, draw.choice((78, 90)))
    return Planted(PEOPLE, run_of(lab, PEOPLE, "age_years", [row, row + 3]))


def _another_site(lab: Lab, draw: random.Random) -> Planted:
    with_matching(lab)
    row = draw.choice((2, 3, 4))
    lab.put(PEOPLE, "site", row, "S2")
    return Planted(PEOPLE, run_of(lab, PEOPLE, "site", [row, row + 3]))


def _people_without_a_set(lab: Lab, draw: random.Random) -> Planted:
    draw.choice((with_pairs, with_matching))(lab)
    row = draw.choice((2, 3, 4))
    for member in (row, row + 3):
        lab.put(PEOPLE, "pair_id", member, None)
    return Planted(PEOPLE, run_of(lab, PEOPLE, "pair_id", [row, row + 3]))


def _in_two_sets(lab: Lab, draw: random.Random) -> Planted:
    draw.choice((with_pairs, with_matching))(lab)
    row = lab.any_row(PEOPLE, draw)
    own = lab.get(PEOPLE, "pair_id", row)
    other = draw.choice([name for name in ("M01", "M02", "M03") if name != own])
    words = f"{own}{draw.choice((', ', ' / ', ' and ', '+'))}{other}"
    return Planted(PEOPLE, lab.put(PEOPLE, "pair_id", row, words))


MATCHING_DEFECTS: tuple[Defect, ...] = (
    Defect("MATCH-01", "no control", _set_without_control),
    Defect("MATCH-02", "two pairs in one set", _two_pairs_in_one_set),
    Defect("MATCH-03", "ages apart", _ages_apart),
    Defect("MATCH-03", "another site", _another_site),
    Defect("MATCH-04", "without a set", _people_without_a_set),
    Defect("MATCH-05", "in two sets", _in_two_sets),
)
