"""Participants: one row per person."""

import pandera.pandas as pa
from pandera.typing import Series

from schemas.columns import column
from schemas.terms import DOMINANT_LEGS, PAINFUL_SIDES, SEXES


class Participants(pa.DataFrameModel):
    """One person. Key: participant_id. Ids are text: leading zeros and letters are kept."""

    participant_id: Series[str] = column(
        "Code of the person; never a name, a birth date or a record number.",
        label="Participant",
        identifies=True,
    )
    group: Series[str] = column(
        "Group label as study.yaml declares it.",
        label="Group",
        fix="Use one of the group labels of study.yaml, or add the spelling there.",
    )
    age_years: Series[float] | None = column(
        "Age.",
        label="Age",
        unit="years",
        ge=0,
        le=120,
        nullable=True,
        plausible=(16, 95),
        plausible_why="adults are expected",
    )
    sex: Series[str] | None = column("Sex.", label="Sex", isin=SEXES, nullable=True)
    height_cm: Series[float] | None = column(
        "Standing height.",
        label="Height",
        unit="cm",
        ge=50,
        le=250,
        nullable=True,
        plausible=(130, 215),
        plausible_why="most adults are between 130 and 215 cm",
        fix="Height is in centimetres; declare `units: {height_cm: m}` in study.yaml if the table has metres.",
    )
    mass_kg: Series[float] | None = column(
        "Body mass.",
        label="Mass",
        unit="kg",
        ge=20,
        le=350,
        nullable=True,
        plausible=(35, 200),
        plausible_why="most adults are between 35 and 200 kg",
    )
    bmi: Series[float] | None = column(
        "Body mass index.",
        label="BMI",
        unit="kg/m²",
        ge=8,
        le=90,
        nullable=True,
        plausible=(14, 60),
        plausible_why="most adults are between 14 and 60 kg/m²",
    )
    dominant_leg: Series[str] | None = column(
        "Leg preferred for kicking a ball.", label="Dominant leg", isin=DOMINANT_LEGS, nullable=True
    )
    painful_side: Series[str] | None = column(
        "Side of the pain; none for people without pain.",
        label="Painful side",
        isin=PAINFUL_SIDES,
        nullable=True,
    )
    site: Series[str] | None = column("Study site.", label="Site", nullable=True)
    pair_id: Series[str] | None = column("Matched set.", label="Matched set", nullable=True)
    symptom_months: Series[float] | None = column(
        "Duration of the present low back pain.",
        label="Symptom duration",
        unit="months",
        ge=0,
        le=1200,
        nullable=True,
    )
    vas_mm: Series[float] | None = column(
        "Pain on a visual analogue scale.",
        label="Pain (VAS)",
        unit="mm",
        ge=0,
        le=100,
        nullable=True,
        fix="The scale runs from 0 to 100 mm; declare `units: {vas_mm: cm}` if it was read in cm.",
    )
    nprs: Series[float] | None = column(
        "Pain on a numeric rating scale.",
        label="Pain (NPRS)",
        unit="points",
        ge=0,
        le=10,
        nullable=True,
    )
    odi_pct: Series[float] | None = column(
        "Oswestry disability index.",
        label="Disability (ODI)",
        unit="%",
        ge=0,
        le=100,
        nullable=True,
    )
    rmdq: Series[float] | None = column(
        "Roland-Morris disability questionnaire.",
        label="Disability (RMDQ)",
        unit="points",
        ge=0,
        le=24,
        nullable=True,
    )
    tsk: Series[float] | None = column(
        "Tampa scale of kinesiophobia, 17 items.",
        label="Kinesiophobia (TSK)",
        unit="points",
        ge=17,
        le=68,
        nullable=True,
        fix="Stance reads the 17-item form (17 to 68); give shorter forms a column of their own.",
    )
    pcs: Series[float] | None = column(
        "Pain catastrophizing scale, 13 items.",
        label="Catastrophizing (PCS)",
        unit="points",
        ge=0,
        le=52,
        nullable=True,
    )

    class Config:
        """Unknown columns are reported by intake and do not travel on."""

        strict = True
        coerce = True
        unique = ["participant_id"]
