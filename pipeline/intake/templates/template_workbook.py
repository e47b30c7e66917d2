"""The workbook to fill in: one sheet per table, an example row, drop-downs, and what every term means.

Row 1 of a table's sheet is the only heading row and holds our column names, so that a filled template
is read without any declaration. The sheets of tables are not protected: a protected sheet would lock
cells that are pasted into it. The vocabulary is. While somebody types, Excel says the unit and range of the
cell, and asks when in doubt.
"""

import datetime as dt
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from pipeline.intake.columns.example_rows import EXAMPLE_CODE
from pipeline.intake.templates.data_dictionary import (
    is_needed,
    is_one_of,
    purpose_in_words,
    range_in_words,
    requirement_in_words,
    term_meanings,
    type_in_words,
)
from pipeline.intake.templates.example_values import example_row
from schemas.columns import ColumnRule, column_rules
from schemas.study import Groups
from schemas.tables import COHORT_TABLES, CohortTable

DEFAULT_GROUPS: Final = Groups.model_validate(
    {"case": {"label": "LBP"}, "reference": {"label": "control"}}
)
"""Group labels that the templates start with; a study changes them in study.yaml."""
READ_ME: Final = "read me"
VOCABULARY: Final = "vocabulary"
LAST_ROW: Final = 2000
"""Drop-downs and number formats reach down to this row of a sheet."""
FIXED_DATE: Final = dt.datetime(2026, 1, 1)
"""Written as the date of creation, so that the same template always has the same bytes."""

_OWN_WORDS: Final = ("group", "task", "leg")
"""Columns for which study.yaml may know other words than the drop-down."""
_EXAMPLE_ROW, _FIRST_ROW = 2, 3
_COMMENT_WIDTH = 46
"""Characters on a line of a comment of the width used here."""
_READ_ME_WIDTH = 110
"""Characters on a line of the sheet with the instructions."""
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "needed": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F4E79", "border": 1},
    "one of": {"bold": True, "font_color": "#FFFFFF", "bg_color": "#5B87B5", "border": 1},
    "optional": {"bold": True, "font_color": "#1F4E79", "bg_color": "#DDE8F3", "border": 1},
    "text": {"num_format": "@"},
    "date": {"num_format": "yyyy-mm-dd"},
    "title": {"bold": True, "font_size": 16, "font_color": "#1F4E79"},
    "words": {"text_wrap": True, "valign": "top"},
    "term": {"bold": True, "valign": "top"},
    "link": {"font_color": "#1F4E79", "underline": 1, "valign": "top"},
}
_EXAMPLE: Final = {"italic": True, "font_color": "#7F7F7F", "bg_color": "#F2F2F2"}
_HOW_TO: Final = (
    "1. Fill in participants first: one row per person. Then hold_times, then whatever else you have.",
    "2. Type codes, never names. Leave a cell empty when the value is not known.",
    "3. A dark blue heading is needed. Of the middle blue ones at least one is. A light blue one is not: "
    "leave the column empty or delete it.",
    "4. Units are part of the headings: hold_time_s is in seconds, height_cm in centimetres. Rest the "
    "mouse on a heading to read what belongs there.",
    f"5. The grey row {EXAMPLE_CODE} shows how a row is filled in. It is never read: leave it or delete it.",
    "6. Drop-downs offer the terms; the sheet vocabulary says what they mean. It is locked without a "
    "password.",
    "7. More columns, such as the single answers of questionnaires, are in data_dictionary.html: add a "
    "column under its name to use it.",
    "8. Save, then type in a terminal: stance check {name}. When nothing keeps data out of the analysis "
    "any more: stance run {name}.",
)


