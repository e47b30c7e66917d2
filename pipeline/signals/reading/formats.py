"""The file formats that can be read: suffix -> reader. A new format is one line here and one file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from pipeline.signals.channels.vertical_force import with_weight_upward
from pipeline.signals.reading import file_looks as looks
from pipeline.signals.reading.bids_dataset import companions
from pipeline.signals.reading.read_acq import read_acq
from pipeline.signals.reading.read_c3d import read_c3d
from pipeline.signals.reading.read_edf import read_edf
from pipeline.signals.reading.read_h5 import read_h5
from pipeline.signals.reading.read_mat import read_mat
from pipeline.signals.reading.read_parquet import read_parquet
from pipeline.signals.reading.read_text import read_text
from pipeline.signals.reading.read_xlsx import read_xlsx
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Recording
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import RECORDING_SUFFIXES


@dataclass(frozen=True)
class Format:
    """A file format: the function that reads it and what its files look like by their first bytes.

    looks: kinds of `file_looks`; empty where the first bytes of such files say nothing.
    """

    read: Callable[[Path, EmgSettings], Recording]
    looks: tuple[str, ...] = ()

    @property
    def suffixes(self) -> tuple[str, ...]:
        """The file suffixes of the format."""
        return tuple(suffix for suffix, known in FORMATS.items() if known is self)


_TEXT: Final = Format(read_text, (looks.TEXT,))
_HDF5: Final = Format(read_h5, (looks.HDF5,))
FORMATS: Final[Mapping[str, Format]] = {
    ".c3d": Format(read_c3d, (looks.C3D,)),
    ".edf": Format(read_edf, (looks.EDF,)),
    ".bdf": Format(read_edf, (looks.BDF,)),
    ".csv": _TEXT,
    ".tsv": _TEXT,
    ".txt": _TEXT,
    ".anc": _TEXT,
    ".mat": Format(read_mat, (looks.MATLAB, looks.HDF5)),
    ".h5": _HDF5,
    ".hdf5": _HDF5,
    ".parquet": Format(read_parquet, (looks.PARQUET,)),
    ".xlsx": Format(read_xlsx, (looks.ZIP,)),
    ".acq": Format(read_acq),
}
"""By file suffix in lower case; `schemas.recording_formats` lists the same suffixes for intake."""


def read_recording(path: Path, settings: EmgSettings) -> Recording:
    """All channels of a recording file, chosen by its suffix.

    settings: what study.yaml says about files that do not say it themselves. Vertical force is
    positive under body weight. Raises SignalProblem when the format is not known, the file is not
    what it is called, or it cannot be read.
    """
    file_format = FORMATS.get(path.suffix.lower())
    if file_format is None:
        raise SignalProblem(
            f"Files that end in {path.suffix or 'nothing'} cannot be read as recordings.",
            f"Export the recording as one of: {', '.join(sorted(RECORDING_SUFFIXES))}.",
        )
    try:
        with path.open("rb") as stream:
            start = stream.read(looks.FIRST_BYTES)
        _check_looks(path, start, file_format)
        recording = file_format.read(path, settings)
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


def _check_looks(path: Path, start: bytes, file_format: Format) -> None:
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
