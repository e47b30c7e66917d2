"""A trace as plain values, so that it is kept with everything else that was measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PackedColumns:
    """A curve in columns, see `packing`. step: size of a step in the curve's unit; packed: the steps."""

    step: float
    packed: str


@dataclass(frozen=True)
class TraceView:
    """One view of a recording from start_s to end_s (s in the file); None: there is no such curve.

    view: one of schemas.recording_traces.TRACE_VIEWS. raw_low, raw_high: lowest and highest sample
    (µV). envelope: mean (µV). lifted_high: highest force under the lifted foot, stance_low: lowest
    force under the stance foot (N), because a tap raises the one and a hop lowers the other.
    """

    view: str
    start_s: float
    end_s: float
    raw_low: PackedColumns | None = None
    raw_high: PackedColumns | None = None
    envelope: PackedColumns | None = None
    lifted_high: PackedColumns | None = None
    stance_low: PackedColumns | None = None


RecordingTrace = tuple[TraceView, ...]
"""The views of one recording; none when it has neither EMG nor force that could be drawn."""
