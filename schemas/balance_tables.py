"""What a lab writes down of balance tasks: hold times, observer ratings of the stance, training at home."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import PARTICIPANT_ID, STANCE_LEG, TASK, TRIAL, VISIT, StrictTable, column
from schemas.terms import CONDITIONS, HOLD_ENDINGS, SLS_RATINGS

HOLD_KEY = ["participant_id", "visit", "task", "leg", "condition", "trial"]


class HoldTimes(StrictTable):
    """One timed trial. Key: participant, visit, task, leg, condition, trial.

    A hold is known in one of three ways: exactly (`hold_time_s`), as longer than the ceiling
    (`ended_by` is ceiling), or only within bounds (`hold_low_s` to `hold_high_s`, interval-censored; a
    lower bound alone is right-censored at that bound).
    0 s means that the person could not hold the position; it is a value, not a missing one.
    """

    participant_id: Series[str] = PARTICIPANT_ID()
    visit: Series[str] = VISIT()
    task: Series[str] = TASK()
    leg: Series[str] = STANCE_LEG()
    condition: Series[str] = column(
        "Eyes open or closed.", label="Condition", isin=tuple(CONDITIONS), identifies=True
    )
    trial: Series[int] = TRIAL()
    hold_time_s: Series[float] = column(
        "Hold time.",
        label="Hold time",
        unit="s",
        ge=0,
        le=3600,
        nullable=True,
        fix="Check the paper form; declare `units: {hold_time_s: ms}` if the clock gave milliseconds.",
    )
    ceiling_s: Series[float] = column(
        "Time at which the tester stops the clock.",
        label="Ceiling",
        unit="s",
        gt=0,
        le=3600,
        fix="Put the ceiling of the protocol in study.yaml under `holds`, or in this column.",
    )
    ended_by: Series[str] = column(
        "What ended the hold.", label="Ended by", isin=tuple(HOLD_ENDINGS), nullable=True
    )
    hold_low_s: Series[float] = column(
        "Shortest time the hold can have lasted.",
        label="Hold, lower bound",
        unit="s",
        ge=0,
        le=3600,
        nullable=True,
    )
    hold_high_s: Series[float] = column(
        "Longest time the hold can have lasted.",
        label="Hold, upper bound",
        unit="s",
        gt=0,
        le=3600,
        nullable=True,
    )

    class Config:
        """One row per key."""

        unique = HOLD_KEY


class ClinicalTest(StrictTable):
    """One rating. Key: participant, leg, rater, session.

    The observer's rating (positive or negative) and the hold time are two measurements that share
    a name; they are never mixed.
    """

    participant_id: Series[str] = PARTICIPANT_ID()
    leg: Series[str] = STANCE_LEG()
    rater: Series[str] = column("Code of the observer.", label="Rater", identifies=True)
    session: Series[int] = column(
        "Number of the session.", label="Session", ge=1, le=100, identifies=True
    )
    sls_test: Series[str] = column(
        "Rating of the single-leg stance.", label="SLS rating", isin=SLS_RATINGS, nullable=True
    )

    class Config:
        """One row per key."""

        unique = ["participant_id", "leg", "rater", "session"]


class TrainingLog(StrictTable):
    """One training entry. Key: participant, date, task, leg.

    A home programme of single-leg stance asks for 5 to 10 repetitions a day on each leg, up to 15 s each.
    """

    participant_id: Series[str] = PARTICIPANT_ID()
    date: Series[pa.DateTime] = column("Day of training.", label="Date", identifies=True)
    task: Series[str] = TASK()
    leg: Series[str] = STANCE_LEG()
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
        """One row per key."""

        unique = ["participant_id", "date", "task", "leg"]
