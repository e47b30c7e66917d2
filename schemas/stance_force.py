"""What the force plates measured in every stance recording: events, hold, body weight, sway."""

from pandera.typing import Series

from schemas.activation import ACTIVATION_KEY
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
    RELOAD_S,
    THRESHOLD_PCT_BW,
    TrialTable,
)


class StanceForce(TrialTable):
    """One stance trial of one leg. Key: participant, visit, task, leg, trial.

    Times are in seconds from the start of the file. Sway is of the centre of pressure (CoP) under
    the stance foot; its sampling rate and filter stand beside it, because path length and velocity
    depend on them.
    """

    liftoff_s: Series[float] = LIFTOFF_S()
    touchdown_s: Series[float] = column(
        "First touch of the other foot of at least 20 ms.",
        label="First touch",
        unit="s",
        nullable=True,
        measured="force.touchdown_s",
    )
    reload_s: Series[float] = RELOAD_S()
    hop_s: Series[float] = HOP_S()
    taps: Series[int] = column(
        "Touches before the reload.", label="Taps", ge=0, measured="force.taps"
    )
    hold_from_force_s: Series[float] = column(
        "From lift-off to the first touch or hop.",
        label="Hold time (force)",
        unit="s",
        ge=0,
        nullable=True,
        measured="force.hold_s",
    )
    hold_is_lower_bound: Series[bool] = HOLD_IS_LOWER_BOUND()
    hold_to_reload_s: Series[float] = column(
        "From lift-off to the reload, touches in between allowed.",
        label="Hold time to reload",
        unit="s",
        ge=0,
        nullable=True,
        measured="force.hold_to_reload_s",
    )
    body_weight_n: Series[float] = BODY_WEIGHT_N()
    liftoff_rule: Series[str] = column(
        "Rule for lift-off and touch-down.", label="Rule", nullable=True, measured="force.rule"
    )
    threshold_n: Series[float] = column(
        "Force above the plate's zero from which the foot is down.",
        label="Threshold",
        unit="N",
        nullable=True,
        measured="force.threshold_n",
    )
    threshold_pct_bw: Series[float] = THRESHOLD_PCT_BW()
    force_verdict: Series[str] = FORCE_VERDICT()
    force_note: Series[str] = FORCE_NOTE()
    cop_start_s: Series[float] = column(
        "Start of the measured sway.",
        label="Sway start",
        unit="s",
        nullable=True,
        measured="cop.start_s",
    )
    cop_end_s: Series[float] = column(
        "End of the measured sway.", label="Sway end", unit="s", nullable=True, measured="cop.end_s"
    )
    cop_path_mm: Series[float] = COP_PATH_MM(ge=0)
    cop_mean_velocity_mm_s: Series[float] = COP_MEAN_VELOCITY_MM_S(ge=0)
    cop_rms_ml_mm: Series[float] = column(
        "Root-mean-square distance from the mean, mediolateral.",
        label="CoP RMS (ML)",
        unit="mm",
        ge=0,
        nullable=True,
        measured="cop.rms_ml_mm",
    )
    cop_rms_ap_mm: Series[float] = column(
        "Root-mean-square distance from the mean, anteroposterior.",
        label="CoP RMS (AP)",
        unit="mm",
        ge=0,
        nullable=True,
        measured="cop.rms_ap_mm",
    )
    cop_range_ml_mm: Series[float] = column(
        "Largest minus smallest position, mediolateral.",
        label="CoP range (ML)",
        unit="mm",
        ge=0,
        nullable=True,
        measured="cop.range_ml_mm",
    )
    cop_range_ap_mm: Series[float] = column(
        "Largest minus smallest position, anteroposterior.",
        label="CoP range (AP)",
        unit="mm",
        ge=0,
        nullable=True,
        measured="cop.range_ap_mm",
    )
    prediction_ellipse_95_area_mm2: Series[float] = PREDICTION_ELLIPSE_95_AREA_MM2(ge=0)
    cop_sampling_rate_hz: Series[float] = COP_SAMPLING_RATE_HZ()
    cop_low_pass_hz: Series[float] = COP_LOW_PASS_HZ()
    cop_source: Series[str] = column(
        "Where the centre of pressure comes from, and in which axes.",
        label="CoP from",
        nullable=True,
        measured="cop.source",
    )
    cop_note: Series[str] = column(
        "Why sway, or a part of it, is not given.",
        label="CoP note",
        nullable=True,
        measured="cop.note",
    )
    file: Series[str] = column("Signal file.", label="File")

    class Config:
        """One row per key."""

        unique = ACTIVATION_KEY
