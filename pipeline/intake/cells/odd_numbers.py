"""What a text in a number column is when it is not plainly a number: a date, a mark in doubt, a word.

Nothing is guessed: a text either has one reading or it is a finding.
"""

import re
from typing import Final

import numpy as np

NUMBER: Final = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)")
NUMBER_WITH_COMMA: Final = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)")
OUTER_SPACES: Final = " \t\u00a0\u2007\u202f\ufeff"
MINUS_SIGNS: Final = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-"})

_GROUPS = r"[+-]?[0-9]{1,3}([%s][0-9]{3})+"
_SPACES = "' \u00a0\u2007\u2009\u202f\u2019"
_IN_DOUBT: Final = {
    ".": re.compile(
        "|".join(
            (
                _GROUPS % ",",
                _GROUPS % "," + "[.][0-9]+",
                _GROUPS % "." + ",[0-9]+",
                _GROUPS % _SPACES + "([.,][0-9]+)?",
            )
        )
    ),
    ",": re.compile(
        "|".join(
            (
                _GROUPS % ".",
                _GROUPS % "." + ",[0-9]+",
                _GROUPS % "," + "[.][0-9]+",
                _GROUPS % _SPACES + "([.,][0-9]+)?",
            )
        )
    ),
}
"""Decimal mark -> numbers whose marks could also stand between thousands."""
_WITH_COMMA = re.compile(r"[+-]?[0-9]*,[0-9]+")
_WITH_POINT = re.compile(r"[+-]?[0-9]*[.][0-9]+")
_MONTHS = "jan|feb|mar|mär|mrz|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez"
_DATE: Final = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?"
    r"|[0-9]{1,2}[./][0-9]{1,2}[./]([0-9]{4}|[0-9]{2})?"
    r"|[0-9]{1,2}-[0-9]{1,2}-([0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}[-. ]{{0,2}}({_MONTHS})[a-z]*[-. ]{{0,2}}([0-9]{{2}}|[0-9]{{4}})?"
    rf"|({_MONTHS})[a-z]*[-. ]{{0,2}}([0-9]{{2}}|[0-9]{{4}})",
    re.IGNORECASE,
)


_GARBLED: Final = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]|\u00e2\u20ac|\ufffd"
)
"""What letters with marks turn into when UTF-8 is read as an old encoding, or were lost for good."""


def is_garbled(text: str) -> bool:
    """Whether a text shows letters that were read in a wrong encoding, such as "MÃ¼ller"."""
    return not text.isascii() and _GARBLED.search(text) is not None


def odd_number(raw: str, decimal: str) -> tuple[float, str]:
    """A number cell that is not plain: (value, "") when it is clear all the same, else (nan, rule)."""
    text = with_plain_signs(raw)
    if decimal == ",":
        if NUMBER_WITH_COMMA.fullmatch(text):
            return float(text.replace(",", ".")), ""
        if _IN_DOUBT[","].fullmatch(text):
            return np.nan, "CELL-10"
        if NUMBER.fullmatch(text):
            return float(text), ""
        return np.nan, "CELL-08" if _DATE.fullmatch(text) else "CELL-01"
    if NUMBER.fullmatch(text):
        return float(text), ""
    if _IN_DOUBT["."].fullmatch(text):
        return np.nan, "CELL-10"
    if _DATE.fullmatch(text):
        return np.nan, "CELL-08"
    return np.nan, "CELL-02" if _WITH_COMMA.fullmatch(text) else "CELL-01"


def with_plain_signs(raw: str) -> str:
    """A number with the minus sign and without the spaces that word processors put in."""
    text = raw.translate(MINUS_SIGNS).strip(OUTER_SPACES)
    return text[:1] + text[1:].lstrip() if text[:1] in ("+", "-") else text


def is_mended(raw: str) -> bool:
    """Whether a number has signs or spaces that a plain text file does not have."""
    return with_plain_signs(raw) != raw.strip(" \t")


def has_decimal_comma(text: str) -> bool:
    """Whether a text is a number with a comma that can only be a decimal mark."""
    return bool(_WITH_COMMA.fullmatch(text)) and not _IN_DOUBT["."].fullmatch(text)


def has_decimal_point(text: str) -> bool:
    """Whether a text is a number with a point that can only be a decimal mark."""
    return bool(_WITH_POINT.fullmatch(text)) and not _IN_DOUBT[","].fullmatch(text)


def readings(text: str) -> tuple[str, str]:
    """The two numbers that a text with a mark in doubt can mean, written with a decimal point."""
    digits = re.sub(rf"[,.{_SPACES}]", "", text)
    last = re.search(r"[,.' \u00a0\u2007\u2009\u202f\u2019](?=[0-9]+$)", text)
    if last is None:
        return digits, digits
    whole = re.sub(r"[^0-9+-]", "", text[: last.start()])
    return digits, f"{whole}.{text[last.end() :]}"
