"""The tables a cohort may hand in: name, model, whether they are required, and what fills a blank key.

The printed group summaries are declared here too: the one table that has no row of a person. They are
never analysed by themselves: intake says which figures cannot be true, so that nobody pools or quotes them.
"""

from dataclasses import dataclass, field
from typing import Final

import pandera.pandas as pa
from pandera.typing import Series

from schemas.activation import ACTIVATION_KEY, Activation
from schemas.balance_tables import HOLD_KEY, ClinicalTest, HoldTimes, TrainingLog
from schemas.columns import StrictTable, column
from schemas.participants import Participants
from schemas.recordings import RECORDING_KEY, Recordings
from schemas.strength import Strength
from schemas.terms import DEFAULT_CONDITION, DEFAULT_TASK, DEFAULT_VISIT

SUMMARY_KEY = ("source", "outcome", "group")
OWN_STUDY = "this study"


class GroupSummaries(StrictTable):
    """One printed mean. Key: source, outcome, group. All figures of a row are in `unit`."""

    source: Series[str] = column(
        "Where the figures are printed, such as the paper and its table.",
        label="Source",
        identifies=True,
    )
    outcome: Series[str] = column(
        "What was measured, with eyes, leg or visit where the paper tells them apart.",
        label="Outcome",
        identifies=True,
    )
    group: Series[str] = column(
        "Group as the paper calls it, or difference for a difference of groups.",
        label="Group",
        identifies=True,
    )
    unit: Series[str] | None = column("Unit of the figures.", label="Unit", nullable=True)
    n: Series[int] = column("People behind the mean.", label="n", ge=1, le=10_000_000)
    mean: Series[float] = column("Mean, or difference of means.", label="Mean")
    sd: Series[float] | None = column(
        "Standard deviation between people.", label="SD", ge=0, nullable=True
    )
    se: Series[float] | None = column(
        "Standard error of the mean.", label="SE", ge=0, nullable=True
    )
    ci_low: Series[float] | None = column(
        "Lower end of the 95% confidence interval.", label="95% CI, low", nullable=True
    )
    ci_high: Series[float] | None = column(
        "Upper end of the 95% confidence interval.", label="95% CI, high", nullable=True
    )
    scale_min: Series[float] | None = column(
        "Lowest value that a person can have; 0 for times.", label="Lowest possible", nullable=True
    )
    scale_max: Series[float] | None = column(
        "Highest value that a person can have: the end of the scale, or the ceiling of a timed test.",
        label="Highest possible",
        nullable=True,
    )
    whole_items: Series[float] | None = column(
        "Whole numbers that each person's value is the mean of; 1 for a single whole-number score, "
        "empty for values with decimals.",
        label="Whole-number items",
        ge=1,
        le=1000,
        nullable=True,
    )

    class Config:
        """One row per key."""

        unique = list(SUMMARY_KEY)


@dataclass(frozen=True)
class CohortTable:
    """One input table.

    `key` are the columns that name a row. `defaults` fill a key column that the table does not
    have, or whose cell is empty. `what` completes the sentence "The cohort has no ... table".
    `may_omit` are columns that a ready-made file need not have although the model has them;
    intake adds them empty. `of_people` is False for a table that has no row of a person: it is checked
    and never joined, counted by group or analysed.
    """

    name: str
    model: type[pa.DataFrameModel]
    what: str
    key: tuple[str, ...]
    required: bool = False
    defaults: dict[str, str | int] = field(default_factory=dict)
    may_omit: tuple[str, ...] = ()
    of_people: bool = True


_ACTIVATION_COLUMNS = tuple(Activation.to_schema().columns)

COHORT_TABLES: Final[dict[str, CohortTable]] = {
    table.name: table
    for table in (
        CohortTable(
            "participants", Participants, "participants", ("participant_id",), required=True
        ),
        CohortTable(
            "hold_times",
            HoldTimes,
            "hold-time",
            tuple(HOLD_KEY),
            required=True,
            defaults={
                "visit": DEFAULT_VISIT,
                "task": DEFAULT_TASK,
                "condition": DEFAULT_CONDITION,
                "trial": 1,
            },
            may_omit=(
                "hold_time_s",
                "hold_low_s",
                "hold_high_s",
                "ended_by",
                "ceiling_s",
            ),
        ),
        CohortTable(
            "activation",
            Activation,
            "activation",
            tuple(ACTIVATION_KEY),
            defaults={"visit": DEFAULT_VISIT, "task": DEFAULT_TASK, "trial": 1},
            may_omit=tuple(c for c in _ACTIVATION_COLUMNS if c not in ACTIVATION_KEY),
        ),
        CohortTable(
            "recordings",
            Recordings,
            "recordings",
            tuple(RECORDING_KEY),
            defaults={"visit": DEFAULT_VISIT, "task": DEFAULT_TASK, "trial": 1},
            may_omit=("start_s", "end_s"),
        ),
        CohortTable(
            "strength",
            Strength,
            "strength",
            ("participant_id", "visit", "leg", "trial"),
            defaults={"visit": DEFAULT_VISIT, "trial": 1},
        ),
        CohortTable(
            "clinical_test",
            ClinicalTest,
            "clinical test",
            ("participant_id", "leg", "rater", "session"),
            defaults={"rater": "R1", "session": 1},
        ),
        CohortTable(
            "training_log",
            TrainingLog,
            "training log",
            ("participant_id", "date", "task", "leg"),
            defaults={"task": DEFAULT_TASK},
        ),
    )
}

SUMMARY_TABLE: Final = CohortTable(
    "group_summaries",
    GroupSummaries,
    "group summaries",
    SUMMARY_KEY,
    defaults={"source": OWN_STUDY},
    of_people=False,
)
"""Means that are printed somewhere; a cohort folder may hold them to have them checked."""

INPUT_TABLES: Final[dict[str, CohortTable]] = {**COHORT_TABLES, SUMMARY_TABLE.name: SUMMARY_TABLE}
"""Every table that intake reads: those of the cohort's people, and printed means."""