def write_workbook(path: Path, name: str) -> None:
    """Write the workbook of a cohort. The sheets bear the names of the tables. name: of the cohort."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": FIXED_DATE, "title": f"Stance cohort {name}"})
        formats = {key: workbook.add_format(look) for key, look in _FORMATS.items()}
        for key in ("text", "date", "number"):
            formats[f"example {key}"] = workbook.add_format(_FORMATS.get(key, {}) | _EXAMPLE)
        _write_read_me(workbook.add_worksheet(READ_ME), name, formats)
        places = _term_places()
        for table in COHORT_TABLES.values():
            _write_sheet(workbook.add_worksheet(table.name), table, formats, places)
        _write_vocabulary(workbook.add_worksheet(VOCABULARY), formats)


def template_columns(table: CohortTable) -> list[ColumnRule]:
    """The columns that the template has; answers of questionnaires are in the data dictionary only."""
    return [rule for rule in column_rules(table.model).values() if not rule.facts["part_of"]]


def _terms() -> dict[str, tuple[tuple[str, str], ...]]:
    """Terms of every column that has some, with meanings; a column means the same in every table."""
    case, reference = DEFAULT_GROUPS.labels
    terms: dict[str, tuple[tuple[str, str], ...]] = {
        "group": (
            (case, "the group of interest, `case` in study.yaml"),
            (reference, "the group it is compared with, `reference` in study.yaml"),
        )
    }
    for table in COHORT_TABLES.values():
        for rule in template_columns(table):
            if found := term_meanings(rule):
                terms.setdefault(rule.name, found)
    return terms


def _term_places() -> dict[str, str]:
    """Where the terms of each column stand on the vocabulary sheet, as a reference for drop-downs."""
    places: dict[str, str] = {}
    row = 2
    for column, terms in _terms().items():
        places[column] = f"={VOCABULARY}!$B${row}:$B${row + len(terms) - 1}"
        row += len(terms)
    return places


def _write_sheet(
    sheet: Any, table: CohortTable, formats: dict[str, Any], places: dict[str, str]
) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    examples = example_row(table)
    for number, rule in enumerate(template_columns(table)):
        # Text cells stay text, so that the code 001 keeps its zeros and 1-2 is no date.
        kind = rule.kind if rule.kind in ("text", "date") else "number"
        longest = max((len(term) for term, _ in term_meanings(rule)), default=0)
        sheet.set_column(
            number, number, max(12, len(rule.name) + 3, longest + 3), formats.get(kind)
        )
        heading = formats[_standing(table, rule)]
        sheet.write_string(0, number, rule.name, heading)
        comment = _comment(table, rule)
        lines = sum(1 + len(line) // _COMMENT_WIDTH for line in comment.splitlines())
        size = {"x_scale": 2.2, "y_scale": max(0.6, lines * 0.22)}
        sheet.write_comment(0, number, comment, size)
        value, style = examples.get(rule.name), formats[f"example {kind}"]
        if value is None:
            sheet.write_blank(1, number, None, style)
        elif isinstance(value, dt.date):
            sheet.write_datetime(1, number, dt.datetime.combine(value, dt.time()), style)
        else:
            sheet.write(1, number, value, style)
        for first, last, entry in _entries(table, rule, number, places):
            sheet.data_validation(first - 1, number, last - 1, number, entry)


def _entries(
    table: CohortTable, rule: ColumnRule, number: int, places: dict[str, str]
) -> list[tuple[int, int, dict[str, Any]]]:
    """What may be typed into a column: first row, last row (as Excel counts) and Excel's own rule.

    Everything but a wrong term is a question that can be answered with yes: a lab may have codes for
    missing values and tasks and groups of its own.
    """
    letter = xl_col_to_name(number)
    if rule.name == "participant_id":
        kept = {
            "validate": "custom",
            "value": f'=EXACT({letter}{_EXAMPLE_ROW},"{EXAMPLE_CODE}")',
            "error_type": "warning",
            "error_title": "This is the example row",
            "error_message": "The other cells of this row are made up. Use the next row, or empty the "
            "whole row first. Keep what you typed?",
        }
        entry = text_entry(table, rule, letter, _FIRST_ROW, LAST_ROW)
        return [(_EXAMPLE_ROW, _EXAMPLE_ROW, kept), (_FIRST_ROW, LAST_ROW, entry)]
    if rule.name in places:
        entry = {
            "validate": "list",
            "source": places[rule.name],
            "error_type": "warning" if rule.name in _OWN_WORDS else "stop",
            "error_title": rule.name,
            "error_message": f"The terms and what they mean are on the sheet {VOCABULARY}.",
        }
        return [(_EXAMPLE_ROW, LAST_ROW, entry)]
    entry = number_entry(rule) | prompt(rule)
    return [(_EXAMPLE_ROW, LAST_ROW, entry)] if entry["validate"] != "any" or prompt(rule) else []


def _standing(table: CohortTable, rule: ColumnRule) -> str:
    """The look of a heading: needed, one of several that are, or optional."""
    if is_needed(table, rule):
        return "needed"
    return "one of" if is_one_of(table, rule) else "optional"


def _comment(table: CohortTable, rule: ColumnRule) -> str:
    lines = [rule.description, f"Type: {type_in_words(rule)}."]
    if rule.facts["unit"]:
        lines.append(f"Unit: {rule.facts['unit']}.")
    if limits := range_in_words(rule):
        lines.append(f"Range: {limits}.")
    if terms := term_meanings(rule):
        lines.append(f"Terms: {', '.join(term for term, _ in terms)}.")
    lines.append(f"Needed: {requirement_in_words(table, rule)}.")
    return "\n".join(lines)


def _write_read_me(sheet: Any, name: str, formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, _READ_ME_WIDTH - 28)
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.write_string(0, 0, f"Stance cohort {name}", formats["title"])
    for row, line in enumerate(_HOW_TO, start=2):
        text = line.replace("{name}", name)
        sheet.merge_range(row, 0, row, 2, text, formats["words"])
        sheet.set_row(row, _height(text, _READ_ME_WIDTH))
    row = len(_HOW_TO) + 3
    for number, heading in enumerate(("sheet", "needed", "what it is for")):
        sheet.write_string(row, number, heading, formats["needed"])
    for table in COHORT_TABLES.values():
        row += 1
        sheet.write_url(row, 0, f"internal:'{table.name}'!A1", formats["link"], table.name)
        sheet.write_string(row, 1, "yes" if table.required else "no", formats["words"])
        purpose = purpose_in_words(table)
        sheet.write_string(row, 2, purpose, formats["words"])
        sheet.set_row(row, _height(purpose, _READ_ME_WIDTH - 28))


def _height(text: str, width: int) -> float:
    """Height (points) of a row with wrapped text in a column of so many characters."""
    return 16.0 * (1 + len(text) // width)


def _write_vocabulary(sheet: Any, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    for number, (heading, width) in enumerate((("column", 18), ("term", 22), ("meaning", 80))):
        sheet.set_column(number, number, width)
        sheet.write_string(0, number, heading, formats["needed"])
    row = 1
    for column, terms in _terms().items():
        for term, meaning in terms:
            sheet.write_string(row, 0, column, formats["words"])
            sheet.write_string(row, 1, term, formats["term"])
            sheet.write_string(row, 2, meaning, formats["words"])
            row += 1
    # Without a password: a slip changes nothing, and a lab with groups of its own can unlock it.
    sheet.protect("", {"format_columns": True, "autofilter": True, "select_locked_cells": True})


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
