"""Blocks per person: a sheet with a small table for each person -> one grid with true addresses.

A block that nobody saw is told too: a label that is misspelt hands the rows of a person to the one above.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.columns.headings import LOOKS_LIKE, plain_name
from pipeline.intake.findings.messages import FileProblemError, Finding, make_finding, quoted
from pipeline.intake.layouts.block_heads import (
    Block,
    block_problem,
    find_blocks,
    most,
    odd_heads,
    place_in_block,
)
from pipeline.intake.layouts.block_labels import person_label
from pipeline.intake.privacy.identifiers import identifying_places
from schemas.table_sources import Blocks, HeadCell


def read_blocks(sheet: Grid, blocks: Blocks) -> Grid:
    """The blocks of a sheet as one table: the head cells repeated, the small tables underneath.

    sheet: all cells, without a heading row. A block begins at a cell whose text begins as `blocks`
    says, and ends where the next one below it or on its right begins. Cells keep their addresses in the
    sheet. Raises FileProblemError (BLOCK-02) when there is no block, when one is laid out differently
    from the others, or when one seems to begin without its label.
    """
    text = np.array([column.text.to_numpy(dtype=object) for column in sheet.columns]).T
    _refuse_names(sheet, text)
    found = find_blocks(text, blocks.begins_with)
    if not found:
        raise FileProblemError([_not_there(sheet, blocks)])
    if missed := missed_blocks(sheet, text, found, blocks):
        raise FileProblemError(missed)
    heads = [_head(sheet, text, blocks, block) for block in found]
    problems = [problem for _, troubles in heads for problem in troubles]
    problems += odd_heads(sheet, text, found, blocks)
    if blocks.table is None:
        bodies = [_Body(np.array([block.row]), {}, 0) for block in found]
    else:
        bodies = [_body(sheet, text, blocks.table, block) for block in found]
        problems += _differences(sheet, found, bodies)
    if problems:
        raise FileProblemError(problems)
    return _joined(sheet, [head for head, _ in heads], bodies)


def _refuse_names(sheet: Grid, text: NDArray[np.object_]) -> None:
    """Raise COL-05 for labels such as "Name:" anywhere in the sheet; the values are not looked at."""
    codes, words = pd.factorize(text.ravel())
    labels = [str(word).split(":")[0] for word in words]
    names = np.array([bool(identifying_places([label])) for label in labels], dtype=bool)
    hits = np.flatnonzero(names[codes])
    if not len(hits):
        return
    i, j = divmod(int(hits[0]), text.shape[1])
    label = labels[codes[hits[0]]]
    raise FileProblemError(
        [
            make_finding(
                "COL-05",
                file=sheet.file,
                sheet=sheet.sheet,
                cell=f"{get_column_letter(j + 1)}{sheet.row_numbers[i]}",
                column=label,
                found=quoted(label),
                row=int(sheet.row_numbers[i]),
                facts={"value": label},
            )
        ]
    )


_HeadCell = tuple[str, int, float, int, int]
"""Text, kind, number, column and row (from 1) of a cell in the head of a block."""


def _head(
    sheet: Grid, text: NDArray[np.object_], blocks: Blocks, block: Block
) -> tuple[dict[str, _HeadCell], list[Finding]]:
    """One cell for each column that the head of a block gives."""
    cells: dict[str, _HeadCell] = {}
    problems: list[Finding] = []
    for name, head in blocks.cells.items():
        row_number, column_number, i = place_in_block(sheet, block, head.cell)
        j = column_number - 1
        content = str(text[i, j]) if i is not None and j in block.columns else ""
        value = _without_label(content, head)
        kind, number = int(CellKind.PLAIN), np.nan
        if value is None:
            problems.append(_no_label(sheet, row_number, column_number, content, head))
        elif content and not (head.after or head.before):
            kind, number = int(sheet.columns[j].kind[i]), float(sheet.columns[j].number[i])
        cells[name] = (value or "", kind, number, column_number, row_number)
    return cells, problems


def _without_label(text: str, head: HeadCell) -> str | None:
    """The value in a head cell, or None when the declared label is not there."""
    start = text.casefold().find(head.after.strip().casefold())
    if start < 0 and text:
        return None
    value = text[max(start, 0) + len(head.after.strip()) :]
    return (value.split(head.before.strip())[0] if head.before.strip() else value).strip()


@dataclass(frozen=True)
class _Body:
    """Rows of the small table (from 0), column of the sheet by heading, and the heading's row.

    twice: column and text of the first heading that stands a second time.
    """

    rows: NDArray[np.intp]
    columns: dict[str, int]
    heading_row: int
    twice: tuple[int, str] | None = None


def _body(sheet: Grid, text: NDArray[np.object_], table: str, block: Block) -> _Body:
    heading_row, first_column, i = place_in_block(sheet, block, table)
    if i is None:
        return _Body(np.array([], dtype=np.intp), {}, heading_row)
    width = range(first_column - 1, block.columns.stop)
    area = text[i + 1 : block.rows.stop, width.start : width.stop]
    rows = i + 1 + np.flatnonzero((area != "").any(axis=1))
    columns: dict[str, int] = {}
    names: set[str] = set()
    twice: tuple[int, str] | None = None
    for j in width:
        heading = str(text[i, j])
        if heading and plain_name(heading) in names:
            twice = twice or (j, heading)
            continue
        names.add(plain_name(heading))
        if heading or (text[rows, j] != "").any():
            columns[heading or f"column {get_column_letter(j - block.columns.start + 1)}"] = j
    return _Body(rows, columns, heading_row, twice)


def _differences(sheet: Grid, found: Sequence[Block], bodies: Sequence[_Body]) -> list[Finding]:
    """BLOCK-02 for blocks whose headings differ from the first block, and for blocks without rows."""
    first = {plain_name(heading) for heading in bodies[0].columns}
    double = next((body for body in bodies if body.twice is not None), None)
    problems: list[Finding] = []
    for block, body in zip(found, bodies, strict=True):
        names = {plain_name(heading): heading for heading in body.columns}
        column = block.columns.start + 1
        if not len(body.rows):
            what = "there are no rows below the headings of this block"
            problems.append(block_problem(sheet, body.heading_row, column, what, ""))
        elif body.twice is not None:
            place, heading = body.twice
            what = "the same heading stands twice in this block, and Stance does not choose"
            if body is double:  # the others are laid out in the same way
                problems.append(block_problem(sheet, body.heading_row, place + 1, what, heading))
        elif odd := [name for name in names if name not in first]:
            heading = names[odd[0]]
            place = body.columns[heading] + 1
            what = "the first block has no such heading"
            problems.append(block_problem(sheet, body.heading_row, place, what, heading))
        elif lost := [name for name in first if name not in names]:
            what = f"the first block has a heading {sorted(lost)[0]}, which this block has not"
            problems.append(block_problem(sheet, body.heading_row, column, what, ""))
    return problems


def _joined(sheet: Grid, heads: Sequence[dict[str, _HeadCell]], bodies: Sequence[_Body]) -> Grid:
    """Heads and small tables of all blocks under each other."""
    lengths = [len(body.rows) for body in bodies]
    headings: dict[str, str] = {}
    for body in bodies:
        for heading in body.columns:
            headings.setdefault(plain_name(heading), heading)
    columns: dict[str, Cells] = {}
    for name in heads[0]:
        single = _head_column([head[name] for head in heads])
        columns[name] = single.take(np.repeat(np.arange(len(heads)), lengths))
    rows = np.concatenate([body.rows for body in bodies])
    for plain, shown in headings.items():
        places = [
            next(j for heading, j in body.columns.items() if plain_name(heading) == plain)
            for body in bodies
        ]
        columns[shown] = _gathered(sheet, rows, np.repeat(np.array(places), lengths))
    file_headings = [""] * len(sheet.columns)
    for body in bodies:
        for heading, j in body.columns.items():
            file_headings[j] = heading
    return Grid(
        file=sheet.file,
        sheet=sheet.sheet,
        heading_row=bodies[0].heading_row or int(sheet.row_numbers[bodies[0].rows[0]]),
        headings=tuple(columns),
        row_numbers=sheet.row_numbers[rows],
        columns=tuple(columns.values()),
        file_headings=tuple(file_headings),
    )


def _head_column(cells: Sequence[_HeadCell]) -> Cells:
    """One row per block with the cell of its head."""
    texts, kinds, numbers, columns, rows = zip(*cells, strict=True)
    return Cells(
        pd.Series(texts, dtype="str"),
        np.array(kinds, dtype=np.int8),
        np.array(numbers, dtype=np.float64),
        np.array(columns, dtype=np.int32),
        np.array(rows, dtype=np.int64),
    )


def _gathered(sheet: Grid, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Cells:
    """Cells by their rows and columns (from 0) in the sheet; few columns, however many blocks."""
    order = np.argsort(columns, kind="stable")
    parts = [sheet.columns[j].take(rows[columns == j]) for j in np.unique(columns)]
    return Cells.join(parts).take(np.argsort(order, kind="stable"))


def _not_there(sheet: Grid, blocks: Blocks) -> Finding:
    facts = {"problem": f"no cell of the sheet begins with {quoted(blocks.begins_with)}"}
    return make_finding("BLOCK-02", file=sheet.file, sheet=sheet.sheet, facts=facts)


def _no_label(sheet: Grid, row: int, column: int, text: str, head: HeadCell) -> Finding:
    what = f"the text {quoted(head.after)}, behind which the value should stand, is not in the cell"
    return block_problem(sheet, row, column, what, text)


_LABEL_END = re.compile(r"[:=#\d]")
_FIX_OF_LABEL = "If another person begins here, write the label as in the other blocks."


def missed_blocks(
    sheet: Grid, text: NDArray[np.object_], found: Sequence[Block], blocks: Blocks
) -> list[Finding]:
    """BLOCK-02 where a block seems to begin that does not begin as study.yaml says.

    That is a cell of the label column below the head of a block that is nearly the label, or another
    label that names a person; or the headings of the small table once more inside a block.
    """
    suspects = _labels(sheet, text, found, blocks)
    places = {(i, j): label for i, j, label in suspects}
    repeated = list(_repeated_headings(sheet, text, found, blocks))
    findings = [_as_label(sheet, i, j, label, blocks) for (i, j), label in places.items()]
    for block, last, i, j in repeated:
        between = any(last < row <= i and column in block.columns for row, column in places)
        if not between:
            what = (
                "the headings of the small table stand here again inside one block, so that the rows "
                "below them would count for the person above"
            )
            number = int(sheet.row_numbers[i])
            findings.append(
                block_problem(sheet, number, j + 1, what, str(text[i, j]), _FIX_OF_LABEL)
            )
    return findings


def _as_label(sheet: Grid, i: int, j: int, label: str, blocks: Blocks) -> Finding:
    what = (
        "the cell looks like the beginning of another block, but does not begin with "
        f"{quoted(blocks.begins_with)}, so that its rows would count for the person above"
    )
    return block_problem(sheet, int(sheet.row_numbers[i]), j + 1, what, label, _FIX_OF_LABEL)


def _labels(
    sheet: Grid, text: NDArray[np.object_], found: Sequence[Block], blocks: Blocks
) -> list[tuple[int, int, str]]:
    """Row and column (from 0) and wording of the labels that a block may have been meant to begin with.

    A label of a person that most blocks have at the same place belongs to the layout.
    """
    deepest = max(coordinate_to_tuple(cell)[0] for cell in _declared(blocks))
    suspects: list[tuple[int, int, int, str, bool]] = []
    for block in found:
        j = block.columns.start
        for i in block.rows[1:]:
            content = str(text[i, j])
            if not content:
                continue
            down = int(sheet.row_numbers[i] - sheet.row_numbers[block.row])
            near = _nearly(content, blocks.begins_with)
            label = near or person_label(content)
            if label:
                suspects.append((i, j, down, label, bool(near) and down >= deepest))
    alike = Counter((down, label.casefold()) for _, _, down, label, _ in suspects)
    return [
        (i, j, label)
        for i, j, down, label, is_sure in suspects
        if is_sure or not most(alike[down, label.casefold()], found)
    ]


def _declared(blocks: Blocks) -> list[str]:
    return [
        *(head.cell for head in blocks.cells.values()),
        *([blocks.table] if blocks.table else []),
    ]


def _nearly(content: str, begins_with: str) -> str:
    """The label of a cell that differs in a few letters from the declared one, or ""."""
    label, wanted = (_LABEL_END.split(words)[0].strip() for words in (content, begins_with))
    if not wanted or len(label.split()) != len(wanted.split()):
        return ""
    ratio = SequenceMatcher(None, label.casefold(), wanted.casefold()).ratio()
    return label if ratio >= LOOKS_LIKE else ""


def _repeated_headings(
    sheet: Grid, text: NDArray[np.object_], found: Sequence[Block], blocks: Blocks
) -> Iterator[tuple[Block, int, int, int]]:
    """Block, row of the headings before, row and first column of headings that stand there again."""
    if blocks.table is None:
        return
    for block in found:
        _, first, top = place_in_block(sheet, block, blocks.table)
        if top is None:
            continue
        width = range(first - 1, block.columns.stop)
        names = [plain_name(str(text[top, j])) for j in width]
        known = {name for name in names if name}
        again = [k for k, name in enumerate(names) if name and name in names[:k]]
        if len({names[k] for k in again}) >= 2:  # one alone is a heading that stands twice
            yield block, top, top, width[again[0]]
        words, codes = np.unique(
            np.asarray(text[top + 1 : block.rows.stop, width.start : width.stop], dtype=str),
            return_inverse=True,
        )
        is_heading = np.array([plain_name(str(word)) in known for word in words], dtype=bool)
        hits = is_heading[codes].reshape(-1, len(width))
        last = top
        for down in np.flatnonzero(hits.sum(axis=1) >= 2):
            i = top + 1 + int(down)
            met = {plain_name(str(text[i, width[k]])) for k in np.flatnonzero(hits[down])}
            if len(met) >= 2 and 2 * len(met) >= len(known):
                yield block, last, i, width[int(np.flatnonzero(hits[down])[0])]
                last = i
