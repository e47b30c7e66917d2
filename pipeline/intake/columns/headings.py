"""Headings: which column of a file serves which of ours, which ones nobody uses, which two were swapped."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import combinations
from typing import Final

import numpy as np
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.cells.parsing import accepted_terms
from pipeline.intake.cells.word_codes import encode_words
from pipeline.intake.findings.messages import (
    FileProblemError,
    Finding,
    listed,
    make_finding,
    near_sentence,
    quoted,
)
from pipeline.intake.privacy.identifying_cells import looks_personal
from schemas.columns import ColumnRule, column_rules
from schemas.study import Study
from schemas.table_sources import TableSource
from schemas.tables import CohortTable

LOOKS_LIKE = 0.8
"""Share of letters from which a heading is taken for a misspelt name of ours."""


@dataclass(frozen=True)
class ChosenColumns:
    """Columns of the file (from 0): under our names, for wide headings, for the row filter."""

    columns: dict[str, int]
    wide: dict[str, int]
    filters: dict[str, int]

    @property
    def used(self) -> set[int]:
        """All of them."""
        return {*self.columns.values(), *self.wide.values(), *self.filters.values()}


def choose_columns(grid: Grid, table: CohortTable, source: TableSource) -> ChosenColumns:
    """Find every heading that the map needs. Raises FileProblemError with COL-02 and COL-04."""
    problems: list[Finding] = []

    def find(heading: str, *, is_declared: bool) -> int | None:
        places = _places(grid, heading, exact_first=is_declared)
        if len(places) == 1:
            return places[0]
        if places or is_declared:
            problems.append(_heading_problem(grid, table, heading, places))
        return None

    def find_all(headings: Mapping[str, str]) -> dict[str, int]:
        found = {name: find(heading, is_declared=True) for name, heading in headings.items()}
        return {name: place for name, place in found.items() if place is not None}

    columns = find_all(source.columns)
    wide = find_all({heading: heading for heading in source.wide})
    filters = find_all({heading: heading for heading in source.rows})
    given = {*source.columns, *source.constants}
    for column in source.wide.values():
        given |= {column.to, *column.keys}
    for name in (*column_rules(table.model), *source.codes):
        place = None if name in given else find(name, is_declared=False)
        if place is not None and place not in {*columns.values(), *wide.values()}:
            columns[name] = place
    if problems:
        raise FileProblemError(problems)
    return ChosenColumns(columns, wide, filters)


def unused_columns(grid: Grid, used: Collection[int], names: Collection[str]) -> list[Finding]:
    """One note on the columns of a file that no table uses.

    used: columns (from 0) that some table takes. names: our column names that no heading serves,
    for near misses.
    """
    unused = [
        j
        for j in range(len(grid.headings))
        if j not in used and (grid.headings[j] or (grid.columns[j].text != "").any())
    ]
    if not unused:
        return []
    told = set(_told(grid.headings))
    headings = [grid.headings[j] if grid.headings[j] in told else "(no heading)" for j in unused]
    near = "".join(
        f" {heading} looks like {close[0]}."
        for heading in headings
        if (close := get_close_matches(plain_name(heading), list(names), n=1, cutoff=LOOKS_LIKE))
    )
    cells = [grid.heading_cell(j) for j in unused]
    single = len(unused) == 1
    return [
        make_finding(
            "COL-03",
            file=grid.file,
            sheet=grid.sheet,
            cell=cells[0] if single else f"{cells[0]}:{cells[-1]} ({len(cells)} cells)",
            column=headings[0] if single else "",
            found=quoted(headings[0]) if single else f"{len(headings)} headings",
            row=grid.heading_row,
            facts={"near": near if single else f" Headings: {listed(headings)}.{near}"},
        )
    ]


def heading_place(rows: Sequence[Sequence[str]], known: Collection[str]) -> int:
    """Which of the first rows of a table (from 0) holds its headings.

    The first row, unless a later one holds at least two of the known headings and more than any row
    before it.
    """
    scores = [len({plain_name(cell) for cell in row if cell} & set(known)) for row in rows]
    best = max(scores, default=0)
    return scores.index(best) if best > 1 else 0


def note_on_rows_above(grid: Grid, above: Sequence[int]) -> list[Finding]:
    """FILE-04 for filled rows above the heading row; what they hold is not repeated."""
    if not above:
        return []
    rows = "row" if len(above) == 1 else "rows"
    problem = (
        f"The headings stand in row {grid.heading_row}; what stands above them in {rows} "
        f"{row_words(above)} is not read."
    )
    return [
        make_finding(
            "FILE-04",
            file=grid.file,
            sheet=grid.sheet,
            cell=f"row {grid.heading_row}",
            row=grid.heading_row,
            facts={"problem": problem},
        )
    ]


def row_words(rows: Sequence[int]) -> str:
    """Row numbers as people write them: 7, 9, 12 to 15."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    words = [str(a) if a == b else f"{a}, {b}" if b == a + 1 else f"{a} to {b}" for a, b in runs]
    return listed(words)


def plain_name(name: str) -> str:
    """A heading or table name without case, outer spaces and the kind of word separator."""
    return re.sub(r"[\s_\-]+", "_", name.strip().casefold())


def _told(headings: Sequence[str]) -> list[str]:
    """Headings that may be repeated: a table without headings has its first row in their place."""
    return [heading for heading in headings if heading and not looks_personal(heading)]


def _places(grid: Grid, wanted: str, *, exact_first: bool) -> list[int]:
    """Columns with this heading. study.yaml can tell `leg` from `Leg`; our own names cannot."""
    exact = [j for j, heading in enumerate(grid.headings) if heading == wanted.strip()]
    plain = plain_name(wanted)
    alike = [j for j, h in enumerate(grid.headings) if h and plain_name(h) == plain]
    return exact if exact_first and exact else alike


