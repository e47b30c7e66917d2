"""What stance trials are measured against: MVIC and other references of each leg, and the noise of rest."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from pipeline.signals.emg.mvic import MvicReference, mvic_reference, statistic_words, window_s
from pipeline.signals.measured.emg_features import SignalMetrics
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import judge
from pipeline.signals.quality.reference_limits import TASK_LIMITS
from schemas.columns import empty_table
from schemas.emg_settings import EmgSettings
from schemas.mvic_references import MVIC_KEY, MvicReferences

LegKey = tuple[str, str, str]
"""participant_id, visit, leg."""

_ROLE_OF: Final = {"submaximal_task": "submaximal", "task_peak": "task", "task_mean": "task"}


@dataclass(frozen=True)
class LegRecording:
    """One measured recording and the leg that it is about."""

    key: LegKey
    role: str
    features: RecordingFeatures


@dataclass(frozen=True)
class References:
    """By leg: the MVIC reference, a reference that is no MVIC (µV), the level of its rest recordings (µV).

    Only one of `mvic` and `other_uv` is filled, by what the study declares.
    """

    mvic: Mapping[LegKey, MvicReference] = field(default_factory=dict)
    other_uv: Mapping[LegKey, float] = field(default_factory=dict)
    rest_uv: Mapping[LegKey, float] = field(default_factory=dict)


def references(recordings: Iterable[LegRecording], settings: EmgSettings) -> References:
    """The references of all legs of a cohort, as `settings.normalisation` declares them.

    A reference from the stance trials is one number per leg and visit, never one per trial or task,
    which would take away what differs between trials (CEDE matrix, Besomi et al. 2020).
    """
    by_role: dict[str, dict[LegKey, list[RecordingFeatures]]] = {}
    for recording in recordings:
        legs = by_role.setdefault(recording.role, {})
        legs.setdefault(recording.key, []).append(recording.features)
    rest_uv = {
        key: min(levels)
        for key, quiet in by_role.get("rest", {}).items()
        if (levels := [f.metrics.rms_uv for f in quiet if f.is_usable and f.metrics.rms_uv])
    }
    method = settings.method
    if method is None or method.term == "none":
        return References(rest_uv=rest_uv)
    if method.is_mvic:
        tasks = by_role.get("task", {})
        mvic = {
            key: _held_against(mvic_reference(repeats, settings), tasks.get(key, ()))
            for key, repeats in by_role.get("mvic", {}).items()
        }
        return References(mvic=mvic, rest_uv=rest_uv)
    other_uv = {
        key: value
        for key, found in by_role.get(_ROLE_OF[method.term], {}).items()
        if (value := _other_uv(method.term, found, settings)) is not None
    }
    return References(other_uv=other_uv, rest_uv=rest_uv)


def _held_against(reference: MvicReference, tasks: Sequence[RecordingFeatures]) -> MvicReference:
    """The reference with the highest stance trial beside it, and a word if it is close."""
    levels = [f.metrics.rms_uv for f in tasks if f.is_usable and f.metrics.rms_uv]
    if reference.reference_uv is None or not levels:
        return reference
    verdict = judge({"times_task": reference.reference_uv / max(levels)}, TASK_LIMITS)
    return replace(
        reference,
        highest_task_pct=100 * max(levels) / reference.reference_uv,
        verdict_with_tasks=reference.verdict.worse(verdict),
    )


def _other_uv(
    term: str, recordings: Sequence[RecordingFeatures], settings: EmgSettings
) -> float | None:
    if term == "submaximal_task":
        return mvic_reference(recordings, settings).reference_uv
    usable = [features for features in recordings if features.is_usable]
    if term == "task_peak":
        return max((f.emg.peak_rms_uv for f in usable if f.emg.peak_rms_uv), default=None)
    levels = [f.metrics.rms_uv for f in usable if f.metrics.rms_uv]
    return sum(levels) / len(levels) if levels else None


def mvic_table(found: References, settings: EmgSettings) -> pd.DataFrame:
    """The references as schemas.mvic_references.MvicReferences, by participant, visit and leg."""
    empty = empty_table(MvicReferences)
    if not found.mvic:
        return empty
    rows = [
        {
            **dict(zip(MVIC_KEY, key, strict=True)),
            "normalisation": settings.normalisation,
            "n_repeats": reference.n_repeats,
            "n_usable": reference.n_usable,
            "statistic": statistic_words(settings.mvic),
            "window_s": window_s(settings),
            "reference_uv": reference.reference_uv,
            "cv_pct": reference.cv_pct,
            "highest_task_pct": reference.highest_task_pct,
            "verdict": reference.verdict_with_tasks.quality,
            "reasons": "; ".join(reference.verdict_with_tasks.reasons) or None,
        }
        for key, reference in sorted(found.mvic.items())
    ]
    return MvicReferences.validate(pd.DataFrame(rows, columns=list(empty.columns)))


@dataclass(frozen=True)
class NoiseCorrected:
    """rms_uv: RMS (µV) without noise, None with a reason in `note`. noise_rms_uv: level taken away (µV)."""

    rms_uv: float | None
    noise_rms_uv: float | None
    note: str


def noise_corrected(metrics: SignalMetrics, rest_recording_uv: float | None) -> NoiseCorrected:
    """The square root of window power minus rest power: powers of independent signals add up.

    metrics: of the stance. rest_recording_uv: level (µV) of the leg's recordings of quiet rest; without
    one the quiet standing before lift-off is taken, and activity of quiet standing goes with the noise.
    The correction matters where activation is low: noise at 6 dB makes the RMS 12 % too large, at 3 dB
    22 %, at 0 dB 41 % (sqrt(1 + 10**(-dB/10)) - 1, dB of the muscle over the noise).
    """
    rms_uv = metrics.rms_uv
    if rms_uv is None:
        return NoiseCorrected(None, None, "There is no amplitude.")
    noise_uv = metrics.baseline_rms_uv if rest_recording_uv is None else rest_recording_uv
    if noise_uv is None:
        return NoiseCorrected(
            None, None, "There is neither quiet standing nor a recording of rest to take away."
        )
    if noise_uv >= rms_uv:
        return NoiseCorrected(
            None, noise_uv, "The stance is not above rest, so nothing is left without the noise."
        )
    return NoiseCorrected(math.sqrt(rms_uv**2 - noise_uv**2), noise_uv, "")
