"""Sentences for the methods section about integrated EMG, fatigue, co-activation and signal quality."""

from collections.abc import Iterable, Sequence

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.emg.co_activation import BLOCK_S, CO_ACTIVATION_FORMULAS
from pipeline.signals.emg.frequency_slope import LOWEST_SNR_DB, SHORTEST_HOLD_S
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.samples.spectrum import SEGMENT_S
from schemas.emg_settings import EmgSettings

Sentence = tuple[str, tuple[str, ...]]
"""A sentence and the keys of the works that it cites."""


def further_sentences(
    measured: Iterable[RecordingFeatures], trials: Sequence[TaskTrial], settings: EmgSettings
) -> list[Sentence]:
    """Only of what ran. measured: all recordings; trials: the stance trials among them."""
    emgs = [trial.features.emg for trial in trials if trial.is_usable]
    sentences: list[Sentence] = []
    if any(emg.iemg.window_uv_s is not None for emg in emgs):
        sentences.append((_iemg(trials, settings), ("merletti1999",)))
    if any(emg.fatigue.slope_hz_per_s is not None for emg in emgs):
        sentences.append((_fatigue(settings), ()))
    if any(value is not None for trial in trials for value in trial.co_activation.values()):
        sentences.append((_co_activation(), ("falconer1985", "rudolph2000")))
    if any(features.metrics.rms_uv is not None for features in measured):
        sentences.append((_quality(), ("sinderby1995",)))
    return sentences


def _iemg(trials: Sequence[TaskTrial], settings: EmgSettings) -> str:
    parts = ["the whole stance"]
    if any(trial.features.emg.iemg.fixed_uv_s is not None for trial in trials):
        parts.append(f"its first {settings.iemg_window_s:g} s")
    told = (
        "Integrated EMG is the area under the rectified signal, which grows with time; it is given for "
        f"{' and for '.join(parts)}, with the duration."
    )
    if any(trial.iemg_mvic_uv_s is not None for trial in trials):
        told += (
            f" That of the MVIC is the largest of {1000 * settings.mvic_window_s:g} ms; the mean rectified "
            "value in percent of the MVIC's does not depend on the durations."
        )
    return told


def _fatigue(settings: EmgSettings) -> str:
    low_hz, high_hz = settings.band_pass_hz
    return (
        f"The slope of the median frequency ({low_hz:g} to {high_hz:g} Hz) over the hold is that of the line of "
        f"least squares through windows of {SEGMENT_S:g} s, with its standard error; it is not given for holds "
        f"below {SHORTEST_HOLD_S:g} s or within {LOWEST_SNR_DB:g} dB of rest."
    )


def _co_activation() -> str:
    formulas = "; ".join(f"{f.says} ({f.source})" for f in CO_ACTIVATION_FORMULAS)
    return (
        "Co-activation of the two gluteus medius during the stance was computed from their RMS in blocks of "
        f"{1000 * BLOCK_S:g} ms, in %MVIC of the same leg, by three formulas: {formulas}."
    )


def _quality() -> str:
    return (
        "Every signal was called good, doubtful or rejected by limits, declared by Stance, on mains hum, "
        "movement, cut-off peaks, gaps, the spectrum, the level at rest and earlier processing; rejected "
        "signals gave no value."
    )