def _heading_problem(grid: Grid, table: CohortTable, heading: str, places: list[int]) -> Finding:
    cells = [grid.heading_cell(j) for j in places]
    return make_finding(
        "COL-02" if places else "COL-04",
        table=table.name,
        file=grid.file,
        sheet=grid.sheet,
        cell=cells[1] if places else "",
        column=heading,
        found=quoted(grid.headings[places[1]] if places else heading),
        row=grid.heading_row,
        facts={
            "value": heading,
            "near": near_sentence(heading, _told(grid.headings), "heading"),
        },
    )


_NUMBER = r"[+-]?\d+([.,]\d+)?"


def columns_without_heading(grid: Grid) -> Iterator[tuple[int, int]]:
    """Columns (from 0) without a heading, each with the nearest column on its left that has one."""
    owner: int | None = None
    for j, heading in enumerate(grid.headings):
        if heading:
            owner = j
        elif owner is not None:
            yield j, owner


def unread_numbers(grid: Grid, used: Collection[int]) -> tuple[list[Finding], set[int]]:
    """COL-08 for numbers under no heading beside a column that is read, and their columns (from 0).

    used: columns that some table takes. Headings in two rows, or one heading over several columns,
    leave such numbers: only the first of the columns is read.
    """
    counts = {
        j: (owner, n)
        for j, owner in columns_without_heading(grid)
        if owner in used and j not in used and (n := _numbers(grid.columns[j]))
    }
    if not counts:
        return [], set()
    cells = [grid.heading_cell(j) for j in counts]
    owners = list(dict.fromkeys(grid.headings[owner] for owner, _ in counts.values()))
    n_numbers = sum(n for _, n in counts.values())
    finding = make_finding(
        "COL-08",
        file=grid.file,
        sheet=grid.sheet,
        cell=cells[0] if len(cells) == 1 else f"{cells[0]}:{cells[-1]} ({len(cells)} cells)",
        found=f"{n_numbers} numbers",
        row=grid.heading_row,
        facts={"value": str(n_numbers), "other": listed([quoted(owner) for owner in owners])},
    )
    return [finding], set(counts)


def _numbers(cells: Cells) -> int:
    if cells.holds_nothing:
        return 0
    texts = cells.text.astype("str").str.fullmatch(_NUMBER).to_numpy(dtype=bool)
    return int((texts | np.asarray(cells.kind == CellKind.NUMBER)).sum())


FEWEST: Final = 3
"""Fewer cells in a column than this say nothing about it."""

Words = frozenset[str]
"""The different texts of a column, without case."""


def refuse_swapped(
    grid: Grid, cells: Mapping[str, Cells], rules: Mapping[str, ColumnRule], study: Study
) -> None:
    """Raise FileProblemError with COL-06 for two columns that look swapped.

    cells: under our names, as they stand in the file. Only columns of terms or groups can tell: numbers
    that are exchanged for numbers have ranges of their own to answer to.
    """
    terms = dict(_terms(rules, study))
    columns = {
        name: column for name, column in cells.items() if name in rules and _is_asked(column)
    }
    words = {name: _words(column) for name, column in columns.items()}
    found: list[Finding] = []
    for one, other in combinations(columns, 2):
        if one not in terms and other not in terms:
            continue
        if words[one] and words[other] and _swapped(one, other, words, terms, rules):
            found.append(_finding(grid, one, other, cells))
    if found:
        raise FileProblemError(found)


def _terms(rules: Mapping[str, ColumnRule], study: Study) -> Iterator[tuple[str, Words]]:
    for name, rule in rules.items():
        if rule.terms:
            yield name, frozenset(accepted_terms(rule))
    groups = (study.groups.case, study.groups.reference)
    yield (
        "group",
        frozenset(
            word.strip().casefold() for group in groups for word in (group.label, *group.spellings)
        ),
    )


def _is_asked(cells: Cells) -> bool:
    # Constants of study.yaml and the cells of wide columns have no heading that could be wrong.
    return len(cells.column_number) >= FEWEST and bool(
        cells.column_number[0] > 0 and (cells.column_number == cells.column_number[0]).all()
    )


def _words(cells: Cells) -> Words:
    codes, words = encode_words(cells.text)
    given = ~cells.is_missing & (cells.kind != CellKind.BROKEN)
    present = np.unique(codes[given])
    return frozenset(str(words[code]).strip().casefold() for code in present.tolist())


def _swapped(
    one: str,
    other: str,
    words: Mapping[str, Words],
    terms: Mapping[str, Words],
    rules: Mapping[str, ColumnRule],
) -> bool:
    return all(
        not any(_fits(word, own, terms, rules) for word in words[own])
        and all(_fits(word, true, terms, rules) for word in words[own])
        for own, true in ((one, other), (other, one))
    )


def _fits(
    word: str, name: str, terms: Mapping[str, Words], rules: Mapping[str, ColumnRule]
) -> bool:
    if name in terms:
        return word in terms[name]
    if rules[name].kind not in ("number", "integer"):
        return False
    try:
        return bool(np.isfinite(float(word.replace(",", "."))))
    except ValueError:
        return False


def _finding(grid: Grid, one: str, other: str, cells: Mapping[str, Cells]) -> Finding:
    numbers = sorted((int(cells[name].column_number[0]), name) for name in (one, other))
    places = [f"{get_column_letter(number)}{grid.heading_row}" for number, _ in numbers]
    names = [name for _, name in numbers]
    return make_finding(
        "COL-06",
        file=grid.file,
        sheet=grid.sheet,
        cell=places[0],
        cells=" ".join(places),
        column=names[0],
        row=grid.heading_row,
        facts={"value": one, "other": other},
    )
