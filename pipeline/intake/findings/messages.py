"""Findings in the words that a lab manager reads: the rule's sentences filled with what was found.

Nothing here decides whether something is a problem; the readers and rule files do.
"""

import hashlib
import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from schemas.columns import empty_table, validated
from schemas.intake_results import Findings
from schemas.rules import RULES
from schemas.terms import SEVERITIES

FOUND_LENGTH = 40
EMPTY = "(empty)"
_ADDRESS = re.compile(r"([A-Z]{1,3})([1-9][0-9]*)")
_SEVERITY_ORDER = {severity: order for order, severity in enumerate(SEVERITIES)}


SingleRows = Callable[[], Sequence[tuple[str, str, str]]] | None
"""Of a run of cells: (subject, found, cell) for each of its rows as they would be alone; subject "" where the
row has no key of its own."""


@dataclass(frozen=True)
class Finding:
    """One problem: rule, place, what was found, and the two sentences for the reader.

    `cell` is written as Excel writes it, or "line 7" in a YAML file; `row` only orders findings.
    `cells` are all cells that are wrong as Excel ranges ("C2:C31 C40"), `subject` the row's key as
    typed, so that a finding keeps its id when rows move, and `rows` the places (from 0) of these rows in
    the draft of `table`; "" and () for a whole file.
    """

    rule_id: str
    table: str
    file: str
    sheet: str
    cell: str
    column: str
    participant_id: str
    found: str
    why: str
    fix: str
    row: int
    cells: str = ""
    subject: str = ""
    rows: Sequence[int] = field(default=(), compare=False)
    single_rows: "SingleRows" = field(default=None, compare=False, repr=False)

    @property
    def severity(self) -> str:
        """The severity of the rule."""
        return RULES[self.rule_id].severity

    @property
    def identity(self) -> tuple[str, ...]:
        """What makes this the same problem in two runs: rule, place and found value.

        The place is the table and the row's key where it has one, so that sorting the rows and renaming
        the file change nothing; else the cell of the file, or the file as a whole.
        """
        if self.table and self.subject:
            return self.rule_id, self.table, self.column, self.subject, self.found
        return self.rule_id, self.file, self.sheet, self.column, self.cell, self.found

    @property
    def spot(self) -> tuple[str, ...]:
        """What is one problem in one run, whichever of the tables that a cell serves tells of it."""
        place = self.subject or self.cell
        return self.rule_id, self.file, self.sheet, self.column, place, self.found, self.cell


class FileProblemError(Exception):
    """A file or sheet cannot be used; carries the findings that say why."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(f.rule_id for f in findings))
        self.findings = list(findings)


def make_finding(
    rule_id: str,
    *,
    table: str = "",
    file: str = "",
    sheet: str | None = None,
    cell: str = "",
    column: str = "",
    participant_id: str = "",
    found: str = "",
    row: int = 0,
    cells: str = "",
    subject: str = "",
    rows: Sequence[int] | NDArray[np.intp] = (),
    single_rows: SingleRows = None,
    facts: Mapping[str, str] | None = None,
) -> Finding:
    """A finding with the sentences of its rule.

    facts: what the braces in the rule's sentences stand for; `near` may be left out. A brace
    without a fact is a programming error and raises KeyError.
    """
    rule = RULES[rule_id]
    filled = {"near": "", **(facts or {})}
    return Finding(
        rule_id=rule_id,
        table=table,
        file=file,
        sheet=sheet or "",
        cell=cell,
        column=column,
        participant_id=participant_id,
        found=found,
        why=rule.why.format_map(filled),
        fix=rule.fix.format_map(filled),
        row=row,
        cells=cells or cell_ranges([cell]),
        subject=subject,
        rows=_compact(rows),
        single_rows=single_rows,
    )


def finding_of_row(run: Finding, subject: str, found: str, cell: str) -> Finding:
    """The finding that one row of a run of cells would be if no other cell had the same problem."""
    row = int("".join(filter(str.isdecimal, cell)))
    return replace(run, subject=subject, found=found, cell=cell, row=row, single_rows=None)


def cell_ranges(cells: Sequence[str]) -> str:
    """Cells of one column as Excel ranges ("C2:C31 C40"); what is no address is left out."""
    ranges: list[tuple[str, int, int]] = []
    for cell in cells:
        found = _ADDRESS.fullmatch(cell)
        if found is None:
            continue
        column, row = found[1], int(found[2])
        if ranges and ranges[-1][0] == column and ranges[-1][2] == row - 1:
            ranges[-1] = (column, ranges[-1][1], row)
        else:
            ranges.append((column, row, row))
    return " ".join(f"{c}{a}" if a == b else f"{c}{a}:{c}{b}" for c, a, b in ranges)


def row_ranges(column: int, rows: NDArray[np.int64]) -> str:
    """Cells of a column of the file (from 1) as Excel ranges; rows in order. "" for no column (0)."""
    if not column or not len(rows):
        return ""
    letter = get_column_letter(column)
    ends = np.flatnonzero(np.diff(rows) != 1)
    starts = rows[np.concatenate([[0], ends + 1])].tolist()
    lasts = rows[np.concatenate([ends, [len(rows) - 1]])].tolist()
    return " ".join(
        f"{letter}{a}" if a == b else f"{letter}{a}:{letter}{b}"
        for a, b in zip(starts, lasts, strict=True)
    )


def _compact(rows: Sequence[int] | NDArray[np.intp]) -> Sequence[int]:
    """Row numbers that cost 8 bytes each, however many there are."""
    return array("q", np.asarray(rows, dtype=np.int64).tobytes()) if len(rows) else ()


def file_problem(
    file: str, problem: str, suggestion: str, *, sheet: str | None = None, cell: str = ""
) -> FileProblemError:
    """The error for a file that cannot be read (FILE-03). Both sentences are printed as they are."""
    facts = {"problem": problem, "suggestion": suggestion}
    return FileProblemError(
        [make_finding("FILE-03", file=file, sheet=sheet, cell=cell, facts=facts)]
    )


def quoted(value: str) -> str:
    """A found value for print: in quotes, on one line, at most 40 characters of it."""
    if value == "":
        return EMPTY
    line = "".join(c if c.isprintable() else " " for c in value)
    if len(line) > FOUND_LENGTH:
        line = line[: FOUND_LENGTH - 1] + "…"
    return f'"{line}"'


def listed(words: Sequence[str], limit: int = 12) -> str:
    """Words as one enumeration; beyond `limit` only their number is said."""
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"


def listed_examples(texts: Sequence[str], limit: int = 3) -> str:
    """A few found values for print; the first in the order of the alphabet, whatever the row order."""
    shown = ", ".join(quoted(text) for text in sorted(texts)[:limit])
    return shown if len(texts) <= limit else f"{shown}, …"


def nearest(word: str, options: Sequence[str]) -> str | None:
    """The option that looks most like the word, upper and lower case alike, or None."""
    folded: dict[str, str] = {}
    for option in options:
        folded.setdefault(option.strip().casefold(), option)
    close = get_close_matches(word.strip().casefold(), list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def near_sentence(word: str, options: Sequence[str], what: str) -> str:
    """Sentence that names the nearest option, with a space before it; "" when nothing is near."""
    option = nearest(word, options)
    return "" if option is None else f" The nearest {what} is {option}."


def unique_findings(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, worst first, then by file and row; one cell that serves two tables counts once."""
    ordered = sorted(
        findings, key=lambda f: (_SEVERITY_ORDER[f.severity], f.file, f.sheet, f.row, f.cell)
    )
    places = {finding.spot: finding for finding in reversed(ordered)}
    return list(places.values())[::-1]


