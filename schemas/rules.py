"""The rule catalogue: every problem that Stance can report about a cohort, one row each.

A rule is data. `why` and `fix` are sentences for a person who knows Excel and the study; braces are
filled by intake with what it found (value, column, low, high, unit, terms, suggestion, other, ...).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Rule:
    """One rule: stable id, severity, title, why it matters, how to fix it, source of a threshold."""

    rule_id: str
    severity: str
    title: str
    why: str
    fix: str
    source: str = ""


RULES: Final[dict[str, Rule]] = {
    rule.rule_id: rule
    for rule in (
        Rule(
            "STUDY-01",
            "STOP",
            "study.yaml or plan.yaml has a key or value that Stance cannot use",
            "{problem}",
            "{suggestion}",
        ),
        Rule(
            "STUDY-02",
            "STOP",
            "study.yaml is missing",
            "Stance needs to know which group label means cases and which means controls.",
            "Run `stance new` for a commented example and copy its study.yaml into this folder.",
        ),
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
            "CELL-01",
            "SET ASIDE",
            "Text where a number is expected",
            "{column} has to be a number.",
            "{suggestion}",
        ),
        Rule(
            "CELL-02",
            "SET ASIDE",
            "A decimal comma",
            "The cell uses a comma as decimal mark, which could also be a thousands mark.",
            'Type a decimal point, or set `decimal: ","` in study.yaml if the whole file uses commas.',
        ),
        Rule(
            "CELL-03",
            "SET ASIDE",
            "A value outside the possible range",
            "{column} has to be {range}.",
            "{suggestion}",
        ),
        Rule(
            "CELL-04",
            "SET ASIDE",
            "A required cell is empty",
            "The row cannot be used without {column}.",
            "Fill in the cell from the paper form.",
        ),
        Rule(
            "CELL-05",
            "SET ASIDE",
            "A word that is not one of the terms",
            "{column} has to be one of: {terms}.{near}",
            "Correct the cell, or add the word under `values` in study.yaml.",
        ),
        Rule(
            "CELL-06",
            "WARN",
            "A possible but unlikely value",
            "{column} is {direction} {limit}: {plausible_why}.",
            "Check the paper form; leave the cell as it is if it is right.",
        ),
        Rule(
            "CELL-07",
            "SET ASIDE",
            "A formula without a value, or an Excel error",
            "The cell holds {value}, not a value that can be read.",
            "Copy the column and use Paste Special > Values, or correct the formula.",
        ),
        Rule(
            "CELL-08",
            "SET ASIDE",
            "A date or a clock time where a number is expected",
            "Excel turned the entry into a date or a time.",
            "Format the cell as Number and type the entry from the paper form again.",
        ),
        Rule(
            "CELL-09",
            "SET ASIDE",
            "Not a whole number",
            "{column} has to be a whole number.",
            "Check the paper form and correct the cell.",
        ),
        Rule(
            "KEY-01",
            "SET ASIDE",
            "The same row twice",
            "{keys} stand in {other} as well, so it is not clear which row counts.",
            "Keep the right row, or number the trials.",
        ),
        Rule(
            "KEY-02",
            "SET ASIDE",
            "A participant without a row in the participants table",
            "{value} is not in the participants table, so the group is not known.{near}",
            "Add the person to the participants table or correct the code.",
        ),
        Rule(
            "KEY-03",
            "WARN",
            "A participant without data",
            "{value} is in the participants table but has no rows in {other}.",
            "Add the rows, or note in the study log why there are none.",
        ),
        Rule(
            "GROUP-01",
            "SET ASIDE",
            "An unknown group",
            "The group is not one of the labels or spellings in study.yaml: {terms}.{near}",
            "Correct the cell, or add the spelling under `groups` in study.yaml.",
        ),
        Rule(
            "GROUP-02",
            "WARN",
            "A group without participants",
            "No participant is in the group {value}; groups cannot be compared.",
            "Check the group column and the labels in study.yaml.",
        ),
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
        Rule(
            "TABLE-01",
            "STOP",
            "A table without any value column",
            "The {what} table has none of the columns: {terms}.",
            "Add one of the columns, or map the heading that you use in study.yaml.",
        ),
        Rule(
            "REC-01",
            "SET ASIDE",
            "A recording file is missing",
            "The file is not in the cohort folder.{near}",
            "Copy the file into the cohort folder or correct its name in the recordings table.",
        ),
        Rule(
            "REC-02",
            "SET ASIDE",
            "A recording cannot be used",
            "{problem}",
            "{suggestion}",
        ),
        Rule(
            "REC-03",
            "WARN",
            "A stance trial without an MVIC reference",
            "There is no usable MVIC recording of this leg, so %MVIC cannot be given.",
            "Add the MVIC recording of this leg; microvolts are reported without it.",
        ),
        Rule(
            "REC-04",
            "WARN",
            "Stopwatch and force plate disagree",
            "The stopwatch gave {value} s, the force plate {other} s.",
            "Check which of the two is right.",
        ),
        Rule(
            "REC-05",
            "WARN",
            "A stance trial that does not fit its MVIC reference",
            "{problem}",
            "{suggestion}",
        ),
        Rule(
            "REC-06",
            "SET ASIDE",
            "One recording stands for two",
            "The same signal is used in {other} as well, so it is not clear whose it is.",
            "Give every row its own file, or say with start_s and end_s which part of the file it is.",
        ),
    )
}
"""By rule id. A rule keeps its id for ever; a rule that is given up leaves a gap."""
