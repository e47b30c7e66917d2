"""Reads recordings from EDF, EDF+, BDF and BDF+ files (Kemp and Olivan 2003; BioSemi's 24 bit variant)."""

import warnings
from pathlib import Path

import edfio
import numpy as np

from pipeline.signals.problem import SignalProblem
from pipeline.signals.recording import Channel, Event, Recording
from schemas.study import EmgSettings

_UNREADABLE = (ValueError, OSError, ArithmeticError, LookupError, MemoryError)
"""What edfio raises on bytes that are not EDF: text that is no number, sizes that do not add up."""


def read_edf(path: Path, settings: EmgSettings) -> Recording:
    """The channels of an EDF or BDF file, each at its own rate, in its physical unit.

    settings: not used; the file says everything. Raises SignalProblem when the file is damaged,
    truncated, interrupted (EDF+D) or not calibrated.
    """
    content = path.read_bytes()
    reader = edfio.read_bdf if path.suffix.lower() == ".bdf" else edfio.read_edf
    again = "Export or copy the recording again."
    if content[192:197] in (b"EDF+D", b"BDF+D"):
        raise SignalProblem(
            "The recording was interrupted (a discontinuous file), so its times are not known.",
            "Export every uninterrupted part as a file of its own.",
        )
    try:
        # edfio warns where it mends a header that contradicts the data; a mended file is not the
        # recording that was made.
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            file = reader(content)
            channels = tuple(_channel(signal) for signal in file.signals)
            events = tuple(Event(note.onset, note.text) for note in file.annotations)
    except Warning as problem:
        raise SignalProblem(
            "The file is shorter or longer than its header says, or is not calibrated.", again
        ) from problem
    except _UNREADABLE as problem:
        raise SignalProblem("The file is damaged or is not an EDF or BDF file.", again) from problem
    if not channels or not any(channel.samples.size for channel in channels):
        raise SignalProblem("The file holds no signal samples.", again)
    return Recording(channels, events)


def _channel(signal: edfio.EdfSignal | edfio.BdfSignal) -> Channel:
    if signal.physical_min == signal.physical_max or signal.digital_min == signal.digital_max:
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
