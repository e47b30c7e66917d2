"""Rules about hold times and balance tasks."""

from typing import Final

from schemas.rules.rule import Rule

HOLD_RULES: Final = (
    Rule(
        "HOLD-01",
        "SET ASIDE",
        "A hold above the ceiling",
        "The hold is above the ceiling of {limit} s, at which the clock is stopped.",
        "Check the paper form; if the test was stopped at the ceiling, record the ceiling and "
        "write `ceiling` in ended_by.",
    ),
    Rule(
        "HOLD-02",
        "WARN",
        "A hold at the ceiling without a reason",
        "The hold equals the ceiling but ended_by is empty; it is analysed as stopped by the ceiling.",
        "Write what ended the hold in ended_by.",
    ),
    Rule(
        "HOLD-03",
        "SET ASIDE",
        "A hold that ended by ceiling below the ceiling",
        "ended_by says ceiling, but the hold is shorter than the ceiling of {limit} s.",
        "Check the paper form: either the time or ended_by is wrong.",
    ),
    Rule(
        "HOLD-04",
        "SET ASIDE",
        "A hold without a time",
        "There is neither a time nor a bound above 0 s, and ended_by is neither `ceiling` nor "
        "`not_done`.",
        "Fill in the time from the paper form, or write in ended_by what happened.",
    ),
    Rule(
        "HOLD-05",
        "SET ASIDE",
        "Bounds of a hold that contradict each other",
        "The lower bound is not below the upper bound.",
        "Check the paper form and correct the bounds.",
    ),
    Rule(
        "HOLD-06",
        "STOP",
        "No ceiling is known",
        "Neither the table nor study.yaml says at which time the clock is stopped for {value}.",
        "Put the ceiling of the protocol in study.yaml under `holds`.",
    ),
    Rule(
        "HOLD-07",
        "SET ASIDE",
        "A trial marked as not done that has a time",
        "ended_by says `not_done`, but there is a time or a bound: the two contradict each other.",
        "Check the paper form: either the time or ended_by is wrong.",
    ),
    Rule(
        "TASK-01",
        "SET ASIDE",
        "An unknown balance task",
        "The task is not one of: {terms}.{near}",
        "Correct the cell, or add the task under `tasks` in study.yaml.",
    ),
)
