"""What a worker is given and gives back: the recordings of one participant that are to be measured.

A worker starts anew and imports this file, so it needs neither tables nor plots.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.signals.cohort.measure import measure_samples, unreadable
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.reading.formats import Content, read_recording
from pipeline.signals.samples.recording import Recording, Request, SignalProblem
from pipeline.signals.storing.feature_store import features_path, load_features, save_features
from pipeline.signals.storing.sample_store import (
    DamagedEntry,
    load_recording,
    reading_settings,
    samples_path,
    save_recording,
)
from schemas.emg_settings import EmgSettings


@dataclass(frozen=True)
class FileToMeasure:
    """One recording file and what is asked of it; it is opened once for all requests."""

    path: Path
    content: Content
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class ParticipantUnit:
    """The files of one participant that are not measured yet.

    settings: the emg part of study.yaml. cache: folder of samples and measurements, None for none.
    """

    files: tuple[FileToMeasure, ...]
    settings: EmgSettings
    cache: Path | None

    @property
    def n_recordings(self) -> int:
        """Number of requests."""
        return sum(len(file.requests) for file in self.files)


@dataclass(frozen=True)
class MeasuredUnit:
    """Measurements in the order of the unit's files and their requests.

    from_file, from_samples: files read from their own format and from kept samples. damaged: kept
    entries that were not what had been written, and were made anew. lost_by: exit code of the
    process in which the unit could not be measured, None when it was.
    """

    features: tuple[RecordingFeatures, ...]
    from_file: int = 0
    from_samples: int = 0
    damaged: int = 0
    lost_by: int | None = None


def measure_unit(unit: ParticipantUnit) -> MeasuredUnit:
    """Measure the recordings of one participant, and keep what was read and measured.

    Every measurement is kept as soon as it is made: a run that is killed goes on from there. Raises
    EnvironmentProblem when the cache cannot be written; what is wrong with a file is an answer.
    """
    tally: Counter[str] = Counter()
    features = [one for file in unit.files for one in _measured(file, unit, tally)]
    return MeasuredUnit(tuple(features), **tally)


@dataclass(frozen=True)
class _Opened:
    """A recording, or why there is none. may_be_kept: whether the next run would open the same."""

    recording: Recording | SignalProblem
    may_be_kept: bool = True

    def measured(self, request: Request, settings: EmgSettings) -> RecordingFeatures:
        if isinstance(self.recording, SignalProblem):
            return unreadable(self.recording)
        return measure_samples(self.recording, request, settings)


def _measured(
    file: FileToMeasure, unit: ParticipantUnit, tally: Counter[str]
) -> Iterator[RecordingFeatures]:
    opened: _Opened | None = None
    for request in file.requests:
        place = _features_place(file, request, unit)
        kept = _kept(place, tally)
        if kept is not None:
            yield kept
            continue
        opened = opened or _opened(file, unit, tally)
        try:
            features = opened.measured(request, unit.settings)
        except DamagedEntry:  # seen when samples are read for the first time
            tally["damaged"] += 1
            opened = _read(file, unit, tally)
            features = opened.measured(request, unit.settings)
        if place is not None and opened.may_be_kept:
            save_features(place, features)
        yield features


def _kept(place: Path | None, tally: Counter[str]) -> RecordingFeatures | None:
    try:
        return None if place is None else load_features(place)
    except DamagedEntry:
        tally["damaged"] += 1
        return None


def _opened(file: FileToMeasure, unit: ParticipantUnit, tally: Counter[str]) -> _Opened:
    """The recording from its kept samples, else from the file."""
    place = _samples_place(file, unit)
    try:
        kept = None if place is None else load_recording(place)
    except DamagedEntry:
        tally["damaged"] += 1
        kept = None
    if kept is None:
        return _read(file, unit, tally)
    tally["from_samples"] += 1
    return _Opened(kept)


def _read(file: FileToMeasure, unit: ParticipantUnit, tally: Counter[str]) -> _Opened:
    tally["from_file"] += 1
    try:
        recording = read_recording(file.path, reading_settings(unit.settings))
    except SignalProblem as problem:
        # A disk that did not answer may answer next time.
        is_of_the_file = not isinstance(problem.__cause__, OSError)
        return _Opened(problem, is_of_the_file and file.content.is_still_of(file.path))
    is_unchanged = file.content.is_still_of(file.path)
    place = _samples_place(file, unit)
    if place is not None and is_unchanged:
        save_recording(place, recording)
    return _Opened(recording, is_unchanged)


def _features_place(file: FileToMeasure, request: Request, unit: ParticipantUnit) -> Path | None:
    if unit.cache is None or not file.content.sha256:
        return None
    return features_path(unit.cache, file.content.sha256, file.path.suffix, request, unit.settings)


def _samples_place(file: FileToMeasure, unit: ParticipantUnit) -> Path | None:
    if unit.cache is None or not file.content.sha256:
        return None
    return samples_path(unit.cache, file.content.sha256, file.path.suffix, unit.settings)
