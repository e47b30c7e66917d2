"""Columns of a table file (CSV, Parquet) become channels: time column, sampling rate, padding."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.problem import SignalProblem
from pipeline.signals.reading.signal_units import TIME_UNITS, simplified, split_heading
from pipeline.signals.recording import Channel, Recording

Samples = npt.NDArray[np.float64]

TIME_LABELS: Final = ("time", "t", "zeit", "tiempo")
RATE_AGREEMENT: Final = 0.01
"""A declared rate and the time column may differ by this share before they contradict each other."""

JITTER_SAMPLES: Final = 2.0
"""Time stamps are rounded on export (0.5 ms steps to whole milliseconds); lost samples jump further."""

TIME_STAMP_ROUNDING: Final = 1e-5
"""Share by which rounded time stamps miss a whole rate; the 2148.148 Hz of some sensors is further from a whole one."""

LOWEST_RATE_HZ: Final = 20.0
"""A time column without unit that gives less than this was not written in seconds."""


@dataclass(frozen=True)
class ColumnFacts:
    """What a file says about a column beside its heading; None where it does not say."""

    unit: str | None = None
    sampling_rate_hz: float | None = None


def recording_of_columns(
    columns: Mapping[str, Samples],
    *,
    declared_rate_hz: float | None,
    facts: Mapping[str, ColumnFacts] | None = None,
) -> Recording:
    """A recording from named columns, shape (n_rows,) each.

    declared_rate_hz: `sampling_rate_hz` of study.yaml, used where neither the file nor a time column
    gives a rate. facts: what the file says about single columns. Missing samples at the end of a
    column are padding and are cut off; a column without any sample is left out. Raises SignalProblem
    when no rate is known, or the time column is not regular.
    """
    facts = facts or {}
    time_heading = next((heading for heading in columns if _is_time(heading)), None)
    time_rate_hz = None
    if time_heading is not None:
        time_s = _seconds(time_heading, columns[time_heading], facts.get(time_heading))
        time_rate_hz = _rate_of(time_s)
        _check_against(time_rate_hz, declared_rate_hz)
    channels = []
    for heading, values in columns.items():
        samples = _without_padding(values)
        if heading == time_heading or samples.size == 0:
            continue
        fact = facts.get(heading, ColumnFacts())
        rate_hz = fact.sampling_rate_hz or time_rate_hz or declared_rate_hz
        if rate_hz is None:
            raise SignalProblem(
                "The file has no time column and does not say its sampling rate.",
                "Add a column `time` in seconds, or set sampling_rate_hz under emg in study.yaml.",
            )
        label, unit = split_heading(heading)
        with np.errstate(over="ignore"):  # what does not fit counts as a missing sample
            stored = samples.astype(np.float32)
        channels.append(Channel(label, fact.unit or unit, rate_hz, stored, heading))
    if not channels:
        raise SignalProblem(
            "The file has no column with signal samples.",
            "Export the EMG and force channels as columns with a heading each.",
        )
    return Recording(tuple(channels))


def _is_time(heading: str) -> bool:
    return split_heading(heading)[0].casefold() in TIME_LABELS


def _seconds(heading: str, values: Samples, fact: ColumnFacts | None) -> Samples:
    unit = (fact.unit if fact else None) or split_heading(heading)[1] or "s"
    factor = TIME_UNITS.get(simplified(unit))
    if factor is None:
        raise SignalProblem(
            f"The time column is in {unit}.", "Export the time in seconds or milliseconds."
        )
    return _without_padding(values) * factor


def _rate_of(time_s: Samples) -> float:
    """Sampling rate (Hz) of a regular time column. Raises SignalProblem when it is not regular."""
    again = "Export the recording again at a constant sampling rate, without gaps."
    if time_s.size < 2 or not np.isfinite(time_s).all():
        raise SignalProblem("The time column has empty cells.", again)
    if (np.diff(time_s) < 0).any() or time_s[-1] <= time_s[0]:
        raise SignalProblem("The time column does not run forward.", again)
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
            again,
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


def _without_padding(values: Samples) -> Samples:
    filled = np.flatnonzero(~np.isnan(values))
    return values[: filled[-1] + 1] if filled.size else values[:0]
