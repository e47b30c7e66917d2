"""The files of a simulated cohort, without mistakes: tables as a careful laboratory would keep them, study.yaml."""

from collections.abc import Sequence
from typing import Final

from pipeline.simulation.assumptions import CohortSpec
from pipeline.simulation.follow_up import DAYS_PER_WEEK, WEEKS, TrainingEntry
from pipeline.simulation.holds import TrueHold
from pipeline.simulation.people import Person, Rating, StrengthTrial
from pipeline.simulation.recording_files import C3D_LABELS, LABELS
from pipeline.simulation.recordings import PlannedRecording
from pipeline.simulation.signals import RATE_HZ
from pipeline.simulation.table_files import TableFile
from schemas.terms import DEFAULT_TASK

WORKBOOK: Final = "demo_cohort.xlsx"

CASE_SPELLINGS = ("CLBP", "low back pain")
REFERENCE_SPELLINGS = ("CON", "healthy")
REST_S = (0.2, 1.8)
"""Everybody stands still on both legs for at least two seconds first."""

_HEAD = """\
# study.yaml: what Stance has to know about this study. Made by the simulator of Stance.
title: Simulated single-leg stance study, low back pain and control
description: >-
  Nobody gave these data. Group sizes, pain, disability and the direction of the strength difference
  follow Penney et al. 2014 (doi:10.1016/j.apmr.2014.06.009). Hold times, activation and onset are
  assumptions of the simulation. Some mistakes are in the tables and signals on purpose.
simulated: true

# Numbers in the tables have a decimal point.
decimal: "."
"""

_TRAINING = f"""\
# The home programme: single-leg stance every day. Its log has the days on which people trained, so that a day
# without an entry was a day without training.
training:
  weeks: {WEEKS}
  days_per_week: {DAYS_PER_WEEK}
"""


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
        table.add(**{name: getattr(row, name) for name in headings})
    return table


def hold_times_table(holds: Sequence[TrueHold]) -> TableFile:
    """Hold times; the ceiling stands in study.yaml, once. Tasks and visits are named where there are several."""
    headings = ("participant_id", "leg", "condition", "trial", "hold_time_s", "ended_by")
    several = len({(row.task, row.visit) for row in holds}) > 1
    named = ("visit", "task") if several else ()
    table = TableFile("hold_times", "hold_times.csv", (*headings[:1], *named, *headings[1:]))
    for row in sorted(holds, key=lambda r: (r.participant_id, r.visit, r.task, r.leg, r.trial)):
        table.add(**{name: getattr(row, name) for name in table.headings})
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
        table.add(**{name: getattr(row, name) for name in headings})
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


def study_text(spec: CohortSpec, tables: dict[str, TableFile]) -> str:
    """Text of study.yaml for these tables."""
    parts = [_HEAD, _groups(spec), _holds(spec), _tables(tables)]
    if spec.follow_up:
        parts.append(_TRAINING)
    if spec.signals:
        parts.append(_emg(spec))
    return "\n".join(parts)


def _groups(spec: CohortSpec) -> str:
    return f"""\
# Results are always case minus reference. Capitals and outer spaces do not matter.
groups:
  case:
    label: {spec.case.label}
    spellings: [{", ".join(CASE_SPELLINGS)}]
  reference:
    label: {spec.reference.label}
    spellings: [{", ".join(REFERENCE_SPELLINGS)}]
"""


def _holds(spec: CohortSpec) -> str:
    return f"""\
# The tester stops the clock here, so a hold at the ceiling means "at least this long".
holds:
  ceiling_s: {spec.ceiling_s:g}
"""


def _tables(tables: dict[str, TableFile]) -> str:
    lines = ["# Where each table is: two sheets of one workbook, the others as CSV."]
    lines.append("tables:")
    for name, table in tables.items():
        if table.sheet:
            lines.append(f"  {name}: {{file: {table.file}, sheet: {table.sheet}}}")
        else:
            lines.append(f"  {name}: {table.file}")
    return "\n".join([*lines, ""])


def _emg(spec: CohortSpec) -> str:
    channels = "\n".join(
        f"    {role}: [{LABELS[role]}, {C3D_LABELS[role]}]" for role in sorted(LABELS)
    )
    return f"""\
# One stance trial of at most {spec.emg_stance_s:g} s was recorded for each leg, beside the timed trials,
# and has a trial number of its own ({spec.trials + 1}).
emg:
  # Which channel is which: the first label is that of the EDF, CSV and Parquet files, the second
  # that of the motion laboratory's C3D files.
  channels:
{channels}
  # CSV and Parquet files do not say their units; EDF and C3D files do, and that counts.
  emg_unit: uV
  force_unit: N
  sampling_rate_hz: {RATE_HZ:g}
  # Activation is in percent of an MVIC in a standard position.
  normalisation: mvc_isometric
  # Everybody stands quietly on both legs here, in seconds from the start of a stance recording.
  rest_s: [{REST_S[0]}, {REST_S[1]}]
"""
