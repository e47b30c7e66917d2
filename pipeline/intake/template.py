"""What `stance new` writes: study.yaml, plan.yaml, a workbook to fill in and a data dictionary.

Headings, units, ranges and terms come from the table models and defaults from the settings models,
so that the templates cannot say anything else than what intake checks.
"""

import csv
import io
from pathlib import Path

from pipeline.intake.template_settings import plan_text, study_text
from pipeline.intake.template_workbook import type_in_words, write_workbook
from pipeline.workspace.errors import UsageError
from schemas.columns import ColumnRule, column_rules
from schemas.tables import COHORT_TABLES, CohortTable

DICTIONARY_HEADINGS = (
    "table",
    "column",
    "type",
    "unit",
    "required",
    "range",
    "terms",
    "description",
)


def write_new_cohort(folder: Path, name: str) -> None:
    """Write the files of a new cohort: study.yaml, plan.yaml, `<name>.xlsx`, data_dictionary.csv.

    folder: made if it is not there; has to be empty. name: name of the cohort. The same name gives the same
    bytes. Errors: UsageError for a folder that is not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder} is not empty.", "Name a new cohort or empty the folder.")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "study.yaml": study_text(name),
        "plan.yaml": plan_text(),
        "data_dictionary.csv": dictionary_text(),
    }
    for file, text in texts.items():
        # Excel only reads a CSV file as UTF-8 when it starts with this mark.
        encoding = "utf-8-sig" if file.endswith(".csv") else "utf-8"
        (folder / file).write_text(text, encoding=encoding, newline="")
    write_workbook(folder / f"{name}.xlsx")


def dictionary_text() -> str:
    """The data dictionary as CSV text: one row per table and column."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(DICTIONARY_HEADINGS)
    for table in COHORT_TABLES.values():
        for rule in column_rules(table.model).values():
            writer.writerow(_dictionary_row(table, rule))
    return text.getvalue()


def _dictionary_row(table: CohortTable, rule: ColumnRule) -> tuple[str, ...]:
    return (
        table.name,
        rule.name,
        type_in_words(rule),
        rule.facts["unit"],
        _requirement(table, rule),
        range_in_words(rule),
        " | ".join(rule.terms),
        rule.description,
    )


def _requirement(table: CohortTable, rule: ColumnRule) -> str:
    if rule.name in table.defaults:
        return f"no; without it: {table.defaults[rule.name]}"
    if not rule.required or rule.name in table.may_omit:
        return "no"
    return "yes; a cell may be empty" if rule.nullable else "yes"


def range_in_words(rule: ColumnRule) -> str:
    """The accepted range in words, such as "0 to 100" or "above 0", or "" when there is none."""
    low = "" if rule.low is None else f"{rule.low:g}"
    high = "" if rule.high is None else f"{rule.high:g}"
    if low and rule.low_open:
        return f"above {low}" + (f", at most {high}" if high else "")
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""
