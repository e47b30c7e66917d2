"""From the recordings table to the activation table: all recordings of one cohort.

Rows -> units of one participant -> measured -> references -> trials -> tables. A recording that
cannot be used says why and never stops the cohort; its row is there, empty. Samples never pass
through here: memory holds what was measured, however many recordings there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.signals.cohort.activation_rows import TaskTrial, activation_row, task_trial
from pipeline.signals.cohort.measured_rows import MapUnits, Progress, in_this_process, measured_rows
from pipeline.signals.cohort.measured_tables import (
    event_sensitivity_table,
    onset_sensitivity_table,
    signal_table,
    stance_force_table,
    trace_table,
)
from pipeline.signals.cohort.method_sentences import signal_steps
from pipeline.signals.cohort.recording_files import RecordingFiles, RecordingRow, recording_rows
from pipeline.signals.cohort.recording_findings import (
    SignalFinding,
    reading_findings,
    trial_findings,
)
from pipeline.signals.emg.references import LegRecording, References, mvic_table, references
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.workspace.hashing import Sha256OfFile, sha256_of_file
from schemas.activation import Activation
from schemas.columns import empty_table
from schemas.emg_settings import EmgSettings
from schemas.methods import MethodSentence


@dataclass(frozen=True, eq=False)
class SignalsResult:
    """All recordings of a cohort, measured.

    activation: one row per stance recording (schemas.activation.Activation). signals: one row per
    recording of any role (see `schemas.recording_signals`). onset_sensitivity: the onset of every
    stance recording by every method (`schemas.sensitivity`). stance_force, event_sensitivity:
    force plates per stance recording, and its events by every rule (see `schemas`). mvic_references:
    one row per leg with MVIC recordings (`schemas.mvic_references`). traces: what the recordings look
    like (`schemas.recording_traces`). findings: what is wrong with recordings. steps: sentences for
    the methods section, of the steps that ran. n_kept: recordings whose measurements came from an
    earlier run. notes: what a person should know about this run.
    """

    activation: pd.DataFrame
    signals: pd.DataFrame
    onset_sensitivity: pd.DataFrame
    stance_force: pd.DataFrame
    event_sensitivity: pd.DataFrame
    mvic_references: pd.DataFrame
    traces: pd.DataFrame
    findings: list[SignalFinding]
    steps: tuple[MethodSentence, ...]
    n_kept: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Measured:
    """The recordings of one cohort in the order of the table, and what follows from them together.

    trials: stance recordings with their reference. references: by person, visit and leg.
    """

    rows: Sequence[RecordingRow]
    features: Sequence[RecordingFeatures]
    references: References
    trials: Sequence[tuple[RecordingRow, TaskTrial]]


def process_recordings(
    recordings: pd.DataFrame,
    folder: Path,
    settings: EmgSettings,
    *,
    cache: Path | None,
    progress: Progress | None = None,
    map_units: MapUnits = in_this_process,
    sha256_of: Sha256OfFile = sha256_of_file,
) -> SignalsResult:
    """Measure all recordings of a cohort: the way from the recordings table to the tables of signals.

    1. Rows. `recording_rows` reads who, which leg, trial and role; `RecordingFiles` refuses files that
       are missing, hidden or outside the cohort folder, and hashes the others with their companions.
    2. Units. `measured_rows` takes what an earlier run measured (same content, request, settings and
       code) and packs the rest by participant; `map_units` measures them here, in processes or on Dask.
    3. One recording (`participant_unit`, `measure`): read by its format or from kept samples; force
       events and sway; gluteus medius amplitude and quality; onset; the lifted leg beside it; a trace.
       What cannot be used is an answer with a reason, and what was measured is kept at once.
    4. References. `references` finds the MVIC of each leg over its repeats, or what stands in for it,
       and the level of rest.
    5. Trials. `task_trial` puts each stance beside its leg's reference: percentages, co-activation, and a
       verdict on both together. Nothing of a rejected signal is shown but its force events.
    6. Tables. Each column says which field fills it (`measured_tables`); findings and the sentences
       of the methods section follow from what ran.

    Memory holds what was measured, never samples. Inputs and errors:

    recordings: schemas.recordings.Recordings. folder: the cohort folder that `file` is relative to.
    settings: the emg part of study.yaml. cache: folder for samples and measurements by content;
    None reads and measures every time. progress: told of recordings done, in all, and kept.
    map_units: where units are measured (see `pipeline.engine.map_units`). sha256_of: hash of a file's content.
    Raises EnvironmentProblem when the cache cannot be written or the system ends the process that
    measures a recording; problems of recordings are findings.
    """
    rows = recording_rows(recordings)
    done = measured_rows(
        rows,
        RecordingFiles(folder, rows, sha256_of),
        settings,
        cache=cache,
        map_units=map_units,
        progress=progress or (lambda done, total, kept: None),
    )
    measured = _together(rows, done.features, settings)
    expects_mvic = settings.method is not None and settings.method.is_mvic
    keys = [(row.key, row.file) for row in rows]
    return SignalsResult(
        activation=_activation(measured, settings),
        signals=signal_table(keys, measured.features),
        stance_force=stance_force_table(keys, measured.features),
        event_sensitivity=event_sensitivity_table(keys, measured.features),
        onset_sensitivity=onset_sensitivity_table(
            [row.key for row, _ in measured.trials],
            [trial.features for _, trial in measured.trials],
        ),
        mvic_references=mvic_table(measured.references, settings),
        traces=trace_table(
            (row.key, features.trace) for row, features in zip(rows, done.features, strict=True)
        ),
        findings=[
            *reading_findings(rows, done.features, done.refusals),
            *trial_findings(measured.trials, expects_mvic=expects_mvic),
        ],
        steps=signal_steps(measured.features, [trial for _, trial in measured.trials], settings),
        n_kept=done.kept,
        notes=_notes(done.damaged),
    )


def _together(
    rows: Sequence[RecordingRow], features: Sequence[RecordingFeatures], settings: EmgSettings
) -> _Measured:
    pairs = list(zip(rows, features, strict=True))
    found = references(
        (LegRecording(row.leg_key, row.role, measured) for row, measured in pairs), settings
    )
    trials = [
        (row, task_trial(measured, row.leg_key, found, settings))
        for row, measured in pairs
        if row.role == "task"
    ]
    return _Measured(rows, features, found, trials)


def _activation(measured: _Measured, settings: EmgSettings) -> pd.DataFrame:
    empty = empty_table(Activation)
    if not measured.trials:
        return empty
    records = [activation_row(row.key, row.file, trial) for row, trial in measured.trials]
    return Activation.validate(pd.DataFrame(records, columns=list(empty.columns)))


def _notes(damaged: int) -> tuple[str, ...]:
    if not damaged:
        return ()
    what = "1 entry" if damaged == 1 else f"{damaged} entries"
    return (
        f"{what} of the signal cache had been damaged and {'was' if damaged == 1 else 'were'} "
        "made anew",
    )
