"""One cell at a time: text or native Excel value -> the type that the column rule asks for.

Works on whole columns; only the cells that the plain pattern does not fit are looked at singly.
"""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells import CellKind, Cells
from schemas.columns import ColumnRule

NUMBER: Final = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)")
NUMBER_WITH_COMMA: Final = re.compile(r"[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)")
_LOOKS_LIKE_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}[.][0-9]{3}")
_HAS_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]*([.'  ]?[0-9]{3})*,[0-9]+")
_OUTER_SPACES = " \t\u00a0\u2007\u202f\ufeff"
_MINUS_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\ufe63": "-", "\uff0d": "-"})
_ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

SHORT_TERMS: Final[dict[frozenset[str], dict[str, str]]] = {
    frozenset({"left", "right"}): {"l": "left", "r": "right"},
    frozenset({"female", "male"}): {"f": "female", "m": "male"},
}
"""One-letter forms that are taken without a mapping, for columns that have these terms."""

Problems = NDArray[np.object_]
"""Per row: the id of the rule that the cell breaks, or ""."""


@dataclass(frozen=True)
class ParsedColumn:
    """A column in its own type; cells with a problem are missing. `problems` is one id per row."""

    column: "pd.Series[float] | pd.Series[str] | pd.Series[pd.Timestamp]"
    problems: Problems


def parse_column(
    cells: Cells, rule: ColumnRule, *, decimal: str = ".", factor: float = 1.0, required: bool
) -> ParsedColumn:
    """Parse the cells of one column by its rule.

    decimal: decimal mark of text cells. factor: file unit -> table unit. required: an empty cell
    is a problem. Returns values (numbers in the unit of the table) and the rule that each broken
    cell breaks; a cell breaks at most one.
    """
    problems: Problems = np.full(len(cells.text), "", dtype=object)
    problems[cells.kind == CellKind.REPORTED] = "CELL-05"
    problems[cells.kind == CellKind.BROKEN] = "CELL-07"
    if rule.kind != "date":
        problems[np.isin(cells.kind, (CellKind.DATE, CellKind.TIME))] = "CELL-08"
    missing = cells.is_missing
    if required:
        problems[missing] = "CELL-04"
    todo = ~missing & (problems == "")
    if rule.kind in ("number", "integer"):
        values = _numbers(cells, todo, problems, decimal) * factor
        if factor != 1.0:
            values = np.round(values, 10)  # 1.745 m is 174.5 cm, not 174.50000000000003
        _check_range(values, rule, problems)
        values[problems != ""] = np.nan
        return ParsedColumn(pd.Series(values), problems)
    if rule.kind == "date":
        return ParsedColumn(_dates(cells, todo, problems), problems)
    return ParsedColumn(_texts(cells, rule, todo, problems), problems)


def implausible(values: "pd.Series", rule: ColumnRule) -> NDArray[np.int8]:
    """-1 below, +1 above the plausible values of a column, 0 within or missing."""
    low, high = rule.facts["plausible_low"], rule.facts["plausible_high"]
    numbers = values.to_numpy(dtype=np.float64)
    side = np.zeros(len(numbers), dtype=np.int8)
    if low is not None:
        side[numbers < low] = -1
    if high is not None:
        side[numbers > high] = 1
    return side


def accepted_terms(rule: ColumnRule) -> dict[str, str]:
    """Casefolded spelling -> term, for a column with controlled terms."""
    spellings = {term.casefold(): term for term in rule.terms}
    for terms, short in SHORT_TERMS.items():
        if terms <= set(rule.terms):
            spellings = {**short, **spellings}
    return spellings


def _numbers(
    cells: Cells, todo: NDArray[np.bool_], problems: Problems, decimal: str
) -> NDArray[np.float64]:
    values = np.full(len(todo), np.nan)
    native = todo & (cells.kind == CellKind.NUMBER)
    values[native] = cells.number[native]
    positions = np.flatnonzero(todo & ~native)
    text = cells.text.take(positions)
    pattern = NUMBER if decimal == "." else NUMBER_WITH_COMMA
    plain = text.str.fullmatch(pattern.pattern).to_numpy(dtype=bool)
    ready = text[plain] if decimal == "." else text[plain].str.replace(",", ".", regex=False)
    values[positions[plain]] = ready.to_numpy(dtype=object).astype(np.float64)
    for position, raw in zip(positions[~plain], text[~plain], strict=True):
        values[position], problems[position] = _odd_number(raw, decimal)
    endless = todo & ~np.isfinite(values) & (problems == "")
    problems[endless] = "CELL-01"
    return values


def _odd_number(raw: str, decimal: str) -> tuple[float, str]:
    """A number cell that is not plain: (value, "") when it is clear all the same, else (nan, rule)."""
    text = raw.translate(_MINUS_SIGNS).strip(_OUTER_SPACES)
    if text[:1] in ("+", "-"):
        text = text[:1] + text[1:].lstrip()
    if decimal == ",":
        if NUMBER_WITH_COMMA.fullmatch(text):
            return float(text.replace(",", ".")), ""
        if NUMBER.fullmatch(text) and not _LOOKS_LIKE_THOUSANDS.fullmatch(text):
            return float(text), ""
        return np.nan, "CELL-01"
    if NUMBER.fullmatch(text):
        return float(text), ""
    return np.nan, "CELL-02" if _HAS_DECIMAL_COMMA.fullmatch(text) else "CELL-01"


def _check_range(values: NDArray[np.float64], rule: ColumnRule, problems: Problems) -> None:
    given = ~np.isnan(values) & (problems == "")
    outside = np.zeros(len(values), dtype=bool)
    if rule.low is not None:
        outside |= values <= rule.low if rule.low_open else values < rule.low
    if rule.high is not None:
        outside |= values > rule.high
    problems[given & outside] = "CELL-03"
    if rule.kind == "integer":
        problems[given & ~outside & (values != np.floor(values))] = "CELL-09"


def _dates(cells: Cells, todo: NDArray[np.bool_], problems: Problems) -> "pd.Series[pd.Timestamp]":
    day = cells.text.str.slice(0, 10).where(todo)
    is_iso = day.str.fullmatch(_ISO_DATE).fillna(False).to_numpy(dtype=bool)
    dates = pd.to_datetime(day.where(is_iso), format="%Y-%m-%d", errors="coerce")
    whole = (cells.text.str.len() == 10).to_numpy(dtype=bool) | (cells.kind == CellKind.DATE)
    bad = todo & ~(dates.notna().to_numpy(dtype=bool) & whole)
    problems[bad] = "CELL-05"
    return dates.mask(bad)


def _texts(
    cells: Cells, rule: ColumnRule, todo: NDArray[np.bool_], problems: Problems
) -> "pd.Series[str]":
    text = cells.text.where(todo)
    if not rule.terms:
        return text
    spellings = accepted_terms(rule)
    meaning = {word: spellings.get(str(word).casefold()) for word in text.dropna().unique()}
    terms = text.map(meaning).astype("str")
    problems[todo & terms.isna().to_numpy(dtype=bool)] = "CELL-05"
    return terms
