"""What the tables of measured recordings have in common: whose trial a row is, and values in more than one table.

A value that is measured in a recording is declared where a table shows it: `column(..., measured=...)` says
in which field of the measurement it stands (`pipeline/signals/measured`), and the table is filled from
that. A value that several tables show is declared here, once. Only table models live here.
"""

from functools import partial
from typing import Final

from pandera.typing import Series

from schemas.columns import PARTICIPANT_ID, ROLE, STANCE_LEG, TASK, VISIT, StrictTable, column


class TrialTable(StrictTable):
    """A table of `pipeline.signals` about trials of one leg. Key: participant, visit, task, leg, trial."""

    participant_id: Series[str] = PARTICIPANT_ID()
    visit: Series[str] = VISIT()
    task: Series[str] = TASK()
    leg: Series[str] = STANCE_LEG()
    trial: Series[int] = column("Number of the trial.", label="Trial", identifies=True)


class RecordingTable(TrialTable):
    """A table about recordings of any role. Key: that of a trial, and the role."""

    role: Series[str] = ROLE()


LIFTOFF_S: Final = partial(
    column,
    "Lift-off of the other foot.",
    label="Lift-off",
    unit="s",
    nullable=True,
    measured="force.liftoff_s",
)
RELOAD_S: Final = partial(
    column,
    "When the other foot takes load for good.",
    label="Reload",
    unit="s",
    nullable=True,
    measured="force.reload_s",
)
HOP_S: Final = partial(
    column,
    "When the stance foot left its plate during the hold.",
    label="Hop",
    unit="s",
    nullable=True,
    measured="force.hop_s",
)
HOLD_IS_LOWER_BOUND: Final = partial(
    column,
    "The recording starts or ends within the hold.",
    label="At least",
    measured="force.is_lower_bound",
)
BODY_WEIGHT_N: Final = partial(
    column,
    "Median force under the stance foot during the hold.",
    label="Body weight",
    unit="N",
    nullable=True,
    measured="force.body_weight_n",
)
THRESHOLD_PCT_BW: Final = partial(
    column,
    "The threshold in percent of body weight.",
    label="Threshold (body weight)",
    unit="%",
    nullable=True,
    measured="force.threshold_pct_bw",
)
FORCE_VERDICT: Final = partial(
    column,
    "How far the force events can be trusted: high, low or none.",
    label="Force",
    measured="force.verdict",
)
FORCE_NOTE: Final = partial(
    column,
    "What to know about the force events.",
    label="Force note",
    nullable=True,
    measured="force.note",
)
COP_PATH_MM: Final = partial(
    column,
    "Length of the path of the centre of pressure.",
    label="CoP path",
    unit="mm",
    nullable=True,
    measured="cop.path_mm",
)
COP_MEAN_VELOCITY_MM_S: Final = partial(
    column,
    "Path divided by time.",
    label="CoP velocity",
    unit="mm/s",
    nullable=True,
    measured="cop.velocity_mm_s",
)
PREDICTION_ELLIPSE_95_AREA_MM2: Final = partial(
    column,
    "Area of the exact 95 % prediction ellipse.",
    label="95 % prediction ellipse",
    unit="mm²",
    nullable=True,
    measured="cop.ellipse_95_area_mm2",
)
COP_SAMPLING_RATE_HZ: Final = partial(
    column,
    "Rate to which the centre of pressure was resampled.",
    label="CoP rate",
    unit="Hz",
    nullable=True,
    measured="cop.sampling_rate_hz",
)
COP_LOW_PASS_HZ: Final = partial(
    column,
    "Low-pass filter of the centre of pressure (-3 dB, zero phase).",
    label="CoP low-pass",
    unit="Hz",
    nullable=True,
    measured="cop.low_pass_hz",
)
QUALITY_REASONS: Final = partial(
    column,
    "Reasons of the verdict, in words.",
    label="Reasons",
    nullable=True,
    measured="reasons",
)
