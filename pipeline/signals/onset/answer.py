"""What an onset detector answers. No detection here."""

from dataclasses import dataclass

NO_RISE = "the signal does not rise above its rest level in the search window"


@dataclass(frozen=True)
class Reading:
    """What one detector found. Times in seconds from the start of the signal.

    onset_s: None when there is no onset, and then `reason` says why. evidence: the detector's own
    decision statistic (`detectors.DETECTORS` says which); it has no unit and grows with the onset.
    low_s, high_s, sd_s: 90 % interval and standard deviation, None for a detector that has none.
    step_s: when the signal would have switched on if it switched on at once; ramp_s: when it starts
    to build up; None for a detector that does not tell them apart. build_up_s: mean length of the
    build-up.
    """

    onset_s: float | None
    evidence: float
    reason: str = ""
    low_s: float | None = None
    high_s: float | None = None
    sd_s: float | None = None
    step_s: float | None = None
    ramp_s: float | None = None
    build_up_s: float | None = None


@dataclass(frozen=True)
class Onset:
    """An onset, or the reason why there is none. Times in seconds from the start of the signal.

    onset_s: None when no onset was found. low_s, high_s: 90 % interval; sd_s: standard deviation;
    both None for a method without an interval. evidence: the decision statistic of the method (see
    `detectors.DETECTORS`). snr_db: power just behind the onset over power at rest (without an onset,
    over the whole search window). reason: why there is no onset, "" when there is one. step_s: the
    sudden onset that fits best, close to the first motor unit; ramp_s: the start of the build-up;
    build_up_s: how long the build-up lasts; None for a method that does not tell them apart.
    """

    onset_s: float | None
    low_s: float | None
    high_s: float | None
    sd_s: float | None
    evidence: float
    snr_db: float
    found: bool
    method: str
    reason: str = ""
    step_s: float | None = None
    ramp_s: float | None = None
    build_up_s: float | None = None
