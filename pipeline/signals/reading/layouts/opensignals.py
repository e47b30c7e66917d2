"""OpenSignals (biosignalsplux, BITalino): a line of JSON above counts of the converter, or HDF5.

HDF5 has one group for each device, raw counts below it. EMG counts become millivolt by the transfer
function of the EMG sensor; the other sensors stay counts.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from pipeline.signals.reading.contents.array_tree import (
    ATTRIBUTES,
    Struct,
    made_channel,
    number,
    text,
    vector,
)
from pipeline.signals.reading.contents.columns_of_samples import (
    CounterColumn,
    SampleColumn,
    TableHead,
    TableShape,
)
from pipeline.signals.samples.recording import Channel, Recording, SignalProblem
from schemas.emg_settings import EmgSettings

FIRST_LINE: Final = "# OpenSignals Text File Format"
LAST_LINE: Final = "# EndOfHeader"
COUNTS: Final = "converter counts"
SUPPLY_V_AND_GAIN: Final[Mapping[str, tuple[float, float]]] = {
    "biosignalsplux": (3.0, 1000.0),
    "channeller": (3.0, 1000.0),
    "bitalino": (3.3, 1009.0),
    "bitalino_rev": (3.3, 1009.0),
}
"""EMG(V) = (counts / 2^bits - 1/2) supply / gain, by device (data sheets of the PLUX EMG sensors)."""


def recognises(head: TableHead) -> bool:
    """Whether the first line is the one that OpenSignals writes."""
    return bool(head.lines) and head.lines[0].strip().startswith(FIRST_LINE)


def shape(head: TableHead) -> TableShape:
    """The analog channels of all devices in the file. Raises SignalProblem for a damaged header."""
    damaged = SignalProblem(
        "The header of the OpenSignals file is damaged.", "Export the recording again."
    )
    end = next((n for n, line in enumerate(head.lines) if line.strip() == LAST_LINE), None)
    if end is None:
        raise damaged
    try:
        devices = json.loads(head.lines[1].lstrip("# "))
        described = [_channels_of_head(device) for device in devices.values()]
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError) as problem:
        raise damaged from problem
    samples: list[SampleColumn] = []
    start = 0
    for device, (width, columns) in zip(devices.values(), described, strict=True):
        rate_hz = float(device["sampling rate"])
        if not 0 < rate_hz < 1e6:
            raise damaged
        for place, label, sensor, bits in columns:
            position = start + place
            if _is_converted(head, end + 1, position):
                samples.append(SampleColumn(position, label, None, "", rate_hz))
            else:
                name = str(device.get("device", ""))
                samples.append(emg_column(position, label, sensor, bits, name, rate_hz))
        start += width
    if not samples:
        raise SignalProblem(
            "The file holds no analog channels.", "Record and export the EMG channels."
        )
    has_counter = "nSeq" in devices[next(iter(devices))]["column"][:1]
    return TableShape(end + 1, tuple(samples), counter=CounterColumn(0) if has_counter else None)


def emg_column(
    position: int, label: str, sensor: str, bits: int, device: str, rate_hz: float
) -> SampleColumn:
    """A channel of an OpenSignals file; EMG of a known device in mV, anything else in counts."""
    known = SUPPLY_V_AND_GAIN.get(device.casefold())
    if sensor.upper() not in ("EMG", "EMGBIT") or known is None:
        return SampleColumn(position, label, COUNTS, "", rate_hz)
    supply_mv, gain = known[0] * 1e3, known[1]
    return SampleColumn(
        position,
        label,
        "mV",
        "",
        rate_hz,
        factor=supply_mv / gain / 2**bits,
        offset=-supply_mv / gain / 2,
    )


def _is_converted(head: TableHead, first_row: int, position: int) -> bool:
    """Whether the export was made in physical units: counts of a converter are whole numbers."""
    cells = (row[position : position + 1] for row in head.rows[first_row:])
    return any("." in cell for found in cells for cell in found)


def _channels_of_head(device: Mapping[str, Any]) -> tuple[int, list[tuple[int, str, str, int]]]:
    """Number of columns of a device, and (column, label, sensor, bits) of its analog channels."""
    columns = [str(name) for name in device["column"]]
    labels = [str(label) for label in device["label"]]
    n_analog = len(labels)
    first = len(columns) - n_analog  # counter and digital lines stand before the analog channels
    if first < 0 or len(device["sensor"]) != n_analog or len(device["resolution"]) != n_analog:
        raise ValueError("columns do not fit")
    bits = [int(value) for value in device["resolution"]]
    if not all(1 <= value <= 32 for value in bits):
        raise ValueError("resolution")
    return len(columns), [
        (first + number, label, str(sensor), n_bits)
        for number, (label, sensor, n_bits) in enumerate(
            zip(labels, device["sensor"], bits, strict=True)
        )
    ]


def recognises_arrays(tree: Struct) -> bool:
    """Whether a group has what OpenSignals writes beside raw channels."""
    return any(_is_device(part) for part in tree.values())


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """The analog channels of all devices; EMG in mV. Raises SignalProblem when there are none."""
    channels = [
        channel
        for part in tree.values()
        if isinstance(part, Mapping) and _is_device(part)
        for channel in _channels_of_counts(part)
    ]
    if not channels:
        raise SignalProblem(
            "The file holds no analog channels.", "Record and export the EMG channels."
        )
    return Recording(tuple(channels))


def _is_device(part: object) -> bool:
    return isinstance(part, Mapping) and {"raw", f"{ATTRIBUTES}sampling rate"} <= part.keys()


def _channels_of_counts(device: Struct) -> list[Channel]:
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
