"""The onset of one stance trial, or why there is none."""

from dataclasses import dataclass

from pipeline.signals.onset.answer import MethodOnset


@dataclass(frozen=True)
class OnsetFeatures:
    """Onset in seconds from the start of the file; None = not known.

    was_tried: whether a detector ran. method, onset_s, low_s, high_s, sd_s, evidence, snr_db: see
    `answer.Onset`. step_s: the sudden onset that fits best, whatever the method. is_confident: the
    interval is narrow and the muscle is well above rest; None when the method has no interval. by_method:
    what every detector answers, for the sensitivity table. note: why there is no onset, or why it is
    doubtful, "" when it is neither.
    """

    was_tried: bool = False
    method: str | None = None
    onset_s: float | None = None
    low_s: float | None = None
    high_s: float | None = None
    sd_s: float | None = None
    evidence: float | None = None
    snr_db: float | None = None
    step_s: float | None = None
    is_confident: bool | None = None
    by_method: tuple[MethodOnset, ...] = ()
    note: str = ""
