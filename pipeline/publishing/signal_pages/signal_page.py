"""The recordings of a cohort with their pictures, worst first: the page of the release, the asset page.

Both are internal: they hold codes. The page is one file without script and network. Whoever opens it
chooses what to see by links: a link names a place of the page, and the style hides what does not belong
to it.
"""

import base64
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

import pandas as pd
from markupsafe import Markup

from pipeline.publishing.report.pages import render
from pipeline.publishing.report.printable import printable
from pipeline.publishing.signal_pages.picture_marks import (
    ROLE_WORDS,
    VERDICT_TITLES,
    recording_name,
)
from pipeline.publishing.signal_pages.picture_shapes import STYLE
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


MOST_ON_ASSET_PAGE: Final = 6
"""Each is about 15 kB in the event log, and an asset page is no album: the page of the release is."""

WHERE_ALL_ARE: Final = "internal/signal-quality.html in the folder of the release"
COLUMNS: Final = ("participant", "leg", "verdict", "why", "file")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|-])")


def worst_pictures(entries: Sequence[RecordingEntry]) -> dict[str, str]:
    """Title -> picture in Markdown of the worst recordings that can be drawn.

    entries: worst first. Dagster shows a picture only as an address that holds it, and only when its
    key is opened: the title therefore names file and verdict.
    """
    drawn = [entry for entry in entries if "whole" in entry.views][:MOST_ON_ASSET_PAGE]
    return {_title(entry): _picture(entry) for entry in drawn}


def _title(entry: RecordingEntry) -> str:
    return f"{entry.row['file']} ({VERDICT_TITLES[entry.verdict].lower()})"


def _picture(entry: RecordingEntry) -> str:
    """A picture with the file's name, the verdict and its reasons in it."""
    name = PurePosixPath(str(entry.row["file"])).name
    heading = (f"{name}: {VERDICT_TITLES[entry.verdict].lower()}", "; ".join(entry.reasons))
    svg = recording_svg(
        entry.row, entry.views, heading=[line for line in heading if line], is_alone=True
    )
    words = _MARKDOWN.sub(r"\\\1", f"{name}, {recording_name(entry.row)}")
    return f"![{words}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


def doubtful_recordings(entries: Sequence[RecordingEntry]) -> pd.DataFrame:
    """The recordings that are not good, worst first, in the columns of COLUMNS."""
    rows = [
        (
            entry.participant,
            str(entry.row["leg"]),
            VERDICT_TITLES[entry.verdict].split(",")[0].lower(),
            "; ".join(entry.reasons),
            PurePosixPath(str(entry.row["file"])).name,
        )
        for entry in entries
        if entry.verdict != "good"
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))
