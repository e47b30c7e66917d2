"""What is marked in a picture and how it is said: events, windows, their labels, the picture in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.publishing.report.number_format import MINUS
from pipeline.publishing.signal_pages.picture_layout import Place, tick_text


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


VERDICT_TITLES: Final[dict[str, str]] = {
    "unread": "Could not be read",
    "reject": "Rejected",
    "warn": "Usable, with a remark",
    "good": "Good",
}

ROLE_WORDS: Final[dict[str, str]] = {
    "task": "stance",
    "mvic": "MVIC",
    "rest": "rest",
    "submaximal": "submaximal contraction",
}


def recording_name(row: Mapping[str, object]) -> str:
    """Which recording this is: "007, left leg, stance trial 4"."""
    role = ROLE_WORDS.get(str(row["role"]), str(row["role"]))
    return f"{row['participant_id']}, {row['leg']} leg, {role} trial {row['trial']}"


def description(row: Mapping[str, object]) -> str:
    """The picture in one or two sentences: what is drawn, when what happened, the verdict."""
    sentences = [f"Raw EMG, envelope and force of {recording_name(row)}."]
    happened = [
        f"{label} at {time_s:.2f} s"
        for label, column in (
            ("lift-off", "liftoff_s"),
            ("touch-down", "touchdown_s"),
            ("onset", "onset_s"),
        )
        if (time_s := number(row, column)) is not None
    ]
    if happened:
        words = ", ".join(happened).replace("-0.00", "0.00").replace(" -", f" {MINUS}")
        sentences.append(f"{words[:1].upper()}{words[1:]}.")
    sentences.append(f"Signal quality: {VERDICT_TITLES[str(row['quality'])].lower()}.")
    return " ".join(sentences)


LETTER: Final = 5.6
BOLD_LETTER: Final = 6.4
"""Width of a letter of the labels, on average; labels that would touch get a line of their own."""


@dataclass(frozen=True)
class Label:
    """Words that start at `x` on line `row` (0 is the highest)."""

    x: float
    row: int
    words: str
    is_bold: bool = False


def placed_labels(
    place: Place, events: Iterable[Event], windows: Iterable[Window], onset: OnsetMark | None
) -> list[Label]:
    """Place, line and words of the labels above a view; labels that would touch get another line.

    A window inside another one is too narrow for words in its bar and has a label here.
    """
    marks = [(event.time_s, event.label, False) for event in events]
    marks += [(one.start_s, _with_length(one), False) for one in windows if one.is_inside]
    if onset is not None:
        marks.append((onset.time_s, _onset_words(place, onset), True))
    free_from: list[float] = []
    placed = []
    for time_s, words, is_bold in sorted(marks):
        if not place.across.holds(time_s):
            continue
        width = (BOLD_LETTER if is_bold else LETTER) * len(words) + 8
        x = min(place.across.place(time_s), place.left + place.width - width)
        row = next((n for n, free in enumerate(free_from) if free <= x), len(free_from))
        free_from[row : row + 1] = [x + width]
        placed.append(Label(x, row, words, is_bold))
    return placed


def _onset_words(place: Place, onset: OnsetMark) -> str:
    if place.per_s == 1.0:
        return "onset"

    def ms(time_s: float) -> str:
        return tick_text(round(1000 * (time_s - place.zero_s)))

    if onset.low_s is None or onset.high_s is None:
        return f"onset {ms(onset.time_s)} ms"
    return f"onset {ms(onset.time_s)} ms ({ms(onset.low_s)} to {ms(onset.high_s)})"


def fitting_words(window: Window, width: float) -> str:
    """The label with the length of the window, the label, its first word, or nothing."""
    for words in (_with_length(window), window.label, window.label.split(",")[0]):
        if LETTER * len(words) + 4 <= width:
            return words
    return ""


def _with_length(window: Window) -> str:
    return f"{window.label} {window.end_s - window.start_s:.1f} s"


def free_stretch(
    left: float, right: float, taken: Iterable[tuple[float, float]]
) -> tuple[float, float]:
    """The widest part of a bar from left to right that no other bar covers."""
    free, start = [], left
    for first, last in sorted(taken):
        free.append((start, max(min(first, right), start)))
        start = min(max(start, last), right)
    return max((*free, (start, right)), key=lambda stretch: stretch[1] - stretch[0])
