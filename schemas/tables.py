"""The tables a cohort may hand in: name, model, whether they are required, and what fills a blank key."""

from dataclasses import dataclass, field
from typing import Final

import pandera.pandas as pa

from schemas.activation import ACTIVATION_KEY, Activation
from schemas.clinical_test import ClinicalTest
from schemas.group_summaries import OWN_STUDY, SUMMARY_KEY, GroupSummaries
from schemas.hold_times import HOLD_KEY, HoldTimes
from schemas.participants import Participants
from schemas.recordings import RECORDING_KEY, Recordings
from schemas.strength import Strength
from schemas.terms import DEFAULT_CONDITION, DEFAULT_TASK, DEFAULT_VISIT
from schemas.training_log import TrainingLog


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
