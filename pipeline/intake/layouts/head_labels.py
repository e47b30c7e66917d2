"""Labels in the heads of blocks: a head cell is read only where the label beside it is the usual one."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.headings import LOOKS_LIKE
from pipeline.intake.findings.messages import Finding, quoted
from pipeline.intake.layouts.block_places import Block, block_problem, most, row_in_block
from schemas.table_sources import Blocks

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
