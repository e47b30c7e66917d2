"""Delsys: EMGworks and Trigno Discover. Each channel has a time column of its own before it.

EMGworks writes a line of facts for each channel (5 to some 500 lines), then headings such as
`X[s]`, `L GLUTEUS MEDIUS: EMG 3 [V]`. Discover writes the names of the sensors in one row, the names
of their channels below it, then rows of rates and periods, and may put a table of marks to the right.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.signals.channels.signal_units import split_heading
from pipeline.signals.reading.contents.columns_of_samples import (
    SampleColumn,
    TableHead,
    TableShape,
    TimeColumn,
)
from pipeline.signals.reading.contents.numbers_as_text import Row
from pipeline.signals.reading.layouts.headings import (
    filled_forward,
    first_sample_row,
    headings_above,
    number_of,
    padded,
    same_words,
    unit_in,
    without_trailing_blanks,
)
from pipeline.signals.samples.recording import SignalProblem

_TIME: Final = re.compile(r"x\s*\[s\]|.*\btime series\s*\(s\)", re.IGNORECASE)
_FACTS: Final = re.compile(
    r"label:\s*(?P<label>.+?)\s*[;,\t]?\s*sampling frequency:\s*(?P<rate>[\d.,]+?)\s*[;,\t]?\s+"
    r"(?:.*?\bunit:\s*(?P<unit>\S+))?",
    re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\s*\(\d+\)\s*$")


@dataclass(frozen=True)
class _Facts:
    rate_hz: float | None
    unit: str | None


def recognises(head: TableHead) -> bool:
    """Whether a row has a time column as Delsys names them."""
    return _heading_row(head) is not None


def shape(head: TableHead) -> TableShape:
    """Channels with the time column on their left. Raises SignalProblem without samples."""
    number = _heading_row(head)
    n_columns = len(without_trailing_blanks(head.rows[number or 0]))
    first_row = first_sample_row(head, (number or 0) + 1, n_columns)
    headings = None if first_row is None else headings_above(head, first_row)
    if number is None or first_row is None or headings is None:
        raise SignalProblem("The file has no rows of samples.", "Export the recording again.")
    cells = head.rows[number]
    sensors = filled_forward(padded(_sensor_row(head, number), len(cells)))
    facts = _facts(head.lines[:number])
    times: list[TimeColumn] = []
    samples: list[SampleColumn] = []
    for position, cell in enumerate(cells[: head.width]):
        if _TIME.fullmatch(cell):
            times.append(TimeColumn(position))
        elif cell and times:  # columns without a name hold marks, not samples
            label, unit = split_heading(cell)
            fact = _fact_of(cell, label, facts)
            sensor = _SERIAL.sub("", sensors[position])
            samples.append(
                SampleColumn(
                    position,
                    f"{sensor}: {label}" if sensor else label,
                    unit or unit_in(headings.units[position]) or fact.unit,
                    cell,
                    headings.rates_hz[position] or fact.rate_hz,
                    times[-1].position,
                )
            )
    return TableShape(first_row, tuple(samples), tuple(times))


def _heading_row(head: TableHead) -> int | None:
    for number, row in enumerate(head.rows):
        if any(_TIME.fullmatch(cell) for cell in row):
            return number
    return None


def _sensor_row(head: TableHead, heading_row: int) -> Row:
    """The names of the sensors in Discover, where it says `sensor mode` below them."""
    for number in range(1, heading_row):
        if any(cell.casefold().startswith("sensor mode") for cell in head.rows[number]):
            return head.rows[number - 1]
    return ()


def _facts(lines: tuple[str, ...]) -> Mapping[str, _Facts]:
    found = {}
    for line in lines:
        match = _FACTS.search(line)
        if match:
            unit = (match["unit"] or "").strip(" ;,\t")
            found[match["label"]] = _Facts(number_of(match["rate"]), unit or None)
    return found


def _fact_of(cell: str, label: str, facts: Mapping[str, _Facts]) -> _Facts:
    for name, fact in facts.items():
        if same_words(name, label) or same_words(name, cell):
            return fact
    return _Facts(None, None)
