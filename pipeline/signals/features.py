"""What is asked of one recording and what is measured in it, as plain values that JSON can store."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Request:
    """What to measure in a file.

    role: task, mvic or rest. leg: stance leg, or the leg of the MVIC. start_s, end_s: part of the
    file to use in seconds, None for its start or end.
    """

    role: str
    leg: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True)
class SignalMetrics:
    """Numbers about one EMG signal that the quality limits look at; None where not measurable.

    rms_uv: RMS over the window, band-passed. baseline_rms_uv: RMS at rest, band-passed. snr_db:
    window power over rest power. mains_share: power of hum (50 or 60 Hz and two harmonics) at rest,
    as share of the window's power. low_frequency_share: share of raw power below 20 Hz. clip_share:
    share of raw samples at the highest or lowest value. flat_ms: longest time that the raw value
    stands still. flat_share: share of the window that does for more than 20 ms. largest_raw_uv:
    largest distance of a raw sample from the mean. negative_share: share of raw samples below zero.
    skewness: of the raw samples.
    """

    rms_uv: float | None = None
    baseline_rms_uv: float | None = None
    snr_db: float | None = None
    mains_share: float | None = None
    low_frequency_share: float | None = None
    clip_share: float | None = None
    flat_ms: float | None = None
    flat_share: float | None = None
    largest_raw_uv: float | None = None
    negative_share: float | None = None
    skewness: float | None = None


@dataclass(frozen=True)
class RecordingFeatures:
    """One recording, measured. Times in seconds from the start of the file; None = not known.

    problem and fix: why the EMG (or the whole file) cannot be used and what to do, "" when it can.
    duration_s: length of the file. gmed_channel: label of the channel that was used; emg_unit: its
    unit in the file; sampling_rate_hz: its rate. liftoff_s, touchdown_s, reload_s, hold_from_force_s,
    hold_is_lower_bound, force_verdict, force_note: see `force_events.ForceEvents`. window_from: what
    the window follows (force, table, file); window_start_s, window_end_s: the part that was
    measured. rest_start_s, rest_end_s: quiet standing before lift-off; rest_note: why there is none.
    peak_rms_uv: highest RMS of `mvic_window_s`. onset_*: see `onset.Onset`; onset_was_tried: whether
    a detector ran; onset_note: why there is no onset. metrics: see SignalMetrics. quality: good,
    warn or reject; reasons: in words.
    """

    problem: str = ""
    fix: str = ""
    duration_s: float | None = None
    gmed_channel: str | None = None
    emg_unit: str | None = None
    sampling_rate_hz: float | None = None
    liftoff_s: float | None = None
    touchdown_s: float | None = None
    reload_s: float | None = None
    hold_from_force_s: float | None = None
    hold_is_lower_bound: bool = False
    force_verdict: str = "none"
    force_note: str = ""
    window_from: str = ""
    window_start_s: float | None = None
    window_end_s: float | None = None
    rest_start_s: float | None = None
    rest_end_s: float | None = None
    rest_note: str = ""
    peak_rms_uv: float | None = None
    onset_was_tried: bool = False
    onset_s: float | None = None
    onset_low_s: float | None = None
    onset_high_s: float | None = None
    onset_sd_s: float | None = None
    onset_evidence: float | None = None
    onset_method: str | None = None
    onset_note: str = ""
    metrics: SignalMetrics = SignalMetrics()
    quality: str = "reject"
    reasons: tuple[str, ...] = ()

    @property
    def is_usable(self) -> bool:
        """Whether amplitudes of this recording may be used."""
        return self.quality != "reject"

    def as_json(self) -> dict[str, Any]:
        """Nested plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "RecordingFeatures":
        """The inverse of `as_json`. Raises ValueError when names do not fit."""
        names = {field.name for field in fields(cls)}
        metric_names = {field.name for field in fields(SignalMetrics)}
        metrics = stored.get("metrics")
        if set(stored) != names or not isinstance(metrics, dict) or set(metrics) != metric_names:
            raise ValueError("stored features have other names than this version of the program")
        values = {
            **stored,
            "metrics": SignalMetrics(**metrics),
            "reasons": tuple(stored["reasons"]),
        }
        return cls(**values)
