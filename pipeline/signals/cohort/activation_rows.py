"""One row of the activation table: a measured stance trial and its references together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.signals.emg.co_activation import NO_REFERENCE, co_activation
from pipeline.signals.emg.further_values import further_values
from pipeline.signals.emg.noise_correction import NoiseCorrected, noise_corrected
from pipeline.signals.emg.references import LegKey, References
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.quality.limit import Verdict, judge
from pipeline.signals.quality.reference_limits import HIGHEST_PCT_MVIC, REFERENCE_LIMITS
from schemas.emg_settings import EmgSettings
from schemas.terms import LEGS


@dataclass(frozen=True)
class TaskTrial:
    """A stance trial, judged alone and against its reference.

    corrected: RMS without the power of rest. mvic_rms_uv: MVIC reference in µV, None without one.
    pct_mvic (of the RMS that the study asks for), peak_pct_mvic, median_pct_mvic, corrected_pct_mvic:
    activation in percent of it, None when there is no reference, the reference cannot be maximal, or the
    trial is rejected. reference_uv, pct_reference: the same for a reference that is no MVIC.
    iemg_mvic_uv_s: integrated EMG of the MVIC. co_activation: index by column, with a reason in
    co_activation_note where there is none. misfits_reference: the signal is usable, but it shows that the MVIC was not maximal.
    """

    features: RecordingFeatures
    corrected: NoiseCorrected
    verdict: Verdict
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
        return TaskTrial(features, corrected, alone, mvic_rms_uv, co_activation_note=note)
    rms_uv = features.metrics.rms_uv
    if mvic is None or mvic_rms_uv is None:
        other_uv = found.other_uv.get(leg)
        return TaskTrial(
            features,
            corrected,
            alone,
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


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def activation_row(
    key: Mapping[str, str | int], file: str, trial: TaskTrial, settings: EmgSettings
) -> dict[str, str | int | float | None]:
    """One row of schemas.activation.Activation.

    key: participant_id, visit, task, leg, trial (further entries are left out). A rejected trial
    keeps its force events and hold, and has no gluteus medius values.
    """
    features = trial.features
    is_usable = trial.is_usable
    onset_note = features.onset.note if is_usable else "The signal is rejected."

    def if_usable(value: float | None) -> float | None:
        return value if is_usable else None

    def from_liftoff_ms(time_s: float | None) -> float | None:
        if time_s is None or features.force.liftoff_s is None or not is_usable:
            return None
        return 1000 * (time_s - features.force.liftoff_s)

    return {
        **{name: key[name] for name in ("participant_id", "visit", "task", "leg", "trial")},
        "gmed_pct_mvic": trial.pct_mvic,
        "gmed_pct_mvic_from": settings.activation_from if trial.pct_mvic is not None else None,
        "gmed_peak_pct_mvic": trial.peak_pct_mvic,
        "gmed_median_pct_mvic": trial.median_pct_mvic,
        "gmed_noise_corrected_pct_mvic": trial.corrected_pct_mvic,
        "gmed_rms_uv": if_usable(features.metrics.rms_uv),
        "gmed_peak_rms_uv": if_usable(features.emg.peak_rms_uv),
        "gmed_median_rms_uv": if_usable(features.emg.median_rms_uv),
        "gmed_noise_corrected_rms_uv": if_usable(trial.corrected.rms_uv),
        "noise_rms_uv": if_usable(trial.corrected.noise_rms_uv),
        "noise_note": (trial.corrected.note if is_usable else "The signal is rejected.") or None,
        "mvic_rms_uv": trial.mvic_rms_uv,
        "normalisation": settings.normalisation,
        "gmed_pct_reference": trial.pct_reference,
        "reference_rms_uv": trial.reference_uv,
        **(further_values(trial.features.emg, trial.iemg_mvic_uv_s, settings) if is_usable else {}),
        **trial.co_activation,
        "co_activation_note": trial.co_activation_note or None,
        "onset_ms": from_liftoff_ms(features.onset.onset_s),
        "onset_low_ms": from_liftoff_ms(features.onset.low_s),
        "onset_high_ms": from_liftoff_ms(features.onset.high_s),
        "onset_step_ms": from_liftoff_ms(features.onset.step_s),
        "onset_confident": _yes_no(features.onset.is_confident) if is_usable else None,
        "onset_method": features.onset.method if is_usable else None,
        "onset_note": onset_note or None,
        "liftoff_s": features.force.liftoff_s,
        "touchdown_s": features.force.touchdown_s,
        "hold_from_force_s": features.force.hold_s,
        "snr_db": features.metrics.snr_db,
        "quality": trial.verdict.quality,
        "quality_reasons": "; ".join(trial.verdict.reasons) or None,
        "file": file,
    }
