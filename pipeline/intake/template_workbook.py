"""The workbook to fill in: one sheet per table, with comments on the headings and drop-downs for terms."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from schemas.columns import ColumnRule, column_rules
from schemas.study import Groups
from schemas.tables import COHORT_TABLES, CohortTable
from schemas.terms import BALANCE_TASKS

DEFAULT_GROUPS: Final = Groups.model_validate(
    {"case": {"label": "LBP"}, "reference": {"label": "control"}}
)
"""Group labels that the templates start with; a study changes them in study.yaml."""
VOCABULARY: Final = "vocabulary"
LAST_ROW: Final = 2000
"""Drop-downs and number formats reach down to this row of a sheet."""
FIXED_DATE: Final = datetime(2026, 1, 1)
"""Written as the date of creation, so that the same template always has the same bytes."""

_TYPES: Final = {
    "text": "text",
    "number": "number",
    "integer": "whole number",
    "date": "date",
}


def type_in_words(rule: ColumnRule) -> str:
    """What a cell of the column holds: text, one of the terms, number, whole number or date."""
    return "one of the terms" if rule.terms else _TYPES[rule.kind]


def write_workbook(path: Path) -> None:
    """Write the empty workbook. The sheets bear the names of the tables; row 1 is the only heading row."""
    with xlsxwriter.Workbook(str(path)) as workbook:
        workbook.set_properties({"created": FIXED_DATE, "title": "Stance cohort"})
        formats = {
            "required": workbook.add_format({"bold": True}),
            "optional": workbook.add_format({"italic": True}),
            "text": workbook.add_format({"num_format": "@"}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
        }
        lists = _term_lists()
        for table in COHORT_TABLES.values():
            _write_sheet(workbook.add_worksheet(table.name), table, formats, lists)
        _write_vocabulary(workbook.add_worksheet(VOCABULARY), formats["required"], lists)


def _term_lists() -> dict[str, tuple[str, ...]]:
    """Terms of every column that has some, by column; a column means the same in every table."""
    lists: dict[str, tuple[str, ...]] = {
        "group": DEFAULT_GROUPS.labels,
        "task": tuple(BALANCE_TASKS),
    }
    for table in COHORT_TABLES.values():
        for rule in column_rules(table.model).values():
            if rule.terms:
                lists[rule.name] = rule.terms
    return lists


def _write_sheet(
    sheet: Any, table: CohortTable, formats: dict[str, Any], lists: dict[str, tuple[str, ...]]
) -> None:
    sheet.freeze_panes(1, 0)
    for number, rule in enumerate(column_rules(table.model).values()):
        is_required = rule.required and rule.name not in (*table.may_omit, *table.defaults)
        # Text cells stay text, so that the code 001 keeps its zeros and 1-2 is no date.
        cells = formats.get("text" if rule.kind == "text" else rule.kind)
        sheet.set_column(number, number, max(12, len(rule.name) + 3), cells)
        sheet.write_string(0, number, rule.name, formats["required" if is_required else "optional"])
        sheet.write_comment(0, number, _comment(table, rule, is_required), {"x_scale": 2})
        if rule.name in lists:
            column = xl_col_to_name(list(lists).index(rule.name), col_abs=True)
            last = len(lists[rule.name]) + 1
            sheet.data_validation(
                1,
                number,
                LAST_ROW - 1,
                number,
                {
                    "validate": "list",
                    "source": f"={VOCABULARY}!{column}$2:{column}${last}",
                    # A study may have groups and tasks of its own.
                    "error_type": "stop" if rule.terms else "warning",
                    "error_title": rule.name,
                    "error_message": f"The terms are on the sheet {VOCABULARY}.",
                },
            )


def _comment(table: CohortTable, rule: ColumnRule, is_required: bool) -> str:
    lines = [rule.description, f"Type: {type_in_words(rule)}."]
    if rule.facts["unit"]:
        lines.append(f"Unit: {rule.facts['unit']}.")
    if rule.terms:
        lines.append(f"Terms: {', '.join(rule.terms)}.")
    if rule.name in table.defaults:
        lines.append(f"An empty cell means {table.defaults[rule.name]}.")
    elif not is_required:
        lines.append("Optional: leave it empty or delete the column.")
    return "\n".join(lines)


def _write_vocabulary(sheet: Any, bold: Any, lists: dict[str, tuple[str, ...]]) -> None:
    sheet.freeze_panes(1, 0)
    for number, (name, terms) in enumerate(lists.items()):
        sheet.set_column(number, number, 20)
        sheet.write_string(0, number, name, bold)
        for row, term in enumerate(terms, start=1):
            sheet.write_string(row, number, term)
