"""Labels of events and windows, placed so that none covers another."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pipeline.publishing.signal_pages.picture_layout import Place
from pipeline.publishing.signal_pages.picture_marks import Event, OnsetMark, Window
from pipeline.publishing.signal_pages.scales import tick_text

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
