"""Columns without a heading: numbers in them are not read, and nobody would miss them."""

from collections.abc import Collection, Iterator

import numpy as np

from pipeline.intake.cells.grid import CellKind, Cells, Grid
from pipeline.intake.findings.messages import Finding, listed, make_finding, quoted

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
