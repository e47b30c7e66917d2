"""Hip abductor strength: one row per trial of one leg."""

from pandera.typing import Series

from schemas.columns import PARTICIPANT_ID, TRIAL, VISIT, StrictTable, column
from schemas.terms import LEGS, MMT_GRADES

STRENGTH_SCALES = (
    "abd_strength_n_kg",
    "abd_strength_n",
    "abd_torque_nm_kg",
    "abd_torque_nm",
    "abd_strength_pct_bw",
    "abd_pressure_kpa",
)
"""Scales that are never mixed; a study gives one of them, or says in study.yaml which is analysed."""

STRENGTH_GRADE = "abd_mmt"
"""Grade of the manual muscle test. It is ordinal: kept and counted, never averaged or compared."""

STRENGTH_VALUES = (*STRENGTH_SCALES, STRENGTH_GRADE)
"""A strength table is of no use without one of these."""


class Strength(StrictTable):
    """One strength trial. Key: participant, visit, leg, trial. Scales are never converted silently."""

    participant_id: Series[str] = PARTICIPANT_ID()
    visit: Series[str] = VISIT()
    leg: Series[str] = column("Tested leg.", label="Leg", isin=LEGS, identifies=True)
    trial: Series[int] = TRIAL()
    abd_strength_n_kg: Series[float] | None = column(
        "Hip abduction force per body mass.",
        label="Abductor strength",
        unit="N/kg",
        ge=0,
        le=60,
        nullable=True,
        plausible=(0, 10),
        plausible_why="above 10 N/kg is rarely reached",
        fix="The unit is newton per kilogram; check whether the cell is in newton.",
    )
    abd_strength_n: Series[float] | None = column(
        "Hip abduction force.", label="Abductor strength", unit="N", ge=0, le=3000, nullable=True
    )
    abd_torque_nm_kg: Series[float] | None = column(
        "Hip abduction torque per body mass.",
        label="Abductor torque",
        unit="Nm/kg",
        ge=0,
        le=30,
        nullable=True,
    )
    abd_torque_nm: Series[float] | None = column(
        "Hip abduction torque.", label="Abductor torque", unit="Nm", ge=0, le=1500, nullable=True
    )
    abd_strength_pct_bw: Series[float] | None = column(
        "Hip abduction force as a percentage of body weight: N / (kg x 9.81) x 100.",
        label="Abductor strength",
        unit="%BW",
        ge=0,
        le=600,
        nullable=True,
        plausible=(0, 102),
        plausible_why="more than the own body weight (10 N/kg) is rarely reached",
        fix="The unit is percent of body weight; check whether the cell is in newton.",
    )
    abd_pressure_kpa: Series[float] | None = column(
        "Hip abduction strength as pressure of a cuff or pad.",
        label="Abductor strength (pressure)",
        unit="kPa",
        ge=0,
        le=1000,
        nullable=True,
    )
    abd_mmt: Series[str] | None = column(
        "Grade of the manual muscle test, 0 to 5; a grade is no measured force.",
        label="Abductor grade (MMT)",
        isin=MMT_GRADES,
        nullable=True,
        fix="Write one grade from 0 to 5, with + or - where the form has it; means of grades are not read.",
    )

    class Config:
        """One row per key."""

        unique = ["participant_id", "visit", "leg", "trial"]
