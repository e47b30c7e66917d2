"""What the force plates measured in every stance recording: events, hold, body weight, sway."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.activation import ACTIVATION_KEY
from schemas.columns import column
from schemas.terms import LEGS


class StanceForce(pa.DataFrameModel):
    """One stance trial of one leg. Key: participant, visit, task, leg, trial.

    Times are in seconds from the start of the file. Sway is of the centre of pressure (CoP) under
    the stance foot; its sampling rate and filter stand beside it, because path length and velocity
    depend on them.
    """

    participant_id: Series[str] = column(
        "Code of the person.", label="Participant", identifies=True
    )
    visit: Series[str] = column("Visit of a repeated study.", label="Visit", identifies=True)
    task: Series[str] = column("Balance task.", label="Task", identifies=True)
    leg: Series[str] = column("Stance leg.", label="Leg", isin=LEGS, identifies=True)
    trial: Series[int] = column("Number of the trial.", label="Trial", identifies=True)
    liftoff_s: Series[float] = column(
        "Lift-off of the other foot.", label="Lift-off", unit="s", nullable=True
    )
    touchdown_s: Series[float] = column(
        "First touch of the other foot of at least 20 ms.",
        label="First touch",
        unit="s",
        nullable=True,
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
    taps: Series[int] = column("Touches before the reload.", label="Taps", ge=0)
    hold_from_force_s: Series[float] = column(
        "From lift-off to the first touch or hop.",
        label="Hold time (force)",
        unit="s",
        ge=0,
        nullable=True,
    )
    hold_is_lower_bound: Series[bool] = column(
        "The recording starts or ends within the hold.", label="At least"
    )
    hold_to_reload_s: Series[float] = column(
        "From lift-off to the reload, touches in between allowed.",
        label="Hold time to reload",
        unit="s",
        ge=0,
        nullable=True,
    )
    body_weight_n: Series[float] = column(
        "Median force under the stance foot during the hold.",
        label="Body weight",
        unit="N",
        nullable=True,
    )
    liftoff_rule: Series[str] = column(
        "Rule for lift-off and touch-down.", label="Rule", nullable=True
    )
    threshold_n: Series[float] = column(
        "Force above the plate's zero from which the foot is down.",
        label="Threshold",
        unit="N",
        nullable=True,
    )
    threshold_pct_bw: Series[float] = column(
        "The threshold in percent of body weight.",
        label="Threshold (body weight)",
        unit="%",
        nullable=True,
    )
    force_verdict: Series[str] = column(
        "How far the force events can be trusted: high, low or none.", label="Force"
    )
    force_note: Series[str] = column(
        "What to know about the force events.", label="Force note", nullable=True
    )
    cop_start_s: Series[float] = column(
        "Start of the measured sway.", label="Sway start", unit="s", nullable=True
    )
    cop_end_s: Series[float] = column(
        "End of the measured sway.", label="Sway end", unit="s", nullable=True
    )
    cop_path_mm: Series[float] = column(
        "Length of the path of the centre of pressure.",
        label="CoP path",
        unit="mm",
        ge=0,
        nullable=True,
    )
    cop_mean_velocity_mm_s: Series[float] = column(
        "Path divided by time.", label="CoP velocity", unit="mm/s", ge=0, nullable=True
    )
    cop_rms_ml_mm: Series[float] = column(
        "Root-mean-square distance from the mean, mediolateral.",
        label="CoP RMS (ML)",
        unit="mm",
        ge=0,
        nullable=True,
    )
    cop_rms_ap_mm: Series[float] = column(
        "Root-mean-square distance from the mean, anteroposterior.",
        label="CoP RMS (AP)",
        unit="mm",
        ge=0,
        nullable=True,
    )
    cop_range_ml_mm: Series[float] = column(
        "Largest minus smallest position, mediolateral.",
        label="CoP range (ML)",
        unit="mm",
        ge=0,
        nullable=True,
    )
    cop_range_ap_mm: Series[float] = column(
        "Largest minus smallest position, anteroposterior.",
        label="CoP range (AP)",
        unit="mm",
        ge=0,
        nullable=True,
    )
    prediction_ellipse_95_area_mm2: Series[float] = column(
        "Area of the exact 95 % prediction ellipse.",
        label="95 % prediction ellipse",
        unit="mm²",
        ge=0,
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
    cop_source: Series[str] = column(
        "Where the centre of pressure comes from, and in which axes.",
        label="CoP from",
        nullable=True,
    )
    cop_note: Series[str] = column(
        "Why sway, or a part of it, is not given.", label="CoP note", nullable=True
    )
    file: Series[str] = column("Signal file.", label="File")

    class Config:
        """Every column is written by `pipeline.signals`."""

        strict = True
        coerce = True
        unique = ACTIVATION_KEY
