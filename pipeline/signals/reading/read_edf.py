"""Reads recordings from EDF, EDF+, BDF and BDF+ files, and what a BIDS data set says beside them."""

import warnings
from pathlib import Path
from typing import Final

import edfio
import numpy as np

from pipeline.signals.reading.bids_dataset import with_bids_facts
from pipeline.signals.samples.recording import Channel, Event, Recording, SignalProblem
from schemas.emg_settings import EmgSettings

_UNREADABLE = (ValueError, OSError, ArithmeticError, LookupError, MemoryError)
"""What edfio raises on bytes that are not EDF: text that is no number, sizes that do not add up."""


def read_edf(path: Path, settings: EmgSettings) -> Recording:
    """The channels of an EDF or BDF file, each at its own rate, in its physical unit.

    settings: not used; the file says everything. Units, muscles and events of a BIDS data set are
    added. Raises SignalProblem when the file is damaged, truncated, interrupted (EDF+D) or not
    calibrated, or when its data set contradicts it.
    """
    content = path.read_bytes()
    suffix = path.suffix.lower()
    if content[192:197] in (b"EDF+D", b"BDF+D"):
        raise SignalProblem(
            "The recording was interrupted (a discontinuous file), so its times are not known.",
            "Export every uninterrupted part as a file of its own.",
        )
    check_edf_header(content, SAMPLE_BYTES[suffix])
    reader = edfio.read_bdf if suffix == ".bdf" else edfio.read_edf
    try:
        # edfio warns where it mends a header that contradicts the data; a mended file is not the
        # recording that was made.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            file = reader(content, header_encoding=_encoding(content))
            channels = tuple(_channel(signal) for signal in file.signals)
            events = tuple(Event(note.onset, note.text) for note in file.annotations)
    except Warning as problem:
        raise SignalProblem(
            "The file is shorter or longer than its header says, or is not calibrated.", AGAIN
        ) from problem
    except _UNREADABLE as problem:
        raise SignalProblem("The file is damaged or is not an EDF or BDF file.", AGAIN) from problem
    if not any(channel.samples.size for channel in channels):
        raise SignalProblem("The file holds no signal samples.", AGAIN)
    return with_bids_facts(Recording(channels, events), path)


def _encoding(content: bytes) -> str:
    """The encoding of the header: the standard says ASCII, recorders write µV as they please."""
    try:
        content[: int(content[184:192])].decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _channel(signal: edfio.EdfSignal | edfio.BdfSignal) -> Channel:
    ranges = (signal.physical_min, signal.physical_max, signal.digital_min, signal.digital_max)
    if ranges[0] == ranges[1] or ranges[2] >= ranges[3] or not np.isfinite(ranges).all():
        raise SignalProblem(
            f"The channel {signal.label} is not calibrated: its range is empty.",
            "Export the recording with its physical range.",
        )
    return Channel(
        label=signal.label.strip(),
        unit=signal.physical_dimension.strip() or None,
        sampling_rate_hz=float(signal.sampling_frequency),
        samples=np.asarray(signal.data, dtype=np.float32),
    )


MOST_SIGNALS: Final = 2_000
HIGHEST_RATE_HZ: Final = 1e6
SAMPLE_BYTES: Final = {".edf": 2, ".bdf": 3}
AGAIN: Final = "Export or copy the recording again."
_FIXED: Final = 256
_PER_SIGNAL: Final = 256


def check_edf_header(content: bytes, sample_bytes: int) -> None:
    """Raise SignalProblem for a header that is impossible or does not fit the size of the file.

    content: the whole file. sample_bytes: 2 for EDF, 3 for BDF.
    """
    n_signals = _whole(content[252:256], "number of signals")
    header_bytes = _whole(content[184:192], "length")
    n_records = _whole(content[236:244], "number of records")
    duration_s = _number(content[244:252], "duration of a record")
    if not 1 <= n_signals <= MOST_SIGNALS or header_bytes != _FIXED + _PER_SIGNAL * n_signals:
        raise _impossible("number of signals")
    if len(content) < header_bytes:
        raise SignalProblem("The file is cut off within its header.", AGAIN)
    if n_records == -1:
        raise SignalProblem(
            "The recording was not closed: its header does not say how long it is.",
            "Open and save the file in the program that recorded it.",
        )
    if n_records < 1:
        raise SignalProblem("The file holds no signal samples.", AGAIN)
    if duration_s < 0:
        raise _impossible("duration of a record")
    first = _FIXED + 216 * n_signals
    counts = [
        _whole(content[place : place + 8], "number of samples")
        for place in range(first, first + 8 * n_signals, 8)
    ]
    if min(counts) < 0 or sum(counts) == 0:
        raise _impossible("number of samples")
    is_annotation = [
        content[_FIXED + 16 * n : _FIXED + 16 * n + 15] in (b"EDF Annotations", b"BDF Annotations")
        for n in range(n_signals)
    ]
    if duration_s == 0 and not all(is_annotation):
        raise _impossible("duration of a record")
    if duration_s and max(counts) / duration_s > HIGHEST_RATE_HZ:
        raise _impossible("number of samples")
    expected = header_bytes + n_records * sum(counts) * sample_bytes
    if len(content) != expected:
        is_short = len(content) < expected
        raise SignalProblem(
            f"The file is {'cut off: it is shorter' if is_short else 'longer'} than its header says.",
            AGAIN,
        )


def _whole(text: bytes, what: str) -> int:
    value = _number(text, what)
    if not value.is_integer():
        raise _impossible(what)
    return int(value)


def _number(text: bytes, what: str) -> float:
    try:
        value = float(text.decode("ascii").strip("\0 "))
    except ValueError as problem:
        raise _impossible(what) from problem
    if not abs(value) < 1e12:
        raise _impossible(what)
    return value


def _impossible(what: str) -> SignalProblem:
    return SignalProblem(
        f"The file is damaged or is not an EDF or BDF file: the {what} in its header is impossible.",
        AGAIN,
    )
