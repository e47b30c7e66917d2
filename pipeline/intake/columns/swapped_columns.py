"""Two columns whose headings were exchanged: no cell fits its own column, all fit the other one."""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

import numpy as np
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.cells.parsing import accepted_terms
from pipeline.intake.cells.word_codes import encode_words
from pipeline.intake.findings.messages import FileProblemError, Finding, make_finding
from schemas.columns import ColumnRule
from schemas.study import Study

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
