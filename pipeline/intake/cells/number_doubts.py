"""Numbers in doubt: a text that is not plainly a number, and a column whose values speak against its unit.

Nothing is guessed or converted: a text either has one reading or it is a finding, and a value that is
possible by itself may still be wrong beside its neighbours.
"""

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.columns import ColumnRule

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


TIMED: Final = ("hold_time_s", "hold_low_s", "hold_high_s", "ceiling_s")
LONGEST_TEST_S: Final = 1000.0
"""No balance test takes a quarter of an hour."""
TOO_MANY_CEILINGS: Final = 10.0
"""Times in milliseconds have a median far above this many ceilings."""
HIGHEST_FRACTION: Final = 3.0
MEDIAN_FRACTION: Final = 2.0
_CODES: Final = (-9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0)
_FAR: Final = 3.0
_FEWEST_OTHERS: Final = 3
_FEW: Final = 5
"""Up to this many cells that look like fractions are slips; more are a second unit in the column."""


def missing_codes_in(
    typed: NDArray[np.float64],
    values: NDArray[np.float64],
    given: NDArray[np.bool_],
    rule: ColumnRule,
) -> NDArray[np.bool_]:
    """Numbers such as -99 and 999 that stand for a missing value, as far as the column can tell.

    typed: as in the file. values: in the unit of the table. A number counts when it is outside the
    limits of the column, or more than three times as far from 0 as all other values.
    """
    codes = given & np.isin(typed, _CODES)
    if not codes.any():
        return codes
    outside = np.zeros(len(values), dtype=bool)
    if rule.low is not None:
        outside |= values < rule.low
    if rule.high is not None:
        outside |= values > rule.high
    others = np.abs(values[given & ~codes])
    if len(others) >= _FEWEST_OTHERS:
        outside |= np.abs(values) > _FAR * np.max(others)
    return np.asarray(codes & outside, dtype=bool)


def doubtful_values(
    values: NDArray[np.float64], rule: ColumnRule, ceiling_s: float | None
) -> dict[str, NDArray[np.bool_]]:
    """Rule -> rows whose values are probably in another unit than the column. Missing ones are NaN."""
    found: dict[str, NDArray[np.bool_]] = {}
    if rule.name in TIMED:
        found["CELL-13"] = _milliseconds(values, ceiling_s)
    if rule.facts["unit"] == "%MVIC":
        found |= _fractions(values)
    return {rule_id: rows for rule_id, rows in found.items() if rows.any()}


def is_column_of_milliseconds(values: NDArray[np.float64], ceiling_s: float | None) -> bool:
    """Whether the times as a whole are too long for seconds; missing ones do not count."""
    given = values[~np.isnan(values)]
    if not len(given):
        return False
    median = float(np.median(given))
    return median > LONGEST_TEST_S or (
        ceiling_s is not None and median > TOO_MANY_CEILINGS * ceiling_s
    )


def _milliseconds(values: NDArray[np.float64], ceiling_s: float | None) -> NDArray[np.bool_]:
    if is_column_of_milliseconds(values, ceiling_s):
        return np.asarray(~np.isnan(values), dtype=bool)
    return np.asarray(values > LONGEST_TEST_S, dtype=bool)


def _fractions(values: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """CELL-14 for a column (or a few cells) of fractions, CELL-15 for a column of both."""
    given = ~np.isnan(values) & (values > 0)
    if not given.any():
        return {}
    if np.median(values[given]) < MEDIAN_FRACTION and values[given].max() <= HIGHEST_FRACTION:
        return {"CELL-14": given}
    low = given & (values < 1)
    high = given & ~low
    if not low.any() or not high.any():
        return {}
    # A real activation below 1% stands near other small ones; a fraction stands apart from all.
    percentages = values[high]
    looks = (values[low] * 100 >= percentages.min() / 2) & (
        values[low] * 100 <= percentages.max() * 2
    )
    if percentages.min() <= HIGHEST_FRACTION or not looks.all():
        return {}
    return {"CELL-14" if low.sum() <= _FEW else "CELL-15": low}
