"""OpenSignals as HDF5: one group for each device, raw counts of the converter below it."""

from collections.abc import Mapping

import numpy as np

from pipeline.signals.reading.contents.array_tree import ATTRIBUTES, Struct, number, text, vector
from pipeline.signals.reading.contents.made_channel import made_channel
from pipeline.signals.reading.layouts.opensignals import emg_column
from pipeline.signals.samples.problem import SignalProblem
from pipeline.signals.samples.recording import Channel, Recording
from schemas.emg_settings import EmgSettings


def recognises(tree: Struct) -> bool:
    """Whether a group has what OpenSignals writes beside raw channels."""
    return any(_is_device(part) for part in tree.values())


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """The analog channels of all devices; EMG in mV. Raises SignalProblem when there are none."""
    channels = [
        channel
        for part in tree.values()
        if isinstance(part, Mapping) and _is_device(part)
        for channel in _channels(part)
    ]
    if not channels:
        raise SignalProblem(
            "The file holds no analog channels.", "Record and export the EMG channels."
        )
    return Recording(tuple(channels))


def _is_device(part: object) -> bool:
    return isinstance(part, Mapping) and {"raw", f"{ATTRIBUTES}sampling rate"} <= part.keys()


def _channels(device: Struct) -> list[Channel]:
    raw = device["raw"]
    rate_hz = number(device[f"{ATTRIBUTES}sampling rate"])
    if not isinstance(raw, Mapping) or rate_hz is None:
        return []
    numbers = device.get(f"{ATTRIBUTES}channels")
    resolutions = device.get(f"{ATTRIBUTES}resolution")
    bits_of = dict(zip(_whole(numbers), _whole(resolutions), strict=False))
    made = []
    for name, part in raw.items():
        values = vector(part)
        digits = name.removeprefix("channel_")
        if values is None or digits == name or not digits.isdecimal():
            continue
        # The label and the sensor are attributes of the data set; without them the name has to do.
        label, sensor = text(raw.get(f"{name}@label")), text(raw.get(f"{name}@sensor"))
        bits = bits_of.get(int(digits), 0)
        kind = text(device.get(f"{ATTRIBUTES}device"))
        column = emg_column(0, label or name, sensor, bits, kind if bits else "", rate_hz)
        made.append(
            made_channel(column.label, column.unit, rate_hz, values * column.factor + column.offset)
        )
    return made


def _whole(node: object) -> list[int]:
    if not isinstance(node, np.ndarray):
        return []
    return [int(value) for value in node.reshape(-1) if 0 <= value <= 64]
