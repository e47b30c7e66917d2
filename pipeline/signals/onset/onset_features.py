"""The onset of one stance trial, or why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OnsetFeatures:
    """Onset in seconds from the start of the file; None = not known.

    was_tried: whether a detector ran. method, onset_s, low_s, high_s, sd_s, evidence: see
    `detect.Onset`. note: why there is no onset, or why it is doubtful, "" when it is neither.
    """

    was_tried: bool = False
    method: str | None = None
    onset_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
    sd_s: float | None = None
    evidence: float | None = None
    note: str = ""
