"""A file of the lab as the writers of marked copies need it.

Intake opens the files, publishing writes the copies; neither knows the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class TextTable:
    """The cells of a file that is one table, as text.

    heading_row: row of the headings as Excel counts. row_numbers: row of each row of cells.
    columns: one series per heading, in the order of the file.
    """

    heading_row: int
    headings: tuple[str, ...]
    row_numbers: NDArray[np.int64]
    columns: "tuple[pd.Series[str], ...]"


@dataclass(frozen=True)
class LabFile:
    """One file: the bytes of a workbook, or the cells of any other table, or why there is neither.

    `problem` is a sentence for the lab.
    """

    workbook: bytes | None = None
    table: TextTable | None = None
    problem: str = ""


@dataclass(frozen=True)
class LabFiles:
    """The files of a cohort folder.

    open: relative path -> the file, read anew; it never raises. identifying: headings of one row ->
    places (from 0) of those that identify people.
    """

    open: Callable[[str], LabFile]
    identifying: Callable[[Sequence[str]], Sequence[int]]
