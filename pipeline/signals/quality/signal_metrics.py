"""The numbers about one EMG signal that the quality limits look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignalMetrics:
    """Numbers about one EMG signal; None where not measurable.

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
