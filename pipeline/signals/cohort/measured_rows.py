"""Every row of the recordings table gets its measurements: kept ones, and new ones in batches.

What is kept from earlier runs is looked up here; what is left goes to `map_units` as one unit per
participant, which may be other processes.
"""

import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from pipeline.signals.cohort.measure import unreadable
from pipeline.signals.cohort.participant_unit import (
    FileToMeasure,
    MeasuredUnit,
    ParticipantUnit,
    measure_unit,
)
from pipeline.signals.cohort.recording_files import RecordingFiles, RecordingRow, Refusal
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.reading.formats import Content
from pipeline.signals.samples.recording import SignalProblem
from pipeline.signals.storing.feature_store import features_path, load_features
from pipeline.signals.storing.sample_store import DamagedEntry
from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKERS_VARIABLE
from schemas.emg_settings import EmgSettings

_CRASHES: Final = {
    getattr(signal, name).value
    for name in ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE")
    if hasattr(signal, name)
}
"""Signals by which a program ends itself; others come from outside."""


class MapUnits(Protocol):
    """Calls a function on every unit, here or elsewhere, and answers in the order of the units."""

    def __call__(
        self,
        fn: Callable[[ParticipantUnit], MeasuredUnit],
        units: Sequence[ParticipantUnit],
        *,
        done: Callable[[ParticipantUnit, MeasuredUnit], None],
        lost: Callable[[ParticipantUnit, int], MeasuredUnit],
    ) -> list[MeasuredUnit]:
        """Map fn over units.

        done: called here after each unit, in any order. lost: gives the answer for a unit whose
        process ended each time, with the exit code of that process (below zero: the signal).
        """


class Progress(Protocol):
    """Is told how many recordings are done, of how many, and how many of them were kept ones."""

    def __call__(self, done: int, total: int, kept: int) -> None:
        """Called after every unit."""


def in_this_process(
    fn: Callable[[ParticipantUnit], MeasuredUnit],
    units: Sequence[ParticipantUnit],
    *,
    done: Callable[[ParticipantUnit, MeasuredUnit], None],
    lost: Callable[[ParticipantUnit, int], MeasuredUnit],
) -> list[MeasuredUnit]:
    """MapUnits without other processes."""
    results = []
    for unit in units:
        results.append(fn(unit))
        done(unit, results[-1])
    return results


@dataclass(frozen=True)
class MeasuredRows:
    """Measurements and refusals in the order of the rows.

    kept: recordings whose measurements were kept ones. damaged: kept entries that were damaged.
    """

    features: list[RecordingFeatures]
    refusals: list[Refusal | None]
    kept: int
    damaged: int


def measured_rows(
    rows: Sequence[RecordingRow],
    files: RecordingFiles,
    settings: EmgSettings,
    *,
    cache: Path | None,
    map_units: MapUnits,
    progress: Progress,
) -> MeasuredRows:
    """Measure what is not kept.

    cache: folder of samples and measurements; None measures everything. Raises EnvironmentProblem
    when the cache cannot be written, or the system keeps ending the process that measures a file.
    """
    work = _Work(files, settings, cache, total=len(rows), progress=progress)
    refusals = [files.refusal(row) for row in rows]
    left: list[RecordingRow] = []
    for row, refusal in zip(rows, refusals, strict=True):
        if refusal is not None:
            work.answers[row.index] = unreadable(SignalProblem(refusal.what, refusal.fix))
        elif not work.take_kept(row):
            left.append(row)
    work.counted = len(rows) - len(left)
    work.tell()
    work.measure(_batches(left), map_units)
    features = [work.answers[row.index] for row in rows]
    return MeasuredRows(features, refusals, work.kept, work.damaged)


_Batch = list[list[RecordingRow]]
"""Rows that are measured as one unit: one list per file."""


def _batches(rows: Iterable[RecordingRow]) -> list[_Batch]:
    """One batch per participant, files in the order of their first rows."""
    people: dict[str, dict[str, list[RecordingRow]]] = {}
    for row in rows:
        people.setdefault(row.participant_id, {}).setdefault(row.file, []).append(row)
    return [list(of_person.values()) for of_person in people.values()]


@dataclass
class _Work:
    """What has been measured so far; answers by index of the row."""

    files: RecordingFiles
    settings: EmgSettings
    cache: Path | None
    total: int
    progress: Progress
    answers: dict[int, RecordingFeatures] = field(default_factory=dict)
    counted: int = 0
    kept: int = 0
    damaged: int = 0

    def tell(self) -> None:
        self.progress(self.counted, self.total, self.kept)

    def take_kept(self, row: RecordingRow) -> bool:
        """Take what an earlier run measured for a row; answers whether there was anything."""
        content = "" if self.cache is None else self.files.content(row).sha256
        if self.cache is None or not content:
            return False
        suffix = Path(row.file).suffix
        place = features_path(self.cache, content, suffix, row.request, self.settings)
        try:
            features = load_features(place)
        except DamagedEntry:
            return False  # the unit meets the same entry, counts the damage and makes it anew
        if features is None:
            return False
        self.answers[row.index] = features
        self.kept += 1
        return True

    def measure(self, batches: list[_Batch], map_units: MapUnits) -> None:
        """Measure batches; what ended its process is tried again file by file."""
        again: list[_Batch] = []
        units = [self._unit(batch) for batch in batches]
        results = map_units(measure_unit, units, done=self._count, lost=_lost)
        for batch, measured in zip(batches, results, strict=True):
            if measured.lost_by is None:
                rows = (row for of_file in batch for row in of_file)
                for row, features in zip(rows, measured.features, strict=True):
                    self.answers[row.index] = features
                self.damaged += measured.damaged
            elif len(batch) > 1:
                again += [[of_file] for of_file in batch]
            else:
                crashed = _crashed(batch[0][0].file, measured.lost_by)
                self.answers |= {row.index: crashed for row in batch[0]}
        if again:
            self.measure(again, map_units)

    def _unit(self, batch: _Batch) -> ParticipantUnit:
        return ParticipantUnit(
            tuple(
                FileToMeasure(
                    self.files.folder / rows[0].file,
                    self.files.content(rows[0]) if self.cache is not None else Content(),
                    tuple(row.request for row in rows),
                )
                for rows in batch
            ),
            self.settings,
            self.cache,
        )

    def _count(self, unit: ParticipantUnit, measured: MeasuredUnit) -> None:
        if measured.lost_by is None:
            self.counted += unit.n_recordings
        self.tell()


def _lost(_unit: ParticipantUnit, exit_code: int) -> MeasuredUnit:
    return MeasuredUnit((), lost_by=exit_code)


def _crashed(file: str, exit_code: int) -> RecordingFeatures:
    """The answer for a file on which a reading library crashes.

    Raises EnvironmentProblem when it was no crash: a report must not depend on the memory that the
    machine had to spare.
    """
    if -exit_code in _CRASHES:
        return unreadable(
            SignalProblem(
                "The file makes the program that reads it crash, so it is damaged.",
                "Export or copy the recording again.",
            )
        )
    raise EnvironmentProblem(
        f"The system ended the process that measured {file}, and did so again: most likely memory "
        "ran out.",
        f"Close other programs or set {WORKERS_VARIABLE}=1 and run the command again; all other "
        "recordings are kept.",
    )
