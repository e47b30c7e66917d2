"""decisions.csv of a cohort folder: what people decided, line by line, with the cells it stands in.

Reads and checks the form only; what a decision means for a finding is in `decisions`.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import RUN_LENGTH, Grid
from pipeline.intake.columns.headings import plain_name
from pipeline.intake.files.discovery import CohortFiles
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    cell_ranges,
    listed,
    make_finding,
    near_sentence,
    quoted,
)
from schemas.decisions import DECISION_FILE, DECISIONS, FILLED_IN
from schemas.study import Study

_TABLE_SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xls", ".ods")
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_WITH_DOTS: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_WITH_SLASHES: Final = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NEUTRAL: Final = re.compile(r"'(?=[=+\-@])")


@dataclass(frozen=True)
class DecisionLine:
    """One line that somebody began to fill in.

    decision: accept, corrected or keep, or what else was typed. date: as in 2026-03-31 where it can be
    read. signed: whether every entry is there and can be read. cells: column -> address.
    """

    row: int
    finding_id: str
    decision: str
    reason: str
    initials: str
    date: str
    signed: bool
    cells: Mapping[str, str]


@dataclass(frozen=True)
class DecisionFile:
    """What decisions.csv holds: its lines in their order, its cells, and what is wrong with its form.

    grid: None when there is no such file, or when it cannot be used.
    """

    file: str = DECISION_FILE
    lines: tuple[DecisionLine, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    grid: Grid | None = None


def read_decisions(files: CohortFiles, declared: Sequence[str] = ()) -> DecisionFile:
    """The decisions of a cohort; nothing is written and nothing raises for a wrong file.

    declared: files that study.yaml names as tables. A cohort without the file has no decisions.
    """
    names = [name for name in files.names() if name.casefold() == DECISION_FILE]
    findings = _elsewhere(files, {*names[:1], *declared})
    if not names:
        return DecisionFile(findings=findings)
    try:
        grid = files.grid((names[0], None))
        places = _places(grid)
    except FileProblemError as problem:
        return DecisionFile(names[0], findings=[*findings, *problem.findings])
    lines, problems = _lines(grid, places)
    return DecisionFile(names[0], lines, [*findings, *problems], grid)


def declared_files(study: Study) -> list[str]:
    """The files that study.yaml names as tables."""
    return [source.file for sources in study.tables.values() for source in sources]


def plain_entry(text: str) -> str:
    """An entry as it was typed: without the apostrophe that keeps spreadsheets from running it."""
    return _NEUTRAL.sub("", text.strip(), count=1)


def read_date(text: str) -> tuple[str, str]:
    """(day as in 2026-03-31, "") or ("", why the day cannot be read).

    Day before month is taken only where dots say so, and slashes only where one reading is a day:
    spreadsheets write dates in the order of the computer's language.
    """
    if found := _ISO.fullmatch(text):
        days = [_day(int(found[1]), int(found[2]), int(found[3]))]
    elif found := _WITH_DOTS.fullmatch(text):
        days = [_day(int(found[3]), int(found[2]), int(found[1]))]
    elif found := _WITH_SLASHES.fullmatch(text):
        first, second, year = int(found[1]), int(found[2]), int(found[3])
        days = [_day(year, first, second), _day(year, second, first)]
    else:
        return "", "it is not written as year-month-day."
    possible = sorted({day for day in days if day})
    if len(possible) == 1:
        return possible[0], ""
    if possible:
        return "", f"it could mean {possible[0]} or {possible[1]}."
    return "", "there is no such day in the calendar."


def findings_at(
    rule_id: str,
    file: str,
    places: Sequence[tuple[int, str, str, Mapping[str, str]]],
    facts_of_many: Mapping[str, str],
) -> list[Finding]:
    """Findings at cells of decisions.csv; more than a few of one kind become one finding.

    places: row, cell, what stands there, facts of the sentence. facts_of_many: facts of the sentence
    that stands for all of them.
    """
    if len(places) <= RUN_LENGTH:
        return [
            make_finding(rule_id, file=file, cell=cell, found=quoted(found), row=row, facts=facts)
            for row, cell, found, facts in places
        ]
    cells = [cell for _, cell, _, _ in places]
    return [
        make_finding(
            rule_id,
            file=file,
            cell=f"{cells[0]}:{cells[-1]} ({len(cells)} cells)",
            found=f"{len(cells)} decisions",
            row=places[0][0],
            cells=cell_ranges(cells),
            facts=facts_of_many,
        )
    ]


def _day(year: int, month: int, day: int) -> str:
    try:
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return ""


def _elsewhere(files: CohortFiles, known: set[str]) -> list[Finding]:
    """DEC-09 for files that look like decisions and are not read."""
    stem = Path(DECISION_FILE).stem
    return [
        make_finding("DEC-09", file=name, found=quoted(name), facts={"value": name})
        for name in files.names()
        if name not in known
        and Path(name).suffix.casefold() in _TABLE_SUFFIXES
        and re.match(rf"{stem}(\W|$)", Path(name).stem.casefold())
    ]


def _places(grid: Grid) -> dict[str, int]:
    """Column -> place (from 0). Raises FileProblemError with DEC-10 for one that is not there once."""
    named = [plain_name(heading) for heading in grid.headings]
    problems = [
        make_finding(
            "DEC-10",
            file=grid.file,
            column=name,
            found=quoted(name),
            row=grid.heading_row,
            facts={
                "column": name if name not in named else f"{name} of its own (it stands twice)",
                "near": near_sentence(name, [h for h in grid.headings if h], "heading"),
            },
        )
        for name in FILLED_IN
        if named.count(name) != 1
    ]
    if problems:
        raise FileProblemError(problems)
    return {name: named.index(name) for name in FILLED_IN}


def _lines(grid: Grid, places: Mapping[str, int]) -> tuple[tuple[DecisionLine, ...], list[Finding]]:
    entries = {
        name: np.array([plain_entry(text) for text in grid.columns[place].text], dtype=object)
        for name, place in places.items()
    }
    # A line of the proposal that nobody has filled in yet holds an id and no decision.
    begun = np.zeros(len(grid.row_numbers), dtype=bool)
    for name in FILLED_IN[1:]:
        begun |= entries[name] != ""
    lines: list[DecisionLine] = []
    problems: dict[str, list[tuple[int, str, str, Mapping[str, str]]]] = {}
    for position in np.flatnonzero(begun).tolist():
        row = int(grid.row_numbers[position])
        cells = {name: f"{get_column_letter(j + 1)}{row}" for name, j in places.items()}
        entry = {name: str(texts[position]) for name, texts in entries.items()}
        problem = next((p for check in _CHECKS if (p := check(entry))), None)
        if problem is not None:
            rule_id, name, facts = problem
            found = entry[name]
            problems.setdefault(rule_id, []).append((row, cells[name], found, facts))
        day, _ = read_date(entry["date"])
        lines.append(
            DecisionLine(
                row=row,
                finding_id=entry["finding_id"].casefold(),
                decision=_word(entry["decision"]),
                reason=entry["reason"],
                initials=entry["initials"],
                date=day or entry["date"],
                signed=problem is None,
                cells=cells,
            )
        )
    findings = [
        finding
        for rule_id, at in problems.items()
        for finding in findings_at(rule_id, grid.file, at, _MANY[rule_id])
    ]
    return tuple(lines), findings


_Problem = tuple[str, str, dict[str, str]]
"""Rule, column, facts."""

_MANY: Final[dict[str, dict[str, str]]] = {
    "DEC-01": {"terms": "at least one of them"},
    "DEC-02": {"terms": ", ".join(DECISIONS)},
    "DEC-08": {"problem": "none of these can be read in one way only."},
}


def _word(text: str) -> str:
    return text.casefold() if text.casefold() in DECISIONS else text


def _is_whole(entry: Mapping[str, str]) -> _Problem | None:
    empty = [name for name in FILLED_IN if not entry[name]]
    return ("DEC-01", empty[0], {"terms": listed(empty)}) if empty else None


def _is_a_decision(entry: Mapping[str, str]) -> _Problem | None:
    if _word(entry["decision"]) in DECISIONS:
        return None
    near = near_sentence(entry["decision"], list(DECISIONS), "word")
    return "DEC-02", "decision", {"terms": ", ".join(DECISIONS), "near": near}


def _is_dated(entry: Mapping[str, str]) -> _Problem | None:
    _, problem = read_date(entry["date"])
    return ("DEC-08", "date", {"problem": problem}) if problem else None


_CHECKS: Final[tuple[Callable[[Mapping[str, str]], _Problem | None], ...]] = (
    _is_whole,
    _is_a_decision,
    _is_dated,
)
"""In this order; a line is reported for the first thing that is wrong with it."""
