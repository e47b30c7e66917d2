"""What a layout says about a table of samples: which column holds what, and where the samples start."""

from dataclasses import dataclass, field

from pipeline.signals.reading.contents.numbers_as_text import Dialect, Row


@dataclass(frozen=True)
class TableHead:
    """The first rows of a table. lines: as they stand; rows: their cells; width: columns of samples."""

    lines: tuple[str, ...]
    rows: tuple[Row, ...]
    width: int
    dialect: Dialect = field(default_factory=lambda: Dialect(",", "."))


@dataclass(frozen=True)
class SampleColumn:
    """One channel. Positions count columns from 0.

    heading: as written, "" when the label was put together. time_position: its time column.
    sampling_rate_hz: as the file declares it. A sample is `value * factor + offset` in `unit`.
    """

    position: int
    label: str
    unit: str | None
    heading: str = ""
    sampling_rate_hz: float | None = None
    time_position: int | None = None
    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class TimeColumn:
    """A column of times, in seconds after `seconds_per_unit`."""

    position: int
    seconds_per_unit: float = 1.0


@dataclass(frozen=True)
class CounterColumn:
    """A column that counts samples up to a largest value and starts again; a jump is a lost sample."""

    position: int


@dataclass(frozen=True)
class TableShape:
    """How to read a table: the row of the first samples (from 0), and what the columns are.

    event_position: a column of words; each word marks the moment of its row. expected_rows: how many
    rows the head announces. ends_at_gap: whether an empty line ends the samples and another table
    may follow.
    """

    first_row: int
    samples: tuple[SampleColumn, ...]
    times: tuple[TimeColumn, ...] = ()
    counter: CounterColumn | None = None
    event_position: int | None = None
    expected_rows: int | None = None
    ends_at_gap: bool = False
