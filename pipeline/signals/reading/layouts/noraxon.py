"""Noraxon MR3 and MR4, as text and as MATLAB (record.movements.sources.signals.signal_1 ...).

Text has two rows about the record, then headings, with columns of words among them. The rows about the
record hold its name, which may be a person's: nothing of it is kept.
"""

from typing import Final

from pipeline.signals.channels.signal_units import split_heading
from pipeline.signals.reading.contents.array_tree import (
    Struct,
    fields,
    made_channel,
    number,
    structs,
    text,
    vector,
)
from pipeline.signals.reading.contents.columns_of_samples import TableHead, TableShape
from pipeline.signals.reading.layouts.headings import padded
from pipeline.signals.reading.layouts.plain import is_time, shape_of_headings
from pipeline.signals.samples.recording import Recording, SignalProblem
from schemas.emg_settings import EmgSettings

_RECORD_FACTS: Final = frozenset({"begin_time", "frequency", "exported with version"})
_WORDS: Final = frozenset({"activity", "marker", "markers", "comment", "comments"})
_EVENTS: Final = ("marker", "markers")


def recognises(head: TableHead) -> bool:
    """Whether the first row names facts of a record, or the headings have Activity or Marker."""
    if not head.rows:
        return False
    first = {cell.casefold() for cell in head.rows[0]}
    return bool(first & _RECORD_FACTS) or _heading_row(head) is not None


def shape(head: TableHead) -> TableShape:
    """All columns but those of words; a marker becomes an event. Raises SignalProblem without headings."""
    place = _heading_row(head)
    if place is None:
        place = next((n for n, row in enumerate(head.rows) if row and is_time(row[0])), None)
    if place is None or not any(any(row) for row in head.rows[place + 1 :]):
        raise SignalProblem("The file has no rows of samples.", "Export the recording again.")
    facts = _record_facts(head)
    cells = padded(head.rows[place], head.width)[: head.width]
    is_single = cells[1:2] == ("value",)  # each signal exported to a file of its own
    if is_single:
        cells = (cells[0], facts.get("name") or "value", *cells[2:])
    words = {position for position, cell in enumerate(cells) if cell.casefold() in _WORDS}
    units = tuple(facts.get("units") if is_single and p == 1 else None for p in range(head.width))
    first_row = next(n for n in range(place + 1, len(head.rows)) if any(head.rows[n]))
    whole = shape_of_headings(
        cells, units=units, rates_hz=(None,) * head.width, rate_hz=None, first_row=first_row
    )
    events = [p for p in sorted(words) if cells[p].casefold() in _EVENTS]
    return TableShape(
        first_row,
        tuple(column for column in whole.samples if column.position not in words),
        whole.times,
        event_position=events[0] if events else None,
    )


def _heading_row(head: TableHead) -> int | None:
    """The row of headings: time first, and a column of words."""
    for place, row in enumerate(head.rows):
        names = {split_heading(cell)[0].casefold() for cell in row}
        if row and is_time(row[0]) and names & _WORDS:
            return place
    return None


def _record_facts(head: TableHead) -> dict[str, str]:
    """What the first two rows say about the one signal of the file (name, units, frequency)."""
    if len(head.rows) < 2:
        return {}
    facts = dict(zip((c.casefold() for c in head.rows[0]), head.rows[1], strict=False))
    return facts if facts.get("type", "").casefold() == "signal" else {}


def recognises_arrays(tree: Struct) -> bool:
    """Whether a struct has movements with sources."""
    return any("movements" in struct for _, struct in structs(tree, depth=2))


def recording(tree: Struct, settings: EmgSettings) -> Recording:
    """All signals with one row of numbers. Raises SignalProblem for none, or several movements."""
    record = next(struct for _, struct in structs(tree, depth=2) if "movements" in struct)
    movements = record["movements"]
    if isinstance(movements, list):
        if len(movements) != 1:
            raise SignalProblem(
                f"The file holds {len(movements)} movements.",
                "Export every movement to a file of its own.",
            )
        movements = movements[0]
    channels = []
    for _, struct in structs(movements):
        signal = fields(struct)
        values, rate_hz = vector(signal.get("data")), number(signal.get("frequency"))
        rate_hz = rate_hz or settings.sampling_rate_hz
        name = text(signal.get("name"))
        if values is None or not name:
            continue
        if rate_hz is None:
            raise SignalProblem(
                "The file does not say its sampling rate.",
                "Set sampling_rate_hz under emg in study.yaml.",
            )
        channels.append(made_channel(name, text(signal.get("units")) or None, rate_hz, values))
    if not channels:
        raise SignalProblem(
            "The record holds no signals.", "Export the EMG and force signals with MR3."
        )
    return Recording(tuple(channels))
