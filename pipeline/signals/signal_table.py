"""The signals table: one row per recording of any role, with everything that was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import pandas as pd

from pipeline.signals.features import RecordingFeatures

SIGNAL_KEY: Final = ("participant_id", "visit", "task", "leg", "trial", "role")


@dataclass(frozen=True)
class SignalRow:
    """One recording. Key: participant_id, visit, task, leg, trial, role. Missing = not measurable.

    file: signal file. gmed_channel, emg_unit, sampling_rate_hz: the channel used, its unit in the
    file, its rate in Hz. duration_s: length of the file. window_from: what the measured window
    follows (force, table, file). window_start_s ... reload_s: times in s from the start of the file;
    reload_s is when the lifted foot takes load for good. hold_from_force_s: s, a lower bound when
    hold_is_lower_bound. force_verdict: high, low or none. rms_uv: RMS over the window, peak_rms_uv:
    highest RMS of the MVIC window length, baseline_rms_uv: RMS at rest (all µV, band-passed). snr_db:
    window over rest power. mains_share, low_frequency_share, clip_share, flat_ms, flat_share,
    largest_raw_uv: see `features.SignalMetrics`. onset_s, onset_sd_s, onset_evidence: see
    `onset.Onset`. quality, quality_reasons: verdict on this recording alone. problem, fix: why it
    cannot be used and what to do.
    """

    participant_id: str
    visit: str
    task: str
    leg: str
    trial: int
    role: str
    file: str
    gmed_channel: str | None
    emg_unit: str | None
    sampling_rate_hz: float | None
    duration_s: float | None
    window_from: str | None
    window_start_s: float | None
    window_end_s: float | None
    rest_start_s: float | None
    rest_end_s: float | None
    liftoff_s: float | None
    touchdown_s: float | None
    reload_s: float | None
    hold_from_force_s: float | None
    hold_is_lower_bound: bool
    force_verdict: str
    force_note: str | None
    rms_uv: float | None
    peak_rms_uv: float | None
    baseline_rms_uv: float | None
    snr_db: float | None
    mains_share: float | None
    low_frequency_share: float | None
    clip_share: float | None
    flat_ms: float | None
    flat_share: float | None
    largest_raw_uv: float | None
    onset_s: float | None
    onset_sd_s: float | None
    onset_evidence: float | None
    onset_note: str | None
    quality: str
    quality_reasons: str | None
    problem: str | None
    fix: str | None


_METRICS: Final = (
    "rms_uv",
    "baseline_rms_uv",
    "snr_db",
    "mains_share",
    "low_frequency_share",
    "clip_share",
    "flat_ms",
    "flat_share",
    "largest_raw_uv",
)


def signal_row(key: Mapping[str, str | int], file: str, features: RecordingFeatures) -> SignalRow:
    """One recording's row; key: the columns of SIGNAL_KEY."""
    values = {
        field.name: getattr(features, field.name)
        for field in fields(SignalRow)
        if hasattr(features, field.name)
    }
    values |= {name: getattr(features.metrics, name) for name in _METRICS}
    values["quality_reasons"] = "; ".join(features.reasons)
    texts = {name: value or None for name, value in values.items() if isinstance(value, str)}
    return SignalRow(**{**values, **texts, **key, "file": file})


def signal_table(
    keys: Sequence[tuple[Mapping[str, str | int], str]], measured: Sequence[RecordingFeatures]
) -> pd.DataFrame:
    """Columns of SignalRow, one row per (key, file) and its features, in the same order."""
    rows = [
        signal_row(key, file, features)
        for (key, file), features in zip(keys, measured, strict=True)
    ]
    table = pd.DataFrame(rows, columns=[field.name for field in fields(SignalRow)])
    return table.astype(_dtypes())


def _dtypes() -> dict[str, str]:
    """Types do not depend on the rows, so that an empty cohort gives the same columns."""
    kinds = {"str": "str", "str | None": "str", "int": "int64", "bool": "bool"}
    return {
        field.name: kinds.get(str(_annotation(field.type)), "float64")
        for field in fields(SignalRow)
    }


def _annotation(kind: object) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind)
