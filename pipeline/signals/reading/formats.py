"""The file formats that can be read: suffix -> reader. A new format is one line here and one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.read_c3d import read_c3d
from pipeline.signals.reading.read_edf import read_edf
from pipeline.signals.reading.read_parquet import read_parquet
from pipeline.signals.reading.read_text import read_text
from pipeline.signals.reading.vertical_force import with_weight_upward
from pipeline.signals.recording import Recording
from schemas.study import EmgSettings


def _no_companions(_path: Path) -> tuple[Path, ...]:
    return ()


@dataclass(frozen=True)
class Format:
    """A file format: what people call it and the function that reads it.

    companions: the other files, of those that are there, that the reader of this file reads as well
    (the sidecars of BIDS); a change of theirs is a change of the recording.
    """

    name: str
    read: Callable[[Path, EmgSettings], Recording]
    companions: Callable[[Path], tuple[Path, ...]] = _no_companions


FORMATS: Final[Mapping[str, Format]] = {
    ".c3d": Format("C3D", read_c3d),
    ".edf": Format("EDF", read_edf),
    ".bdf": Format("BDF", read_edf),
    ".csv": Format("CSV", read_text),
    ".tsv": Format("TSV", read_text),
    ".txt": Format("text", read_text),
    ".anc": Format("Motion Analysis", read_text),
    ".parquet": Format("Parquet", read_parquet),
}
"""By file suffix in lower case."""


def files_read(path: Path) -> tuple[Path, ...]:
    """The files that `read_recording` reads for a recording: the file itself and its companions."""
    file_format = FORMATS.get(path.suffix.lower())
    return (path, *file_format.companions(path)) if file_format is not None else (path,)


def read_recording(path: Path, settings: EmgSettings) -> Recording:
    """All channels of a recording file, chosen by its suffix.

    settings: what study.yaml says about files that do not say it themselves. Raises SignalProblem
    when the format is not known or the file cannot be read.
    """
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise SignalProblem(
            f"Files that end in {path.suffix or 'nothing'} cannot be read as recordings.",
            f"Export the recording as one of: {', '.join(sorted(FORMATS))}.",
        )
    try:
        if path.stat().st_size == 0:
            raise SignalProblem("The file is empty.", "Export or copy the recording again.")
        recording = file_format.read(path, settings)
        return replace(recording, channels=with_weight_upward(recording.channels))
    except OSError as problem:
        raise SignalProblem(
            f"The file cannot be opened: {problem.strerror or 'the disk does not answer'}.",
            "Check that the file is there, is not open elsewhere and may be read.",
        ) from problem
