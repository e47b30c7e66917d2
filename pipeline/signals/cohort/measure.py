"""Measures one recording, whether it was just read or was kept from an earlier run."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from pipeline.signals.emg.both_sides import with_both_sides
from pipeline.signals.emg.measure_emg import emg_part, with_emg
from pipeline.signals.force.measure_force import with_force
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.onset.measure_onset import with_onset
from pipeline.signals.reading.formats import read_recording
from pipeline.signals.samples.recording import Recording, Request, SignalProblem
from pipeline.signals.storing.sample_store import reading_settings
from pipeline.signals.traces.recording_trace import recording_trace
from schemas.emg_settings import EmgSettings

ROUNDING_S: Final = 0.005
"""An end_s typed to hundredths of a second may lie this far behind the last sample."""


def measure_recording(path: Path, request: Request, settings: EmgSettings) -> RecordingFeatures:
    """Everything that Stance measures in one recording file, read from its own format.

    path: the file. settings: the emg part of study.yaml. Depends on nothing but the file's content
    and its arguments. A file or signal that cannot be used is an answer: quality "reject" with
    `problem` and `fix`; force events are kept even if the EMG cannot be used.
    """
    try:
        recording = read_recording(path, reading_settings(settings))
    except SignalProblem as problem:
        return unreadable(problem)
    return measure_samples(recording, request, settings)


def measure_samples(
    recording: Recording, request: Request, settings: EmgSettings
) -> RecordingFeatures:
    """The same for a recording that has been read; see `measure_recording`."""
    try:
        part_s = _part(recording, request)
    except SignalProblem as problem:
        return unreadable(problem)
    features = RecordingFeatures(duration_s=recording.duration_s)
    if request.role == "task":
        features = with_force(features, recording, request, settings, part_s)
    emg = None
    try:
        emg = emg_part(recording, request, settings, part_s)
        with_amplitude = with_emg(features, emg, request, settings, part_s)
        if request.role == "task":
            with_amplitude = with_onset(with_amplitude, emg, settings)
        features = with_amplitude
        if request.role == "task":
            features = with_both_sides(features, recording, emg, request, settings)
    except SignalProblem as problem:
        features = _unusable(features, problem)
    trace = recording_trace(recording, request, settings, part_s, features, emg)
    return replace(features, trace=trace)


def unreadable(problem: SignalProblem) -> RecordingFeatures:
    """The answer for a recording of which nothing can be used."""
    return _unusable(RecordingFeatures(), problem)


def _unusable(features: RecordingFeatures, problem: SignalProblem) -> RecordingFeatures:
    reasons = tuple(text.rstrip(".") for text in (problem.what, features.force.note) if text)
    return replace(
        features, problem=problem.what, fix=problem.fix, quality="reject", reasons=reasons
    )


def _part(recording: Recording, request: Request) -> tuple[float, float]:
    """Start and end (s) of the part of the file to use. Raises SignalProblem outside the file."""
    duration_s = recording.duration_s
    start_s = request.start_s or 0.0
    end_s = duration_s if request.end_s is None else request.end_s
    wrong = ""
    if end_s > duration_s + ROUNDING_S:
        wrong = f"ends at {end_s:g} s, but the recording ends at {duration_s:.4g} s"
    elif start_s >= duration_s:
        wrong = f"starts at {start_s:g} s, but the recording ends at {duration_s:.4g} s"
    elif start_s >= end_s:
        wrong = f"starts at {start_s:g} s, which is not before its end at {end_s:g} s"
    if wrong:
        raise SignalProblem(
            f"The part to use {wrong}.", "Correct start_s and end_s in the recordings table."
        )
    return start_s, min(end_s, duration_s)
