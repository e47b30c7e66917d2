"""Everything that is measured in one recording, with its picture, as plain values that JSON can store."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pipeline.signals.measured.emg_features import EmgFeatures, OnsetFeatures, SignalMetrics
from pipeline.signals.measured.force_features import CopFeatures, ForceEvents


@dataclass(frozen=True)
class PackedColumns:
    """A curve in columns, see `curve_columns`. step: size of a step in the curve's unit; packed: the steps."""

    step: float
    packed: str


@dataclass(frozen=True)
class TraceView:
    """One view of a recording from start_s to end_s (s in the file); None: there is no such curve.

    view: one of schemas.terms.TRACE_VIEWS. raw_low, raw_high: lowest and highest sample
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


@dataclass(frozen=True)
class RecordingFeatures:
    """One recording, measured. Times in seconds from the start of the file; None = not known.

    problem and fix: why the EMG (or the whole file) cannot be used and what to do, "" when it can.
    duration_s: length of the file. force, cop, emg, onset, metrics: what the rooms of those names
    measured. quality: good, warn or reject; reasons: in words. trace: what it looks like, for a
    picture.
    """

    problem: str = ""
    fix: str = ""
    duration_s: float | None = None
    force: ForceEvents = field(default_factory=ForceEvents)
    cop: CopFeatures = field(default_factory=CopFeatures)
    emg: EmgFeatures = field(default_factory=EmgFeatures)
    onset: OnsetFeatures = field(default_factory=OnsetFeatures)
    metrics: SignalMetrics = field(default_factory=SignalMetrics)
    quality: str = "reject"
    reasons: tuple[str, ...] = ()
    trace: RecordingTrace = ()

    @property
    def is_usable(self) -> bool:
        """Whether amplitudes of this recording may be used."""
        return self.quality != "reject"

    def as_json(self) -> dict[str, Any]:
        """Nested plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "RecordingFeatures":
        """The inverse of `as_json`. Raises ValueError when names or kinds of values do not fit."""
        features: RecordingFeatures = _adapter().validate_python(stored)
        if _plain(features.as_json()) != _plain(stored):
            raise ValueError("stored features have other names than this version of the program")
        return features


@cache
def _adapter() -> TypeAdapter[RecordingFeatures]:
    return TypeAdapter(RecordingFeatures)


def _plain(values: object) -> str:
    return json.dumps(values, sort_keys=True)
