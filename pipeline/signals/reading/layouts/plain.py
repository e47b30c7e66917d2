"""One heading line above the samples, with or without lines about the recording above it."""

import re
from typing import Final

from pipeline.signals.channels.signal_units import TIME_UNITS, simplified, split_heading
from pipeline.signals.reading.contents.columns_of_samples import (
    SampleColumn,
    TableHead,
    TableShape,
    TimeColumn,
)
from pipeline.signals.reading.contents.numbers_as_text import broken_number
from pipeline.signals.reading.layouts.headings import (
    declared_rate,
    first_sample_row,
    headings_above,
    unit_in,
    without_trailing_blanks,
)
from pipeline.signals.samples.recording import SignalProblem

TIME_LABELS: Final = frozenset(
    {"time", "t", "zeit", "tiempo", "temps", "tempo", "tijd", "时间", "時間"}
)
_TIME_LIKE: Final = re.compile(
    r"(time|zeit|tiempo|temps|tempo|tijd)[ _-]?(stamp|series|axis|vector)?s?", re.IGNORECASE
)


def recognises(head: TableHead) -> bool:
    """Any table; other layouts are asked first."""
    return True


def shape(head: TableHead) -> TableShape:
    """The columns by the heading line, with units in it (`L GMED (mV)`) or in a row below it.

    Raises SignalProblem when there are no headings or they do not fit the samples.
    """
    first_row = first_sample_row(head)
    if first_row is None:
        raise no_samples(head)
    headings = headings_above(head, first_row)
    if headings is None:
        raise SignalProblem(
            "The file starts with numbers, so its columns have no names.",
            "Export it with one heading line, such as: time (s), L GMED (uV), R GMED (uV).",
        )
    cells = tuple(cell.removeprefix("#").strip() for cell in headings.cells)
    n_named = len(without_trailing_blanks(cells))
    n_filled = max(len(without_trailing_blanks(row)) for row in head.rows[first_row:] if any(row))
    if n_named != head.width and n_named != n_filled:
        raise SignalProblem(
            f"Row 1 of samples has {n_filled} cells, but there are {n_named} headings.",
            "Export with exactly one heading line above the samples; with decimal commas, put "
            "semicolons between the columns.",
        )
    return shape_of_headings(
        cells[: head.width],
        units=tuple(unit_in(cell) for cell in headings.units[: head.width]),
        rates_hz=headings.rates_hz[: head.width],
        rate_hz=declared_rate(head.rows[: headings.row], head.dialect),
        first_row=first_row,
    )


def shape_of_headings(
    cells: tuple[str, ...],
    *,
    units: tuple[str | None, ...],
    rates_hz: tuple[float | None, ...],
    rate_hz: float | None,
    first_row: int,
) -> TableShape:
    """The shape of a table with one time column or none.

    cells: headings. units, rates_hz: of single columns, None where only the heading may say it.
    rate_hz: of all columns without one. Raises SignalProblem for two columns of one name.
    """
    named = [cell for cell in cells if cell]
    twice = sorted({cell for cell in named if named.count(cell) > 1})
    if twice:
        raise SignalProblem(
            f"Two columns are called {twice[0]}.", "Give every channel a name of its own."
        )
    time = next((number for number, cell in enumerate(cells) if is_time(cell)), None)
    times: tuple[TimeColumn, ...] = ()
    if time is not None:
        times = (TimeColumn(time, seconds_per(units[time] or split_heading(cells[time])[1])),)
    samples = []
    for position, cell in enumerate(cells):
        if position == time:
            continue
        # Many programs end each line with a delimiter: a column without name, and without samples.
        label, unit = split_heading(cell or f"column {position + 1}")
        rate = rates_hz[position] or rate_hz
        samples.append(SampleColumn(position, label, units[position] or unit, cell, rate, time))
    return TableShape(first_row, tuple(samples), times)


def is_time(heading: str) -> bool:
    """Whether a heading names a column of times."""
    label = split_heading(heading)[0].strip()
    return label.casefold() in TIME_LABELS or _TIME_LIKE.fullmatch(label) is not None


def seconds_per(unit: str | None) -> float:
    """Seconds in the unit of a time column; without one it is seconds. Raises SignalProblem."""
    factor = TIME_UNITS.get(simplified(unit or "s"))
    if factor is None:
        raise SignalProblem(
            f"The time column is in {unit}.", "Export the time in seconds or milliseconds."
        )
    return factor


def no_samples(head: TableHead) -> SignalProblem:
    """Why no row looks like a row of samples."""
    for row in reversed(head.rows):
        broken = broken_number(row, head.dialect)
        if broken and len([cell for cell in row if cell]) > 1:
            return SignalProblem(
                f"Cells such as {broken[:20]!r} are no numbers, whichever sign is taken to separate "
                "columns and whichever to mark decimals.",
                "Export with semicolons or tabs between the columns and plain numbers without marks "
                "for thousands.",
            )
    return SignalProblem("The file has no rows of samples.", "Export the recording again.")
