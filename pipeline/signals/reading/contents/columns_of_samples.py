"""What a layout says about a table of samples, and how its columns become channels.

Time columns, sampling rates, padding, marks.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from pipeline.signals.reading.contents.numbers_as_text import Dialect, Row
from pipeline.signals.samples.recording import (
    AnySamples,
    Channel,
    Event,
    Recording,
    Samples,
    SignalProblem,
)

Values = Callable[[int], AnySamples]
"""Numbers of a column by its position, shape (n_rows,); missing samples are not-a-number."""

RATE_AGREEMENT: Final = 0.01
"""A declared rate and the time column may differ by this share before they contradict each other."""

JITTER_SAMPLES: Final = 2.0
"""Time stamps are rounded on export (0.5 ms steps to whole milliseconds); lost samples jump further."""

TIME_STAMP_ROUNDING: Final = 1e-5
"""Share by which rounded time stamps miss a whole rate; the 2148.148 Hz of some sensors is further from a whole one."""

LOWEST_RATE_HZ: Final = 20.0
"""A time column without unit that gives less than this was not written in seconds."""

SAME_START_S: Final = 0.01
"""Channels with time columns of their own that start further apart are not aligned."""

AGAIN: Final = "Export the recording again at a constant sampling rate, without gaps."


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


def recording_of_table(
    shape: TableShape,
    values: Values,
    *,
    declared_rate_hz: float | None,
    words: Mapping[int, str] | None = None,
) -> Recording:
    """A recording from the columns of a table.

    values: see `Values`. declared_rate_hz: `sampling_rate_hz` of study.yaml, used where neither the
    file nor a time column gives a rate. words: row -> mark, of the column of events. Missing samples
    at the end of a column are padding and are cut off; a column without any sample is left out.
    Raises SignalProblem when no rate is known, times are not regular or samples were lost.
    """
    clocks = {column.position: _clock(column, values) for column in shape.times}
    for rate_hz, _ in clocks.values():
        _check_against(rate_hz, declared_rate_hz)
    starts = [start_s for _, start_s in clocks.values()]
    if starts and max(starts) - min(starts) > SAME_START_S:
        raise SignalProblem(
            "The channels do not start at the same time.",
            "Export all channels from the same moment on.",
        )
    channels = []
    for column in shape.samples:
        channel = _channel(column, values, clocks, declared_rate_hz)
        if channel is not None:
            channels.append(channel)
    if not channels:
        raise SignalProblem(
            "The file has no column with signal samples.",
            "Export the EMG and force channels as columns with a heading each.",
        )
    _check_length(shape, channels)
    if shape.counter is not None:
        _check_counter(values(shape.counter.position), channels[0].sampling_rate_hz)
    rate_hz = channels[0].sampling_rate_hz
    events = tuple(Event(row / rate_hz, text) for row, text in sorted((words or {}).items()))
    return Recording(tuple(channels), events)


def _channel(
    column: SampleColumn,
    values: Values,
    clocks: Mapping[int, tuple[float, float]],
    declared_rate_hz: float | None,
) -> Channel | None:
    samples = without_padding(values(column.position))
    if samples.size == 0:
        return None
    clock = clocks.get(column.time_position) if column.time_position is not None else None
    rate_hz = column.sampling_rate_hz
    if clock is not None and rate_hz and abs(clock[0] / rate_hz - 1) > RATE_AGREEMENT:
        raise SignalProblem(
            f"The file says {rate_hz:g} Hz for {column.label}, but its times are {clock[0]:g} Hz.",
            AGAIN,
        )
    rate_hz = rate_hz or (clock[0] if clock else None) or declared_rate_hz
    if rate_hz is None:
        raise SignalProblem(
            "The file has no time column and does not say its sampling rate.",
            "Add a column `time` in seconds, or set sampling_rate_hz under emg in study.yaml.",
        )
    if column.factor != 1.0 or column.offset:
        samples = samples * column.factor + column.offset
    with np.errstate(over="ignore"):  # what does not fit counts as a missing sample
        stored = samples.astype(np.float32, copy=False)
    return Channel(column.label, column.unit, rate_hz, stored, column.heading)


def _clock(column: TimeColumn, values: Values) -> tuple[float, float]:
    """(rate in Hz, first time in s) of a time column."""
    time_s = without_padding(values(column.position)) * column.seconds_per_unit
    if time_s.size == 0:  # the channels beside it are empty as well
        return np.nan, 0.0
    return rate_of_times(time_s.astype(np.float64, copy=False)), float(time_s[0])


def rate_of_times(time_s: Samples) -> float:
    """Sampling rate (Hz) of regular times, shape (n,). Raises SignalProblem when they are not."""
    if time_s.size < 2 or not np.isfinite(time_s).all():
        raise SignalProblem("The time column has empty cells.", AGAIN)
    if (np.diff(time_s) < 0).any() or time_s[-1] <= time_s[0]:
        raise SignalProblem("The time column does not run forward.", AGAIN)
    rate_hz = (time_s.size - 1) / float(time_s[-1] - time_s[0])
    if rate_hz < LOWEST_RATE_HZ:
        raise SignalProblem(
            f"The time column gives a sampling rate of {rate_hz:.3g} Hz.",
            "Write the unit into its heading, `time (ms)` or `time (s)`.",
        )
    off_samples = np.abs(time_s - time_s[0] - np.arange(time_s.size) / rate_hz) * rate_hz
    worst = int(np.argmax(off_samples))
    if off_samples[worst] > JITTER_SAMPLES:
        raise SignalProblem(
            f"The time column is not regular (samples are missing or repeated near "
            f"{time_s[worst]:.2f} s).",
            AGAIN,
        )
    whole_hz = round(rate_hz)
    return float(whole_hz) if abs(rate_hz / whole_hz - 1) < TIME_STAMP_ROUNDING else rate_hz


def _check_against(rate_hz: float, declared_hz: float | None) -> None:
    if declared_hz is not None and abs(rate_hz / declared_hz - 1) > RATE_AGREEMENT:
        raise SignalProblem(
            f"The recording is sampled at {rate_hz:g} Hz by its time column, but study.yaml says "
            f"{declared_hz:g} Hz.",
            "Correct sampling_rate_hz in study.yaml, or export the recording at its original rate.",
        )


def _check_length(shape: TableShape, channels: list[Channel]) -> None:
    longest = max(channel.samples.size for channel in channels)
    if shape.expected_rows is not None and longest < shape.expected_rows - JITTER_SAMPLES:
        raise SignalProblem(
            f"The file is cut off: its head announces {shape.expected_rows} samples and it holds "
            f"{longest}.",
            "Copy or export the recording again.",
        )


def _check_counter(counter: AnySamples, rate_hz: float) -> None:
    """Raise SignalProblem where the number of a sample does not follow the one before it."""
    steps = np.diff(without_padding(counter))
    wraps = steps < 0
    lost = (steps != 1) & ~wraps
    if wraps.any():
        lost |= wraps & (counter[: steps.size] != np.nanmax(counter))
    if lost.any():
        raise SignalProblem(
            f"Samples were lost in the recording near {int(np.argmax(lost)) / rate_hz:.2f} s.",
            "Leave this recording out, or choose a part without gaps in a new export.",
        )


def without_padding(values: AnySamples) -> AnySamples:
    """The values up to the last one that is a number."""
    if values.size and not np.isnan(values[-1]):
        return values
    filled = np.flatnonzero(~np.isnan(values))
    return values[: filled[-1] + 1] if filled.size else values[:0]
