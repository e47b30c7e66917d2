"""Gluteus medius activation: one row per stance trial, ready-made or computed from recordings."""

from pandera.typing import Series

from schemas.columns import TRIAL, column
from schemas.measured_values import TrialTable
from schemas.normalisation import NORMALISATIONS
from schemas.terms import SIGNAL_VERDICTS, YES_NO

ACTIVATION_KEY = ["participant_id", "visit", "task", "leg", "trial"]


class Activation(TrialTable):
    """One stance trial of one leg. Key: participant, visit, task, leg, trial.

    Raw microvolts, the MVIC reference and the percentage stand side by side, because an MVIC that
    pain inhibits raises %MVIC (CEDE normalisation matrix, Besomi 2020, J Electromyogr Kinesiol
    53:102438). An onset that was looked for and not found is missing with a reason in `onset_note`.
    Times of events are in seconds from the start of the recording; onsets are in milliseconds
    from lift-off of the other foot, negative = before lift-off.
    """

    trial: Series[int] = TRIAL()
    gmed_pct_mvic: Series[float] = column(
        "Mean gluteus medius activation over the stance.",
        label="GMed activation",
        unit="%MVIC",
        ge=0,
        le=1000,
        nullable=True,
        plausible=(0, 150),
        plausible_why="the MVIC was probably not maximal",
        measured="pct_mvic",
    )
    gmed_pct_mvic_from: Series[str] = column(
        "The root-mean-square that the mean is made of: as measured, or without the noise of rest.",
        label="GMed activation from",
        isin=("rms", "noise_corrected_rms"),
        nullable=True,
        measured="pct_mvic_from",
    )
    gmed_peak_pct_mvic: Series[float] = column(
        "Highest 500 ms of gluteus medius activation in the stance.",
        label="GMed peak activation",
        unit="%MVIC",
        ge=0,
        le=2000,
        nullable=True,
        plausible=(0, 200),
        plausible_why="the MVIC was probably not maximal",
        measured="peak_pct_mvic",
    )
    gmed_median_pct_mvic: Series[float] = column(
        "Median of all 500 ms of gluteus medius activation in the stance.",
        label="GMed median activation",
        unit="%MVIC",
        ge=0,
        le=1000,
        nullable=True,
        plausible=(0, 150),
        plausible_why="the MVIC was probably not maximal",
        measured="median_pct_mvic",
    )
    gmed_noise_corrected_pct_mvic: Series[float] = column(
        "Mean gluteus medius activation over the stance, without the power of rest.",
        label="GMed activation, noise-corrected",
        unit="%MVIC",
        ge=0,
        le=1000,
        nullable=True,
        plausible=(0, 150),
        plausible_why="the MVIC was probably not maximal",
        measured="corrected_pct_mvic",
    )
    gmed_rms_uv: Series[float] = column(
        "Root-mean-square of gluteus medius over the stance, 20 to 450 Hz.",
        label="GMed RMS",
        unit="µV",
        ge=0,
        nullable=True,
        measured="usable.metrics.rms_uv",
    )
    gmed_peak_rms_uv: Series[float] = column(
        "Highest root-mean-square of 500 ms in the stance.",
        label="GMed peak RMS",
        unit="µV",
        ge=0,
        nullable=True,
        measured="usable.emg.peak_rms_uv",
    )
    gmed_median_rms_uv: Series[float] = column(
        "Median root-mean-square of all 500 ms in the stance.",
        label="GMed median RMS",
        unit="µV",
        ge=0,
        nullable=True,
        measured="usable.emg.median_rms_uv",
    )
    gmed_noise_corrected_rms_uv: Series[float] = column(
        "Root-mean-square over the stance without the power of rest.",
        label="GMed RMS, noise-corrected",
        unit="µV",
        ge=0,
        nullable=True,
        measured="usable_corrected.rms_uv",
    )
    noise_rms_uv: Series[float] = column(
        "Root-mean-square at rest, which the noise-corrected value leaves out.",
        label="RMS at rest",
        unit="µV",
        ge=0,
        nullable=True,
        measured="usable_corrected.noise_rms_uv",
    )
    noise_note: Series[str] = column(
        "Why there is no noise-corrected value.",
        label="Noise note",
        nullable=True,
        measured="usable_corrected.note",
    )
    mvic_rms_uv: Series[float] = column(
        "Reference: highest 500 ms root-mean-square of the MVIC trials, unless the study declares "
        "another rule.",
        label="MVIC reference",
        unit="µV",
        gt=0,
        nullable=True,
        measured="mvic_rms_uv",
    )
    normalisation: Series[str] = column(
        "What activation is divided by, a term of the CEDE normalisation matrix.",
        label="Normalisation",
        isin=tuple(NORMALISATIONS),
        nullable=True,
        measured="settings.normalisation",
    )
    gmed_pct_reference: Series[float] = column(
        "Mean gluteus medius activation in percent of a reference that is no MVIC; not for comparisons "
        "between groups.",
        label="GMed activation, percent of reference",
        unit="% of reference",
        ge=0,
        nullable=True,
        measured="pct_reference",
    )
    reference_rms_uv: Series[float] = column(
        "Reference that is no MVIC: a submaximal contraction, or the stance trials themselves.",
        label="Reference",
        unit="µV",
        gt=0,
        nullable=True,
        measured="reference_uv",
    )
    gmed_arv_pct_mvic: Series[float] = column(
        "Mean rectified EMG of the stance in percent of that of the MVIC.",
        label="GMed mean rectified",
        unit="%MVIC",
        ge=0,
        nullable=True,
        measured="iemg_share.mean_pct",
    )
    iemg_uv_s: Series[float] = column(
        "Integrated EMG of the stance; grows with its duration.",
        label="Integrated EMG",
        unit="µV s",
        ge=0,
        nullable=True,
        measured="usable.emg.iemg.window_uv_s",
    )
    iemg_window_s: Series[float] = column(
        "Duration of the stance that was integrated.",
        label="Integrated over",
        unit="s",
        ge=0,
        nullable=True,
        measured="usable.emg.iemg.window_s",
    )
    iemg_fixed_uv_s: Series[float] = column(
        "Integrated EMG of the first part of the stance, as long for everybody.",
        label="Integrated EMG, first part",
        unit="µV s",
        ge=0,
        nullable=True,
        measured="usable.emg.iemg.fixed_uv_s",
    )
    iemg_fixed_window_s: Series[float] = column(
        "Duration of the first part.",
        label="First part",
        unit="s",
        ge=0,
        nullable=True,
        measured="usable.emg.iemg.fixed_s",
    )
    iemg_mvic_uv_s: Series[float] = column(
        "Integrated EMG of the MVIC: its largest stretch.",
        label="Integrated EMG of the MVIC",
        unit="µV s",
        gt=0,
        nullable=True,
        measured="iemg_share.mvic_uv_s",
    )
    iemg_mvic_window_s: Series[float] = column(
        "Duration of the stretch of the MVIC.",
        label="MVIC stretch",
        unit="s",
        gt=0,
        nullable=True,
        measured="iemg_share.mvic_s",
    )
    iemg_pct: Series[float] = column(
        "Integrated EMG in percent of that of the MVIC; it depends on both durations.",
        label="Integrated EMG, percent",
        unit="%",
        ge=0,
        nullable=True,
        measured="iemg_share.area_pct",
    )
    iemg_note: Series[str] = column(
        "Why the first part was not integrated.",
        label="Integration note",
        nullable=True,
        measured="usable.emg.iemg.note",
    )
    median_frequency_start_hz: Series[float] = column(
        "Median frequency at the start of the hold, on the fitted line.",
        label="Median frequency at start",
        unit="Hz",
        nullable=True,
        measured="usable.emg.fatigue.start_hz",
    )
    median_frequency_slope_hz_per_s: Series[float] = column(
        "Slope of the median frequency over the hold.",
        label="Median frequency slope",
        unit="Hz/s",
        nullable=True,
        measured="usable.emg.fatigue.slope_hz_per_s",
    )
    median_frequency_slope_se_hz_per_s: Series[float] = column(
        "Standard error of the slope; larger for shorter holds.",
        label="Median frequency slope, SE",
        unit="Hz/s",
        ge=0,
        nullable=True,
        measured="usable.emg.fatigue.slope_se_hz_per_s",
    )
    median_frequency_slope_pct_per_s: Series[float] = column(
        "Slope of the median frequency in percent of its start.",
        label="Median frequency slope, percent",
        unit="%/s",
        nullable=True,
        measured="usable.emg.fatigue.slope_pct_per_s",
    )
    median_frequency_note: Series[str] = column(
        "Why there is no slope.",
        label="Frequency note",
        nullable=True,
        measured="usable.emg.fatigue.note",
    )
    co_activation_falconer_winter_1985_pct: Series[float] = column(
        "Both gluteus medius: twice the common area over the sum of areas.",
        label="Co-activation (Falconer and Winter)",
        unit="%",
        ge=0,
        le=100.001,
        nullable=True,
        measured="co_activation.co_activation_falconer_winter_1985_pct",
    )
    co_activation_rudolph_2000: Series[float] = column(
        "Both gluteus medius: mean of lower / higher x (lower + higher), in %MVIC.",
        label="Co-activation (Rudolph)",
        ge=0,
        nullable=True,
        measured="co_activation.co_activation_rudolph_2000",
    )
    co_activation_ratio_of_means_pct: Series[float] = column(
        "Both gluteus medius: lower over higher mean in %MVIC.",
        label="Co-activation (ratio of means)",
        unit="%",
        ge=0,
        le=100.001,
        nullable=True,
        measured="co_activation.co_activation_ratio_of_means_pct",
    )
    co_activation_note: Series[str] = column(
        "Why there is no co-activation.",
        label="Co-activation note",
        nullable=True,
        measured="co_activation_note",
    )
    onset_ms: Series[float] = column(
        "Gluteus medius onset relative to lift-off.",
        label="GMed onset",
        unit="ms",
        ge=-10000,
        le=10000,
        nullable=True,
        plausible=(-1000, 1000),
        plausible_why="onsets are expected within a second of lift-off",
        measured="onset.onset_ms",
    )
    onset_low_ms: Series[float] = column(
        "Lower end of the 90% interval of the onset.",
        label="GMed onset, low",
        unit="ms",
        ge=-20000,
        le=20000,
        nullable=True,
        measured="onset.low_ms",
    )
    onset_high_ms: Series[float] = column(
        "Upper end of the 90% interval of the onset.",
        label="GMed onset, high",
        unit="ms",
        ge=-20000,
        le=20000,
        nullable=True,
        measured="onset.high_ms",
    )
    onset_step_ms: Series[float] = column(
        "The same, for a muscle that switches on at once: about the first motor unit.",
        label="GMed onset, step",
        unit="ms",
        ge=-10000,
        le=10000,
        nullable=True,
        measured="onset.step_ms",
    )
    onset_confident: Series[str] = column(
        "Whether the interval is below 60 ms wide and the muscle 3 dB or more above rest.",
        label="Onset is sure",
        isin=YES_NO,
        nullable=True,
        measured="onset.confident",
    )
    onset_method: Series[str] = column(
        "Onset detector.", label="Onset method", nullable=True, measured="usable.onset.method"
    )
    onset_note: Series[str] = column(
        "Why no onset is given.", label="Onset note", nullable=True, measured="usable.onset.note"
    )
    liftoff_s: Series[float] = column(
        "Lift-off of the other foot, from the start of the recording.",
        label="Lift-off",
        unit="s",
        ge=0,
        nullable=True,
        measured="features.force.liftoff_s",
    )
    touchdown_s: Series[float] = column(
        "Touch-down of the other foot, from the start of the recording.",
        label="Touch-down",
        unit="s",
        ge=0,
        nullable=True,
        measured="features.force.touchdown_s",
    )
    hold_from_force_s: Series[float] = column(
        "Hold time from the force plate.",
        label="Hold time (force)",
        unit="s",
        ge=0,
        nullable=True,
        measured="features.force.hold_s",
    )
    snr_db: Series[float] = column(
        "Stance power over rest power, 20 to 450 Hz.",
        label="Signal-to-noise",
        unit="dB",
        nullable=True,
        measured="features.metrics.snr_db",
    )
    quality: Series[str] = column(
        "Verdict on the signal.",
        label="Signal quality",
        isin=SIGNAL_VERDICTS,
        nullable=True,
        measured="verdict.quality",
    )
    quality_reasons: Series[str] = column(
        "Reasons of the verdict, in words.",
        label="Reasons",
        nullable=True,
        measured="verdict.reasons",
    )
    file: Series[str] = column("Signal file.", label="File", nullable=True)

    class Config:
        """One row per key."""

        unique = ACTIVATION_KEY


ACTIVATION_VALUES = ("gmed_pct_mvic", "gmed_rms_uv", "onset_ms")
"""A ready-made table needs the keys and at least one of these."""
