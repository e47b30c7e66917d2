"""Blocks that nobody saw: a label that is misspelt hands the rows of a person to the one above."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import Grid
from pipeline.intake.columns.headings import LOOKS_LIKE, plain_name
from pipeline.intake.findings.messages import Finding, quoted
from pipeline.intake.layouts.block_heads import Block, block_problem, most, place_in_block
from pipeline.intake.layouts.block_labels import person_label
from schemas.table_sources import Blocks

_LABEL_END = re.compile(r"[:=#\d]")
_FIX = "If another person begins here, write the label as in the other blocks."


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
            findings.append(block_problem(sheet, number, j + 1, what, str(text[i, j]), _FIX))
    return findings


def _as_label(sheet: Grid, i: int, j: int, label: str, blocks: Blocks) -> Finding:
    what = (
        "the cell looks like the beginning of another block, but does not begin with "
        f"{quoted(blocks.begins_with)}, so that its rows would count for the person above"
    )
    return block_problem(sheet, int(sheet.row_numbers[i]), j + 1, what, label, _FIX)


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
