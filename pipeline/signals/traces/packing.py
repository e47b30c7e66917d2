"""Columns of a curve as a short text: whole steps, as differences, compressed."""

import base64
import zlib
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.measured.features import PackedColumns
from pipeline.signals.traces.decimation import Samples
from schemas.terms import MISSING_STEP

Steps = npt.NDArray[np.int16]

STEPS_PER_CURVE: Final = 2000
"""Steps between zero and the largest value, at most; a picture is about a hundred high."""

SMALLEST: Final = 1e-100
"""A curve that stays below this is zero: no step could be computed from it."""


def packed(values: Samples, *, rounding: np.ufunc = np.rint) -> PackedColumns:
    """Columns, shape (n_columns,), as whole steps. NaN: no sample.

    rounding: np.floor keeps a lowest value at or below what it was, np.ceil a highest one at or
    above.
    """
    step = _step(values)
    whole = np.where(np.isfinite(values), rounding(values / step), MISSING_STEP)
    # Neighbours are alike, so that their differences pack into fewer bytes.
    changes = np.diff(whole.astype("<i2"), prepend=np.int16(0)).astype("<i2")
    text = base64.b64encode(zlib.compress(changes.tobytes(), 9)).decode("ascii")
    return PackedColumns(step, text)


def steps_of(columns: PackedColumns) -> Steps:
    """The whole steps, shape (n_columns,), MISSING_STEP for no sample. Raises ValueError when damaged."""
    try:
        content = zlib.decompress(base64.b64decode(columns.packed, validate=True))
    except zlib.error as problem:
        raise ValueError("the stored columns are damaged") from problem
    steps: Steps = np.cumsum(np.frombuffer(content, dtype="<i2"), dtype=np.int16)
    return steps


def _step(values: Samples) -> float:
    """Size of a step: a power of two, so that steps times their size are exact numbers."""
    largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0))
    if largest < SMALLEST:
        return 1.0
    return float(2.0 ** np.ceil(np.log2(largest / STEPS_PER_CURVE)))
