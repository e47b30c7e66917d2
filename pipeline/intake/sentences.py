"""What fills the sentences about one cell: ranges, terms, and suggestions that fit what was typed."""

import re

from pipeline.intake.messages import near_sentence
from schemas.columns import ColumnRule

_GENERAL = "Type the number from the paper form; leave the cell empty if there is none."
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
        re.compile(r"[+-]?[0-9]{1,3}([,.'][0-9]{3})+([.,][0-9]+)?"),
        "Type the number without thousands marks and with the decimal mark of the file.",
    ),
)
"""Pattern of what was typed -> what to do; the first match counts. None names a value."""


def cell_facts(rule_id: str, rule: ColumnRule, found: str) -> dict[str, str]:
    """Everything that the sentences of a CELL rule can ask for, for one found text."""
    facts = {"column": rule.name, "range": range_words(rule), "value": found}
    if rule_id == "CELL-01":
        facts["suggestion"] = number_suggestion(found, rule.name)
    else:
        facts["suggestion"] = rule.facts["fix"]
    if rule.kind == "date":
        facts["terms"] = "a day written as year-month-day, such as 2024-03-31"
    else:
        facts["terms"] = ", ".join(rule.terms)
        facts["near"] = near_sentence(found, rule.terms, "term")
    return facts


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
