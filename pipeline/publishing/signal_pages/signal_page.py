"""The page of all recordings of a cohort with their pictures, worst first. Internal: it holds codes.

One file without script and network. Whoever opens it chooses what to see by links: a link names a place
of the page, and the style hides what does not belong to it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from markupsafe import Markup

from pipeline.publishing.report.pages import render
from pipeline.publishing.report.printable import printable
from pipeline.publishing.signal_pages.picture_style import STYLE
from pipeline.publishing.signal_pages.picture_words import (
    ROLE_WORDS,
    VERDICT_TITLES,
    recording_name,
)
from pipeline.publishing.signal_pages.recording_entries import (
    UNREAD,
    WORST_FIRST,
    RecordingEntry,
    reason_kind,
    recording_entries,
)
from pipeline.publishing.signal_pages.recording_picture import recording_svg
from schemas.terms import RECORDING_ROLES

MOST_PICTURES: Final = 600
"""Best recordings beyond are listed without a picture, so that the page still opens in an office."""

MOST_REASONS: Final = 30

VERDICT_MEANINGS: Final[dict[str, str]] = {
    UNREAD: "no signal to look at; not in the analysis",
    "reject": "the signal is not gluteus medius activity that can be measured; not in the analysis",
    "warn": "in the analysis; the report shows results with and without such trials",
    "good": "in the analysis",
}
NO_GROUP: Final = "(no group)"


@dataclass(frozen=True)
class Choice:
    """A link that shows some of the recordings. anchor: place of the page; style: their class."""

    anchor: str
    style: str
    words: str
    n: int


@dataclass(frozen=True)
class CountRow:
    """One verdict of the summary: recordings by group and role, and in all."""

    choice: Choice
    meaning: str
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Shown:
    """One recording on the page; styles: classes that links choose by."""

    anchor: str
    styles: str
    verdict: str
    title: str
    name: str
    place: str
    entry: RecordingEntry
    picture: Markup | None


def signal_quality_html(
    cohort: str,
    *,
    signals: pd.DataFrame,
    activation: pd.DataFrame,
    traces: pd.DataFrame,
    findings: pd.DataFrame,
    groups: Mapping[str, str],
    most_pictures: int = MOST_PICTURES,
) -> str:
    """The page.

    signals, activation, traces, findings: tables of `schemas`; findings of the recordings. groups:
    participant code -> group. Recordings beyond `most_pictures` have no picture; they are the best.
    """
    entries = recording_entries(signals, activation, traces, findings, groups)
    people = _people(entries)
    reasons = _reasons(entries)
    shown = [
        _shown(number, entry, people, reasons, has_picture=number <= most_pictures)
        for number, entry in enumerate(entries, start=1)
    ]
    columns, rows = _summary(entries)
    choices = [*(row.choice for row in rows), *reasons.values(), *people.values()]
    return render(
        "signal_quality.html.j2",
        cohort=printable(cohort),
        picture_style=Markup(STYLE),  # noqa: S704 our own constant
        choices=choices,
        columns=columns,
        rows=rows,
        reasons=list(reasons.values())[:MOST_REASONS],
        people=list(people.values()),
        recordings=shown,
        n_without_picture=sum(1 for one in shown if one.entry.views and one.picture is None),
    )


def _shown(
    number: int,
    entry: RecordingEntry,
    people: Mapping[str, Choice],
    reasons: Mapping[str, Choice],
    *,
    has_picture: bool,
) -> Shown:
    kinds = dict.fromkeys(reason_kind(reason) for reason in entry.reasons)
    styles = [
        f"v-{entry.verdict}",
        people[entry.participant].style,
        *(reasons[kind].style for kind in kinds if kind in reasons),
    ]
    picture = None
    if has_picture and "whole" in entry.views:
        picture = Markup(recording_svg(entry.row, entry.views))  # noqa: S704 texts are escaped there
    return Shown(
        anchor=f"rec-{number}",
        styles=" ".join(styles),
        verdict=entry.verdict,
        title=VERDICT_TITLES[entry.verdict],
        name=printable(recording_name(entry.row)),
        place=printable(f"{entry.row['task']}, {entry.row['visit']}: {entry.row['file']}"),
        entry=entry,
        picture=picture,
    )


def _summary(entries: Sequence[RecordingEntry]) -> tuple[list[tuple[str, str]], list[CountRow]]:
    """Columns (group, role) and one row per verdict that occurs."""
    counts = Counter((entry.verdict, entry.group or NO_GROUP, entry.role) for entry in entries)
    keys = sorted(
        {(group, role) for _, group, role in counts},
        key=lambda key: (key[0] == NO_GROUP, key[0], list(RECORDING_ROLES).index(key[1])),
    )
    rows = []
    for verdict in WORST_FIRST:
        cells = tuple(counts[verdict, group, role] for group, role in keys)
        if sum(cells):
            choice = Choice(
                f"show-{verdict}", f"v-{verdict}", VERDICT_TITLES[verdict].lower(), sum(cells)
            )
            rows.append(CountRow(choice, VERDICT_MEANINGS[verdict], cells))
    return [(printable(group), ROLE_WORDS.get(role, role)) for group, role in keys], rows


def _reasons(entries: Sequence[RecordingEntry]) -> dict[str, Choice]:
    """What was said of recordings, most frequent first; files that could not be read stand apart."""
    counts = Counter(
        kind
        for entry in entries
        if entry.verdict != UNREAD
        for kind in dict.fromkeys(reason_kind(reason) for reason in entry.reasons)
    )
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_REASONS]
    return {
        kind: Choice(f"show-r{place}", f"r{place}", kind, n)
        for place, (kind, n) in enumerate(ordered, start=1)
    }


def _people(entries: Sequence[RecordingEntry]) -> dict[str, Choice]:
    """Participants in the order of their codes."""
    counts = Counter(entry.participant for entry in entries)
    return {
        code: Choice(f"show-p{place}", f"p{place}", code, counts[code])
        for place, code in enumerate(sorted(counts), start=1)
    }
