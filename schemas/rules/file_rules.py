"""Rules about files, sheets and the shape of tables."""

from typing import Final

from schemas.rules.rule import Rule

FILE_RULES: Final = (
    Rule(
        "FILE-01",
        "STOP",
        "A required table is missing",
        "The cohort has no {what} table. Expected one of: {expected}.{near}",
        "Add the file, or say under `tables` in study.yaml where the table is.",
    ),
    Rule(
        "FILE-02",
        "STOP",
        "A table is empty",
        "The table has headings but no rows.",
        "Fill in the table; if the study has no such data, remove the file.",
    ),
    Rule(
        "FILE-03",
        "STOP",
        "A file cannot be read",
        "{problem}",
        "{suggestion}",
    ),
    Rule(
        "FILE-04",
        "NOTE",
        "How a file was read",
        "{problem}",
        "Nothing to do if this is right; otherwise save the file as CSV UTF-8 or XLSX.",
    ),
    Rule(
        "FILE-05",
        "STOP",
        "Two files could be the same table",
        "Both {value} and {other} could be the {what} table, and Stance does not choose.",
        "Keep one, or name the right one under `tables` in study.yaml.",
    ),
    Rule(
        "ROW-01",
        "STOP",
        "A row has more or fewer cells than the heading row",
        "The row has {value} cells but there are {other} headings, so its values stand under the "
        "wrong headings. A decimal comma in a comma-separated file does this.",
        "Save the table as XLSX or as CSV with semicolons, or type decimal points.",
    ),
)
