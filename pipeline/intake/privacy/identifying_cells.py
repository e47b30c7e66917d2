"""Cells that identify people, whatever their heading says. What they hold is never repeated."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.cells.word_codes import encode_words
from pipeline.intake.findings.messages import Finding, cell_ranges, make_finding, shown_cells
from pipeline.intake.privacy.identifiers import identifying_places
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
_CODED_DAY: Final = re.compile(r"[^\W\d_]{1,4}[ _\-]?([0-9]{8})")
"""A code made of initials and a date, such as AH19810312."""

_NAME_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
_NO_NAME_WORDS: Final = frozenset(
    [
        "left",
        "right",
        "both",
        "eyes",
        "eye",
        "open",
        "opened",
        "closed",
        "close",
        "single",
        "double",
        "one",
        "two",
        "leg",
        "legs",
        "foot",
        "feet",
        "hip",
        "knee",
        "ankle",
        "trunk",
        "arm",
        "arms",
        "back",
        "lumbar",
        "spine",
        "pain",
        "balance",
        "test",
        "trial",
        "trials",
        "task",
        "stance",
        "standing",
        "sitting",
        "tandem",
        "squat",
        "step",
        "hold",
        "time",
        "times",
        "lost",
        "low",
        "high",
        "chronic",
        "acute",
        "healthy",
        "control",
        "controls",
        "case",
        "cases",
        "group",
        "groups",
        "patient",
        "patients",
        "participant",
        "participants",
        "subject",
        "subjects",
        "person",
        "people",
        "proband",
        "gluteus",
        "medius",
        "maximus",
        "minimus",
        "rectus",
        "biceps",
        "femoris",
        "erector",
        "vastus",
        "muscle",
        "strength",
        "baseline",
        "follow",
        "up",
        "visit",
        "session",
        "week",
        "month",
        "day",
        "days",
        "year",
        "data",
        "raw",
        "new",
        "old",
        "final",
        "first",
        "second",
        "third",
        "last",
        "main",
        "study",
        "pilot",
        "sheet",
        "table",
        "file",
        "list",
        "results",
        "result",
        "summary",
        "notes",
        "note",
        "log",
        "book",
        "code",
        "codes",
        "key",
        "keys",
        "not",
        "no",
        "yes",
        "and",
        "or",
        "the",
        "of",
        "with",
        "without",
        "none",
        "other",
        "hospital",
        "clinic",
        "university",
        "center",
        "centre",
        "lab",
        "laboratory",
        "department",
        "hall",
        "north",
        "south",
        "east",
        "west",
        "saint",
        "new",
        "san",
        "santa",
        "los",
        "las",
    ]
)
"""Words of headings, tasks, groups, endings and places that are written with a capital but name nobody."""

_TITLED: Final = re.compile(
    r"\b(?:Frau|Herrn?|Mrs|Mr|Ms|Mme|Mlle|Sra|Signor[ae]?|Dr|Prof)\b\.?\s+"
    r"(?:(?:Dr|Prof|med)\b\.?\s+)*[A-ZÀ-Þ][a-zß-ÿ]"
)
_STREET: Final = re.compile(
    r"(?:str\.|straße|strasse|gasse|allee)\s*[0-9]|\b(?:platz|weg)\s+[0-9]"
    r"|[^\W\d_]{3,}(?:platz|weg)\s+[0-9]"
    r"|\b[0-9]+,?\s+(?:[^\W\d_]+\s+){1,3}(?:street|road|avenue|lane)\b"
    r"|\b(?:rue|calle|rua)\s+[^\d,]{3,30},?\s*[0-9]",
    re.IGNORECASE,
)
_NO_NAMES: Final = re.compile(r"(patient|participant|subject|proband|person|control|group)\b", re.I)

FEWEST: Final = 3
LATEST_BIRTH_YEAR: Final = 2010
YEARS_APART: Final = 10
_LATEST_YEAR: Final = 2099

Matches = Callable[[str], bool]


def looks_personal(text: str) -> bool:
    """Whether a single text looks like an e-mail address, a telephone number, a day or a name."""
    return any(test(text.strip()) for test in (_is_email, _is_phone, _is_day, _is_surname_first))


def named_after_person(text: str) -> bool:
    """Whether a text, such as the name of a sheet, looks like the name of a person."""
    return _is_surname_first(text.strip()) or _is_first_and_last_name(text.strip())


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
        hit = None if j in told else _first_kind(cells, rule_of.get(j), used.get("participant_id"))
        if hit is not None:
            found[j] = _finding(grid, j, *hit)
    return found


def _first_kind(
    cells: Cells, rule: ColumnRule | None, people: Cells | None
) -> tuple[str, NDArray[np.bool_]] | None:
    """What the cells look like, and which cells do."""
    if cells.holds_nothing:
        return None
    codes, words = encode_words(cells.text)
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
        if _most(full, filled):
            return "names of people", full
        days = cells_like(_is_day)
        if _most(days, filled):
            return "dates of birth", days
        days = cells_like(_is_coded_day)
        births = [str(day) for word in words if (day := _coded_day(str(word))) is not None]
        return ("dates of birth", days) if _most(days, filled) and _are_births(births) else None
    for what, test in (("telephone numbers", _is_phone), ("names of people", _is_written_name)):
        hits = cells_like(test)
        if _most(hits, filled):
            return what, hits
    names = cells_like(_is_first_and_last_name)
    if _most(names, filled) and _are_many(codes[names], cells, people):
        return "names of people", names
    letters = cells_like(_is_titled_or_street)
    if _most(letters, filled):
        return "names or addresses of people", letters
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


def _is_first_and_last_name(text: str) -> bool:
    """Two or three capitalised words of letters, none of them a word of forms and measurements."""
    words = text.split()
    return 2 <= len(words) <= 3 and all(
        _NAME_WORD.fullmatch(word) is not None
        and word[0].isupper()
        and sum(letter.islower() for letter in word) > 0
        and word.casefold() not in _NO_NAME_WORDS
        for word in words
    )


def _are_many(names: NDArray[np.integer], cells: Cells, people: Cells | None) -> bool:
    """Whether there are nearly as many names as people: sites, tasks and devices are fewer.

    names: number of the text in each cell that looks like a name.
    """
    n_people = len(names)
    if people is not None and len(people.text) == len(cells.text):
        n_people = int(people.text.nunique())
    return len(np.unique(names)) >= max(FEWEST, n_people / 2)


def _is_titled_or_street(text: str) -> bool:
    return _TITLED.search(text) is not None or _STREET.search(text) is not None


def _is_coded_day(text: str) -> bool:
    return _coded_day(text) is not None


def _coded_day(text: str) -> date | None:
    """The day in a code such as AH19810312 or AH12031981."""
    found = _CODED_DAY.fullmatch(text)
    if found is None:
        return None
    digits = found[1]
    year_first = _day(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    day = year_first or _day(f"{digits[:2]}.{digits[2:4]}.{digits[4:]}")
    return day if day is not None and day.year <= _LATEST_YEAR else None


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
    ranges = cell_ranges(names)
    look = "1 cell looks" if len(names) == 1 else f"{len(names)} cells look"
    of = f" under {shown}" if shown else ""
    return make_finding(
        "COL-07",
        file=grid.file,
        sheet=grid.sheet,
        cell=shown_cells(ranges),
        cells=ranges,
        column=shown,
        row=int(own_rows[places[0]]),
        facts={"problem": f"{look} like {what}{of}."},
    )
