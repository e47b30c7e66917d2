"""Cells of one column that break a rule -> findings: one per cell, or one for a run of cells."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.addresses import Addresses
from pipeline.intake.findings.messages import (
    Finding,
    listed_examples,
    make_finding,
    quoted,
    row_ranges,
    shown_cells,
    shown_rows,
)
from schemas.rules import RULES

RUN_LENGTH: Final = 5
"""More equal findings than this in one column become one finding for the run of cells."""
MOST_TEXTS: Final = 200
"""Beyond this many different texts nobody reads a sentence for each."""

Facts = Mapping[str, str]


def cell_findings(
    rule_id: str,
    addresses: Addresses,
    column: str,
    positions: Sequence[int] | NDArray[np.intp],
    found: "Sequence[str] | pd.Series[str]",
    facts: Facts | Callable[[str], Facts],
    *,
    many: Facts | None = None,
    run_length: int = RUN_LENGTH,
) -> list[Finding]:
    """Findings for cells of one column; many for the same reason become one for the run of cells.

    positions: row positions. found: the text of each of these cells. facts: what fills the sentences
    of the rule, or a function of the text that says so. Cells have the same reason when the rule says
    the same of them; what names a near word speaks of one text only. many: facts for more than
    `run_length` cells whose reasons differ. Returns one finding per cell (one cell may serve many
    rows), or per reason where more than `run_length` cells of one file column share it.
    """
    where = np.asarray(positions, dtype=np.intp)
    if not len(where):
        return []
    texts, words = pd.factorize(np.asarray(found, dtype=object))
    columns, rows = addresses.places(where, column)
    reasons, filled = _reasons(rule_id, words.tolist(), facts, many)
    groups = _Cells(rule_id, addresses, column, where, rows, texts, words)
    file_columns = _numbered(addresses.source_number[where], columns)
    findings: list[Finding] = []
    left_over: list[NDArray[np.intp]] = []
    for members in _parts(_numbered(file_columns, reasons[texts])):
        reason = int(reasons[texts[members[0]]])
        if len(np.unique(rows[members])) > run_length:
            findings.append(groups.finding(members, filled[reason]))
        else:
            left_over.append(members)
    rest = np.sort(np.concatenate(left_over)) if left_over else np.zeros(0, dtype=np.intp)
    for part in _parts(file_columns[rest]):
        members = rest[part]
        if many is not None and len(np.unique(rows[members])) > run_length:
            findings.append(groups.finding(members, many))
            continue
        cells = _numbered(rows[members], texts[members])
        for cell in _parts(cells):
            block = members[cell]
            findings.append(groups.finding(block, filled[int(reasons[texts[block[0]]])]))
    return findings


def finding_of_rivals(
    rule_id: str,
    addresses: Addresses,
    column: str,
    positions: Sequence[int] | NDArray[np.intp],
    found: str,
    facts: Facts,
) -> Finding:
    """The one finding for rows of which only one can count, in however many files they stand.

    Its cells are those of the first row's file; `facts` name the others (`seen_from`). Its rows are all
    of them, so that the rows can be chosen among.
    """
    where = np.asarray(positions, dtype=np.intp)
    in_file = addresses.source_number[where] == addresses.source_number[where[0]]
    here = cell_findings(
        rule_id,
        addresses,
        column,
        where[in_file],
        [found] * int(in_file.sum()),
        facts,
        run_length=1,
    )
    if len(here) == 1 and in_file.all():
        return here[0]
    people = addresses.participant_id.iloc[where].unique()
    return replace(
        here[0],
        participant_id=str(people[0]) if len(people) == 1 else "",
        rows=where.tolist(),
        subject=addresses.subjects(where, np.full(len(where), found, dtype=object)),
    )


def seen_from(addresses: Addresses, first: int, position: int, column: str) -> str:
    """Cell of a row; with its sheet or file where the first row stands in another."""
    cell = addresses.cell(position, column)
    if addresses.source_number[first] == addresses.source_number[position]:
        return cell
    source = addresses.sources[int(addresses.source_number[position])]
    place = source.file if source.sheet is None else f"sheet {source.sheet} of {source.file}"
    return f"{cell} of {place}"


class _Cells:
    """The cells that break one rule, and how some of them become a finding."""

    def __init__(
        self,
        rule_id: str,
        addresses: Addresses,
        column: str,
        positions: NDArray[np.intp],
        rows: NDArray[np.int64],
        texts: NDArray[np.intp],
        words: NDArray[np.object_],
    ) -> None:
        self.rule_id, self.addresses, self.column = rule_id, addresses, column
        self.positions, self.rows, self.texts, self.words = positions, rows, texts, words

    def finding(self, members: NDArray[np.intp], facts: Facts) -> Finding:
        """The finding for some of the cells, which stand in one column of one file."""
        places, column = self.addresses, self.column
        block = self.positions[members]
        first = int(block[0])
        rows = np.unique(self.rows[members])
        cells = row_ranges(places.column_at(first, column), rows)
        people = places.participant_id.iloc[block].unique()
        found = self.words[self.texts[members]]
        # Sorted, so that a finding keeps its words and its id when rows move.
        texts = sorted(str(self.words[number]) for number in np.unique(self.texts[members]))
        source = places.sources[int(places.source_number[first])]
        subject = places.subject(first) if len(block) == 1 else ""
        return make_finding(
            self.rule_id,
            table=places.table,
            file=source.file,
            sheet=source.sheet,
            cell=shown_cells(cells) or shown_rows(rows.tolist()),
            column=places.heading(first, column),
            participant_id=str(people[0]) if len(people) == 1 else "",
            found=quoted(texts[0]) if len(texts) == 1 else listed_examples(texts),
            row=int(places.row_number[first]),
            cells=cells,
            subject=places.subjects(block, found) if len(rows) > 1 else subject,
            rows=block.tolist() if len(block) == 1 else block,
            single_rows=partial(self._single_rows, members) if len(rows) > 1 else None,
            facts=facts,
        )

    def _single_rows(self, members: NDArray[np.intp]) -> list[tuple[str, str, str]]:
        """Subject, found text and cell of each alone; no subject where a cell serves several rows."""
        block, rows = self.positions[members], self.rows[members]
        keys = [text.iloc[block].astype(object).tolist() for text in self.addresses.key.values()]
        subjects = ["|".join(parts) if all(parts) else "" for parts in zip(*keys, strict=True)]
        shared = pd.Series(rows).duplicated(keep=False).tolist()
        column = self.addresses.column_at(int(block[0]), self.column)
        letters = get_column_letter(column) if column else "row "
        return [
            ("" if is_shared else subject, quoted(str(word)), f"{letters}{row}")
            for subject, is_shared, word, row in zip(
                subjects or [""] * len(block),
                shared,
                self.words[self.texts[members]],
                rows.tolist(),
                strict=True,
            )
        ]


def _reasons(
    rule_id: str,
    words: Sequence[str],
    facts: Facts | Callable[[str], Facts],
    many: Facts | None,
) -> tuple[NDArray[np.intp], list[Facts]]:
    """Number of the reason of each word, and the facts of each reason."""
    if not callable(facts):
        return np.zeros(len(words), dtype=np.intp), [facts]
    if many is not None and len(words) > MOST_TEXTS:
        return np.zeros(len(words), dtype=np.intp), [many]
    rule = RULES[rule_id]
    known: dict[tuple[str, ...], int] = {}
    filled: list[Facts] = []
    numbers = np.zeros(len(words), dtype=np.intp)
    for i, word in enumerate(words):
        said = facts(word)
        full = {"near": "", **said}
        key = rule.why.format_map(full), rule.fix.format_map(full), word if said.get("near") else ""
        if key not in known:
            known[key] = len(filled)
            filled.append(said)
        numbers[i] = known[key]
    return numbers, filled


def _numbered(first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.int64]:
    """One number for each pair of numbers."""
    width = int(second.max()) + 1 if len(second) else 1
    return first.astype(np.int64) * width + second


def _parts(numbers: NDArray[np.int64]) -> Iterator[NDArray[np.intp]]:
    """Places (from 0) of equal numbers, in the order in which the numbers first stand."""
    if not len(numbers):
        return
    codes, kinds = pd.factorize(numbers)
    order = np.argsort(codes, kind="stable")
    yield from np.split(order, np.cumsum(np.bincount(codes, minlength=len(kinds)))[:-1])
