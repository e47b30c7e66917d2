"""study.yaml of a simulated cohort, with comments, as a laboratory would write it."""

from pipeline.simulation.follow_up import DAYS_PER_WEEK, WEEKS
from pipeline.simulation.recording_files import C3D_LABELS, LABELS
from pipeline.simulation.signals import RATE_HZ
from pipeline.simulation.table_files import TableFile
from pipeline.simulation.truths import CohortSpec

CASE_SPELLINGS = ("CLBP", "low back pain")
REFERENCE_SPELLINGS = ("CON", "healthy")
REST_S = (0.2, 1.8)
"""Everybody stands still on both legs for at least two seconds first."""


def study_text(spec: CohortSpec, tables: dict[str, TableFile]) -> str:
    """Text of study.yaml for these tables."""
    parts = [_HEAD, _groups(spec), _holds(spec), _tables(tables)]
    if spec.follow_up:
        parts.append(_TRAINING)
    if spec.signals:
        parts.append(_emg(spec))
    return "\n".join(parts)


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
