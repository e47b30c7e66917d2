"""What a picture shows, in words: for people who cannot see it, and for headings."""

from collections.abc import Mapping
from typing import Final

from pipeline.publishing.report.number_format import MINUS
from pipeline.publishing.signal_pages.picture_marks import number

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
