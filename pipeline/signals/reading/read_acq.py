"""Reads recordings from BIOPAC AcqKnowledge files (.acq)."""

import io
import struct
import zlib
from pathlib import Path
from typing import Final

import bioread
import numpy as np

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.layouts.made_channel import made_channel
from pipeline.signals.recording import Channel, Event, Recording
from schemas.study import EmgSettings

_UNREADABLE: Final = (ValueError, OSError, ArithmeticError, LookupError, MemoryError, TypeError)
_MORE_UNREADABLE: Final = (AttributeError, struct.error, zlib.error, EOFError, NotImplementedError)
AGAIN: Final = "Export or copy the recording again."


def read_acq(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a BIOPAC file, each at its own rate, and its event marks.

    settings: not used; the file says everything. The journal is not read. Raises SignalProblem when
    the file is damaged or cut off.
    """
    content = path.read_bytes()
    try:
        file = bioread.read(io.BytesIO(content))
        if file.channels is None:
            raise ValueError("no channels")
        channels = tuple(_channel(channel) for channel in file.channels)
        rate_hz = float(file.samples_per_second)
        marks = [(mark.sample_index / rate_hz, mark.text) for mark in file.event_markers or []]
    except (*_UNREADABLE, *_MORE_UNREADABLE) as problem:
        raise SignalProblem(
            "The file is damaged, cut off or is not an AcqKnowledge file.", AGAIN
        ) from problem
    if not any(channel.samples.size for channel in channels):
        raise SignalProblem("The file holds no signal samples.", AGAIN)
    events = tuple(
        Event(float(time_s), str(label).strip()) for time_s, label in marks if time_s >= 0
    )
    return Recording(channels, events)


def _channel(channel: bioread.biopac.Channel) -> Channel:
    samples = np.asarray(channel.data)
    if samples.size != channel.point_count:
        raise SignalProblem("The file is cut off: it is shorter than its header says.", AGAIN)
    label = (channel.name or "").strip()
    unit = (channel.units or "").strip() or None
    return made_channel(label, unit, float(channel.samples_per_second), samples)
