"""Where the blocks of a sheet stand, and how a block that cannot be read is reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter
from openpyxl.utils.cell import coordinate_to_tuple

from pipeline.intake.cells.grid import Grid
from pipeline.intake.findings.messages import Finding, make_finding, quoted


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
