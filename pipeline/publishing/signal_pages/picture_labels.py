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


def placed_labels(place: Place, events: Iterable[Event], onset: OnsetMark | None) -> list[Label]:
    """Place, line and words of the labels above a view; labels that would touch get another line."""
    marks = [(event.time_s, event.label, False) for event in events]
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
    length = f"{window.end_s - window.start_s:.1f} s"
    for words in (f"{window.label} {length}", window.label, window.label.split(",")[0]):
        if LETTER * len(words) + 4 <= width:
            return words
    return ""
