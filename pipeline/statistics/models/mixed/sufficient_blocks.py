"""What rows of nested participants say about a mixed model, in as few numbers as hold all of it.

Rows of one cell (the finest level, such as a leg) are turned into their sum over the root of their
number, which carries the random intercepts, and deviations from the mean, which carry the residual
variance alone. Participants with the same numbers of rows have the same covariance matrix, so that a
triangular factor of their stacked values stands for all of them. Nothing is lost: likelihood and all
derivatives are those of the rows, at a cost that does not grow with balanced participants.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.arrays import Codes, Floats


@dataclass(frozen=True)
class SufficientBlocks:
    """Blocks padded to equal length: one axis per block, and per design (pattern of row numbers).

    endog (b, m), exog (b, m, k): values of blocks, 0 in the padding. design (b,): which design a
    block has. patterns: the matrix of each variance in each design, residual first, (d, m, m) each.
    padding (d, m, m): 1 on the diagonal of padded places, so that they add nothing. counts (d,): how
    many participants, or rows of deviations, have the design: what a log-determinant counts.
    """

    endog: Floats
    exog: Floats
    design: Codes
    patterns: list[Floats]
    padding: Floats
    counts: Floats
    n_rows: int


def sufficient_blocks(
    endog: Floats, exog: Floats, factors: list[npt.ArrayLike]
) -> SufficientBlocks:
    """Compress rows: endog (n,), exog (n, k), factors from participant to the finest level.

    Names of a finer level need only differ within the level above it.
    """
    values = np.column_stack([exog, endog])
    cell, levels = _cells(factors)
    sizes = np.bincount(cell).astype(float)
    order = np.argsort(cell, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes[:-1]).astype(np.intp)])
    sums = np.add.reduceat(values[order], starts, axis=0)
    stacks = [_Stack.of_cells(sums / np.sqrt(sizes)[:, None], sizes, levels)]
    n_free = len(endog) - len(sizes)
    if n_free:
        deviations = values - (sums / sizes[:, None])[cell]
        stacks.append(_Stack.of_deviations(deviations, n_free, len(factors)))
    return _pad(stacks, len(endog))


def _cells(factors: list[npt.ArrayLike]) -> tuple[Codes, list[Codes]]:
    """Cell of each row, and for every cell its code at each level; cells of a participant adjoin.

    Within the level above, cells are sorted by size, so that (3, 2) and (2, 3) rows are one design.
    """
    codes: list[Codes] = []
    for factor in factors:
        own = pd.factorize(np.asarray(factor), sort=True)[0].astype(np.intp)
        above = codes[-1] if codes else np.zeros(len(own), dtype=np.intp)
        codes.append(np.unique(above * (own.max() + 1) + own, return_inverse=True)[1])
    finest = codes[-1]
    first = np.unique(finest, return_index=True)[1]
    sizes = np.bincount(finest)
    of_cell = [code[first] for code in codes]
    order = (
        np.lexsort([sizes, *reversed(of_cell[:-1])]) if len(codes) > 1 else np.arange(len(sizes))
    )
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[finest], [code[order] for code in of_cell]


@dataclass(frozen=True)
class _Stack:
    """Blocks of equal length m with their designs, before padding."""

    blocks: Floats
    design: Codes
    patterns: list[Floats]
    counts: Floats

    @classmethod
    def of_deviations(cls, deviations: Floats, n_free: int, n_factors: int) -> "_Stack":
        """Rows around their cell's mean: residual variance alone; their factor stands for them."""
        factor = _triangle(deviations)
        zero = np.zeros((1, 1, 1))
        return cls(
            blocks=factor[:, None, :],
            design=np.zeros(len(factor), dtype=np.intp),
            patterns=[zero + 1.0] + [zero] * n_factors,
            counts=np.array([float(n_free)]),
        )

    @classmethod
    def of_cells(cls, values: Floats, sizes: Floats, levels: list[Codes]) -> "_Stack":
        """One block per participant; participants of one design are compressed together."""
        top = levels[0]
        n_cells = np.bincount(top)
        slot = np.arange(len(top)) - np.concatenate([[0], np.cumsum(n_cells[:-1])])[top]
        shape = (len(n_cells), int(n_cells.max()))

        def stacked(of_cell: Floats) -> Floats:
            out = np.zeros(shape + of_cell.shape[1:])
            out[top, slot] = of_cell
            return out

        blocks = stacked(values)
        # A level's code counts from the first cell of the participant, so that equal patterns are equal.
        relative = [
            stacked((code - code[np.searchsorted(top, top)] + 1).astype(float)) for code in levels
        ]
        keys = np.concatenate([stacked(sizes), *relative[1:-1]], axis=1)
        unique, design = np.unique(keys, axis=0, return_inverse=True)
        design = design.reshape(-1)
        example = np.unique(design, return_index=True)[1]
        root = np.sqrt(unique[:, : shape[1]])
        patterns = [(root > 0)[:, :, None] * np.eye(shape[1])]
        for code in relative:
            level = code[example]
            same = (level[:, :, None] == level[:, None, :]).astype(float)
            patterns.append(same * root[:, :, None] * root[:, None, :])
        compressed = [_compress(blocks[design == number]) for number in range(len(unique))]
        return cls(
            blocks=np.concatenate(compressed),
            design=np.repeat(np.arange(len(unique)), [len(part) for part in compressed]),
            patterns=patterns,
            counts=np.bincount(design).astype(float),
        )


def _compress(blocks: Floats) -> Floats:
    """Blocks (b, m, p) of one design as at most m * p blocks with the same sums of products."""
    b, m, p = blocks.shape
    if b <= m * p:
        return blocks
    return _triangle(blocks.reshape(b, m * p)).reshape(-1, m, p)


def _triangle(values: Floats) -> Floats:
    """A triangular factor with the same sums of products as the rows of values."""
    return np.asarray(np.linalg.qr(values, mode="r"), dtype=np.float64)


def _pad(stacks: list[_Stack], n_rows: int) -> SufficientBlocks:
    """All stacks in arrays of the longest block."""
    longest = max(stack.blocks.shape[1] for stack in stacks)

    def widened(array: Floats, axes: tuple[int, ...]) -> Floats:
        pads = [(0, longest - array.shape[a] if a in axes else 0) for a in range(array.ndim)]
        return np.pad(array, pads)

    values = np.concatenate([widened(stack.blocks, (1,)) for stack in stacks])
    patterns = [
        np.concatenate([widened(matrix, (1, 2)) for matrix in matrices])
        for matrices in zip(*(stack.patterns for stack in stacks), strict=True)
    ]
    offsets = np.cumsum([0] + [len(stack.counts) for stack in stacks[:-1]])
    return SufficientBlocks(
        endog=values[:, :, -1],
        exog=values[:, :, :-1],
        design=np.concatenate(
            [stack.design + offset for stack, offset in zip(stacks, offsets, strict=True)]
        ),
        patterns=patterns,
        padding=np.eye(longest) - patterns[0],
        counts=np.concatenate([stack.counts for stack in stacks]),
        n_rows=n_rows,
    )
