"""What Excel says while somebody types into the template: the unit and range, and a question when in doubt.

Nothing is forbidden here but an unknown term; intake decides what can be used.
"""

import datetime as dt
from typing import Any, Final

from pipeline.intake.templates.data_dictionary import range_in_words
from schemas.columns import ColumnRule
from schemas.tables import CohortTable

TITLE_LENGTH: Final = 32
MESSAGE_LENGTH: Final = 255
"""Excel's own limits for the title and the text of a message."""
_FIRST_DATE: Final = dt.date(1990, 1, 1)
_LARGEST: Final = 1_000_000_000
"""Stands for "no limit", which Excel cannot say."""
_ANY: Final[dict[str, Any]] = {"validate": "any"}


def number_entry(rule: ColumnRule) -> dict[str, Any]:
    """Excel's rule for the cells of a number or date column; any text for other columns."""
    if rule.kind == "date":
        return _ANY | {
            "validate": "date",
            "criteria": ">=",
            "value": _FIRST_DATE,
            **_question(rule, "This should be a date, such as 2026-01-31."),
        }
    if rule.kind not in ("number", "integer"):
        return dict(_ANY)
    what = "a whole number" if rule.kind == "integer" else "a number"
    limits = range_in_words(rule)
    unit = f" {rule.facts['unit']}" if rule.facts["unit"] else ""
    expected = f"This should be {what}{f', {limits}{unit}' if limits else ''}."
    return {
        "validate": "integer" if rule.kind == "integer" else "decimal",
        **_limits(rule),
        **_question(rule, f"{expected} {rule.facts['fix']}"),
    }


def text_entry(
    table: CohortTable, rule: ColumnRule, letter: str, first_row: int, last_row: int
) -> dict[str, Any]:
    """Excel's rule for the codes of people: once in participants, and known there everywhere else."""
    if table.name == "participants":
        return {
            "validate": "custom",
            "value": f"=COUNTIF(${letter}$2:${letter}${last_row},{letter}{first_row})=1",
            **_question(rule, "This code stands on the sheet already. Every person has one row."),
            "input_title": "Code of the person",
            "input_message": "Never a name, a birth date or a record number.",
        }
    people = f"participants!$A${first_row}"
    count = f"COUNTA(participants!$A${first_row}:$A${last_row})"
    return {
        "validate": "list",
        "source": f"=OFFSET({people},0,0,MAX(1,{count}),1)",
        **_question(rule, "This code is not on the sheet participants."),
    }


def prompt(rule: ColumnRule) -> dict[str, str]:
    """What Excel shows beside the cell that somebody is about to fill; {} where it would be in the way.

    Only measures with a unit and dates have one: there a slip is likely and costly.
    """
    unit = rule.facts["unit"]
    if not unit and rule.kind != "date":
        return {}
    limits = range_in_words(rule)
    message = f"{rule.description} {f'Range: {limits} {unit}.' if limits else ''}".strip()
    title = f"{rule.facts['label']}, in {unit}" if unit else rule.facts["label"]
    return {"input_title": _short(title, TITLE_LENGTH), "input_message": _short(message)}


def _question(rule: ColumnRule, message: str) -> dict[str, str]:
    return {
        "error_type": "warning",
        "error_title": _short(rule.name, TITLE_LENGTH),
        "error_message": _short(message),
    }


def _limits(rule: ColumnRule) -> dict[str, Any]:
    if rule.low_open and rule.high is None:
        return {"criteria": ">", "value": rule.low}
    low = -_LARGEST if rule.low is None else rule.low
    high = _LARGEST if rule.high is None else rule.high
    return {"criteria": "between", "minimum": low, "maximum": high}


def _short(text: str, limit: int = MESSAGE_LENGTH) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
