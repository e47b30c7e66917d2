"""Reads recordings from EDF, EDF+, BDF and BDF+ files, and what a BIDS data set says beside them."""

import warnings
from pathlib import Path

import edfio
import numpy as np

from pipeline.signals.reading.bids_dataset import with_bids_facts
from pipeline.signals.reading.edf_header import AGAIN, SAMPLE_BYTES, check_edf_header
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Channel, Event, Recording
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
