"""Where the blocks of a sheet stand, and what their heads say.

A head cell is read only where the label beside it is the usual one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.headings import LOOKS_LIKE
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from schemas.table_sources import Blocks


@dataclass(frozen=True)
class Block:
    """Rows (from 0, in the whole sheet) and columns (from 0) that belong to one block."""

    row: int
    rows: range
    columns: range


def find_blocks(text: NDArray[np.object_], begins_with: str) -> list[Block]:
    """The blocks of a sheet, from top to bottom and from left to right.

    text: all cells. A block ends where the next one below it or on its right begins.
    """
    wanted = begins_with.strip().casefold()
    places = [
        (int(i), int(j))
        for i, j in np.argwhere(text != "")
        if str(text[i, j]).casefold().startswith(wanted)
    ]
    lanes = sorted({j for _, j in places})
    ends = dict(pairwise([*lanes, text.shape[1]]))
    found: list[Block] = []
    for lane in lanes:
        rows = [i for i, j in places if j == lane]
        for row, end in pairwise([*rows, text.shape[0]]):
            found.append(Block(row, range(row, end), range(lane, ends[lane])))
    return sorted(found, key=lambda block: (block.row, block.columns.start))


def place_in_block(sheet: Grid, block: Block, address: str) -> tuple[int, int, int | None]:
    """Row and column of the file (from 1) of a relative address, and its row in the sheet's cells."""
    down, right = coordinate_to_tuple(address)
    row_number = int(sheet.row_numbers[block.row]) + down - 1
    return row_number, block.columns.start + right, row_in_block(sheet, block, row_number)


def row_in_block(sheet: Grid, block: Block, row_number: int) -> int | None:
    """The row (from 0) of the sheet's cells with this number in the file, where the block has it."""
    hit = np.flatnonzero(sheet.row_numbers[block.rows.start : block.rows.stop] == row_number)
    return block.rows.start + int(hit[0]) if len(hit) else None


def block_problem(
    sheet: Grid, row: int, column: int, what: str, found: str = "", fix: str = ""
) -> Finding:
    """BLOCK-02 at a cell: row and column of the file, from 1. fix: a sentence before the usual one."""
    return make_finding(
        "BLOCK-02",
        file=sheet.file,
        sheet=sheet.sheet,
        cell=f"{get_column_letter(column)}{row}",
        found=quoted(found) if found else "",
        row=row,
        facts={"problem": what, "near": f"{fix} " if fix else ""},
    )


def most(n: int, of: Sequence[object]) -> bool:
    """Whether n of these are more than half."""
    return 2 * n > len(of)


_MARKS = " .:#=-_"


@dataclass(frozen=True)
class _Label:
    """A label in the head of a block: rows down and columns right of its first cell, plain wording."""

    down: int
    right: int
    words: str


def odd_heads(
    sheet: Grid, text: NDArray[np.object_], found: Sequence[Block], blocks: Blocks
) -> list[Finding]:
    """BLOCK-02 once for each block in which a head cell stands beside another label than in most.

    A line too many or too few moves the values of a head, and an address alone cannot tell. A label is
    the text that most blocks have on the left of a head cell, above it, or in it before the value.
    """
    odd: dict[int, Finding] = {}
    for name, head in blocks.cells.items():
        if head.after.strip():
            wanted = _cell(head.cell, head.after)
            there = [wanted.words in _words(_at(sheet, text, b, wanted)).lower() for b in found]
            usual = wanted if most(sum(there), found) else None
            # What is there without its label is told by the reader of the head.
            is_odd = [not _at(sheet, text, block, wanted) for block in found]
        else:
            usual = _usual(sheet, text, found, blocks, head.cell)
            is_odd = [usual is not None and _differs(sheet, text, b, usual) for b in found]
        if usual is None:
            continue
        for k, block in enumerate(found):
            if is_odd[k] and k not in odd:
                odd[k] = _problem(sheet, block, usual, name)
    return list(odd.values())


def _problem(sheet: Grid, block: Block, usual: _Label, name: str) -> Finding:
    what = (
        f"most blocks have the label {quoted(usual.words)} in this place, and this block has not, so "
        f"that {name} would be read from another line"
    )
    row = int(sheet.row_numbers[block.row]) + usual.down
    return block_problem(sheet, row, block.columns.start + usual.right + 1, what)


def _cell(address: str, words: str) -> _Label:
    down, right = coordinate_to_tuple(address)
    return _Label(down - 1, right - 1, _words(words))


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_MARKS).casefold()


def _at(sheet: Grid, text: NDArray[np.object_], block: Block, place: _Label) -> str:
    """What a block has at the place of a label; "" outside the block."""
    i = row_in_block(sheet, block, int(sheet.row_numbers[block.row]) + place.down)
    j = block.columns.start + place.right
    return "" if i is None or j not in block.columns else str(text[i, j])


def _usual(
    sheet: Grid, text: NDArray[np.object_], found: Sequence[Block], blocks: Blocks, address: str
) -> _Label | None:
    """The label that most blocks have for a head cell, or None where they have none in common."""
    taken = {coordinate_to_tuple(head.cell) for head in blocks.cells.values()}
    met = Counter(
        label
        for block in found
        for label in [next(_labels(sheet, text, block, taken, address), None)]
        if label is not None
    )
    label, n = met.most_common(1)[0] if met else (None, 0)
    return label if most(n, found) else None


def _labels(
    sheet: Grid, text: NDArray[np.object_], block: Block, taken: set[tuple[int, int]], address: str
) -> Iterator[_Label]:
    """Labels on the left of a cell, the nearest first, then the one above it.

    A word may as well be a value that study.yaml does not use; a label stands in the first column of
    the block, above in its first row, or ends with a mark such as a colon.
    """
    down, right = coordinate_to_tuple(address)
    beside = [(down, k) for k in range(right - 1, 0, -1)]
    above = [(down - 1, right)] if down > 1 else []
    for place_down, place_right in [*beside, *above]:
        if (place_down, place_right) in taken:
            continue
        content = _at(sheet, text, block, _Label(place_down - 1, place_right - 1, ""))
        words = _words(content)
        is_above = place_down < down
        in_margin = place_down == 1 if is_above else place_right == 1
        if words and not words[0].isdigit() and (in_margin or content.endswith((":", "=", "#"))):
            yield _Label(place_down - 1, place_right - 1, words)


def _differs(sheet: Grid, text: NDArray[np.object_], block: Block, usual: _Label) -> bool:
    words = _words(_at(sheet, text, block, usual))
    if usual.down == 0 and usual.right == 0:
        return False  # the cell with which the block was found
    return SequenceMatcher(None, words, usual.words).ratio() < LOOKS_LIKE
