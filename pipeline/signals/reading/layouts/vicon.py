"""Vicon Nexus: several tables in one file; the one called Devices holds EMG and force plates.

Below its name stand the rate, the names of the devices (once for all columns of a device), the names
of their outputs, and the units. Other tables (Trajectories, Model Outputs) name the subject; they are
not read.
"""

from typing import Final

from pipeline.signals.reading.contents.columns_of_samples import SampleColumn, TableHead, TableShape
from pipeline.signals.reading.layouts.headings import (
    filled_forward,
    number_of,
    padded,
    unit_in,
    without_trailing_blanks,
)
from pipeline.signals.samples.recording import SignalProblem

_ROWS_ABOVE_SAMPLES: Final = 5
_FRAMES: Final = ("frame", "sub frame")
_TABLES: Final = frozenset({"devices", "trajectories", "model outputs", "joints", "segments"})


def recognises(head: TableHead) -> bool:
    """Whether a table of Nexus starts in one of the first rows."""
    return _row_of(head, _TABLES) is not None and any(
        row[:2] and tuple(cell.casefold() for cell in row[:2]) == _FRAMES for row in head.rows
    )


def shape(head: TableHead) -> TableShape:
    """The channels of the table Devices. Raises SignalProblem when there is none or it is damaged."""
    start = _row_of(head, frozenset({"devices"}))
    if start is None:
        raise SignalProblem(
            "The file holds no devices, only markers or model outputs.",
            "Export the devices (EMG and force plates) in Nexus too.",
        )
    if len(head.rows) <= start + _ROWS_ABOVE_SAMPLES:
        raise SignalProblem("The file is cut off in its headings.", "Export the recording again.")
    rate_row, devices, outputs, units = (
        padded(r, head.width) for r in head.rows[start + 1 : start + 5]
    )
    rate_hz = number_of(rate_row[0])
    if rate_hz is None or tuple(cell.casefold() for cell in outputs[:2]) != _FRAMES:
        raise SignalProblem(
            "The headings of the devices are not those of a Nexus export.",
            "Export the recording again as ASCII (CSV) with Nexus.",
        )
    devices = filled_forward(devices)
    samples = []
    for position in range(2, len(without_trailing_blanks(outputs))):
        output, device = outputs[position], devices[position]
        if not output:
            continue
        is_unique = outputs.count(output) == 1
        heading = f"{device}: {output}" if device else output
        samples.append(
            SampleColumn(
                position,
                output if is_unique else heading,
                unit_in(units[position]),
                heading,
                rate_hz,
            )
        )
    if not samples:
        raise SignalProblem(
            "The table of devices has no channels.", "Export EMG and force plates in Nexus."
        )
    return TableShape(start + _ROWS_ABOVE_SAMPLES, tuple(samples), ends_at_gap=True)


def _row_of(head: TableHead, names: frozenset[str]) -> int | None:
    for number, row in enumerate(head.rows):
        cells = without_trailing_blanks(row)
        if len(cells) == 1 and cells[0].casefold() in names:
            return number
    return None
