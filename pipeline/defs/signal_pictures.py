"""Pictures of the worst recordings on the asset page: one data address per key, and a short table."""

import base64
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any, Final

import dagster as dg
import pandas as pd

from pipeline.defs.table_metadata import shown_table
from pipeline.publishing.signal_pages.picture_words import VERDICT_TITLES, recording_name
from pipeline.publishing.signal_pages.recording_entries import RecordingEntry
from pipeline.publishing.signal_pages.recording_picture import recording_svg

MOST_PICTURES: Final = 6
"""Each is about 15 kB in the event log, and an asset page is no album: the page of the release is."""

WHERE_ALL_ARE: Final = "internal/signal-quality.html in the folder of the release"
COLUMNS: Final = ("participant", "leg", "verdict", "why", "file")
_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]()<>#+!|-])")


def recording_pictures(entries: Sequence[RecordingEntry]) -> dict[str, dg.MetadataValue[Any]]:
    """The worst recordings that can be drawn, one key each, and where all of them are.

    entries: worst first. Dagster shows a picture only as an address that holds it, and only when its
    key is opened: the key therefore names file and verdict.
    """
    if not entries:
        return {}
    drawn = [entry for entry in entries if "whole" in entry.views][:MOST_PICTURES]
    return {
        "all_pictures": dg.MetadataValue.text(WHERE_ALL_ARE),
        "worst_recordings": shown_table(_table(entries), COLUMNS),
        **{_title(entry): dg.MetadataValue.md(_picture(entry)) for entry in drawn},
    }


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


def _table(entries: Sequence[RecordingEntry]) -> pd.DataFrame:
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
