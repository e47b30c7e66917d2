"""Participants: one row per person."""

from typing import Any

from pandera.typing import Series

from schemas.columns import StrictTable, column
from schemas.instruments import IPAQ_CATEGORIES, ODI_ITEM_MAXIMUM
from schemas.terms import DOMINANT_LEGS, PAINFUL_SIDES, SEXES


def _odi_answer(number: int) -> Any:
    return column(
        f"Oswestry disability index, section {number}.",
        label=f"ODI section {number}",
        unit="points",
        ge=0,
        le=ODI_ITEM_MAXIMUM,
        nullable=True,
        part_of="odi_pct",
        fix="Sections are scored from 0 to 5; check the questionnaire.",
    )


def _ipaq_days(activity: str) -> Any:
    return column(
        f"Days of the last 7 with {activity}, IPAQ short form.",
        label=f"Days with {activity}",
        unit="days",
        ge=0,
        le=7,
        nullable=True,
        part_of="ipaq_met_min_week",
    )


def _ipaq_minutes(activity: str) -> Any:
    return column(
        f"Minutes of {activity} on one of these days, IPAQ short form.",
        label=f"Minutes of {activity} per day",
        unit="min",
        ge=0,
        le=1440,
        nullable=True,
        part_of="ipaq_met_min_week",
        fix="The unit is minutes per day; check the questionnaire.",
    )


class Participants(StrictTable):
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
        fix="Mass is in kilograms; declare `units: {mass_kg: lb}` (or `g`) in study.yaml if the table has another unit.",
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
    symptom_weeks: Series[float] | None = column(
        "Duration of the present low back pain, in place of symptom_months.",
        label="Symptom duration",
        unit="weeks",
        ge=0,
        le=5200,
        nullable=True,
    )
    pain_free_months: Series[float] | None = column(
        "Months without low back pain, of people without pain.",
        label="Time without pain",
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
        "Roland-Morris disability questionnaire; study.yaml says which version, by default 24 items.",
        label="Disability (RMDQ)",
        unit="points",
        ge=0,
        le=24,
        nullable=True,
    )
    tsk: Series[float] | None = column(
        "Tampa scale of kinesiophobia; study.yaml says which version, by default 17 items (17 to 68).",
        label="Kinesiophobia (TSK)",
        unit="points",
        ge=7,
        le=68,
        nullable=True,
        fix="Check the total of the questionnaire; shorter forms than the 17-item one are declared under `instruments` in study.yaml.",
    )
    pcs: Series[float] | None = column(
        "Pain catastrophizing scale; study.yaml says which version, by default 13 items (0 to 52).",
        label="Catastrophizing (PCS)",
        unit="points",
        ge=0,
        le=52,
        nullable=True,
    )
    ipaq_met_min_week: Series[float] | None = column(
        "Physical activity of a week, IPAQ short form; computed where the answers are given.",
        label="Physical activity (IPAQ)",
        unit="MET-min/week",
        ge=0,
        le=60000,
        nullable=True,
        plausible=(0, 19278),
        plausible_why="more is not possible when at most 180 min of each activity count per day",
    )
    ipaq_category: Series[str] | None = column(
        "Category of physical activity, IPAQ short form; computed where the answers are given.",
        label="Physical activity (IPAQ)",
        isin=IPAQ_CATEGORIES,
        nullable=True,
    )
    odi_1: Series[float] | None = _odi_answer(1)
    odi_2: Series[float] | None = _odi_answer(2)
    odi_3: Series[float] | None = _odi_answer(3)
    odi_4: Series[float] | None = _odi_answer(4)
    odi_5: Series[float] | None = _odi_answer(5)
    odi_6: Series[float] | None = _odi_answer(6)
    odi_7: Series[float] | None = _odi_answer(7)
    odi_8: Series[float] | None = _odi_answer(8)
    odi_9: Series[float] | None = _odi_answer(9)
    odi_10: Series[float] | None = _odi_answer(10)
    ipaq_walk_days: Series[float] | None = _ipaq_days("walking")
    ipaq_walk_min: Series[float] | None = _ipaq_minutes("walking")
    ipaq_moderate_days: Series[float] | None = _ipaq_days("moderate activity")
    ipaq_moderate_min: Series[float] | None = _ipaq_minutes("moderate activity")
    ipaq_vigorous_days: Series[float] | None = _ipaq_days("vigorous activity")
    ipaq_vigorous_min: Series[float] | None = _ipaq_minutes("vigorous activity")

    class Config:
        """One row per key."""

        unique = ["participant_id"]
