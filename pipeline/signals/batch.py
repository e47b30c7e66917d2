"""From the recordings table to the activation table: all recordings of one cohort.

A recording that cannot be used says why and never stops the cohort; its row is there, empty.
"""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.signals import cache as feature_cache
from pipeline.signals.activation_rows import TaskTrial, activation_row, task_trial
from pipeline.signals.emg.mvic import MVIC_METHODS, MvicTrial, mvic_references
from pipeline.signals.features import RecordingFeatures
from pipeline.signals.findings import SignalFinding
from pipeline.signals.measure import measure_recording
from pipeline.signals.method_sentences import signal_steps
from pipeline.signals.onset.sensitivity_table import sensitivity_table
from pipeline.signals.request import Request
from pipeline.signals.signal_table import signal_table
from pipeline.workspace.hashing import input_files, is_hidden
from schemas.activation import Activation
from schemas.columns import empty_table
from schemas.methods import MethodSentence
from schemas.recordings import RECORDING_KEY
from schemas.rules import RULES
from schemas.study import EmgSettings

Progress = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class SignalsResult:
    """All recordings of a cohort, measured.

    activation: one row per stance recording (schemas.activation.Activation). signals: one row per
    recording of any role (see `schemas.recording_signals`). onset_sensitivity: the onset of every stance
    recording by every method (`schemas.onset_sensitivity`). findings: what is wrong with recordings.
    steps: sentences for the methods section, of the steps that ran.
    """

    activation: pd.DataFrame
    signals: pd.DataFrame
    onset_sensitivity: pd.DataFrame
    findings: list[SignalFinding]
    steps: tuple[MethodSentence, ...]


@dataclass(frozen=True)
class _Row:
    """One row of the recordings table."""

    index: int
    participant_id: str
    visit: str
    task: str
    leg: str
    trial: int
    role: str
    file: str
    start_s: float | None
    end_s: float | None

    @property
    def leg_key(self) -> tuple[str, str, str]:
        return self.participant_id, self.visit, self.leg

    @property
    def key(self) -> dict[str, str | int]:
        return {name: getattr(self, name) for name in RECORDING_KEY}


def process_recordings(
    recordings: pd.DataFrame,
    folder: Path,
    settings: EmgSettings,
    *,
    cache: Path | None,
    progress: Progress | None = None,
) -> SignalsResult:
    """Measure all recordings of a cohort.

    recordings: schemas.recordings.Recordings. folder: the cohort folder that `file` is relative to.
    settings: the emg part of study.yaml. cache: folder for measured recordings; None measures every
    time. progress: called with (recordings done, recordings in all).
    Raises EnvironmentProblem when the cache cannot be written; problems of recordings are findings.
    """
    rows = _rows(recordings)
    measured: list[RecordingFeatures] = []
    findings: list[SignalFinding] = []
    named = frozenset(row.file for row in rows)
    for done, row in enumerate(rows, start=1):
        features, finding = _measured(row, folder, settings, cache, named)
        measured.append(features)
        findings += [finding] if finding else []
        if progress is not None:
            progress(done, len(rows))
    uses_mvic = settings.normalisation in MVIC_METHODS
    references = mvic_references(
        MvicTrial(row.leg_key, features)
        for row, features in zip(rows, measured, strict=True)
        if row.role == "mvic" and uses_mvic
    )
    trials: list[TaskTrial] = []
    for row, features in zip(rows, measured, strict=True):
        if row.role != "task":
            continue
        trial = task_trial(features, references.get(row.leg_key))
        trials.append(trial)
        findings += _trial_findings(row, trial, expects_reference=uses_mvic)
    task_rows = [row for row in rows if row.role == "task"]
    return SignalsResult(
        activation=_activation(task_rows, trials),
        signals=signal_table([(row.key, row.file) for row in rows], measured),
        onset_sensitivity=sensitivity_table(
            [row.key for row in task_rows], [trial.features for trial in trials]
        ),
        findings=findings,
        steps=signal_steps(measured, trials, settings),
    )


