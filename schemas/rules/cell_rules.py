"""Rules about single cells."""

from typing import Final

from schemas.rules.rule import Rule

CELL_RULES: Final = (
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
)
