"""Recognises a sheet in blocks that study.yaml does not mention, and writes the declaration for it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import Grid
from pipeline.intake.files.cohort_files import CohortFiles
from pipeline.intake.files.left_alone import is_own_sheet
from pipeline.intake.findings.messages import FileProblemError, Finding, make_finding, quoted
from pipeline.intake.formats.table_formats import table_format
from schemas.columns import column_rules
from schemas.tables import INPUT_TABLES

_PERSON = re.compile(
    r"(participant|subject|patient|person|proband|volunteer|client|teilnehmer|versuchsperson"
    r"|sujet|sujeto|paciente|paziente|id)(in)?[ _-]*(id|code|no|nr|number)?[ ]*[.:#=-]*",
    re.IGNORECASE,
)
_GROUP = re.compile(r"\b(group|gruppe|groupe|grupo|gruppo|arm)\b[ ]*[.:#=-]*", re.IGNORECASE)
_ROWS_BETWEEN = 3
"""A block has at least a head, headings and one row; labels closer together are a plain column."""


def undeclared_blocks(sheet: Grid, *tables: str) -> Finding | None:
    """BLOCK-01 with the declaration to use, or None when the sheet does not look like blocks.

    sheet: all cells, without a heading row. tables: names of the tables that the sheet serves.
    """
    text = np.array([column.text.to_numpy(dtype=object) for column in sheet.columns]).T
    if text.ndim != 2 or not text.size:
        return None
    for label, places in _repeated_labels(text).items():
        rows = [i for i, _ in places]
        apart = all(b - a >= _ROWS_BETWEEN for a, b in pairwise(rows) if b != a)
        if len(places) < 2 or not apart:
            continue
        i, j = places[0]
        end = next((row for row in rows if row > i), len(text))
        first = f"{get_column_letter(j + 1)}{sheet.row_numbers[i]}"
        facts = {
            "value": str(len(places)),
            "begins": quoted(label),
            "first": first,
            "declaration": " and ".join(
                _declaration(sheet, text, table, label, range(i, end), j) for table in tables
            )
            + _then(tables),
        }
        return make_finding(
            "BLOCK-01",
            file=sheet.file,
            sheet=sheet.sheet,
            cell=first,
            found=quoted(label),
            row=int(sheet.row_numbers[i]),
            facts=facts,
        )
    return None


def in_blocks_instead(
    files: CohortFiles, names: Sequence[str], findings: Sequence[Finding]
) -> list[Finding]:
    """One BLOCK-01 in place of every FILE-01, where the only table of the folder is in blocks."""
    absent = [f for f in findings if f.rule_id == "FILE-01" and not f.found]
    tables = [name for name in names if table_format(name) is not None]
    if not absent or len(tables) != 1:
        return list(findings)
    try:
        filled = [s for s in files.opened(tables[0]).sheets if not is_own_sheet(s)]
        sheets: Sequence[str | None] = filled or (None,)
        whole = None if len(sheets) > 1 else files.whole((tables[0], sheets[0]))
    except FileProblemError:
        return list(findings)
    wanted = [name for name in INPUT_TABLES if name in {f.table for f in absent}]
    hint = None if whole is None else _blocks_from_the_top(whole, *wanted)
    if hint is None:
        return list(findings)
    return [replace(hint, table=wanted[0]), *(f for f in findings if f not in absent)]


def _blocks_from_the_top(sheet: Grid, *tables: str) -> Finding | None:
    """BLOCK-01 for a sheet of which nobody said that it serves these tables.

    Only where the first label stands above everything else in its column: a column of words such as
    patient has a heading.
    """
    hint = undeclared_blocks(sheet, *tables)
    if hint is None:
        return None
    j = coordinate_to_tuple(hint.cell)[1] - 1
    filled = np.flatnonzero((sheet.columns[j].text != "").to_numpy(dtype=bool))
    return hint if int(sheet.row_numbers[filled[0]]) == hint.row else None


def _repeated_labels(text: NDArray[np.object_]) -> dict[str, list[tuple[int, int]]]:
    """Places of the labels that name a person, by label as it is first written."""
    found: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    for i, j in np.argwhere(text != ""):
        label = person_label(str(text[i, j]))
        if not label:
            continue
        found.setdefault(label.casefold(), (label, []))[1].append((int(i), int(j)))
    return dict(found.values())


def person_label(content: str) -> str:
    """The label of a person with which a cell begins, such as "Proband:", or ""."""
    match = _PERSON.match(content)
    if match is None or (match.end() < len(content) and not match[0].endswith(tuple(" .:#=-_"))):
        return ""
    return match[0].strip()


def _declaration(
    sheet: Grid, text: NDArray[np.object_], table: str, label: str, rows: range, left: int
) -> str:
    known = column_rules(INPUT_TABLES[table].model)
    cells = dict(_head_cells(sheet, text, label, rows, left))
    where = f"file: {_yaml(sheet.file)}" + (f", sheet: {_yaml(sheet.sheet)}" if sheet.sheet else "")
    head = ", ".join(f"{name}: {address}" for name, address in cells.items() if name in known)
    body = ""
    if table != "participants":
        down = int(sheet.row_numbers[_heading_row(text, rows, left)])
        body = f", table: A{down - int(sheet.row_numbers[rows.start]) + 1}"
    blocks = f'{{begins_with: "{label}", cells: {{{head}}}{body}}}'
    return f"`{table}: {{{where}, blocks: {blocks}}}`"


def _then(tables: Sequence[str]) -> str:
    """What is left to do once the blocks are declared."""
    if set(tables) <= {"participants"}:
        return "."
    return (
        ". Then map the headings of the small table under `columns` or `wide`; a column without a "
        "heading is called `column A` by its place in the block."
    )


def _yaml(name: str) -> str:
    return name if re.fullmatch(r"[\w][\w .-]*", name) else f'"{name}"'


def _head_cells(
    sheet: Grid, text: NDArray[np.object_], label: str, rows: range, left: int
) -> Iterator[tuple[str, str]]:
    """Column of ours -> address or, where the label stands in the same cell, the long form."""
    top = int(sheet.row_numbers[rows.start])
    group = _labelled(text, _GROUP, rows, left)
    person = rows.start, left, label
    for name, place in (("participant_id", person), ("group", group)):
        if place is None:
            continue
        i, j, found = place
        content = str(text[i, j])
        down = int(sheet.row_numbers[i]) - top + 1
        value = content[content.index(found) + len(found) :].strip()
        if not value:
            yield name, f"{get_column_letter(j - left + 2)}{down}"
            continue
        parts = [f"cell: {get_column_letter(j - left + 1)}{down}", f'after: "{found}"']
        if name == "participant_id" and group is not None and group[:2] == (i, j):
            mark = content[: content.index(group[2])].rstrip()[-1:]
            parts += [f'before: "{mark}"'] if mark and not mark.isalnum() else []
        yield name, f"{{{', '.join(parts)}}}"


def _labelled(
    text: NDArray[np.object_], pattern: re.Pattern[str], rows: range, left: int
) -> tuple[int, int, str] | None:
    """Row, column and wording of the first label of this kind in the head of a block."""
    for i in rows[:_ROWS_BETWEEN]:
        for j in range(left, text.shape[1]):
            match = pattern.search(str(text[i, j]))
            if match is not None:
                return i, j, match[0].strip()
    return None


def _heading_row(text: NDArray[np.object_], rows: range, left: int) -> int:
    """The row of the first heading: the first with words above a row that has a number below them."""
    for i in rows[1:-1]:
        named = [left + j for j, cell in enumerate(text[i, left:]) if cell]
        is_words = len(named) >= 2 and not any(text[i, j][0].isdigit() for j in named)
        if is_words and any(text[i + 1, j][:1].isdigit() for j in named):
            return i
    return rows[min(1, len(rows) - 1)]
