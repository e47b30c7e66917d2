"""The numbers about one EMG signal that the quality limits look at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignalMetrics:
    """Numbers about one EMG signal; None where not measurable.

    rms_uv: RMS over the window, band-passed. baseline_rms_uv: RMS at rest, band-passed. snr_db:
    window power over rest power. mains_share: power of hum (50 or 60 Hz and two harmonics) at rest,
    as share of the window's power; window_mains_share: the same hum in the window itself.
    low_frequency_share: share of raw power below 20 Hz. motion_ratio_db: all power over the part below
    20 Hz that a muscle would not have. clip_share: share of raw samples at the highest or lowest value.
    flat_ms: longest time that the raw value stands still. flat_share: share of the window that does for
    more than 20 ms. spike_share: share of the window's power in its strongest 20 ms, None for windows of
    less than a second. largest_raw_uv: largest distance of a raw sample from the mean. positive_share:
    share of raw samples at or above zero. one_sidedness: reach of the lowest 1 % of samples below the
    median and that of the highest 1 % above it, the smaller over the larger; 1 when both are alike. interpolated_share: share of raw samples that are
    a copy of, or lie on a straight line between, their neighbours. median_frequency_hz: halves the
    window's power. deformation: spread of the spectrum. drop_ratio_db: highest over lowest density.
    upper_band_db: density near the upper end of the pass band over that of the muscle.
    heartbeat_autocorrelation, heartbeat_kurtosis: how much the rest beats.
    """

    rms_uv: float | None = None
    baseline_rms_uv: float | None = None
    snr_db: float | None = None
    mains_share: float | None = None
    window_mains_share: float | None = None
    low_frequency_share: float | None = None
    motion_ratio_db: float | None = None
    clip_share: float | None = None
    flat_ms: float | None = None
    flat_share: float | None = None
    spike_share: float | None = None
    largest_raw_uv: float | None = None
    positive_share: float | None = None
    one_sidedness: float | None = None
    interpolated_share: float | None = None
    median_frequency_hz: float | None = None
    deformation: float | None = None
    drop_ratio_db: float | None = None
    upper_band_db: float | None = None
    heartbeat_autocorrelation: float | None = None
    heartbeat_kurtosis: float | None = None