def finding_ids(findings: Sequence[Finding]) -> list[str]:
    """Ids that stay the same between runs; equal problems are numbered by row before sheet and file.

    Names of files come last, so that a new name changes as little as possible. The letter in front
    keeps spreadsheets from taking an id such as 12345e6789 for a number.
    """
    seen: dict[tuple[str, ...], int] = {}
    known = list(findings)
    ids = [""] * len(known)
    places = [(f.row, f.cell, f.sheet, f.file) for f in known]
    for place in sorted(range(len(known)), key=places.__getitem__):
        finding = known[place]
        number = seen[finding.identity] = seen.get(finding.identity, 0) + 1
        parts = (*finding.identity, *([str(number)] if number > 1 else []))
        ids[place] = "f" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:10]
    return ids


def findings_table(findings: Sequence[Finding], group_of: Mapping[str, str]) -> pd.DataFrame:
    """All findings, worst first, then by file and row, validated by `Findings`.

    group_of: participant -> group label. One cell that serves two tables is reported once.
    """
    if not findings:
        return empty_table(Findings)
    unique = unique_findings(findings)
    columns = list(Findings.to_schema().columns)
    rows = [
        {
            "finding_id": finding_id,
            "rule_id": f.rule_id,
            "severity": f.severity,
            "table": f.table,
            "file": f.file,
            "sheet": f.sheet,
            "cell": f.cell,
            "cells": f.cells,
            "column": f.column,
            "participant_id": f.participant_id,
            "group": group_of.get(f.participant_id, ""),
            "found": f.found,
            "why": f.why,
            "fix": f.fix,
            "status": "open",
        }
        for f, finding_id in zip(unique, finding_ids(unique), strict=True)
    ]
    frame = pd.DataFrame(rows, columns=columns, dtype="str")
    frame = frame.mask(frame == "")
    return validated(Findings, frame)


MOST_LISTED: Final = 3
"""So many cells are named one by one, and so many ranges at most."""

_RANGE: Final = re.compile(r"([A-Z]+)([0-9]+)(?::[A-Z]+([0-9]+))?")


def shown_cells(ranges: str) -> str:
    """Ranges of single columns such as "A2:A4 A6" for print: "A17, A19", "B2:B4, B6:B9 (7 cells)".

    "" for no cell.
    """
    spans = [
        (letters, int(first), int(last or first)) for letters, first, last in _RANGE.findall(ranges)
    ]
    n_cells = sum(last - first + 1 for _, first, last in spans)
    if n_cells <= MOST_LISTED:
        return ", ".join(f"{c}{row}" for c, first, last in spans for row in range(first, last + 1))
    pieces = [
        f"{c}{first}:{c}{last}" if last > first else f"{c}{first}" for c, first, last in spans
    ]
    more = ["…"] if len(pieces) > MOST_LISTED else []
    return f"{', '.join(pieces[:MOST_LISTED] + more)} ({n_cells} cells)"


def shown_rows(rows: Sequence[int]) -> str:
    """Rows of which no cell can be named: "row 7", "rows 7, 9", "rows 7 to 19 (5 rows)"."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    if len(rows) <= MOST_LISTED:
        return f"rows {', '.join(map(str, rows))}"
    return f"rows {rows[0]} to {rows[-1]} ({len(rows)} rows)"
