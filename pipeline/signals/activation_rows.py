"""One row of the activation table: a measured stance trial and its MVIC reference together."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.signals.features import RecordingFeatures
from pipeline.signals.quality.limits import HIGHEST_PCT_MVIC, REFERENCE_LIMITS, Verdict, judge


@dataclass(frozen=True)
class TaskTrial:
    """A stance trial, judged alone and against its reference.

    mvic_rms_uv: reference in µV, None without one. pct_mvic, peak_pct_mvic: activation in percent of
    it, None when there is no reference, the reference cannot be maximal, or the trial is rejected.
    misfits_reference: the signal is usable, but it shows that the MVIC was not maximal.
    """

    features: RecordingFeatures
    mvic_rms_uv: float | None
    pct_mvic: float | None
    peak_pct_mvic: float | None
    verdict: Verdict
    misfits_reference: bool

    @property
    def is_usable(self) -> bool:
        """Whether the amplitude may be used."""
        return self.verdict.quality != "reject"


def task_trial(features: RecordingFeatures, mvic_rms_uv: float | None) -> TaskTrial:
    """A stance trial in percent of its reference. mvic_rms_uv: µV, None without a reference.

    A reference that cannot be maximal takes away the percentages only: microvolts and onset do not
    depend on it, and pain that inhibits the MVIC would otherwise cost just the trials of interest.
    """
    alone = Verdict(features.quality, features.reasons)
    if mvic_rms_uv is None or not features.is_usable:
        return TaskTrial(features, mvic_rms_uv, None, None, alone, misfits_reference=False)
    pct_mvic = _percent(features.metrics.rms_uv, mvic_rms_uv)
    peak_pct_mvic = _percent(features.emg.peak_rms_uv, mvic_rms_uv)
    against = judge(
        {"mvic_rms_uv": mvic_rms_uv, "pct_mvic": pct_mvic, "peak_pct_mvic": peak_pct_mvic},
        REFERENCE_LIMITS,
    )
    misfits = pct_mvic is not None and pct_mvic > HIGHEST_PCT_MVIC
    return TaskTrial(
        features,
        mvic_rms_uv,
        None if misfits else pct_mvic,
        None if misfits else peak_pct_mvic,
        alone.worse(against),
        misfits_reference=misfits,
    )


def _percent(value_uv: float | None, reference_uv: float) -> float | None:
    return None if value_uv is None else 100 * value_uv / reference_uv


def _yes_no(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"


def activation_row(
    key: Mapping[str, str | int], file: str, trial: TaskTrial
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
        "gmed_peak_pct_mvic": trial.peak_pct_mvic,
        "gmed_rms_uv": if_usable(features.metrics.rms_uv),
        "mvic_rms_uv": trial.mvic_rms_uv,
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