def _rows(recordings: pd.DataFrame) -> list[_Row]:
    def given(value: float) -> float | None:
        return None if pd.isna(value) else float(value)

    return [
        _Row(
            index=number,
            **{name: str(record[name]) for name in ("participant_id", "visit", "task", "leg")},
            trial=int(record["trial"]),
            role=str(record["role"]),
            file=str(record["file"]),
            start_s=given(record["start_s"]),
            end_s=given(record["end_s"]),
        )
        for number, record in enumerate(recordings.to_dict(orient="records"))
    ]


def _measured(
    row: _Row, folder: Path, settings: EmgSettings, cache: Path | None, named: frozenset[str]
) -> tuple[RecordingFeatures, SignalFinding | None]:
    path = folder / row.file
    if not _is_inside(path, folder):
        what = "The path leads out of the cohort folder."
        fix = "Put the file into the cohort folder and give its path from there."
        return _refused(what, fix), _finding("REC-02", row, problem=what, suggestion=fix)
    if is_hidden(folder.resolve(), path.resolve()):
        what = "The file or its folder is hidden (the name starts with a dot or ~$)."
        fix = "Hidden files are not read: give the file and its folder a name without the mark."
        return _refused(what, fix), _finding("REC-02", row, problem=what, suggestion=fix)
    if not path.is_file():
        near = _near(row.file, folder, named)
        what = f"The file is not in the cohort folder.{near}"
        fix = RULES["REC-01"].fix
        return _refused(what, fix), _finding("REC-01", row, problem=what, suggestion=fix, near=near)
    request = Request(row.role, row.leg, row.start_s, row.end_s)
    features = _from_cache_or_file(path, request, settings, cache)
    if features.problem:
        return features, _finding("REC-02", row, problem=features.problem, suggestion=features.fix)
    return features, None


def _from_cache_or_file(
    path: Path, request: Request, settings: EmgSettings, cache: Path | None
) -> RecordingFeatures:
    if cache is None:
        return measure_recording(path, request, settings)
    try:
        name = feature_cache.entry_name(path, request, settings)
    except OSError:
        # Measuring says in words why the file cannot be opened; such an answer is not kept.
        return measure_recording(path, request, settings)
    stored = feature_cache.load(cache, name)
    if stored is not None:
        return stored
    features = measure_recording(path, request, settings)
    feature_cache.store(cache, name, features)
    return features


def _is_inside(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder.resolve())


def _near(file: str, folder: Path, named: frozenset[str]) -> str:
    """A sentence with a file name that looks like the one that is missing, or "".

    named: files of the recordings table; they belong to other recordings and are not suggested.
    """
    names = {path.relative_to(folder).as_posix() for path in input_files(folder)} - named
    close = difflib.get_close_matches(file, sorted(names), n=1, cutoff=0.8)
    return f" Did you mean {close[0]}?" if close else ""


def _refused(what: str, fix: str) -> RecordingFeatures:
    return RecordingFeatures(problem=what, fix=fix, reasons=(what,))


def _finding(
    rule_id: str, row: _Row, *, problem: str = "", suggestion: str = "", near: str = ""
) -> SignalFinding:
    return SignalFinding(
        rule_id=rule_id,
        file=row.file,
        participant_id=row.participant_id,
        found=f"{row.role} of the {row.leg} leg, trial {row.trial}",
        problem=problem,
        suggestion=suggestion,
        severity=RULES[rule_id].severity,
        near=near,
        row=row.index,
    )


def _trial_findings(row: _Row, trial: TaskTrial, *, expects_reference: bool) -> list[SignalFinding]:
    if trial.misfits_reference:
        reasons = "; ".join(trial.verdict.reasons)
        problem = f"The trial does not fit its MVIC reference: {reasons}."
        fix = (
            "Check that the MVIC recording belongs to this leg and that it was maximal; microvolts "
            "and onset are reported without it."
        )
        return [_finding("REC-05", row, problem=problem, suggestion=fix)]
    if expects_reference and trial.mvic_rms_uv is None and trial.is_usable:
        return [_finding("REC-03", row, problem=RULES["REC-03"].why)]
    return []


def _activation(rows: list[_Row], trials: list[TaskTrial]) -> pd.DataFrame:
    if not rows:
        return empty_table(Activation)
    records = [
        activation_row(row.key, row.file, trial) for row, trial in zip(rows, trials, strict=True)
    ]
    return Activation.validate(pd.DataFrame(records, columns=list(empty_table(Activation).columns)))
