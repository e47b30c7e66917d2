"""Rules about who a row belongs to and whether it stands twice."""

from typing import Final

from schemas.rules.rule import Rule

KEY_RULES: Final = (
    Rule(
        "KEY-01",
        "SET ASIDE",
        "The same row twice",
        "{keys} stand in {other} as well, so it is not clear which row counts.",
        "Keep the right row, or number the trials.",
    ),
    Rule(
        "KEY-02",
        "SET ASIDE",
        "A participant without a row in the participants table",
        "{value} is not in the participants table, so the group is not known.{near}",
        "Add the person to the participants table or correct the code.",
    ),
    Rule(
        "KEY-03",
        "WARN",
        "A participant without data",
        "{value} is in the participants table but has no rows in {other}.",
        "Add the rows, or note in the study log why there are none.",
    ),
    Rule(
        "GROUP-01",
        "SET ASIDE",
        "An unknown group",
        "The group is not one of the labels or spellings in study.yaml: {terms}.{near}",
        "Correct the cell, or add the spelling under `groups` in study.yaml.",
    ),
    Rule(
        "GROUP-02",
        "WARN",
        "A group without participants",
        "No participant is in the group {value}; groups cannot be compared.",
        "Check the group column and the labels in study.yaml.",
    ),
)
