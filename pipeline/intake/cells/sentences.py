"""What fills the sentences about one cell: ranges, terms, and suggestions that fit what was typed."""

import re
from typing import Final

from pipeline.intake.cells.number_doubts import (
    LONGEST_TEST_S,
    NUMBER,
    NUMBER_WITH_COMMA,
    TOO_MANY_CEILINGS,
    readings,
)
from pipeline.intake.cells.units import IN_CELLS, number_and_unit, units_for
from pipeline.intake.findings.messages import near_sentence, quoted
from schemas.columns import ColumnRule

_GENERAL = "Type the number from the paper form; leave the cell empty if there is none."
_NO_VALUE = (
    "If this means that there is no value, list it under `missing_codes` in study.yaml; otherwise "
    "type the number from the paper form."
)
_AT_LEAST = re.compile(r"([>≥]=?\s*[0-9.,]+|[0-9.,]+\s*\+)(\s*\w+)?")
_STOPPED = (
    "If the test was stopped at the ceiling, write the ceiling in the time column and `ceiling` in "
    "ended_by."
)
_SUGGESTIONS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"[+-]?[0-9]*[.,]?[0-9]+\s*%"),
        "Format the cell as Number and type the percentage without the sign.",
    ),
    (
        re.compile(r"[0-9]+:[0-9:.]+"),
        "Type the number in the unit of the column; a clock time is not read.",
    ),
    (
        re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+"),
        "Type the number in full, without an exponent.",
    ),
    (
        re.compile(r"[+-]?[0-9.,]+\s*[^\W\d_]+\.?"),
        "Type the number only; the unit belongs in the heading or in study.yaml.",
    ),
    (
        re.compile(r"[^\W\d]*[０-９٠-٩][０-９٠-٩.,．，]*"),
        "Type the digits again with an ordinary keyboard: these are signs of another alphabet.",
    ),
    (
        re.compile(
            r"[.?*/x_-]{1,3}|n[./ ]?[adrkt][./]?(\s*\w+)?|(refused|missing|none|null|unknown|fehlt|k\.?\s*a\.?|verweigert)",
            re.IGNORECASE,
        ),
        _NO_VALUE,
    ),
)
"""Pattern of what was typed -> what to do; the first match counts. None names a value."""


def cell_facts(rule_id: str, rule: ColumnRule, found: str) -> dict[str, str]:
    """Everything that the sentences of a CELL rule can ask for, for one found text."""
    facts = {"column": rule.name, "range": range_words(rule), "value": found}
    if rule_id == "CELL-10":
        facts |= _two_readings(found)
    if rule_id == "CELL-11":
        units = ", ".join(units_for(rule.facts["unit"]))
        is_bare = NUMBER.fullmatch(found.strip()) or NUMBER_WITH_COMMA.fullmatch(found.strip())
        facts["missing"] = f"no unit (it can be {units})" if is_bare else f"none of: {units}"
        facts["suggestion"] = _GENERAL
        return facts
    if rule_id == "CELL-01":
        facts["suggestion"] = number_suggestion(found, rule.name)
    else:
        facts["suggestion"] = rule.facts["fix"]
    if rule.kind == "date":
        facts["terms"] = "a day written as year-month-day, such as 2024-03-31"
    else:
        facts["terms"] = ", ".join(rule.terms)
        facts["near"] = near_sentence(found, rule.terms, "term") if rule.terms else ""
    return facts


def general_facts(rule_id: str, rule: ColumnRule) -> dict[str, str]:
    """The same for many different texts: nothing in it is about one of them."""
    return {**cell_facts(rule_id, rule, ""), "value": "something"}


def unit_declaration(rule: ColumnRule) -> str:
    """What to do about a column whose cells hold a number and its unit."""
    return (
        f"If every cell holds its unit, write `units: {{{rule.name}: {IN_CELLS}}}` for the table in "
        "study.yaml; otherwise type the numbers only."
    )


