"""Reads a recording with the reader of its format; the formats are declared in `schemas.recording_formats`.

Also what a file looks like by its first bytes, for files that are called what they are not, and what it
holds, by hash.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Final

from pipeline.signals.channels.signal_units import with_weight_upward
from pipeline.signals.reading.bids_dataset import companions
from pipeline.signals.samples.recording import Recording, SignalProblem
from pipeline.workspace.known_hashes import Stamp, file_stamp
from schemas.emg_settings import EmgSettings
from schemas.recording_formats import (
    FORMAT_OF,
    RECORDING_FORMATS,
    RECORDING_SUFFIXES,
    RecordingFormat,
)

Reader = Callable[[Path, EmgSettings], Recording]
"""Reads the channels of a file; raises SignalProblem, or OSError when the disk does not answer."""

C3D: Final = "C3D"
TEXT: Final = "text"

FIRST_BYTES: Final = 4096
_FOREIGN: Final = (
    (b"\xd0\xcf\x11\xe0", "old Excel (XLS)"),
    (b"%PDF", "PDF"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"7z\xbc\xaf", "compressed (7z)"),
    (b"Rar!", "compressed (RAR)"),
    (b"CFS", "old signal (CFS)"),
)
_SIGNS: Final = (
    *((sign, entry.looks[0]) for entry in RECORDING_FORMATS for sign in entry.signs),
    *_FOREIGN,
)
SUFFIX_OF: Final = {
    **{entry.looks[0]: entry.suffixes[0] for entry in RECORDING_FORMATS if entry.looks},
    TEXT: ".csv or .txt",
}
"""What a file of a kind should be called."""
_CONTROL: Final = bytes(set(range(32)) - {9, 10, 12, 13})


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
            start = stream.read(FIRST_BYTES)
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


@dataclass(frozen=True)
class Content:
    """The content of a file and its companions.

    sha256: "" when it could not be read. stamps: size, times and place of the files before they were
    hashed.
    """

    sha256: str = ""
    stamps: tuple[Stamp, ...] = ()

    def is_still_of(self, path: Path) -> bool:
        """Whether the files were not touched since, so that what was read from them is this content."""
        try:
            return bool(self.sha256) and stamps_of(path) == self.stamps
        except OSError:
            return False


def stamps_of(path: Path) -> tuple[Stamp, ...]:
    """Stamps of the files that are read for a recording. Raises OSError."""
    return tuple(file_stamp(file) for file in files_read(path))


def _check_looks(path: Path, start: bytes, file_format: RecordingFormat) -> None:
    if not start:
        raise SignalProblem("The file is empty.", "Export or copy the recording again.")
    kind = looks_like(start)
    if kind is None or not file_format.looks or kind in file_format.looks:
        return
    suffix = SUFFIX_OF.get(kind)
    fix = f"If that is what it is, call it {suffix}; " if suffix else ""
    raise SignalProblem(
        f"The file is called {path.suffix}, but its content looks like a {kind} file.",
        f"{fix}export the recording again.".capitalize()
        if not fix
        else f"{fix}else export it again.",
    )


def looks_like(start: bytes) -> str | None:
    """The kind of a file by its first bytes; None when they say nothing."""
    for sign, kind in _SIGNS:
        if start.startswith(sign):
            return kind
    if len(start) >= 512 and start[1] == 0x50 and 1 <= start[0] < 9:
        return C3D
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return TEXT
    is_text = bool(start) and not start.translate(
        None, delete=bytes(set(range(256)) - set(_CONTROL))
    )
    return TEXT if is_text and any(byte > 32 for byte in start) else None
