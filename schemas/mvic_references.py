"""MVIC references: what the activation of each leg is divided by, and how sure that number is."""

from pandera.typing import Series

from schemas.columns import PARTICIPANT_ID, VISIT, StrictTable, column
from schemas.terms import LEGS, SIGNAL_VERDICTS

MVIC_KEY = ["participant_id", "visit", "leg"]


class MvicReferences(StrictTable):
    """One leg with MVIC recordings. Key: participant, visit, leg.

    A leg whose recordings are all rejected has no reference and says so. The verdict is about the
    reference; whether a stance trial fits it stands with the trial.
    """

    participant_id: Series[str] = PARTICIPANT_ID()
    visit: Series[str] = VISIT()
    leg: Series[str] = column("Leg that was contracted.", label="Leg", isin=LEGS, identifies=True)
    normalisation: Series[str] = column("Term of the study for it.", label="Normalisation")
    n_repeats: Series[int] = column("MVIC recordings of the leg.", label="Repeats", ge=0)
    n_usable: Series[int] = column(
        "Of these, recordings that are not rejected.", label="Usable", ge=0
    )
    statistic: Series[str] = column(
        "Number of one recording, and of all of them.", label="Statistic"
    )
    window_s: Series[float] = column("Length of the window.", label="Window", unit="s", gt=0)
    reference_uv: Series[float] = column(
        "Reference of the leg.", label="MVIC reference", unit="µV", gt=0, nullable=True
    )
    cv_pct: Series[float] = column(
        "Coefficient of variation of the repeats.",
        label="Spread of repeats",
        unit="%",
        ge=0,
        nullable=True,
    )
    highest_task_pct: Series[float] = column(
        "Highest mean activation of a stance trial of the leg, in percent of the reference.",
        label="Highest stance trial",
        unit="%",
        ge=0,
        nullable=True,
    )
    verdict: Series[str] = column(
        "Verdict on the reference.", label="Verdict", isin=SIGNAL_VERDICTS
    )
    reasons: Series[str] = column(
        "Reasons of the verdict, in words.", label="Reasons", nullable=True
    )

    class Config:
        """One row per key."""

        unique = MVIC_KEY
