"""The table of traces that travels to publishing."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from pipeline.signals.measured.features import PackedColumns, RecordingTrace, TraceView
from pipeline.signals.traces.packing import steps_of
from schemas.columns import empty_table
from schemas.recording_traces import STEP_OF, RecordingTraces


def trace_table(traces: Iterable[tuple[Mapping[str, str | int], RecordingTrace]]) -> pd.DataFrame:
    """A RecordingTraces table: one row per view of each (key, trace), in the same order.

    A key has the columns of schemas.recordings.RECORDING_KEY.
    """
    empty = empty_table(RecordingTraces)
    rows = [{**key, **_row(view)} for key, trace in traces for view in trace]
    if not rows:
        return empty
    return RecordingTraces.validate(pd.DataFrame(rows, columns=list(empty.columns)))


def _row(view: TraceView) -> dict[str, object]:
    row: dict[str, object] = {"view": view.view, "start_s": view.start_s, "end_s": view.end_s}
    for name, step_column in STEP_OF.items():
        curve: PackedColumns | None = getattr(view, name)
        row[step_column] = 1.0 if curve is None else curve.step
        row[name] = np.empty(0, np.int16) if curve is None else steps_of(curve)
    return row
