"""The tables of a simulated cohort, without mistakes: rows as a careful laboratory would keep them."""

from collections.abc import Sequence
from typing import Final

from pipeline.simulation.follow_up import TrainingEntry
from pipeline.simulation.holds import TrueHold
from pipeline.simulation.people import Person, Rating, StrengthTrial
from pipeline.simulation.recordings import PlannedRecording
from pipeline.simulation.table_files import TableFile
from schemas.terms import DEFAULT_TASK

WORKBOOK: Final = "demo_cohort.xlsx"


def participants_table(people: Sequence[Person], spelled: dict[str, str]) -> TableFile:
    """Participants, in order of their codes; `spelled` gives the spelling of a group where it differs."""
    table = TableFile(
        "participants",
        WORKBOOK,
        (
            "participant_id",
            "group",
            "age_years",
            "sex",
            "height_cm",
            "mass_kg",
            "dominant_leg",
            "painful_side",
            "symptom_months",
            "vas_mm",
            "odi_pct",
        ),
        sheet="participants",
    )
    for person in sorted(people, key=lambda p: p.participant_id):
        table.add(
            participant_id=person.participant_id,
            group=spelled.get(person.participant_id, person.group.label),
            age_years=person.age_years,
            sex=person.sex,
            height_cm=person.height_cm,
            mass_kg=person.mass_kg,
            dominant_leg=person.dominant_leg,
            painful_side=person.painful_side,
            symptom_months=person.symptom_months,
            vas_mm=person.vas_mm,
            odi_pct=person.odi_pct,
        )
    return table


def strength_table(trials: Sequence[StrengthTrial]) -> TableFile:
    """Strength, on the second sheet of the participants' workbook."""
    headings = ("participant_id", "leg", "trial", "abd_strength_n_kg")
    table = TableFile("strength", WORKBOOK, headings, sheet="strength")
    for row in sorted(trials, key=lambda r: (r.participant_id, r.leg, r.trial)):
        table.add(
            participant_id=row.participant_id,
            leg=row.leg,
            trial=row.trial,
            abd_strength_n_kg=row.abd_strength_n_kg,
        )
    return table


def hold_times_table(holds: Sequence[TrueHold]) -> TableFile:
    """Hold times; the ceiling stands in study.yaml, once. Tasks and visits are named where there are several."""
    headings = ("participant_id", "leg", "condition", "trial", "hold_time_s", "ended_by")
    several = len({(row.task, row.visit) for row in holds}) > 1
    named = ("visit", "task") if several else ()
    table = TableFile("hold_times", "hold_times.csv", (*headings[:1], *named, *headings[1:]))
    for row in sorted(holds, key=lambda r: (r.participant_id, r.visit, r.task, r.leg, r.trial)):
        table.add(
            **{name: getattr(row, name) for name in named},
            participant_id=row.participant_id,
            leg=row.leg,
            condition=row.condition,
            trial=row.trial,
            hold_time_s=row.hold_time_s,
            ended_by=row.ended_by,
        )
    return table


def training_log_table(entries: Sequence[TrainingEntry]) -> TableFile:
    """Training log of the single-leg stance."""
    headings = ("participant_id", "date", "task", "leg", "repetitions", "hold_time_s")
    table = TableFile("training_log", "training_log.csv", headings)
    for row in sorted(entries, key=lambda r: (r.participant_id, r.date, r.leg)):
        table.add(
            participant_id=row.participant_id,
            date=row.date.isoformat(),
            task=DEFAULT_TASK,
            leg=row.leg,
            repetitions=row.repetitions,
            hold_time_s=row.hold_time_s,
        )
    return table


def clinical_test_table(ratings: Sequence[Rating]) -> TableFile:
    """Observer ratings."""
    headings = ("participant_id", "leg", "rater", "session", "sls_test")
    table = TableFile("clinical_test", "clinical_test.csv", headings)
    for row in sorted(ratings, key=lambda r: (r.participant_id, r.leg, r.rater)):
        table.add(
            participant_id=row.participant_id,
            leg=row.leg,
            rater=row.rater,
            session=row.session,
            sls_test=row.sls_test,
        )
    return table


def recordings_table(plan: Sequence[PlannedRecording]) -> TableFile:
    """Recordings; a recording with the fault `not_listed` has no row."""
    headings = ("participant_id", "leg", "trial", "role", "file")
    table = TableFile("recordings", "recordings.csv", headings)
    for planned in plan:
        if planned.fault != "not_listed":
            table.add(
                participant_id=planned.person.participant_id,
                leg=planned.leg,
                trial=planned.trial,
                role=planned.role,
                file=planned.file,
            )
    return table
