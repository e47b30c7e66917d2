"""Sentences for the methods section, with the settings that were used, only for what ran."""

from collections.abc import Sequence

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.cohort.further_sentences import further_sentences
from pipeline.signals.emg.windows import LONGEST_REST_S, REST_ENDS_BEFORE_LIFTOFF_S
from pipeline.signals.force.force_sentences import force_sentences
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.onset.onset_sentence import METHOD_CITATIONS, onset_sentence
from pipeline.signals.quality.reference_limits import HIGHEST_PCT_MVIC, MVIC_LIMITS
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
