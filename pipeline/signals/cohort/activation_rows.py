"""One row of the activation table: a measured stance trial and its references together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from pipeline.signals.cohort.measured_tables import measured_cells
from pipeline.signals.emg.co_activation import NO_REFERENCE, co_activation
from pipeline.signals.emg.integrated_emg import IemgShare, iemg_share
from pipeline.signals.emg.references import LegKey, NoiseCorrected, References, noise_corrected
from pipeline.signals.measured.emg_features import OnsetFeatures
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limits import Verdict, judge
from pipeline.signals.quality.reference_limits import HIGHEST_PCT_MVIC, REFERENCE_LIMITS
from schemas.activation import ACTIVATION_KEY, Activation
from schemas.emg_settings import EmgSettings
from schemas.terms import LEGS

_REJECTED: Final = "The signal is rejected."


@dataclass(frozen=True)
class OnsetFromLiftoff:
    """Onset, its interval and the sudden onset, in ms from lift-off, negative = before; confident: yes or no."""

    onset_ms: float | None
    low_ms: float | None
    high_ms: float | None
    step_ms: float | None
    confident: str | None


@dataclass(frozen=True)
class TaskTrial:
    """A stance trial, judged alone and against its reference; schemas.activation shows its fields.

    settings: the emg part of study.yaml. corrected: RMS without the power of rest. mvic_rms_uv: MVIC reference in µV, None without one.
    pct_mvic (of the RMS that the study asks for), peak_pct_mvic, median_pct_mvic, corrected_pct_mvic:
    activation in percent of it, None when there is no reference, the reference cannot be maximal, or the
    trial is rejected. reference_uv, pct_reference: the same for a reference that is no MVIC.
    iemg_mvic_uv_s: integrated EMG of the MVIC. co_activation: index by column, with a reason in
    co_activation_note where there is none. misfits_reference: the signal is usable, but it shows that the MVIC was not maximal.
    """

    features: RecordingFeatures
    corrected: NoiseCorrected
    verdict: Verdict
    settings: EmgSettings
    mvic_rms_uv: float | None = None
    pct_mvic: float | None = None
    peak_pct_mvic: float | None = None
    median_pct_mvic: float | None = None
    corrected_pct_mvic: float | None = None
    reference_uv: float | None = None
    pct_reference: float | None = None
    iemg_mvic_uv_s: float | None = None
    co_activation: Mapping[str, float | None] = field(default_factory=dict)
    co_activation_note: str = ""
    misfits_reference: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether the amplitude may be used."""
        return self.verdict.quality != "reject"

    @property
    def usable(self) -> RecordingFeatures:
        """What the table may show: everything, or nothing of a rejected signal."""
        if self.is_usable:
            return self.features
        return RecordingFeatures(onset=OnsetFeatures(note=_REJECTED))

    @property
    def usable_corrected(self) -> NoiseCorrected:
        """The RMS without the noise of rest, or that the signal is rejected."""
        return self.corrected if self.is_usable else NoiseCorrected(None, None, _REJECTED)

    @property
    def pct_mvic_from(self) -> str | None:
        """The RMS that the percentage is made of, None where there is none."""
        return None if self.pct_mvic is None else self.settings.activation_from

    @property
    def iemg_share(self) -> IemgShare:
        """Integrated EMG beside that of the MVIC; nothing for a rejected signal."""
        mvic_uv_s = self.iemg_mvic_uv_s if self.is_usable else None
        return iemg_share(self.usable.emg.iemg, mvic_uv_s, self.settings.mvic_window_s)

    @property
    def onset(self) -> OnsetFromLiftoff:
        """The onset on the clock of lift-off."""
        found, liftoff_s = self.usable.onset, self.features.force.liftoff_s

        def ms(time_s: float | None) -> float | None:
            return None if time_s is None or liftoff_s is None else 1000 * (time_s - liftoff_s)

        confident = None if found.is_confident is None else "yes" if found.is_confident else "no"
        return OnsetFromLiftoff(
            ms(found.onset_s), ms(found.low_s), ms(found.high_s), ms(found.step_s), confident
        )


def task_trial(
    features: RecordingFeatures, leg: LegKey, found: References, settings: EmgSettings
) -> TaskTrial:
    """A stance trial of a leg in percent of the leg's reference.

    A reference that cannot be maximal takes away the percentages only: microvolts and onset do not
    depend on it, and pain that inhibits the MVIC would otherwise cost just the trials of interest.
    """
    alone = Verdict(features.quality, features.reasons)
    corrected = noise_corrected(features.metrics, found.rest_uv.get(leg))
    mvic = found.mvic.get(leg)
    mvic_rms_uv = mvic.reference_uv if mvic is not None else None
    if not features.is_usable:
        note = features.emg.both_sides.note
        return TaskTrial(features, corrected, alone, settings, mvic_rms_uv, co_activation_note=note)
    rms_uv = features.metrics.rms_uv
    if mvic is None or mvic_rms_uv is None:
        other_uv = found.other_uv.get(leg)
        return TaskTrial(
            features,
            corrected,
            alone,
            settings,
            reference_uv=other_uv,
            pct_reference=_percent(rms_uv, other_uv),
            co_activation_note=features.emg.both_sides.note or NO_REFERENCE,
        )
    pct_mvic = _percent(rms_uv, mvic_rms_uv)
    peak_pct_mvic = _percent(features.emg.peak_rms_uv, mvic_rms_uv)
    against = judge({"pct_mvic": pct_mvic, "peak_pct_mvic": peak_pct_mvic}, REFERENCE_LIMITS)
    verdict = alone.worse(mvic.verdict).worse(against)
    if pct_mvic is not None and pct_mvic > HIGHEST_PCT_MVIC:
        return TaskTrial(
            features,
            corrected,
            verdict,
            settings,
            mvic_rms_uv,
            co_activation_note="The MVIC was not maximal.",
            misfits_reference=True,
        )
    other = found.mvic.get(_other_leg(leg))
    indices, why_none = co_activation(
        features.emg.both_sides, mvic_rms_uv, other.reference_uv if other is not None else None
    )
    corrected_pct_mvic = _percent(corrected.rms_uv, mvic_rms_uv)
    return TaskTrial(
        features,
        corrected,
        verdict,
        settings,
        mvic_rms_uv,
        pct_mvic=pct_mvic if settings.activation_from == "rms" else corrected_pct_mvic,
        peak_pct_mvic=peak_pct_mvic,
        median_pct_mvic=_percent(features.emg.median_rms_uv, mvic_rms_uv),
        corrected_pct_mvic=corrected_pct_mvic,
        iemg_mvic_uv_s=mvic.iemg_uv_s,
        co_activation=indices,
        co_activation_note=why_none,
    )


def _other_leg(leg: LegKey) -> LegKey:
    person, visit, side = leg
    return person, visit, next(other for other in LEGS if other != side)


def _percent(value_uv: float | None, reference_uv: float | None) -> float | None:
    return None if value_uv is None or not reference_uv else 100 * value_uv / reference_uv


def activation_row(key: Mapping[str, str | int], file: str, trial: TaskTrial) -> dict[str, object]:
    """One row of schemas.activation.Activation.

    key: participant_id, visit, task, leg, trial (further entries are left out). A rejected trial
    keeps its force events and hold, and has no gluteus medius values.
    """
    own = {name: key[name] for name in ACTIVATION_KEY}
    return {**own, **measured_cells(Activation, trial), "file": file}
