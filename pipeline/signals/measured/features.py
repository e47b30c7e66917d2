"""What is asked of one recording and what is measured in it, as plain values that JSON can store."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from pipeline.signals.measured.cop_features import CopFeatures
from pipeline.signals.measured.emg_features import EmgFeatures
from pipeline.signals.measured.force_features import ForceEvents
from pipeline.signals.measured.onset_features import OnsetFeatures
from pipeline.signals.measured.signal_metrics import SignalMetrics
from pipeline.signals.measured.trace_view import RecordingTrace


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
