"""Rules about strength scales."""

from typing import Final

from schemas.rules.instrument_rules import OWN
from schemas.rules.rule import Rule

STRENGTH_RULES: Final = (
    Rule(
        "STR-01",
        "SET ASIDE",
        "Strength on two scales",
        "The strength table has values of {terms}. Scales of strength are never mixed or converted, and "
        "Stance does not choose.",
        "Keep one of the columns, or say which one is analysed: `instruments: {{strength: {{scale: "
        "{value}}}}}` in study.yaml.",
        source="Seven incompatible scales in print; %BW = N / (kg x 9.81) x 100; side-lying is 30% "
        "higher than standing (PMC6101381)",
        checks="Whether more than one measured scale of strength has values, in one file or over files.",
        good="abd_strength_n_kg: 1.15, 1.26, 1.60",
        bad="abd_strength_n_kg: 1.15, (empty), (empty) and abd_strength_n: (empty), 82, 104",
        keepable=False,
    ),
    Rule(
        "STR-02",
        "SET ASIDE",
        "Strength that looks like another unit",
        "{column} is in {unit}, but {found}: the column looks like {looks_like}.",
        "If it is {looks_like}, {suggestion}; if the heading is right, write `units: {{{column}: "
        "{unit}}}` for this table in study.yaml.",
        source="Hip abduction of 1.0 to 1.7 N/kg and Nm/kg in print (PMC6454257, table 3); above 10 N/kg "
        "is rarely reached. Limits for whole columns: " + OWN,
        checks="Whether a whole column of strength fits the unit of its heading.",
        good="abd_strength_n_kg: 1.15, 1.26, 1.60",
        bad="abd_strength_n_kg: 75, 101, 96",
        keepable=True,
    ),
    Rule(
        "STR-03",
        "NOTE",
        "Grades of the manual muscle test are kept, not compared",
        "A grade from 0 to 5 is an order, not a measured force: {value} grades are kept and counted, and "
        "no mean or group difference is computed from them.",
        "Nothing to do.",
        source="Rating scales are ordinal (J Rehabil Med, statistics for authors)",
        checks="Whether the strength table has grades of the manual muscle test.",
        good="abd_mmt: 5, 4+, 3",
        bad="abd_mmt: 3.4 (a mean of grades)",
    ),
)
