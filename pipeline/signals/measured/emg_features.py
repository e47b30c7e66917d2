"""What is measured in the gluteus medius channel of one recording: amplitude, onset and quality."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class IntegratedEmg:
    """Areas in µV s, each with the length (s) of what was integrated; None with a reason in `note`.

    window: the whole measured window. fixed: its first `iemg_window_s`, of the same length for everybody.
    reference: the largest area of any `mvic_window_s`, of a reference contraction.
    """

    window_uv_s: float | None = None
    window_s: float | None = None
    fixed_uv_s: float | None = None
    fixed_s: float | None = None
    reference_uv_s: float | None = None
    reference_s: float | None = None
    note: str = ""


@dataclass(frozen=True)
class FrequencySlope:
    """A straight line through the median frequencies of a hold; None with a reason in `note`.

    start_hz: the line at the start of the hold. slope_hz_per_s and its standard error; slope_pct_per_s:
    slope in percent of start_hz. n_windows: windows that it was fitted to.
    """

    start_hz: float | None = None
    slope_hz_per_s: float | None = None
    slope_se_hz_per_s: float | None = None
    slope_pct_per_s: float | None = None
    n_windows: int | None = None
    note: str = ""


@dataclass(frozen=True)
class BothSides:
    """Envelopes (µV) of the stance leg and of the lifted leg; "" with a reason in `note`.

    stance, lifted: RMS of consecutive blocks of 100 ms, packed as base64 of little-endian float32, so
    that ten thousand recordings fit into memory.
    """

    stance: str = ""
    lifted: str = ""
    note: str = ""


@dataclass(frozen=True)
class EmgFeatures:
    """Channel, windows and peak of one recording. Times in seconds from the start of the file.

    gmed_channel: label of the channel that was used; unit: its unit in the file; sampling_rate_hz:
    its rate. window_from: what the window follows (force, table, file); window_start_s, window_end_s:
    the part that was measured. rest_start_s, rest_end_s: quiet standing before lift-off; rest_note:
    why there is none. peak_rms_uv, median_rms_uv: highest and median RMS of any `mvic_window_s`.
    peak_start_s, peak_end_s: where the highest one lies. middle_rms_uv: RMS of the middle of a reference
    contraction. iemg, fatigue, both_sides: integrated EMG, slope of the median frequency, envelopes of
    both legs.
    """

    gmed_channel: str | None = None
    unit: str | None = None
    sampling_rate_hz: float | None = None
    window_from: str = ""
    window_start_s: float | None = None
    window_end_s: float | None = None
    rest_start_s: float | None = None
    rest_end_s: float | None = None
    rest_note: str = ""
    peak_rms_uv: float | None = None
    peak_start_s: float | None = None
    peak_end_s: float | None = None
    median_rms_uv: float | None = None
    middle_rms_uv: float | None = None
    iemg: IntegratedEmg = field(default_factory=IntegratedEmg)
    fatigue: FrequencySlope = field(default_factory=FrequencySlope)
    both_sides: BothSides = field(default_factory=BothSides)


@dataclass(frozen=True)
class MethodOnset:
    """What one detector with one set of parameters answers; `parameters` in words, "" for none.

    onset_s, low_s, high_s: seconds from the start of the signal, None where there is none. is_own:
    the set that is used when the detector is chosen by name. note: why there is no onset.
    """

    method: str
    parameters: str
    is_own: bool
    onset_s: float | None
    low_s: float | None
    high_s: float | None
    note: str = ""

    @property
    def found(self) -> bool:
        """Whether there is an onset."""
        return self.onset_s is not None


@dataclass(frozen=True)
class OnsetFeatures:
    """Onset in seconds from the start of the file; None = not known.

    was_tried: whether a detector ran. method, onset_s, low_s, high_s, sd_s, evidence, snr_db: see
    `answer.Onset`. step_s: the sudden onset that fits best, whatever the method. is_confident: the
    interval is narrow and the muscle is well above rest; None when the method has no interval. by_method:
    what every detector answers, for the sensitivity table. note: why there is no onset, or why it is
    doubtful, "" when it is neither.
    """

    was_tried: bool = False
    method: str | None = None
    onset_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
    sd_s: float | None = None
    evidence: float | None = None
    snr_db: float | None = None
    step_s: float | None = None
    is_confident: bool | None = None
    by_method: tuple[MethodOnset, ...] = ()
    note: str = ""


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
