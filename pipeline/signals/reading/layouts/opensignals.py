"""OpenSignals (biosignalsplux, BITalino): a line of JSON above counts of the converter.

EMG counts become millivolt by the transfer function of the EMG sensor; the other sensors stay counts.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from pipeline.signals.reading.contents.table_shape import (
    CounterColumn,
    SampleColumn,
    TableHead,
    TableShape,
)
from pipeline.signals.samples.problem import SignalProblem

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
        described = [_channels(device) for device in devices.values()]
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


def _channels(device: Mapping[str, Any]) -> tuple[int, list[tuple[int, str, str, int]]]:
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
