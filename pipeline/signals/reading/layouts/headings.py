"""What several layouts share: finding the heading row, rows of units and rates, single cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.signals.channels.signal_units import is_unit, simplified
from pipeline.signals.reading.contents.columns_of_samples import TableHead
from pipeline.signals.reading.contents.numbers_as_text import Dialect, Row

_RATE: Final = re.compile(r"([\d.,]+)\s*(k?)hz", re.IGNORECASE)
_PERIOD: Final = re.compile(r"[\d.,eE+-]+\s*m?s", re.IGNORECASE)


@dataclass(frozen=True)
class Headings:
    """The heading row above the first row of samples, and rows of units and rates below it.

    row: its number. Cells are padded to the width of the table.
    """

    row: int
    cells: Row
    units: Row
    rates_hz: tuple[float | None, ...]


def first_sample_row(head: TableHead, after: int = 0, n_columns: int | None = None) -> int | None:
    """Number of the first row of samples: as wide as the table, and the next row may follow it.

    n_columns: how many columns have to be numbers, None for all.
    """
    for number in range(after, len(head.rows)):
        row = head.rows[number]
        if len(row) != head.width or not head.dialect.is_sample_row(row[:n_columns]):
            continue
        following = next((r for r in head.rows[number + 1 :] if any(r)), None)
        if following is None or head.dialect.may_be_sample_row(following):
            return number
    return None


def headings_above(head: TableHead, first_row: int) -> Headings | None:
    """The headings of the samples that start in `first_row`; None when there are none."""
    units: Row = ()
    rates: tuple[float | None, ...] = ()
    place = None
    for number in range(first_row - 1, -1, -1):
        row = without_trailing_blanks(head.rows[number])
        if not any(row):
            continue
        filled = [cell for cell in row if cell]
        if not units and all(is_unit(cell) for cell in filled):
            units, place = row, number
        elif not rates and all(_RATE.fullmatch(cell) for cell in filled):
            rates = tuple(rate_of(cell) for cell in row)
        elif all(_PERIOD.fullmatch(cell) for cell in filled):
            continue
        else:
            place = number
            break
    if place is None:
        return None
    cells = without_trailing_blanks(head.rows[place])
    if cells == units:  # a row such as `N` alone is the heading, not the unit of one
        units = ()
    width = max(head.width, len(cells))
    return Headings(
        place,
        padded(cells, width),
        padded(units, width),
        (rates + (None,) * width)[:width],
    )


def without_trailing_blanks(row: Row) -> Row:
    """The row up to its last filled cell."""
    filled = [number for number, cell in enumerate(row) if cell]
    return row[: filled[-1] + 1] if filled else ()


def padded(row: Row, width: int) -> Row:
    """The row with empty cells up to `width`."""
    return row + ("",) * (width - len(row))


def filled_forward(row: Sequence[str]) -> tuple[str, ...]:
    """Every empty cell with the last filled cell before it: a name that stands once for its block."""
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return tuple(filled)


def rate_of(text: str) -> float | None:
    """The rate in Hz of a text such as `1259.2593 Hz`, `1259,2593 Hz` or `2 kHz`; None without one."""
    match = _RATE.search(text)
    value = number_of(match[1]) if match else None
    return None if match is None or value is None else value * (1000.0 if match[2] else 1.0)


def number_of(text: str) -> float | None:
    """A positive number with either decimal mark; None for anything else."""
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return value if 0 < value < 1e9 else None


def declared_rate(rows: Sequence[Row], dialect: Dialect) -> float | None:
    """The one sampling rate that lines above the headings declare, None for none or several."""
    found = set()
    for row in rows:
        text = " ".join(cell for cell in row if cell)
        match = re.search(
            r"(?:sampl\w*[ _-]*(?:rate|freq\w*)|abtastrate|frecuencia de muestreo)"
            r"[^\d]{0,20}([\d.,]+)\s*(k?)(?:hz)?",
            text,
            re.IGNORECASE,
        )
        value = number_of(match[1].rstrip(".,")) if match else None
        if match and value:
            found.add(value * (1000.0 if match[2] else 1.0))
    return found.pop() if len(found) == 1 else None


def unit_in(cell: str) -> str | None:
    """The unit of a cell of a row of units, without its brackets; None for an empty cell."""
    text = cell.strip().strip("()[]").strip()
    return text or None


def same_words(left: str, right: str) -> bool:
    """Whether two texts agree without case and spaces."""
    return "".join(simplified(left).split()) == "".join(simplified(right).split())
