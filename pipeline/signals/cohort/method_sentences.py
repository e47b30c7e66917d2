"""The sentences of the methods section about signals: one for each step that ran, with its citations."""

from collections.abc import Iterable, Sequence

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.emg.co_activation import BLOCK_S, CO_ACTIVATION_FORMULAS
from pipeline.signals.emg.frequency_slope import LOWEST_SNR_DB, SHORTEST_HOLD_S
from pipeline.signals.emg.windows import LONGEST_REST_S, REST_ENDS_BEFORE_LIFTOFF_S
from pipeline.signals.force.force_sentences import force_sentences
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.onset.onset_sentence import METHOD_CITATIONS, onset_sentence
from pipeline.signals.quality.reference_limits import HIGHEST_PCT_MVIC, MVIC_LIMITS
from pipeline.signals.samples.spectrum import SEGMENT_S
from schemas.emg_settings import EmgSettings
from schemas.methods import MethodSentence
from schemas.normalisation import Normalisation


def signal_steps(
    measured: Sequence[RecordingFeatures], trials: Sequence[TaskTrial], settings: EmgSettings
) -> tuple[MethodSentence, ...]:
    """The methods of one cohort. measured: all recordings; trials: the stance trials among them."""
    sentences: list[tuple[str, tuple[str, ...]]] = []
    if any(features.metrics.rms_uv is not None for features in measured):
        sentences.append((_filter_sentence(settings), ("merletti1999",)))
    tasks = [trial.features for trial in trials]
    sentences += force_sentences(tasks)
    sentences += [(text, ()) for text in _window_sentences(tasks, settings)]
    method = settings.method
    if method is not None and any(trial.pct_mvic is not None for trial in trials):
        sentences.append((_mvic_sentence(method, settings), ("besomi2020",)))
    if method is not None and any(trial.pct_reference is not None for trial in trials):
        text = f"Activation is in percent of {method.says}, not of an MVIC. {method.warning}"
        sentences.append((text, ("besomi2020",)))
    if any(trial.corrected.rms_uv is not None for trial in trials):
        sentences.append((_noise_sentence(settings), ()))
    if any(trial.misfits_reference for trial in trials):
        sentences.append((_misfit_sentence(), ()))
    if any(trial.is_usable for trial in trials) and (method is None or method.term == "none"):
        sentences.append((_not_normalised_sentence(is_declared=method is not None), ()))
    sentences += further_sentences(measured, trials, settings)
    if any(features.onset.was_tried for features in tasks):
        citations = METHOD_CITATIONS.get(settings.onset_method, ())
        sentences.append((onset_sentence(settings), citations))
    return tuple(MethodSentence("signals", text, citations) for text, citations in sentences)


def _filter_sentence(settings: EmgSettings) -> str:
    low_hz, high_hz = settings.band_pass_hz
    return (
        f"Gluteus medius EMG was band-pass filtered with a Butterworth filter of order "
        f"{settings.filter_order} applied forwards and backwards (no phase shift), with cut-offs "
        f"corrected for the two passes, so that the -3 dB points are {low_hz:g} and {high_hz:g} Hz; "
        f"amplitude is the root mean square (RMS)."
    )


def _window_sentences(tasks: Sequence[RecordingFeatures], settings: EmgSettings) -> list[str]:
    sources = {
        features.emg.window_from for features in tasks if features.metrics.rms_uv is not None
    }
    sentences = {
        "force": "Activation was averaged from lift-off to touch-down.",
        "table": "Where lift-off was not known, activation was averaged over the part of the "
        "recording that the recordings table gives.",
        "file": "Where neither lift-off nor a part was known, activation was averaged over the whole "
        "recording.",
    }
    texts = [text for source, text in sentences.items() if source in sources]
    if any(features.metrics.snr_db is not None for features in tasks):
        texts.append(f"Rest was {_rest_words(settings)}.")
    return texts


def _rest_words(settings: EmgSettings) -> str:
    if settings.rest_s is not None:
        start_s, end_s = settings.rest_s
        return f"quiet standing from {start_s:g} to {end_s:g} s of each recording"
    margin_s = max(REST_ENDS_BEFORE_LIFTOFF_S, -settings.onset_search_s[0])
    return (
        f"quiet standing on both legs, up to {LONGEST_REST_S:g} s that ended {margin_s:g} s before "
        "lift-off"
    )


def _mvic_sentence(method: Normalisation, settings: EmgSettings) -> str:
    rules = settings.mvic
    number = {
        "peak": f"the highest RMS over {1000 * settings.mvic_window_s:g} ms",
        "middle": f"the RMS of the middle {rules.middle_s:g} s of the contraction",
    }[rules.statistic]
    repeats = {
        "highest": "the highest of the repeats",
        "mean_of_two_highest": "the mean of the two highest repeats",
        "median": "the median of the repeats",
    }[rules.over_repeats]
    return (
        f"Activation is expressed in percent of {method.says} (MVIC) of the same leg and visit: {number}, "
        f"{repeats}; peak and median activation are the highest and the median RMS over "
        f"{1000 * settings.mvic_window_s:g} ms within the stance. An MVIC below "
        f"{_warn_limit('mvic_rms_uv'):g} µV, and repeats with a coefficient of variation above "
        f"{rules.highest_cv_pct:g} %, are marked."
    )


def _noise_sentence(settings: EmgSettings) -> str:
    which = (
        "Mean activation is made of the noise-corrected RMS"
        if settings.activation_from == "noise_corrected_rms"
        else "Mean activation is made of the RMS as measured; beside it stands the noise-corrected RMS"
    )
    return (
        f"{which}, the square root of the power in the stance minus the power at rest (of a recording of "
        "rest where there is one, else of quiet standing)."
    )


def _not_normalised_sentence(*, is_declared: bool) -> str:
    if is_declared:
        return "Activation is given in microvolts and was not normalised."
    return (
        "Activation is given in microvolts, because the study does not declare what it is to be "
        "normalised to."
    )


def _warn_limit(metric: str) -> float:
    return next(limit.warn for limit in MVIC_LIMITS if limit.metric == metric and limit.warn)


def _misfit_sentence() -> str:
    return (
        f"A stance trial with a mean activation above {HIGHEST_PCT_MVIC:g} %MVIC shows that the MVIC "
        "was not maximal; its percentages were left out, its microvolts and its onset were kept."
    )


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
