"""Sentences for the methods section, with the settings that were used, only for what ran."""

from collections.abc import Sequence

from pipeline.signals.activation_rows import TaskTrial
from pipeline.signals.emg.windows import LONGEST_REST_S, REST_ENDS_BEFORE_LIFTOFF_S
from pipeline.signals.features import RecordingFeatures
from pipeline.signals.force.force_sentences import force_sentences
from pipeline.signals.onset.onset_sentence import METHOD_CITATIONS, onset_sentence
from pipeline.signals.quality.limits import HIGHEST_PCT_MVIC
from schemas.methods import MethodSentence
from schemas.study import EmgSettings


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
    if any(trial.pct_mvic is not None for trial in trials):
        sentences.append((_mvic_sentence(settings), ("besomi2020",)))
    if any(trial.misfits_reference for trial in trials):
        sentences.append((_misfit_sentence(), ()))
    if settings.normalisation == "none" and any(trial.is_usable for trial in trials):
        sentences.append(("Activation is given in microvolts and was not normalised.", ()))
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


def _mvic_sentence(settings: EmgSettings) -> str:
    kind = (
        "in the same task"
        if settings.normalisation == "mvc_same_task"
        else "in a standard position"
    )
    return (
        "Activation is expressed in percent of the highest RMS over "
        f"{1000 * settings.mvic_window_s:g} ms of the maximal voluntary isometric contractions (MVIC) "
        f"of the same leg and visit, recorded {kind}; peak activation is the highest RMS over the same "
        "length within the stance."
    )


def _misfit_sentence() -> str:
    return (
        f"A stance trial with a mean activation above {HIGHEST_PCT_MVIC:g} %MVIC shows that the MVIC "
        "was not maximal; its percentages were left out, its microvolts and its onset were kept."
    )
