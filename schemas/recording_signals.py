"""What was measured in every recording: one row per signal file, whatever its role."""

from pandera.typing import Series

from schemas.columns import column
from schemas.measured_values import (
    BODY_WEIGHT_N,
    COP_LOW_PASS_HZ,
    COP_MEAN_VELOCITY_MM_S,
    COP_PATH_MM,
    COP_SAMPLING_RATE_HZ,
    FORCE_NOTE,
    FORCE_VERDICT,
    HOLD_IS_LOWER_BOUND,
    HOP_S,
    LIFTOFF_S,
    PREDICTION_ELLIPSE_95_AREA_MM2,
    QUALITY_REASONS,
    RELOAD_S,
    RecordingTable,
)
from schemas.recordings import RECORDING_KEY
from schemas.terms import SIGNAL_VERDICTS


class RecordingSignals(RecordingTable):
    """One recording. Key: participant, visit, task, leg, trial, role. Missing = not measurable.

    Times are in seconds from the start of the file. Amplitudes are microvolts of the band-passed
    gluteus medius. The verdict is about this recording alone, without its MVIC reference.
    """

    file: Series[str] = column("Signal file.", label="File")
    gmed_channel: Series[str] = column(
        "Channel that was used.", label="Channel", nullable=True, measured="emg.gmed_channel"
    )
    emg_unit: Series[str] = column(
        "Unit of the channel in the file.", label="Unit", nullable=True, measured="emg.unit"
    )
    sampling_rate_hz: Series[float] = column(
        "Samples per second of the channel.",
        label="Sampling rate",
        unit="Hz",
        nullable=True,
        measured="emg.sampling_rate_hz",
    )
    duration_s: Series[float] = column(
        "Length of the file.", label="Duration", unit="s", nullable=True, measured="duration_s"
    )
    window_from: Series[str] = column(
        "What the measured window follows: force, table or file.",
        label="Window from",
        nullable=True,
        measured="emg.window_from",
    )
    window_start_s: Series[float] = column(
        "Start of the measured window.",
        label="Window start",
        unit="s",
        nullable=True,
        measured="emg.window_start_s",
    )
    window_end_s: Series[float] = column(
        "End of the measured window.",
        label="Window end",
        unit="s",
        nullable=True,
        measured="emg.window_end_s",
    )
    rest_start_s: Series[float] = column(
        "Start of quiet standing.",
        label="Rest start",
        unit="s",
        nullable=True,
        measured="emg.rest_start_s",
    )
    rest_end_s: Series[float] = column(
        "End of quiet standing.",
        label="Rest end",
        unit="s",
        nullable=True,
        measured="emg.rest_end_s",
    )
    liftoff_s: Series[float] = LIFTOFF_S()
    touchdown_s: Series[float] = column(
        "First touch-down of the other foot.",
        label="Touch-down",
        unit="s",
        nullable=True,
        measured="force.touchdown_s",
    )
    reload_s: Series[float] = RELOAD_S()
    hop_s: Series[float] = HOP_S()
    hold_from_force_s: Series[float] = column(
        "Hold time from the force plate.",
        label="Hold time (force)",
        unit="s",
        nullable=True,
        measured="force.hold_s",
    )
    hold_is_lower_bound: Series[bool] = HOLD_IS_LOWER_BOUND()
    body_weight_n: Series[float] = BODY_WEIGHT_N()
    cop_path_mm: Series[float] = COP_PATH_MM()
    cop_mean_velocity_mm_s: Series[float] = COP_MEAN_VELOCITY_MM_S()
    prediction_ellipse_95_area_mm2: Series[float] = PREDICTION_ELLIPSE_95_AREA_MM2()
    cop_sampling_rate_hz: Series[float] = COP_SAMPLING_RATE_HZ()
    cop_low_pass_hz: Series[float] = COP_LOW_PASS_HZ()
    force_verdict: Series[str] = FORCE_VERDICT()
    force_note: Series[str] = FORCE_NOTE()
    rms_uv: Series[float] = column(
        "Root-mean-square over the window.",
        label="RMS",
        unit="µV",
        nullable=True,
        measured="metrics.rms_uv",
    )
    peak_rms_uv: Series[float] = column(
        "Highest root-mean-square of the MVIC window length.",
        label="Peak RMS",
        unit="µV",
        nullable=True,
        measured="emg.peak_rms_uv",
    )
    peak_start_s: Series[float] = column(
        "Start of the stretch with the highest root-mean-square.",
        label="Peak start",
        unit="s",
        nullable=True,
        measured="emg.peak_start_s",
    )
    peak_end_s: Series[float] = column(
        "End of the stretch with the highest root-mean-square.",
        label="Peak end",
        unit="s",
        nullable=True,
        measured="emg.peak_end_s",
    )
    median_rms_uv: Series[float] = column(
        "Median root-mean-square of the MVIC window length.",
        label="Median RMS",
        unit="µV",
        nullable=True,
        measured="emg.median_rms_uv",
    )
    middle_rms_uv: Series[float] = column(
        "Root-mean-square of the middle of a reference contraction.",
        label="Middle RMS",
        unit="µV",
        nullable=True,
        measured="emg.middle_rms_uv",
    )
    iemg_uv_s: Series[float] = column(
        "Integrated EMG of the window.",
        label="Integrated EMG",
        unit="µV s",
        nullable=True,
        measured="emg.iemg.window_uv_s",
    )
    iemg_reference_uv_s: Series[float] = column(
        "Largest integrated EMG of the MVIC window length.",
        label="Integrated EMG of the MVIC",
        unit="µV s",
        nullable=True,
        measured="emg.iemg.reference_uv_s",
    )
    median_frequency_slope_hz_per_s: Series[float] = column(
        "Slope of the median frequency over the window.",
        label="Median frequency slope",
        unit="Hz/s",
        nullable=True,
        measured="emg.fatigue.slope_hz_per_s",
    )
    median_frequency_windows: Series[float] = column(
        "Windows of a second that the slope was fitted to.",
        label="Windows",
        nullable=True,
        measured="emg.fatigue.n_windows",
    )
    baseline_rms_uv: Series[float] = column(
        "Root-mean-square at rest.",
        label="Rest RMS",
        unit="µV",
        nullable=True,
        measured="metrics.baseline_rms_uv",
    )
    snr_db: Series[float] = column(
        "Window power over rest power.",
        label="Signal-to-noise",
        unit="dB",
        nullable=True,
        measured="metrics.snr_db",
    )
    mains_share: Series[float] = column(
        "Power of mains hum at rest as share of the window's power.",
        label="Mains hum at rest",
        nullable=True,
        measured="metrics.mains_share",
    )
    window_mains_share: Series[float] = column(
        "Power of mains hum in the window as share of the window's power.",
        label="Mains hum",
        nullable=True,
        measured="metrics.window_mains_share",
    )
    low_frequency_share: Series[float] = column(
        "Share of raw power below 20 Hz.",
        label="Below 20 Hz",
        nullable=True,
        measured="metrics.low_frequency_share",
    )
    motion_ratio_db: Series[float] = column(
        "All power over the power below 20 Hz that a muscle would not have (SM ratio).",
        label="Signal to movement",
        unit="dB",
        nullable=True,
        measured="metrics.motion_ratio_db",
    )
    clip_share: Series[float] = column(
        "Share of raw samples at the ends of the range.",
        label="Clipped",
        nullable=True,
        measured="metrics.clip_share",
    )
    flat_ms: Series[float] = column(
        "Longest time that the raw signal stands still.",
        label="Stands still",
        unit="ms",
        nullable=True,
        measured="metrics.flat_ms",
    )
    flat_share: Series[float] = column(
        "Share of the window in which the raw signal stands still for more than 20 ms.",
        label="Share still",
        nullable=True,
        measured="metrics.flat_share",
    )
    spike_share: Series[float] = column(
        "Share of the window's power in its strongest 20 ms.",
        label="Spikes",
        nullable=True,
        measured="metrics.spike_share",
    )
    largest_raw_uv: Series[float] = column(
        "Largest distance of a raw sample from the mean.",
        label="Largest sample",
        unit="µV",
        nullable=True,
        measured="metrics.largest_raw_uv",
    )
    one_sidedness: Series[float] = column(
        "Reach of the samples to both sides of their median, the smaller over the larger.",
        label="Both sides alike",
        nullable=True,
        measured="metrics.one_sidedness",
    )
    interpolated_share: Series[float] = column(
        "Share of raw samples that lie on a straight line between their neighbours.",
        label="Interpolated",
        nullable=True,
        measured="metrics.interpolated_share",
    )
    median_frequency_hz: Series[float] = column(
        "Median frequency of the window, within the pass band.",
        label="Median frequency",
        unit="Hz",
        nullable=True,
        measured="metrics.median_frequency_hz",
    )
    deformation: Series[float] = column(
        "Spread of the spectrum (omega ratio).",
        label="Omega",
        nullable=True,
        measured="metrics.deformation",
    )
    drop_ratio_db: Series[float] = column(
        "Highest over lowest power density from 35 to 600 Hz (DP ratio), from 2 kHz on.",
        label="Drop in density",
        unit="dB",
        nullable=True,
        measured="metrics.drop_ratio_db",
    )
    upper_band_db: Series[float] = column(
        "Power density near the upper end of the pass band over that of the muscle.",
        label="Upper band",
        unit="dB",
        nullable=True,
        measured="metrics.upper_band_db",
    )
    heartbeat_autocorrelation: Series[float] = column(
        "Highest autocorrelation of the rest at the time of a heartbeat.",
        label="Heartbeat",
        nullable=True,
        measured="metrics.heartbeat_autocorrelation",
    )
    heartbeat_kurtosis: Series[float] = column(
        "Excess kurtosis of the rest between 10 and 60 Hz.",
        label="Spikes at rest",
        nullable=True,
        measured="metrics.heartbeat_kurtosis",
    )
    onset_s: Series[float] = column(
        "Onset.", label="Onset", unit="s", nullable=True, measured="onset.onset_s"
    )
    onset_low_s: Series[float] = column(
        "Lower end of the 90% interval of the onset.",
        label="Onset, low",
        unit="s",
        nullable=True,
        measured="onset.low_s",
    )
    onset_high_s: Series[float] = column(
        "Upper end of the 90% interval of the onset.",
        label="Onset, high",
        unit="s",
        nullable=True,
        measured="onset.high_s",
    )
    onset_sd_s: Series[float] = column(
        "Posterior standard deviation of the onset.",
        label="Onset SD",
        unit="s",
        nullable=True,
        measured="onset.sd_s",
    )
    onset_evidence: Series[float] = column(
        "Log-likelihood of the best change against none.",
        label="Onset evidence",
        nullable=True,
        measured="onset.evidence",
    )
    onset_step_s: Series[float] = column(
        "Onset for a muscle that switches on at once.",
        label="Onset, step",
        unit="s",
        nullable=True,
        measured="onset.step_s",
    )
    onset_snr_db: Series[float] = column(
        "Power behind the onset over rest power.",
        label="Onset signal-to-noise",
        unit="dB",
        nullable=True,
        measured="onset.snr_db",
    )
    onset_note: Series[str] = column(
        "Why there is no onset, or why it is doubtful.",
        label="Onset note",
        nullable=True,
        measured="onset.note",
    )
    quality: Series[str] = column(
        "Verdict on this recording alone.",
        label="Signal quality",
        isin=SIGNAL_VERDICTS,
        measured="quality",
    )
    quality_reasons: Series[str] = QUALITY_REASONS()
    problem: Series[str] = column(
        "Why the recording cannot be used.", label="Problem", nullable=True, measured="problem"
    )
    fix: Series[str] = column("What to do about it.", label="Fix", nullable=True, measured="fix")

    class Config:
        """One row per key."""

        unique = RECORDING_KEY
