"""The table of traces that travels to publishing, and a trace as plain values for the cache."""

import base64
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from pipeline.signals.traces.decimation import Columns, Steps
from pipeline.signals.traces.recording_trace import RecordingTrace, TraceView
from schemas.columns import empty_table
from schemas.recording_traces import RecordingTraces

CURVES: Final = ("raw", "envelope", "lifted", "stance")
_LINES: Final = frozenset({"envelope"})
_STEP_OF: Final[Mapping[str, str]] = {
    "raw": "raw_step_uv",
    "envelope": "envelope_step_uv",
    "lifted": "lifted_step_n",
    "stance": "stance_step_n",
}


def trace_table(
    keys: Sequence[Mapping[str, str | int]], traces: Sequence[RecordingTrace]
) -> pd.DataFrame:
    """A RecordingTraces table: one row per view of each (key, trace), in the same order.

    keys: the columns of schemas.recordings.RECORDING_KEY.
    """
    empty = empty_table(RecordingTraces)
    rows = [
        {**key, **_row(view)} for key, trace in zip(keys, traces, strict=True) for view in trace
    ]
    if not rows:
        return empty
    return RecordingTraces.validate(pd.DataFrame(rows, columns=list(empty.columns)))


def _row(view: TraceView) -> dict[str, object]:
    row: dict[str, object] = {"view": view.view, "start_s": view.start_s, "end_s": view.end_s}
    for name in CURVES:
        columns: Columns = getattr(view, name)
        row[_STEP_OF[name]] = columns.step
        if name in _LINES:
            row[name] = columns.high
        else:
            row[f"{name}_low"], row[f"{name}_high"] = columns.low, columns.high
    return row


def trace_as_json(trace: RecordingTrace) -> list[dict[str, Any]]:
    """The views as values for JSON; arrays are packed, one text each."""
    return [
        {
            "view": view.view,
            "start_s": view.start_s,
            "end_s": view.end_s,
            **{name: _packed(getattr(view, name), is_line=name in _LINES) for name in CURVES},
        }
        for view in trace
    ]


def trace_from_json(stored: Sequence[Mapping[str, Any]]) -> RecordingTrace:
    """The inverse of `trace_as_json`. Raises ValueError, KeyError or TypeError for what it is not."""
    return tuple(
        TraceView(
            str(view["view"]),
            float(view["start_s"]),
            float(view["end_s"]),
            **{name: _unpacked(view[name]) for name in CURVES},
        )
        for view in stored
    )


def _packed(columns: Columns, *, is_line: bool) -> dict[str, Any]:
    arrays = (columns.high,) if is_line else (columns.low, columns.high)
    steps = np.stack(arrays).astype("<i2")
    # Differences of neighbours are small numbers, which pack into half the bytes.
    changes = np.diff(steps, axis=1, prepend=np.int16(0)).astype("<i2")
    text = base64.b64encode(zlib.compress(changes.tobytes(), 9)).decode("ascii")
    return {"step": columns.step, "rows": len(arrays), "steps": text}


def _unpacked(stored: Mapping[str, Any]) -> Columns:
    try:
        content = zlib.decompress(base64.b64decode(stored["steps"], validate=True))
    except zlib.error as problem:
        raise ValueError("the stored columns are damaged") from problem
    changes = np.frombuffer(content, dtype="<i2").reshape(int(stored["rows"]), -1)
    steps: Steps = np.cumsum(changes, axis=1, dtype=np.int16)
    return Columns(float(stored["step"]), steps[0], steps[-1])
