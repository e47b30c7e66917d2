"""What is marked in a picture: events as lines, windows as bars. A table; adding one is one entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd


@dataclass(frozen=True)
class EventKind:
    """A moment that is drawn as a line. column: where its time stands (s in the file).

    style: class of the line; lines differ by dashes, not by colour alone.
    """

    column: str
    label: str
    style: str


@dataclass(frozen=True)
class WindowKind:
    """A stretch that is shaded, with a bar above it. start, end: columns with its times (s in the file).

    where: values of other columns that it needs, () for any. is_inside: it lies inside another one.
    """

    start: str
    end: str
    label: str
    style: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()
    is_inside: bool = False


EVENTS: Final = (
    EventKind("liftoff_s", "lift-off", "lift"),
    EventKind("touchdown_s", "touch-down", "down"),
    EventKind("hop_s", "hop", "hop"),
    EventKind("reload_s", "loaded for good", "load"),
)
"""In the order in which they happen; one that is not known is not drawn."""

_OF_TASK: Final = ("role", ("task",))
_OF_REFERENCE: Final = ("role", ("mvic", "submaximal"))
_BY_FORCE: Final = ("window_from", ("force",))

WINDOWS: Final = (
    WindowKind("rest_start_s", "rest_end_s", "rest", "rest", (_OF_TASK,)),
    WindowKind("window_start_s", "window_end_s", "stance, measured", "used", (_OF_TASK, _BY_FORCE)),
    WindowKind(
        "window_start_s", "window_end_s", "measured", "used", (("window_from", ("table", "file")),)
    ),
    WindowKind("peak_start_s", "peak_end_s", "highest", "peak", (_OF_REFERENCE,), is_inside=True),
)

TAP: Final = "first touch"
"""What touch-down is called when the foot was loaded for good only later."""


@dataclass(frozen=True)
class Event:
    """A moment of one recording (s in the file)."""

    time_s: float
    label: str
    style: str


@dataclass(frozen=True)
class Window:
    """A stretch of one recording (s in the file); is_inside: it lies inside another one."""

    start_s: float
    end_s: float
    label: str
    style: str
    is_inside: bool = False


@dataclass(frozen=True)
class OnsetMark:
    """The onset of one recording with its 90 % interval (s in the file); step_s: the other reading."""

    time_s: float
    low_s: float | None
    high_s: float | None
    step_s: float | None


def number(row: Mapping[str, object], column: str) -> float | None:
    """A number of a table row, None when it is missing or the table has no such column."""
    value = row.get(column)
    if not isinstance(value, int | float) or pd.isna(value):
        return None
    return float(value)


def events_of(row: Mapping[str, object]) -> list[Event]:
    """The events of one row of schemas.recording_signals, in the order of time."""
    times = {kind.column: number(row, kind.column) for kind in EVENTS}
    touched, loaded = times["touchdown_s"], times["reload_s"]
    if touched is not None and loaded is not None and loaded <= touched:
        times["reload_s"] = loaded = None
    found = [
        Event(time_s, kind.label, kind.style)
        for kind in EVENTS
        if (time_s := times[kind.column]) is not None
    ]
    if touched is not None and loaded is not None:
        found = [Event(one.time_s, TAP, one.style) if one.style == "down" else one for one in found]
    return sorted(found, key=lambda event: event.time_s)


def windows_of(row: Mapping[str, object]) -> list[Window]:
    """The windows of one row of schemas.recording_signals."""
    found = []
    for kind in WINDOWS:
        start_s, end_s = number(row, kind.start), number(row, kind.end)
        fits = all(row.get(column) in wanted for column, wanted in kind.where)
        if fits and start_s is not None and end_s is not None:
            found.append(Window(start_s, end_s, kind.label, kind.style, kind.is_inside))
    return found


def onset_of(row: Mapping[str, object]) -> OnsetMark | None:
    """The onset of one row of schemas.recording_signals, None without one."""
    time_s = number(row, "onset_s")
    if time_s is None:
        return None
    return OnsetMark(
        time_s,
        number(row, "onset_low_s"),
        number(row, "onset_high_s"),
        number(row, "onset_step_s"),
    )
