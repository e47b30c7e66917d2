"""The curves of a picture, from a row of the table of traces."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.publishing.signal_pages.scales import Values
from schemas.recording_traces import STEP_OF
from schemas.terms import MISSING_STEP


@dataclass(frozen=True, eq=False)
class PictureView:
    """Curves of one view from start_s to end_s (s in the file); shape (n_columns,), empty for none.

    raw_low, raw_high, envelope: µV. lifted_high, stance_low: N. NaN: no sample in the column.
    """

    start_s: float
    end_s: float
    raw_low: Values
    raw_high: Values
    envelope: Values
    lifted_high: Values
    stance_low: Values

    @classmethod
    def of(cls, row: Mapping[str, object]) -> "PictureView":
        """A row of schemas.recording_traces."""
        curves = {name: _values(row[name], row[step]) for name, step in STEP_OF.items()}
        return cls(start_s=_float(row["start_s"]), end_s=_float(row["end_s"]), **curves)


def _values(steps: object, step: object) -> Values:
    """Steps of a table as values; NaN where the column has no sample."""
    array = np.asarray(steps, dtype=np.float64)
    return np.where(array == MISSING_STEP, np.nan, array * _float(step))


def _float(value: object) -> float:
    return float(value)  # type: ignore[arg-type]
