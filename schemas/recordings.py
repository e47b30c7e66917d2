"""Recordings: which signal file belongs to which person, leg and trial."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column
from schemas.terms import LEGS, RECORDING_ROLES

RECORDING_KEY = ["participant_id", "visit", "task", "leg", "trial", "role"]


class Recordings(pa.DataFrameModel):
    """One signal file. Key: participant, visit, task, leg, trial, role.

    `leg` is the stance leg; for an MVIC it is the leg whose gluteus medius was contracted.
    """

    participant_id: Series[str] = column(
        "Code of the person.", label="Participant", identifies=True
    )
    visit: Series[str] = column("Visit of a repeated study.", label="Visit", identifies=True)
    task: Series[str] = column("Balance task.", label="Task", identifies=True)
    leg: Series[str] = column("Stance leg.", label="Leg", isin=LEGS, identifies=True)
    trial: Series[int] = column(
        "Number of the trial.", label="Trial", ge=1, le=100, identifies=True
    )
    role: Series[str] = column(
        "What was recorded.", label="Role", isin=tuple(RECORDING_ROLES), identifies=True
    )
    file: Series[str] = column(
        "Signal file, relative to the cohort folder.",
        label="File",
        fix="Give the path of the file inside the cohort folder, with forward slashes.",
    )
    start_s: Series[float] = column(
        "Start of the part to use; empty means the start of the file.",
        label="Start",
        unit="s",
        ge=0,
        nullable=True,
    )
    end_s: Series[float] = column(
        "End of the part to use; empty means the end of the file.",
        label="End",
        unit="s",
        gt=0,
        nullable=True,
    )

    class Config:
        """Unknown columns are reported by intake and do not travel on."""

        strict = True
        coerce = True
        unique = RECORDING_KEY
