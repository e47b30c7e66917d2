"""Noraxon MR3 and MR4: two rows about the record, then headings, with columns of words among them.

The rows about the record hold its name, which may be a person's: nothing of it is kept.
"""

from typing import Final

from pipeline.signals.channels.signal_units import split_heading
from pipeline.signals.reading.contents.table_shape import TableHead, TableShape
from pipeline.signals.reading.layouts.headings import padded
from pipeline.signals.reading.layouts.plain import is_time, shape_of_headings
from pipeline.signals.samples.problem import SignalProblem

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
    number = _heading_row(head)
    if number is None:
        number = next((n for n, row in enumerate(head.rows) if row and is_time(row[0])), None)
    if number is None or not any(any(row) for row in head.rows[number + 1 :]):
        raise SignalProblem("The file has no rows of samples.", "Export the recording again.")
    facts = _record_facts(head)
    cells = padded(head.rows[number], head.width)[: head.width]
    is_single = cells[1:2] == ("value",)  # each signal exported to a file of its own
    if is_single:
        cells = (cells[0], facts.get("name") or "value", *cells[2:])
    words = {position for position, cell in enumerate(cells) if cell.casefold() in _WORDS}
    units = tuple(facts.get("units") if is_single and p == 1 else None for p in range(head.width))
    first_row = next(n for n in range(number + 1, len(head.rows)) if any(head.rows[n]))
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
    for number, row in enumerate(head.rows):
        names = {split_heading(cell)[0].casefold() for cell in row}
        if row and is_time(row[0]) and names & _WORDS:
            return number
    return None


def _record_facts(head: TableHead) -> dict[str, str]:
    """What the first two rows say about the one signal of the file (name, units, frequency)."""
    if len(head.rows) < 2:
        return {}
    facts = dict(zip((c.casefold() for c in head.rows[0]), head.rows[1], strict=False))
    return facts if facts.get("type", "").casefold() == "signal" else {}
