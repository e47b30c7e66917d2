"""Training log: one row per person, day, task and leg of a home programme."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column
from schemas.terms import HOLD_ENDINGS, LEGS


class TrainingLog(pa.DataFrameModel):
    """One training entry. Key: participant, date, task, leg.

    A home programme of single-leg stance asks for 5 to 10 repetitions a day on each leg, up to 15 s each.
    """

    participant_id: Series[str] = column(
        "Code of the person.", label="Participant", identifies=True
    )
    date: Series[pa.DateTime] = column("Day of training.", label="Date", identifies=True)
    task: Series[str] = column("Balance task.", label="Task", identifies=True)
    leg: Series[str] = column("Stance leg.", label="Leg", isin=LEGS, identifies=True)
    repetitions: Series[int] = column("Repetitions that day.", label="Repetitions", ge=0, le=500)
    hold_time_s: Series[float] | None = column(
        "Usual hold time of a repetition.",
        label="Hold time",
        unit="s",
        ge=0,
        le=3600,
        nullable=True,
    )
    ended_by: Series[str] | None = column(
        "What usually ended the hold.", label="Ended by", isin=tuple(HOLD_ENDINGS), nullable=True
    )

    class Config:
        """Unknown columns are reported by intake and do not travel on."""

        strict = True
        coerce = True
        unique = ["participant_id", "date", "task", "leg"]
