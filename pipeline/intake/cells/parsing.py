"""Cells -> the type that the column rule asks for.

Every text of a column is looked at once, whatever the number of rows that hold it; only texts that the
plain pattern does not fit are looked at singly.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import CellKind, Cells
from pipeline.intake.cells.number_doubts import (
    NUMBER,
    NUMBER_WITH_COMMA,
    doubtful_values,
    is_mended,
    missing_codes_in,
    odd_number,
)
from pipeline.intake.cells.units import parse_measured
from pipeline.intake.cells.word_codes import Words, encode_words, text_by_code
from schemas.columns import ColumnRule
from schemas.rules import RULES

SHORT_TERMS: Final[dict[frozenset[str], dict[str, str]]] = {
    frozenset({"left", "right"}): {"l": "left", "r": "right"},
    frozenset({"female", "male"}): {"f": "female", "m": "male"},
}
"""One-letter forms that are taken without a mapping, for columns that have these terms."""

Problems = NDArray[np.object_]
"""Per row: the id of the rule that the cell breaks, or ""."""

RULE_IDS: Final = np.array(["", *RULES], dtype=object)
_NUMBER_OF: Final = {rule_id: i for i, rule_id in enumerate(RULE_IDS.tolist())}
_LONGEST_DATE = 10


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written and what they have to be held against.

    decimal: decimal mark of text cells. factor: file unit -> table unit. unit_in_cells: each cell
    holds its own unit. ceiling: the longest time (s) that a test lasts, None when it is not known.
    """

    decimal: str = "."
    factor: float = 1.0
    unit_in_cells: bool = False
    ceiling_s: float | None = None


@dataclass(frozen=True)
class ParsedColumn:
    """A column in its own type; cells with a problem are missing.

    problem_numbers: per row, the place in RULE_IDS of the rule that the cell breaks. doubts: rule ->
    rows that leave although their values are possible, because the whole column is in doubt. mended:
    rows whose number has signs that were read as plain ones.
    """

    column: "pd.Series[float] | pd.Series[str] | pd.Series[pd.Timestamp]"
    problem_numbers: NDArray[np.int16]
    doubts: dict[str, NDArray[np.bool_]] = field(default_factory=dict)
    mended: NDArray[np.intp] = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    @property
    def problems(self) -> Problems:
        """One rule id per row, "" where the cell is right."""
        return np.asarray(RULE_IDS[self.problem_numbers], dtype=object)


def parse_column(
    cells: Cells, rule: ColumnRule, form: NumberForm | None = None, *, required: bool
) -> ParsedColumn:
    """Parse the cells of one column by its rule.

    form: how numbers are written; a decimal point in the unit of the table without it. required: an
    empty cell is a problem. Returns values (numbers in the unit of the table) and the rule that each
    broken cell breaks; a cell breaks at most one.
    """
    problems = np.zeros(len(cells.text), dtype=np.int16)
    problems[cells.kind == CellKind.REPORTED] = _NUMBER_OF["CELL-05"]
    problems[cells.kind == CellKind.BROKEN] = _NUMBER_OF["CELL-07"]
    if rule.kind != "date":
        problems[(cells.kind == CellKind.DATE) | (cells.kind == CellKind.TIME)] = _NUMBER_OF[
            "CELL-08"
        ]
    missing = cells.is_missing
    if required:
        problems[missing] = _NUMBER_OF["CELL-04"]
    todo = ~missing & (problems == 0)
    if rule.kind in ("number", "integer"):
        return _number_column(cells, rule, todo, problems, form or NumberForm())
    if rule.kind == "date":
        return ParsedColumn(_dates(cells, todo, problems), problems)
    texts = _texts(cells, rule, todo, problems)
    return ParsedColumn(texts, _without_zeros(problems))


def _without_zeros(problems: NDArray[np.int16]) -> NDArray[np.int16]:
    """The same numbers; one 0 for all rows where nothing is wrong."""
    return problems if problems.any() else np.broadcast_to(np.int16(0), len(problems))


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


