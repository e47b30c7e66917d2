"""Reads a recording with the reader of its format; the formats are declared in `schemas.recording_formats`."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from pipeline.signals.channels.vertical_force import with_weight_upward
from pipeline.signals.reading import file_looks as looks
from pipeline.signals.reading.bids_dataset import companions
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import FORMAT_OF, RECORDING_SUFFIXES, RecordingFormat

Reader = Callable[[Path, EmgSettings], Recording]
"""Reads the channels of a file; raises SignalProblem, or OSError when the disk does not answer."""


def reader_of(file_format: RecordingFormat) -> Reader:
    """The function that reads a format, loaded when the first file of its kind is read."""
    module = import_module(f"pipeline.signals.reading.{file_format.reader}")
    reader: Reader = getattr(module, file_format.reader)
    return reader


def read_recording(path: Path, settings: EmgSettings) -> Recording:
    """All channels of a recording file, chosen by its suffix.

    settings: what study.yaml says about files that do not say it themselves. Vertical force is
    positive under body weight. Raises SignalProblem when the format is not known, the file is not
    what it is called, or it cannot be read.
    """
    file_format = FORMAT_OF.get(path.suffix.lower())
    if file_format is None:
        raise SignalProblem(
            f"Files that end in {path.suffix or 'nothing'} cannot be read as recordings.",
            f"Export the recording as one of: {', '.join(sorted(RECORDING_SUFFIXES))}.",
        )
    try:
        with path.open("rb") as stream:
            start = stream.read(looks.FIRST_BYTES)
        _check_looks(path, start, file_format)
        recording = reader_of(file_format)(path, settings)
    except OSError as problem:
        raise SignalProblem(
            f"The file cannot be opened: {problem.strerror or 'the disk does not answer'}.",
            "Check that the file is there, is not open elsewhere and may be read.",
        ) from problem
    return replace(recording, channels=with_weight_upward(recording.channels))


def files_read(path: Path) -> list[Path]:
    """The recording file and all files beside it that say something about it (BIDS data sets).

    Whoever keeps what was read has to look at the content of all of them.
    """
    return [path, *companions(path)]


def _check_looks(path: Path, start: bytes, file_format: RecordingFormat) -> None:
    if not start:
        raise SignalProblem("The file is empty.", "Export or copy the recording again.")
    kind = looks.looks_like(start)
    if kind is None or not file_format.looks or kind in file_format.looks:
        return
    suffix = looks.SUFFIX_OF.get(kind)
    fix = f"If that is what it is, call it {suffix}; " if suffix else ""
    raise SignalProblem(
        f"The file is called {path.suffix}, but its content looks like a {kind} file.",
        f"{fix}export the recording again.".capitalize()
        if not fix
        else f"{fix}else export it again.",
    )
