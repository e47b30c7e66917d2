"""Cells that identify people, whatever their heading says. What they hold is never repeated."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.cells.word_codes import encoded
from pipeline.intake.columns.identifiers import identifying_places
from pipeline.intake.findings.messages import Finding, cell_ranges, make_finding
from schemas.columns import ColumnRule

_EMAIL: Final = re.compile(r"[^\s@,;<>()]+@[^\s@,;<>()]+\.[^\W\d_]{2,}")
_PHONE: Final = re.compile(
    r"(\+|00)[1-9][0-9 ()/.\-]{7,18}[0-9]"  # +49 151 1234567
    r"|\(?0[0-9]{1,5}\)?[ /\-][0-9][0-9 /\-]{4,12}[0-9]"  # 0151 1234567, (030) 123456
    r"|\(?[2-9][0-9]{2}\)?[ .\-][0-9]{3}[ .\-][0-9]{4}"  # (555) 123-4567
    r"|0[1-9][0-9]{8,10}"  # 01511234567
)
_DAY: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})"
)
_WORD: Final = r"[^\W\d_][^\W\d_'’.\-]*(?:['’\- ][^\W\d_]+)*"
_SURNAME_FIRST: Final = re.compile(rf"{_WORD},\s*{_WORD}\.?")
_TWO_NAMES: Final = re.compile(
    r"[A-ZÀ-Þ][a-zß-ÿ'’]+(?:-[A-ZÀ-Þ][a-zß-ÿ]+)? [A-ZÀ-Þ](?=[^ ]*[a-zß-ÿ])[A-Za-zÀ-ÿ'’\-]+"
)
_NO_NAMES: Final = re.compile(r"(patient|participant|subject|proband|person|control|group)\b", re.I)

FEWEST: Final = 3
LATEST_BIRTH_YEAR: Final = 2010
YEARS_APART: Final = 10

Matches = Callable[[str], bool]


def looks_personal(text: str) -> bool:
    """Whether a single text looks like an e-mail address, a telephone number, a day or a name."""
    return any(test(text.strip()) for test in (_is_email, _is_phone, _is_day, _is_surname_first))


def identifying_cells(
    grid: Grid, used: Mapping[str, Cells], rules: Mapping[str, ColumnRule]
) -> dict[int, Finding]:
    """COL-07 findings by column of the grid (from 0); they hold headings and counts only.

    A column whose heading says it already is left out. used: the cells that a table takes, under our column names. rules: of these columns. Numbers and
    terms are only searched for e-mail addresses, as nothing else can be mistyped into them by a
    column; codes of participants are searched for names, and texts that no rule reads for all.
    """
    rule_of = _rules_by_column(grid, used, rules)
    found: dict[int, Finding] = {}
    told = set(identifying_places(grid.headings))
    for j, cells in enumerate(grid.columns):
        hit = None if j in told else _first_kind(cells, rule_of.get(j))
        if hit is not None:
            found[j] = _finding(grid, j, *hit)
    return found


def _first_kind(cells: Cells, rule: ColumnRule | None) -> tuple[str, NDArray[np.bool_]] | None:
    """What the cells look like, and which cells do."""
    codes, words = encoded(cells.text)
    if not len(codes):
        return None
    is_number = cells.kind == CellKind.NUMBER

    def cells_like(test: Matches) -> NDArray[np.bool_]:
        hits = np.array([isinstance(word, str) and test(word) for word in words], dtype=bool)
        return np.asarray(hits[codes] & ~is_number, dtype=bool)

    emails = cells_like(_is_email)
    if emails.any():
        return "e-mail addresses", emails
    is_free_text = rule is None or (rule.kind == "text" and not rule.terms)
    if not is_free_text:
        return None
    filled = int((cells.text != "").sum())
    if rule is not None and rule.name == "participant_id":
        names = cells_like(_is_surname_first)
        if names.any():
            return "names of people", names
        full = cells_like(_is_full_name)
        return ("names of people", full) if _most(full, filled) else None
    for what, test in (("telephone numbers", _is_phone), ("names of people", _is_written_name)):
        hits = cells_like(test)
        if _most(hits, filled):
            return what, hits
    days = cells_like(_is_day)
    if _most(days, filled) and _are_births([str(word) for word in words if _is_day(str(word))]):
        return "dates of birth", days
    return None


def _most(hits: NDArray[np.bool_], filled: int) -> bool:
    return int(hits.sum()) >= max(FEWEST, filled / 2)


def _is_email(text: str) -> bool:
    return "@" in text and _EMAIL.search(text) is not None


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and not _is_day(text)


def _is_day(text: str) -> bool:
    return _day(text) is not None


def _day(text: str) -> date | None:
    found = _DAY.match(text)
    if found is None or text[found.end() : found.end() + 1].isdigit():
        return None
    parts = [int(part) for part in found.groups() if part is not None]
    year, month, day = parts if found[1] else parts[::-1]
    if month > 12:
        month, day = day, month
    try:
        return date(year, month, day) if year >= 1900 else None
    except ValueError:
        return None


def _is_surname_first(text: str) -> bool:
    return "," in text and _SURNAME_FIRST.fullmatch(text) is not None


def _is_full_name(text: str) -> bool:
    return _TWO_NAMES.fullmatch(text) is not None and _NO_NAMES.match(text) is None


def _is_written_name(text: str) -> bool:
    if not _is_surname_first(text):
        return False
    return all(part.strip()[:1].isupper() for part in text.split(","))


def _are_births(texts: list[str]) -> bool:
    years = [found.year for text in texts if (found := _day(text)) is not None]
    if len(years) < FEWEST:
        return False
    return bool(np.median(years) < LATEST_BIRTH_YEAR) or max(years) - min(years) >= YEARS_APART


def _rules_by_column(
    grid: Grid, used: Mapping[str, Cells], rules: Mapping[str, ColumnRule]
) -> dict[int, ColumnRule]:
    names: dict[int, str] = {}
    for name, cells in used.items():
        for number in np.unique(cells.column_number).tolist():
            names.setdefault(int(number), name)
    by_place: dict[int, ColumnRule] = {}
    for j, cells in enumerate(grid.columns):
        numbers = cells.column_number
        served = names.get(int(numbers[0])) if len(numbers) else None
        if served is not None and served in rules:
            by_place[j] = rules[served]
    return by_place


def _finding(grid: Grid, j: int, what: str, hits: NDArray[np.bool_]) -> Finding:
    cells = grid.columns[j]
    places = np.flatnonzero(hits)
    own_rows = cells.row_number if cells.row_number is not None else grid.row_numbers
    names = list(
        dict.fromkeys(
            f"{get_column_letter(int(cells.column_number[p]))}{int(own_rows[p])}"
            for p in places.tolist()
        )
    )
    heading = grid.headings[j]
    shown = "" if looks_personal(heading) else heading
    cell = names[0] if len(names) == 1 else f"{names[0]}:{names[-1]} ({len(names)} cells)"
    look = "1 cell looks" if len(names) == 1 else f"{len(names)} cells look"
    of = f" under {shown}" if shown else ""
    return make_finding(
        "COL-07",
        file=grid.file,
        sheet=grid.sheet,
        cell=cell,
        cells=cell_ranges(names),
        column=shown,
        row=int(own_rows[places[0]]),
        facts={"problem": f"{look} like {what}{of}."},
    )
