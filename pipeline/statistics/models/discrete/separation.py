"""Whether terms predict an outcome without error, so that a logistic model has no solution.

A maximum likelihood fit then runs off to infinity: statsmodels stops at coefficients such as -332
with a warning. Found here beforehand by linear programming (Konis 2007, thesis, Oxford).
"""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.models.model_rows import CONSTANT

_NOTHING = 1e-7
"""Of the bound of a direction: what the solver leaves where there is none."""


def refuse_separation(is_event: npt.ArrayLike, exog: pd.DataFrame) -> None:
    """Raises NoSolutionError, naming the terms, when a combination of them separates the outcome."""
    side = np.where(np.asarray(is_event, dtype=bool), 1.0, -1.0)
    separated = _separating(side, exog)
    if separated:
        raise NoSolutionError(separation_sentence(separated))


def refuse_separation_within(differences: pd.DataFrame) -> None:
    """The same for matched sets: rows are differences case minus reference within a set."""
    separated = _separating(np.ones(len(differences)), differences)
    if separated:
        raise NoSolutionError(separation_sentence(separated, " within the matched sets"))


def refuse_separation_of_bands(bands: Codes, exog: pd.DataFrame) -> None:
    """The same for ordered bands 0, 1, ..., all of them present; exog without a constant."""
    x = _standardised(exog)
    n_cuts = int(bands.max())
    # A row of band b lies above cut b - 1 and below cut b along the direction.
    above = np.zeros((len(bands), n_cuts))
    below = np.zeros((len(bands), n_cuts))
    for row, band in enumerate(bands):
        if band > 0:
            above[row, band - 1] = -1.0
        if band < n_cuts:
            below[row, band] = 1.0
    has_above, has_below = bands > 0, bands < n_cuts
    rows = np.vstack(
        [
            np.column_stack([x[has_above], above[has_above]]),
            np.column_stack([-x[has_below], below[has_below]]),
        ]
    )
    direction = _direction(rows)[: exog.shape[1]]
    separated = [str(name) for name, part in zip(exog, direction, strict=True) if part]
    if separated:
        raise NoSolutionError(separation_sentence(separated))


def separation_sentence(terms: list[str], where: str = "") -> str:
    """What a report says about separation."""
    predict = "predicts" if len(terms) == 1 else "together predict"
    return (
        f"{' and '.join(terms)} {predict} the outcome without error for some or all rows{where}, "
        "so that the odds ratio has no finite value."
    )


def _separating(side: Floats, exog: pd.DataFrame) -> list[str]:
    """Terms of a separating direction; one term alone where one is enough; empty without any."""
    rows = side[:, None] * _standardised(exog)
    names = [str(name) for name in exog.columns]
    if not _direction(rows).any():
        return []
    constant = [i for i, name in enumerate(names) if name == CONSTANT]
    for i, name in enumerate(names):
        if name != CONSTANT and _direction(rows[:, [*constant, i]]).any():
            return [name]
    direction = _direction(rows)
    return [name for name, part in zip(names, direction, strict=True) if part and name != CONSTANT]


def _standardised(exog: pd.DataFrame) -> Floats:
    x = exog.to_numpy(dtype=float)
    largest = np.abs(x).max(axis=0)
    return np.asarray(x / np.where(largest > 0, largest, 1.0))


def _direction(rows: Floats) -> Floats:
    """A direction along which no row is negative and some are positive; zeros when there is none."""
    found = linprog(
        -rows.sum(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs"
    )
    if found.status != 0 or -found.fun <= _NOTHING * len(rows):
        return np.zeros(rows.shape[1])
    return np.where(np.abs(found.x) > _NOTHING, found.x, 0.0)
