"""Onset of one stance trial relative to its lift-off: when to look for it, and when to believe it."""

from dataclasses import replace
from typing import Any, Final

from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.onset.detect import detect_onset
from pipeline.signals.onset.searched_signal import Onset
from pipeline.signals.onset.sensitivity import onset_grid
from pipeline.signals.samples.recording import EmgPart, Window
from schemas.emg_settings import EmgSettings

ONSET_SD_WARN_S: Final = 0.02
ONSET_SD_MISSING_S: Final = 0.04
"""Posterior SD above which an onset is doubtful, and above which none is given."""

CONFIDENT_WIDTH_S: Final = 0.06
CONFIDENT_SNR_DB: Final = 3.0
"""An onset is sure when its 90 % interval is narrower and the muscle is this far above rest."""

STEP_METHOD: Final = "profile_likelihood"
"""The detector of the step reading."""


def with_onset(
    features: RecordingFeatures, emg: EmgPart, settings: EmgSettings
) -> RecordingFeatures:
    """The features with the onset, or with the reason why there is none.

    features: of a stance trial, with force events, amplitude and quality. emg: what they were measured in.
    """
    rest = _rest(features)
    why_not = _why_no_onset(features, emg, rest, settings)
    if why_not or rest is None or features.force.liftoff_s is None:
        return _with(features, note=why_not)
    signal = (emg.raw_uv, emg.channel.sampling_rate_hz)
    rest_s = (rest.start_s - emg.starts_at_s, rest.end_s - emg.starts_at_s)
    search_s = (
        features.force.liftoff_s + settings.onset_search_s[0] - emg.starts_at_s,
        features.force.liftoff_s + settings.onset_search_s[1] - emg.starts_at_s,
    )
    onset = detect_onset(
        *signal, rest_s, search_s, settings.onset_method, band_hz=settings.band_pass_hz
    )
    by_method = tuple(
        replace(
            answer,
            onset_s=_later(answer.onset_s, emg.starts_at_s),
            low_s=_later(answer.low_s, emg.starts_at_s),
            high_s=_later(answer.high_s, emg.starts_at_s),
        )
        for answer in onset_grid(
            *signal, rest_s, search_s, band_hz=settings.band_pass_hz, known=onset
        )
    )
    features = _with(
        features,
        was_tried=True,
        method=onset.method,
        evidence=onset.evidence,
        snr_db=onset.snr_db,
        sd_s=onset.sd_s,
        by_method=by_method,
    )
    if onset.onset_s is None:
        return _with(features, note=f"No onset: {onset.reason}.")
    if onset.sd_s is not None and onset.sd_s > ONSET_SD_MISSING_S:
        note = f"The onset is uncertain by {1000 * onset.sd_s:.0f} ms, too much to be given."
        return _with(features, note=note)
    is_doubtful = onset.sd_s is not None and onset.sd_s > ONSET_SD_WARN_S
    return _with(
        features,
        onset_s=_later(onset.onset_s, emg.starts_at_s),
        low_s=_later(onset.low_s, emg.starts_at_s),
        high_s=_later(onset.high_s, emg.starts_at_s),
        step_s=next((a.onset_s for a in by_method if a.method == STEP_METHOD and a.is_own), None),
        is_confident=_is_confident(onset),
        note=f"Uncertain by {1000 * onset.sd_s:.0f} ms." if is_doubtful and onset.sd_s else "",
    )


def _rest(features: RecordingFeatures) -> Window | None:
    start_s, end_s = features.emg.rest_start_s, features.emg.rest_end_s
    return None if start_s is None or end_s is None else Window(start_s, end_s)


def _is_confident(onset: Onset) -> bool | None:
    if onset.low_s is None or onset.high_s is None:
        return None
    muscle_over_rest: float = 10 ** (onset.snr_db / 10) - 1
    is_loud = muscle_over_rest >= 10 ** (CONFIDENT_SNR_DB / 10)
    return is_loud and onset.high_s - onset.low_s < CONFIDENT_WIDTH_S


def _later(time_s: float | None, by_s: float) -> float | None:
    return None if time_s is None else time_s + by_s


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
