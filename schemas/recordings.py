"""Recordings: which signal file belongs to which person, leg and trial."""

from pandera.typing import Series

from schemas.columns import (
    PARTICIPANT_ID,
    ROLE,
    STANCE_LEG,
    TASK,
    TRIAL,
    VISIT,
    StrictTable,
    column,
)

RECORDING_KEY = ["participant_id", "visit", "task", "leg", "trial", "role"]


class Recordings(StrictTable):
    """One signal file. Key: participant, visit, task, leg, trial, role.

    `leg` is the stance leg; for an MVIC it is the leg whose gluteus medius was contracted.
    """

    participant_id: Series[str] = PARTICIPANT_ID()
    visit: Series[str] = VISIT()
    task: Series[str] = TASK()
    leg: Series[str] = STANCE_LEG()
    trial: Series[int] = TRIAL()
    role: Series[str] = ROLE()
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
        """One row per key."""

        unique = RECORDING_KEY
