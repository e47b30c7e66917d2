"""Reads recordings from BIOPAC AcqKnowledge files (.acq)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from pipeline.signals.reading.contents.array_tree import (
    Node,
    Struct,
    damaged,
    made_channel,
    number,
    text,
)
from pipeline.signals.reading.read_apart import read_apart
from pipeline.signals.samples.recording import Channel, Event, Recording, SignalProblem
from schemas.emg_settings import EmgSettings

KIND: Final = "AcqKnowledge"
AGAIN: Final = "Export or copy the recording again."


def read_acq(path: Path, settings: EmgSettings) -> Recording:
    """The channels of a BIOPAC file, each at its own rate, and its event marks.

    settings: not used; the file says everything. The journal is not read. Raises SignalProblem when
    the file is damaged or cut off.
    """
    tree = read_apart("acq", path, KIND)
    channels = tuple(_channel(part) for part in _parts(tree["channels"]))
    events = tuple(
        Event(time_s, text(part["text"]))
        for part in _parts(tree["marks"])
        if (time_s := number(part["time_s"])) is not None and time_s >= 0
    )
    if not any(channel.samples.size for channel in channels):
        raise SignalProblem("The file holds no signal samples.", AGAIN)
    return Recording(channels, events)


def _parts(node: Node) -> Iterator[Struct]:
    return (part for part in node if isinstance(part, Mapping))


def _channel(part: Struct) -> Channel:
    rate_hz = number(part["rate_hz"])
    made = made_channel(text(part["name"]), text(part["units"]) or None, rate_hz or 0, part["data"])
    if rate_hz is None:
        raise damaged(KIND)
    if made.samples.size != number(part["n_samples"]):
        raise SignalProblem("The file is cut off: it is shorter than its header says.", AGAIN)
    return made