def doubt_facts(
    rule_id: str, rule: ColumnRule, *, in_all: bool, ceiling_s: float | None
) -> dict[str, str]:
    """What is said about values whose unit is in doubt. in_all: about all values of the column."""
    problem, suggestion = _DOUBTS[rule_id, in_all]
    limit = LONGEST_TEST_S if ceiling_s is None else TOO_MANY_CEILINGS * ceiling_s
    words = {"column": rule.name, "limit": f"{min(limit, LONGEST_TEST_S):g}"}
    return {"problem": problem.format_map(words), "suggestion": suggestion.format_map(words)}


_MILLISECONDS: Final = (
    "If the clock gave milliseconds, write `units: {{{column}: ms}}` for the table in study.yaml; "
    "otherwise check the paper form."
)
_FRACTION: Final = (
    "If these are fractions, write `units: {{{column}: fraction}}` for the table in study.yaml."
)
_DOUBTS: Final = {
    ("CELL-13", True): (
        "Half of the times in {column} are above {limit} s, much longer than the test lasts. They "
        "look like milliseconds.",
        _MILLISECONDS,
    ),
    ("CELL-13", False): (
        f"No balance test lasts longer than {LONGEST_TEST_S:g} s. The time looks like milliseconds.",
        "Check the paper form and type the time in seconds.",
    ),
    ("CELL-14", True): (
        "All values of {column} are small, as fractions of the maximum are (0.45 instead of 45%).",
        _FRACTION,
    ),
    ("CELL-14", False): (
        "The value is below 1% while the others of {column} are percentages; it looks like a fraction.",
        "Check the paper form and type the percentage; decide to keep it if it is right.",
    ),
    ("CELL-15", False): (
        "Some values of {column} look like fractions (below 1) and the others like percentages.",
        "Give the whole column one unit; for fractions write `units: {{{column}: fraction}}` in "
        "study.yaml.",
    ),
    ("CELL-15", True): ("All values of {column} look like fractions.", _FRACTION),
}


def _two_readings(found: str) -> dict[str, str]:
    number, unit = number_and_unit(found)
    whole, parted = readings(number)
    meant = whole if whole == parted else f"{whole} or {parted}"
    meant = f"{meant} {unit}".strip()
    return {"value": quoted(found), "other": meant}


def plausible_facts(rule: ColumnRule, side: int) -> dict[str, str]:
    """What CELL-06 says about a value below (side -1) or above (side 1) the plausible ones."""
    limit = rule.facts["plausible_low"] if side < 0 else rule.facts["plausible_high"]
    return {
        "column": rule.name,
        "direction": "below" if side < 0 else "above",
        "limit": _with_unit(limit or 0.0, rule),
        "plausible_why": rule.facts["plausible_why"],
    }


def range_words(rule: ColumnRule) -> str:
    """The hard limits of a column in words, such as "between 0 and 100 mm"."""
    if rule.low is None and rule.high is None:
        return "a number"
    if rule.low is None:
        return f"at most {_with_unit(rule.high or 0.0, rule)}"
    if rule.high is None:
        return f"{'above' if rule.low_open else 'at least'} {_with_unit(rule.low, rule)}"
    if rule.low_open:
        return f"above {rule.low:g} and at most {_with_unit(rule.high, rule)}"
    return f"between {rule.low:g} and {_with_unit(rule.high, rule)}"


def number_suggestion(found: str, column: str) -> str:
    """What to do about a text in a number column. Never names a value that may not be on the form."""
    text = found.strip()
    if column == "hold_time_s" and _AT_LEAST.fullmatch(text):
        return _STOPPED
    for pattern, suggestion in _SUGGESTIONS:
        if pattern.fullmatch(text):
            return suggestion
    return _GENERAL


def _with_unit(value: float, rule: ColumnRule) -> str:
    unit = rule.facts["unit"]
    space = "" if unit.startswith("%") else " "
    return f"{value:g}{space}{unit}".strip()
