"""What was measured in every recording: one row per signal file, whatever its role."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column
from schemas.recordings import RECORDING_KEY
from schemas.terms import LEGS, RECORDING_ROLES, SIGNAL_VERDICTS


class RecordingSignals(pa.DataFrameModel):
    """One recording. Key: participant, visit, task, leg, trial, role. Missing = not measurable.

    Times are in seconds from the start of the file. Amplitudes are microvolts of the band-passed
    gluteus medius. The verdict is about this recording alone, without its MVIC reference.
    """

    participant_id: Series[str] = column(
        "Code of the person.", label="Participant", identifies=True
    )
    visit: Series[str] = column("Visit of a repeated study.", label="Visit", identifies=True)
    task: Series[str] = column("Balance task.", label="Task", identifies=True)
    leg: Series[str] = column("Stance leg.", label="Leg", isin=LEGS, identifies=True)
    trial: Series[int] = column("Number of the trial.", label="Trial", identifies=True)
    role: Series[str] = column(
        "What was recorded.", label="Role", isin=tuple(RECORDING_ROLES), identifies=True
    )
    file: Series[str] = column("Signal file.", label="File")
    gmed_channel: Series[str] = column("Channel that was used.", label="Channel", nullable=True)
    emg_unit: Series[str] = column("Unit of the channel in the file.", label="Unit", nullable=True)
    sampling_rate_hz: Series[float] = column(
        "Samples per second of the channel.", label="Sampling rate", unit="Hz", nullable=True
    )
    duration_s: Series[float] = column(
        "Length of the file.", label="Duration", unit="s", nullable=True
    )
    window_from: Series[str] = column(
        "What the measured window follows: force, table or file.",
        label="Window from",
        nullable=True,
    )
    window_start_s: Series[float] = column(
        "Start of the measured window.", label="Window start", unit="s", nullable=True
    )
    window_end_s: Series[float] = column(
        "End of the measured window.", label="Window end", unit="s", nullable=True
    )
    rest_start_s: Series[float] = column(
        "Start of quiet standing.", label="Rest start", unit="s", nullable=True
    )
    rest_end_s: Series[float] = column(
        "End of quiet standing.", label="Rest end", unit="s", nullable=True
    )
    liftoff_s: Series[float] = column(
        "Lift-off of the other foot.", label="Lift-off", unit="s", nullable=True
    )
    touchdown_s: Series[float] = column(
        "First touch-down of the other foot.", label="Touch-down", unit="s", nullable=True
    )
    reload_s: Series[float] = column(
        "When the other foot takes load for good.", label="Reload", unit="s", nullable=True
    )
    hop_s: Series[float] = column(
        "When the stance foot left its plate during the hold.",
        label="Hop",
        unit="s",
        nullable=True,
    )
    hold_from_force_s: Series[float] = column(
        "Hold time from the force plate.", label="Hold time (force)", unit="s", nullable=True
    )
    hold_is_lower_bound: Series[bool] = column(
        "The recording starts or ends within the hold.", label="At least"
    )
    body_weight_n: Series[float] = column(
        "Median force under the stance foot during the hold.",
        label="Body weight",
        unit="N",
        nullable=True,
    )
    cop_path_mm: Series[float] = column(
        "Length of the path of the centre of pressure.", label="CoP path", unit="mm", nullable=True
    )
    cop_mean_velocity_mm_s: Series[float] = column(
        "Path divided by time.", label="CoP velocity", unit="mm/s", nullable=True
    )
    prediction_ellipse_95_area_mm2: Series[float] = column(
        "Area of the exact 95 % prediction ellipse.",
        label="95 % prediction ellipse",
        unit="mm²",
        nullable=True,
    )
    cop_sampling_rate_hz: Series[float] = column(
        "Rate to which the centre of pressure was resampled.",
        label="CoP rate",
        unit="Hz",
        nullable=True,
    )
    cop_low_pass_hz: Series[float] = column(
        "Low-pass filter of the centre of pressure (-3 dB, zero phase).",
        label="CoP low-pass",
        unit="Hz",
        nullable=True,
    )
    force_verdict: Series[str] = column(
        "How far the force events can be trusted: high, low or none.", label="Force"
    )
    force_note: Series[str] = column(
        "What to know about the force events.", label="Force note", nullable=True
    )
    rms_uv: Series[float] = column(
        "Root-mean-square over the window.", label="RMS", unit="µV", nullable=True
    )
    peak_rms_uv: Series[float] = column(
        "Highest root-mean-square of the MVIC window length.",
        label="Peak RMS",
        unit="µV",
        nullable=True,
    )
    peak_start_s: Series[float] = column(
        "Start of the stretch with the highest root-mean-square.",
        label="Peak start",
        unit="s",
        nullable=True,
    )
    peak_end_s: Series[float] = column(
        "End of the stretch with the highest root-mean-square.",
        label="Peak end",
        unit="s",
        nullable=True,
    )
    median_rms_uv: Series[float] = column(
        "Median root-mean-square of the MVIC window length.",
        label="Median RMS",
        unit="µV",
        nullable=True,
    )
    middle_rms_uv: Series[float] = column(
        "Root-mean-square of the middle of a reference contraction.",
        label="Middle RMS",
        unit="µV",
        nullable=True,
    )
    iemg_uv_s: Series[float] = column(
        "Integrated EMG of the window.",
        label="Integrated EMG",
        unit="µV s",
        nullable=True,
    )
    iemg_reference_uv_s: Series[float] = column(
        "Largest integrated EMG of the MVIC window length.",
        label="Integrated EMG of the MVIC",
        unit="µV s",
        nullable=True,
    )
    median_frequency_slope_hz_per_s: Series[float] = column(
        "Slope of the median frequency over the window.",
        label="Median frequency slope",
        unit="Hz/s",
        nullable=True,
    )
    median_frequency_windows: Series[float] = column(
        "Windows of a second that the slope was fitted to.",
        label="Windows",
        nullable=True,
    )
    baseline_rms_uv: Series[float] = column(
        "Root-mean-square at rest.", label="Rest RMS", unit="µV", nullable=True
    )
    snr_db: Series[float] = column(
        "Window power over rest power.", label="Signal-to-noise", unit="dB", nullable=True
    )
    mains_share: Series[float] = column(
        "Power of mains hum at rest as share of the window's power.",
        label="Mains hum at rest",
        nullable=True,
    )
    window_mains_share: Series[float] = column(
        "Power of mains hum in the window as share of the window's power.",
        label="Mains hum",
        nullable=True,
    )
    low_frequency_share: Series[float] = column(
        "Share of raw power below 20 Hz.", label="Below 20 Hz", nullable=True
    )
    motion_ratio_db: Series[float] = column(
        "All power over the power below 20 Hz that a muscle would not have (SM ratio).",
        label="Signal to movement",
        unit="dB",
        nullable=True,
    )
    clip_share: Series[float] = column(
        "Share of raw samples at the ends of the range.", label="Clipped", nullable=True
    )
    flat_ms: Series[float] = column(
        "Longest time that the raw signal stands still.",
        label="Stands still",
        unit="ms",
        nullable=True,
    )
    flat_share: Series[float] = column(
        "Share of the window in which the raw signal stands still for more than 20 ms.",
        label="Share still",
        nullable=True,
    )
    spike_share: Series[float] = column(
        "Share of the window's power in its strongest 20 ms.", label="Spikes", nullable=True
    )
    largest_raw_uv: Series[float] = column(
        "Largest distance of a raw sample from the mean.",
        label="Largest sample",
        unit="µV",
        nullable=True,
    )
    one_sidedness: Series[float] = column(
        "Reach of the samples to both sides of their median, the smaller over the larger.",
        label="Both sides alike",
        nullable=True,
    )
    interpolated_share: Series[float] = column(
        "Share of raw samples that lie on a straight line between their neighbours.",
        label="Interpolated",
        nullable=True,
    )
    median_frequency_hz: Series[float] = column(
        "Median frequency of the window, within the pass band.",
        label="Median frequency",
        unit="Hz",
        nullable=True,
    )
    deformation: Series[float] = column(
        "Spread of the spectrum (omega ratio).", label="Omega", nullable=True
    )
    drop_ratio_db: Series[float] = column(
        "Highest over lowest power density from 35 to 600 Hz (DP ratio), from 2 kHz on.",
        label="Drop in density",
        unit="dB",
        nullable=True,
    )
    upper_band_db: Series[float] = column(
        "Power density near the upper end of the pass band over that of the muscle.",
        label="Upper band",
        unit="dB",
        nullable=True,
    )
    heartbeat_autocorrelation: Series[float] = column(
        "Highest autocorrelation of the rest at the time of a heartbeat.",
        label="Heartbeat",
        nullable=True,
    )
    heartbeat_kurtosis: Series[float] = column(
        "Excess kurtosis of the rest between 10 and 60 Hz.", label="Spikes at rest", nullable=True
    )
    onset_s: Series[float] = column("Onset.", label="Onset", unit="s", nullable=True)
    onset_low_s: Series[float] = column(
        "Lower end of the 90% interval of the onset.", label="Onset, low", unit="s", nullable=True
    )
    onset_high_s: Series[float] = column(
        "Upper end of the 90% interval of the onset.", label="Onset, high", unit="s", nullable=True
    )
    onset_sd_s: Series[float] = column(
        "Posterior standard deviation of the onset.", label="Onset SD", unit="s", nullable=True
    )
    onset_evidence: Series[float] = column(
        "Log-likelihood of the best change against none.", label="Onset evidence", nullable=True
    )
    onset_step_s: Series[float] = column(
        "Onset for a muscle that switches on at once.", label="Onset, step", unit="s", nullable=True
    )
    onset_snr_db: Series[float] = column(
        "Power behind the onset over rest power.",
        label="Onset signal-to-noise",
        unit="dB",
        nullable=True,
    )
    onset_note: Series[str] = column(
        "Why there is no onset, or why it is doubtful.", label="Onset note", nullable=True
    )
    quality: Series[str] = column(
        "Verdict on this recording alone.", label="Signal quality", isin=SIGNAL_VERDICTS
    )
    quality_reasons: Series[str] = column(
        "Reasons of the verdict, in words.", label="Reasons", nullable=True
    )
    problem: Series[str] = column(
        "Why the recording cannot be used.", label="Problem", nullable=True
    )
    fix: Series[str] = column("What to do about it.", label="Fix", nullable=True)

    class Config:
        """Every column is written by `pipeline.signals`."""

        strict = True
        coerce = True
        unique = RECORDING_KEY
