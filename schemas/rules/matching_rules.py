"""Rules about matched sets of cases and controls."""

from typing import Final

from schemas.rules.instrument_rules import IF_RIGHT
from schemas.rules.rule import Rule

_DECLARED: Final = (
    "matching of study.yaml; in print e.g. age within 5 years, same sex, BMI within 2 (Sadler 2019), "
    "two cases for each control (Cooper 2016)"
)

MATCHING_RULES: Final = (
    Rule(
        "MATCH-01",
        "WARN",
        "A matched set without a case or without a control",
        "The set {value} has {found}; nobody is matched in it.",
        "Check pair_id and group of its members. " + IF_RIGHT,
        checks="Whether every set of pair_id has at least one case and one control.",
        good="P01 LBP M01; P04 control M01",
        bad="P01 LBP M01; P02 LBP M01",
        keepable=True,
    ),
    Rule(
        "MATCH-02",
        "WARN",
        "A matched set with other numbers than the study's ratio",
        "The set {value} has {found}; study.yaml says {limit} (cases : controls).",
        "Check pair_id and group of its members. " + IF_RIGHT,
        source=_DECLARED,
        checks="Whether every set has as many cases and controls as the ratio of study.yaml says.",
        good="ratio: 1:1; P01 LBP M01; P04 control M01",
        bad="ratio: 1:1; P01 LBP M01; P04 control M01; P05 control M01",
        keepable=True,
    ),
    Rule(
        "MATCH-03",
        "WARN",
        "A matched set whose members differ too much",
        "Case and control of the set {value} differ in {column}: {found}; study.yaml allows {limit}.",
        "Check pair_id and {column} of its members. " + IF_RIGHT,
        source=_DECLARED,
        checks="Whether members of a set differ by no more than `within` and are equal in `same`.",
        good="within: {age_years: 5}; M01: 41 and 44 years",
        bad="within: {age_years: 5}; M01: 41 and 52 years",
        keepable=True,
    ),
    Rule(
        "MATCH-04",
        "WARN",
        "People without a matched set",
        "{value} of {other} people are in no set: {terms}. A matched analysis leaves them out.",
        "Fill in pair_id where the person was matched; otherwise nothing to do.",
        source=_DECLARED,
        checks="Whether everybody has a pair_id when the study is matched.",
        good="pair_id filled in for everybody",
        bad="pair_id empty for two people",
        keepable=True,
    ),
    Rule(
        "MATCH-05",
        "SET ASIDE",
        "One person in two matched sets",
        "The cell names more than one set; a person can be matched once.",
        "Keep the one set in which the person was matched.",
        checks="Whether a cell of pair_id names two sets.",
        good="pair_id: M01",
        bad="pair_id: M01, M02",
    ),
)
