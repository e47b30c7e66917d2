"""Onset of one stance trial relative to its lift-off: when to look for it, and when to believe it."""

from dataclasses import replace
from typing import Any, Final

from pipeline.signals.emg.emg_part import EmgPart
from pipeline.signals.emg.windows import Window
from pipeline.signals.features import RecordingFeatures
from pipeline.signals.onset.detect import detect_onset
from schemas.study import EmgSettings

ONSET_SD_WARN_S: Final = 0.02
ONSET_SD_MISSING_S: Final = 0.04
"""Posterior SD above which an onset is doubtful, and above which none is given."""


def with_onset(
    features: RecordingFeatures, emg: EmgPart, rest: Window | None, settings: EmgSettings
) -> RecordingFeatures:
    """The features with the onset, or with the reason why there is none."""
    why_not = _why_no_onset(features, emg, rest, settings)
    if why_not or rest is None or features.force.liftoff_s is None:
        return _with(features, note=why_not)
    search_s = (
        features.force.liftoff_s + settings.onset_search_s[0] - emg.starts_at_s,
        features.force.liftoff_s + settings.onset_search_s[1] - emg.starts_at_s,
    )
    onset = detect_onset(
        emg.filtered_uv,
        emg.channel.sampling_rate_hz,
        rest_s=(rest.start_s - emg.starts_at_s, rest.end_s - emg.starts_at_s),
        search_s=search_s,
        method=settings.onset_method,
        band_hz=None,
    )
    features = _with(features, was_tried=True, method=onset.method, evidence=onset.evidence)
    if onset.onset_s is None or onset.low_s is None or onset.high_s is None or onset.sd_s is None:
        return _with(features, note=f"No onset: {onset.reason}.")
    if onset.sd_s > ONSET_SD_MISSING_S:
        note = f"The onset is uncertain by {1000 * onset.sd_s:.0f} ms, too much to be given."
        return _with(features, sd_s=onset.sd_s, note=note)
    doubtful = onset.sd_s > ONSET_SD_WARN_S
    return _with(
        features,
        onset_s=onset.onset_s + emg.starts_at_s,
        low_s=onset.low_s + emg.starts_at_s,
        high_s=onset.high_s + emg.starts_at_s,
        sd_s=onset.sd_s,
        note=f"Uncertain by {1000 * onset.sd_s:.0f} ms." if doubtful else "",
    )


def _with(features: RecordingFeatures, **values: Any) -> RecordingFeatures:
    return replace(features, onset=replace(features.onset, **values))


def _why_no_onset(
    features: RecordingFeatures, emg: EmgPart, rest: Window | None, settings: EmgSettings
) -> str:
    if not features.is_usable:
        return "The signal is rejected."
    if features.force.liftoff_s is None:
        return "Lift-off is not known."
    if rest is None:
        return features.emg.rest_note
    if rest.end_s > features.force.liftoff_s + settings.onset_search_s[1]:
        return "The rest window lies behind the search window."
    if emg.starts_at_s > features.force.liftoff_s + settings.onset_search_s[0]:
        return "The recording starts within the search window."
    return ""
