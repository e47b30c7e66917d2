"""Rules about headings and whole columns."""

from typing import Final

from schemas.rules.rule import Rule

COLUMN_RULES: Final = (
    Rule(
        "COL-01",
        "STOP",
        "A required column is missing",
        "The table has no column {column}.{near}",
        "Add the column, or map the heading that you use under `columns` in study.yaml.",
    ),
    Rule(
        "COL-02",
        "STOP",
        "A heading stands twice",
        "Two columns are called {value}, and Stance does not choose.",
        "Rename or remove one of them.",
    ),
    Rule(
        "COL-03",
        "NOTE",
        "A column is not used",
        "Stance has no use for this column; it is not carried on.{near}",
        "Nothing to do, or map it under `columns` in study.yaml.",
    ),
    Rule(
        "COL-04",
        "STOP",
        "study.yaml names a heading that the file does not have",
        "study.yaml expects the heading {value}, which the file does not have.{near}",
        "Correct the heading in study.yaml or in the file.",
    ),
    Rule(
        "COL-05",
        "STOP",
        "A column that identifies people",
        "The heading {value} says that this column identifies people. Stance works with codes "
        "only, so that no name, birth date or record number can reach a report.",
        "Remove the column and keep codes only; keep the list of names and codes outside the "
        "cohort folder.",
    ),
    Rule(
        "TABLE-01",
        "STOP",
        "A table without any value column",
        "The {what} table has none of the columns: {terms}.",
        "Add one of the columns, or map the heading that you use in study.yaml.",
    ),
)
