"""The rows of a model, checked before any model sees them; what differs by rounding only does not differ."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NotEstimableError

CONSTANT = "const"
_DEPENDENT = 1e-8
"""Of a column's length: what is left of it beside the other columns when it adds nothing."""

_EXACT = 1e-18
"""Of the outcome's sum of squares: residuals that are rounding only."""


def check_rows(endog: npt.ArrayLike, exog: pd.DataFrame) -> tuple[Floats, Floats]:
    """Outcome (n_rows,) and terms (n_rows, k) as numbers.

    Raises NotEstimableError, naming what is wrong, without rows, with fewer rows than terms, when
    the outcome does not vary or a term cannot be told apart from the others; ValueError for missing
    or infinite values and lengths that differ, which a caller has to prevent.
    """
    y = np.asarray(endog, dtype=float)
    x = exog.to_numpy(dtype=float)
    if y.ndim != 1 or len(y) != len(x):
        raise ValueError("endog needs one value per row of exog")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError("missing or infinite values; drop those rows first")
    if len(y) == 0:
        raise NotEstimableError("No row has all the values that the model needs.")
    if len(y) <= x.shape[1]:
        raise NotEstimableError(
            f"{len(y)} rows are too few for a model with {x.shape[1]} coefficients."
        )
    if not varies(y):
        raise NotEstimableError("The outcome has the same value in all rows.")
    term = dependent_term(exog)
    if term is not None:
        raise NotEstimableError(
            f"In these rows {term} cannot be told apart from the other terms of the model."
        )
    return y, x


def refuse_exact_fit(y: Floats, x: Floats) -> None:
    """Raise NotEstimableError when the terms give every row, so that errors would be of rounding only.

    y: (n_rows,), x: (n_rows, k) without collinear columns.
    """
    q = np.linalg.qr(x)[0]
    left = y - q @ (q.T @ y)
    if float(left @ left) <= _EXACT * float(((y - y.mean()) ** 2).sum()):
        raise NotEstimableError(
            "The model fits every row exactly, so that no uncertainty can be estimated."
        )


def sums_by_code(values: Floats, codes: Codes) -> Floats:
    """Sum of the rows of each code: values (n_rows, p), codes (n_rows,) from 0; (n_codes, p)."""
    return np.column_stack([np.bincount(codes, column) for column in values.T])


def dependent_term(exog: pd.DataFrame) -> str | None:
    """The first column that is a combination of those before it, whatever the units; else None."""
    x = exog.to_numpy(dtype=float)
    lengths = np.sqrt((x**2).sum(axis=0))
    scaled = x / np.where(lengths > 0, lengths, 1.0)
    basis = np.zeros((len(x), 0))
    for name, column in zip(exog.columns, scaled.T, strict=True):
        rest = column.copy()
        for _ in range(2):  # A second pass takes away what rounding left in the first.
            rest = rest - basis @ (basis.T @ rest)
        size = float(np.sqrt(rest @ rest))
        if size < _DEPENDENT:
            return str(name)
        basis = np.column_stack([basis, rest / size])
    return None


def participant_codes(participants: pd.Series, exog: pd.DataFrame) -> Codes:
    """Participant of each row as numbers from 0; `participants` must be of the very frame of exog.

    Robust covariances match participants and rows by position: a Series in another order gives
    wrong standard errors without a word (0.315 instead of 0.822 in one case). So the index must be
    that of exog. Raises ValueError when it is not, or when a participant is missing.
    """
    if not participants.index.equals(exog.index):
        raise ValueError("participants must come from the very frame that exog was made of")
    codes = pd.factorize(participants, sort=True)[0]
    if (codes < 0).any():
        raise ValueError("each row needs a participant")
    return np.asarray(codes, dtype=np.intp)


def check_clusters(participants: pd.Series, exog: pd.DataFrame) -> Codes:
    """`participant_codes` of a model with k terms; NotEstimableError unless more than k people."""
    codes = participant_codes(participants, exog)
    n = len(np.unique(codes))
    if n <= exog.shape[1]:
        raise NotEstimableError(
            f"{n} participants are too few for a model with {exog.shape[1]} coefficients."
        )
    return codes


def term_of(column: str) -> str:
    """Term of a column: "site" of "site[S2]", "group:site" of "group:site[S2]"."""
    return ":".join(part.split("[")[0] for part in column.split(":"))


def columns_by_term(exog: pd.DataFrame) -> dict[str, list[str]]:
    """Columns of each term, without the constant; a factor has a column per level but one."""
    terms: dict[str, list[str]] = {}
    for column in exog.columns:
        if column != CONSTANT:
            terms.setdefault(term_of(str(column)), []).append(str(column))
    return terms


SIGNIFICANT_DIGITS = 12
"""Kept of the largest value: 1e-9 for values of hundreds. The last bits of a mean differ between
programs and would decide about ties: P values of rank tests moved by 2e-5 to 3e-3."""


def round_for_ranks(*samples: npt.ArrayLike) -> tuple[Floats, ...]:
    """The samples rounded together to SIGNIFICANT_DIGITS of their largest value.

    In proportion to the values, so that the unit of a measurement does not decide about ties.
    Raises ValueError for missing or infinite values.
    """
    arrays = [np.asarray(sample, dtype=float) for sample in samples]
    if not all(np.isfinite(array).all() for array in arrays):
        raise ValueError("missing or infinite values; drop them first")
    largest = max((float(np.abs(array).max()) for array in arrays if array.size), default=0.0)
    if largest == 0:
        return tuple(arrays)
    decimals = SIGNIFICANT_DIGITS - 1 - int(np.floor(np.log10(largest)))
    return tuple(np.round(array, decimals) for array in arrays)


def varies(sample: npt.ArrayLike, *, beside: npt.ArrayLike | None = None) -> bool:
    """Whether the values differ by more than rounding.

    beside: the values that the sample was computed from, when it is a difference of theirs.
    """
    values = np.asarray(sample, dtype=float)
    if not values.size:
        return False
    largest = np.abs(np.asarray(values if beside is None else beside, dtype=float)).max()
    return bool(np.ptp(values) > 10.0**-SIGNIFICANT_DIGITS * largest)
