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
        checks="Whether a table has every column that it cannot do without. Upper and lower case, outer "
        "spaces and the kind of word separator do not matter.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,legs,hold_time_s",
    ),
    Rule(
        "COL-02",
        "STOP",
        "A heading stands twice",
        "Two columns are called {value}, and Stance does not choose.",
        "Rename or remove one of them.",
        checks="Whether two columns have the same heading, apart from upper and lower case, spaces and "
        "separators.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,leg,hold_time_s,Leg",
    ),
    Rule(
        "COL-03",
        "NOTE",
        "A column is not used",
        "Stance has no use for this column; it is not carried on.{near}",
        "Nothing to do, or map it under `columns` in study.yaml.",
        checks="Which columns of a file no table takes values from.",
        good="participant_id,leg,hold_time_s",
        bad="participant_id,leg,hold_time_s,shoe size",
    ),
    Rule(
        "COL-04",
        "STOP",
        "study.yaml names a heading that the file does not have",
        "study.yaml expects the heading {value}, which the file does not have.{near}",
        "Correct the heading in study.yaml or in the file.",
        checks="Whether every heading that study.yaml names is in the file.",
        good="columns: {hold_time_s: Time (s)}, and the file has the heading Time (s)",
        bad="columns: {hold_time_s: Time (s)}, and the file has the heading Time",
    ),
    Rule(
        "COL-05",
        "STOP",
        "A column that identifies people",
        "The heading {value} says that this column identifies people. Stance works with codes "
        "only, so that no name, birth date or record number can reach a report.",
        "Remove the column and keep codes only; keep the list of names and codes outside the "
        "cohort folder.",
        source="The headings that are known are those of `pipeline/intake/privacy/identifiers.py`, in eleven "
        "languages: a decision of Stance.",
        checks="Whether a heading means names, dates of birth, addresses, telephone numbers, e-mail "
        "addresses, or numbers of records or insurances. The values are neither shown nor carried on.",
        good="participant_id,group,age_years",
        bad="participant_id,Patient name,Date of birth,group",
    ),
    Rule(
        "COL-06",
        "STOP",
        "Two columns look swapped",
        "{value} and {other} look swapped: every cell under {value} would fit {other}, and every cell "
        "under {other} would fit {value}.",
        "Look which of the two headings belongs where, and correct the headings or `columns` in "
        "study.yaml.",
        checks="Whether no cell of two columns fits its own column, but all fit the other one.",
        good="participant_id,leg,hold_time_s\nP01,left,12.4",
        bad="participant_id,hold_time_s,leg\nP01,left,12.4",
    ),
    Rule(
        "COL-07",
        "STOP",
        "Cells that identify people",
        "{problem} Stance works with codes only, so that no name, address or birth date can reach a "
        "report; the cells themselves are not shown.",
        "Replace them by codes or remove the column; keep the list of names and codes outside the "
        "cohort folder.",
        source="What counts as a birth date is a decision of Stance: at least 3 dates in a column of "
        "texts or an unused one, of which half lie before 2010 or which spread over 10 years or more.",
        checks="Whether cells look like e-mail addresses, telephone numbers, full birth dates (also "
        "inside of codes, such as AH19810312), postal addresses, or names of people.",
        good="participant_id\nP01",
        bad="participant_id\nMustermann, Erika",
    ),
    Rule(
        "COL-08",
        "WARN",
        "Numbers under no heading",
        "{value} numbers stand under no heading beside {other}, and are not read. Headings in two rows, "
        "or one heading over several columns, do this.",
        "Write one heading over every column, all in one row, such as Left T1, and map each in "
        "study.yaml; remove what is no data.",
        checks="Whether a column without a heading holds numbers, where the nearest heading on its left "
        "is read.",
        good="participant_id,left T1,left T2",
        bad="participant_id,left,\nP01,12.4,13.9",
    ),
    Rule(
        "TABLE-01",
        "STOP",
        "A table without any value column",
        "The {what} table has none of the columns: {terms}.",
        "Add one of the columns, or map the heading that you use in study.yaml.",
        checks="Whether a table of measurements has at least one column of values.",
        good="participant_id,leg,trial,gmed_pct_mvic",
        bad="participant_id,leg,trial",
    ),
)
