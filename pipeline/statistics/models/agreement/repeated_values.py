"""A table of repeated measurements, one row per participant, and its analysis of variance."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.model_rows import varies


@dataclass(frozen=True)
class RepeatedValues:
    """Complete rows: cells of shape (n, k) of n participants and k trials, raters or sessions.

    n_left_out: participants without one of the k values.
    """

    cells: Floats
    n_left_out: int = 0

    def __post_init__(self) -> None:
        """Raises NotEstimableError with fewer than two complete rows or columns."""
        if self.cells.ndim != 2 or not np.isfinite(self.cells).all():
            raise ValueError("one row per participant without missing values is needed")
        if self.cells.shape[1] < 2:
            raise NotEstimableError("Each participant has one value; at least two are needed.")
        if len(self.cells) < 2:
            raise NotEstimableError(
                f"The number of participants with all values is {len(self.cells)}; at least two "
                "are needed."
            )

    @classmethod
    def of(cls, rows: pd.DataFrame, value: str, unit: str, occasion: str) -> "RepeatedValues":
        """From one row per unit and occasion; units without a value at each occasion are left out.

        unit, occasion: columns that name the participant and the trial, rater or session. Raises
        NotEstimableError without a complete unit, ValueError when a unit has two rows of one
        occasion.
        """
        if rows.duplicated([unit, occasion]).any():
            raise ValueError(f"{unit} has several rows of one {occasion}")
        wide = rows.set_index([unit, occasion])[value].unstack(occasion)  # noqa: PD010
        complete = wide.dropna()
        values = complete.to_numpy(dtype=float).reshape(len(complete), wide.shape[1])
        return cls(values, n_left_out=len(wide) - len(complete))


@dataclass(frozen=True)
class MeanSquares:
    """Mean squares of a table with n rows and k columns.

    between: rows (participants). within: all that is left beside rows. columns: trials or raters.
    error: what is left beside rows and columns. total: variance of all values.
    """

    between: float
    within: float
    columns: float
    error: float
    total: float
    n: int
    k: int


def mean_squares(table: RepeatedValues) -> MeanSquares:
    """Two-way analysis of variance without replicates.

    Raises NotEstimableError when no error is left: the values of each participant are the same, or
    differ by the same amounts in all.
    """
    x = table.cells
    n, k = x.shape
    rows, columns, grand = x.mean(axis=1), x.mean(axis=0), float(x.mean())
    left = x - rows[:, None] - columns[None, :] + grand
    if not varies(left, beside=x):
        raise NotEstimableError(
            "The repeated values of each participant follow each other exactly, so that there is "
            "no error to estimate."
        )
    return MeanSquares(
        between=k * float(((rows - grand) ** 2).sum()) / (n - 1),
        within=float(((x - rows[:, None]) ** 2).sum()) / (n * (k - 1)),
        columns=n * float(((columns - grand) ** 2).sum()) / (k - 1),
        error=float((left**2).sum()) / ((n - 1) * (k - 1)),
        total=float(x.var(ddof=1)),
        n=n,
        k=k,
    )