def _number_column(
    cells: Cells,
    rule: ColumnRule,
    todo: NDArray[np.bool_],
    problems: NDArray[np.int16],
    form: NumberForm,
) -> ParsedColumn:
    codes, words = encode_words(cells.text)
    native = todo & (cells.kind == CellKind.NUMBER)
    typed = todo & ~native
    read, broken, mended = _number_words(words, rule, form)
    values = np.where(typed, read[codes], np.nan) if len(words) else np.full(len(todo), np.nan)
    if native.any():
        values[native] = cells.number[native]
        if form.unit_in_cells:
            problems[native] = _NUMBER_OF["CELL-11"]
    if broken.any():
        problems[typed] = broken[codes[typed]]
    mended_rows = np.flatnonzero(typed & mended[codes]) if mended.any() else np.zeros(0, np.intp)
    problems[todo & ~np.isfinite(values) & (problems == 0)] = _NUMBER_OF["CELL-01"]
    unscaled = values
    if form.factor != 1.0:
        values = np.round(values * form.factor, 10)  # 1.745 m is 174.5 cm, not 174.50000000000003
    good = problems == 0
    problems[good & missing_codes_in(unscaled, values, good, rule)] = _NUMBER_OF["CELL-12"]
    doubts = doubtful_values(np.where(problems == 0, values, np.nan), rule, form.ceiling_s)
    for rule_id, rows in doubts.items():
        problems[rows & _outside(values, rule)] = _NUMBER_OF[rule_id]
    _check_range(values, rule, problems)
    values[problems != 0] = np.nan
    doubts = {rule_id: rows & (problems == 0) for rule_id, rows in doubts.items()}
    column = pd.Series(values, copy=False)
    return ParsedColumn(column, _without_zeros(problems), doubts, mended_rows)


def _number_words(
    words: Words, rule: ColumnRule, form: NumberForm
) -> tuple[NDArray[np.float64], NDArray[np.int16], NDArray[np.bool_]]:
    """Value, problem and whether signs were mended, for each different text."""
    values = np.full(len(words), np.nan)
    broken = np.zeros(len(words), dtype=np.int16)
    mended = np.zeros(len(words), dtype=bool)
    if form.unit_in_cells:
        for i, word in enumerate(words):
            values[i], rule_id = parse_measured(str(word), rule.facts["unit"], form.decimal)
            broken[i], mended[i] = _NUMBER_OF[rule_id], not rule_id and is_mended(str(word))
        return values, broken, mended
    text = pd.Series(words, dtype="str")
    pattern = NUMBER if form.decimal == "." else NUMBER_WITH_COMMA
    plain = text.str.fullmatch(pattern.pattern).to_numpy(dtype=bool)
    ready = text[plain] if form.decimal == "." else text[plain].str.replace(",", ".", regex=False)
    values[plain] = ready.to_numpy(dtype=object).astype(np.float64)
    for i in np.flatnonzero(~plain).tolist():
        values[i], rule_id = odd_number(str(words[i]), form.decimal)
        broken[i], mended[i] = _NUMBER_OF[rule_id], not rule_id and is_mended(str(words[i]))
    return values, broken, mended


def _outside(values: NDArray[np.float64], rule: ColumnRule) -> NDArray[np.bool_]:
    """Values beyond the limits of the column; a missing one is not."""
    outside = np.zeros(len(values), dtype=bool)
    if rule.low is not None:
        outside |= values <= rule.low if rule.low_open else values < rule.low
    if rule.high is not None:
        outside |= values > rule.high
    return outside


def _check_range(
    values: NDArray[np.float64], rule: ColumnRule, problems: NDArray[np.int16]
) -> None:
    given = ~np.isnan(values) & (problems == 0)
    outside = _outside(values, rule)
    problems[given & outside] = _NUMBER_OF["CELL-03"]
    if rule.kind == "integer":
        problems[given & ~outside & (values != np.floor(values))] = _NUMBER_OF["CELL-09"]


def _dates(
    cells: Cells, todo: NDArray[np.bool_], problems: NDArray[np.int16]
) -> "pd.Series[pd.Timestamp]":
    codes, words = encode_words(cells.text)
    text = pd.Series(words, dtype="str")
    day = text.str.slice(0, _LONGEST_DATE)
    read = pd.to_datetime(day, format="%Y-%m-%d", errors="coerce")
    exact = day.str.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").to_numpy(dtype=bool)
    whole = (text.str.len() == _LONGEST_DATE).to_numpy(dtype=bool)[codes]
    dates = read.where(exact).take(codes).reset_index(drop=True)
    is_day = dates.notna().to_numpy(dtype=bool) & (whole | (cells.kind == CellKind.DATE))
    problems[todo & ~is_day] = _NUMBER_OF["DATE-01"]
    return dates.mask(~(todo & is_day))


def _texts(
    cells: Cells, rule: ColumnRule, todo: NDArray[np.bool_], problems: NDArray[np.int16]
) -> "pd.Series[str]":
    codes, words = encode_words(cells.text)
    meaning: list[object] = words.tolist()
    if rule.terms:
        spellings = accepted_terms(rule)
        meaning = [spellings.get(str(word).casefold()) for word in words]
        unknown = np.array([term is None for term in meaning], dtype=bool)
        if unknown.any():
            problems[todo & unknown[codes]] = _NUMBER_OF["CELL-05"]
    return text_by_code(meaning, codes if todo.all() else np.where(todo, codes, -1))
