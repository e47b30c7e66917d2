"""The sentences of the methods section about signals: one for each step that ran, with its citations."""

from collections.abc import Iterable, Sequence
from typing import Final

from pipeline.signals.cohort.activation_rows import TaskTrial
from pipeline.signals.emg.co_activation import BLOCK_S, CO_ACTIVATION_FORMULAS
from pipeline.signals.emg.measure_emg import (
    LONGEST_REST_S,
    LOWEST_SNR_DB,
    REST_ENDS_BEFORE_LIFTOFF_S,
    SHORTEST_HOLD_S,
)
from pipeline.signals.force.both_feet import RULE as BOTH_FEET_RULE
from pipeline.signals.force.event_rules import EVENT_RULES
from pipeline.signals.force.lifted_foot import HIGHEST_N, POWERS, SHORTEST_TAP_S
from pipeline.signals.force.stance_foot import LIFTED_SHARE
from pipeline.signals.force.stance_foot import RULE as STANCE_FOOT_RULE
from pipeline.signals.force.sway import COP_LOW_PASS_HZ, COP_RATE_HZ, ELLIPSE_LEVEL
from pipeline.signals.measured.features import RecordingFeatures
from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.measure_onset import ONSET_SD_MISSING_S
from pipeline.signals.onset.ramp_bayes import RAMPS_S
from pipeline.signals.onset.sensitivity import in_words
from pipeline.signals.onset.step_likelihood import INTERVAL_POINTS
from pipeline.signals.quality.reference_limits import HIGHEST_PCT_MVIC, MVIC_LIMITS
from pipeline.signals.samples.spectrum import SEGMENT_S
from schemas.emg_settings import EmgSettings
from schemas.methods import MethodSentence
from schemas.normalisation import Normalisation

Sentence = tuple[str, tuple[str, ...]]
"""A sentence and the keys of the works that it cites."""

_CROSSING = (
    "Lift-off of the other foot is the last time that the vertical force under it exceeded {}"
)
_FIT: Final = (
    f"Lift-off of the other foot is the moment at which the force under it reaches the plate's zero: "
    f"a power of the time that is left (powers {min(POWERS):g} to {max(POWERS):g}) was fitted to the "
    f"unloading below {HIGHEST_N:g} N, and the median of its end was taken; touch-down is the first "
    "contact above {} "
)
_SWAY: Final = (
    "The centre of pressure under the stance foot was low-pass filtered without phase shift (Butterworth, "
    f"-3 dB at {COP_LOW_PASS_HZ:g} Hz) and resampled to {COP_RATE_HZ:g} Hz; sway is its path, mean velocity, "
    "root mean square and range about the mean, and the area of the exact "
    f"{100 * ELLIPSE_LEVEL:g} % prediction ellipse, from lift-off to the first touch "
    "or over the part of the recording that the recordings table gives."
)

METHOD_CITATIONS = {"ramp_bayes": ("tenan2017",)}


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


def force_sentences(tasks: Sequence[RecordingFeatures]) -> list[Sentence]:
    """(sentence, citations) for what the force plates of these stance recordings gave."""
    sentences: list[Sentence] = []
    for rule in dict.fromkeys(t.force.rule for t in tasks if t.force.rule in EVENT_RULES):
        sentences.append((_rule_sentence(rule), ()))
    if any(task.force.rule == STANCE_FOOT_RULE for task in tasks):
        sentences.append(
            (
                "Where only the stance foot had a force plate, lift-off is when it carried "
                f"{100 * LIFTED_SHARE:g} % of body weight.",
                (),
            )
        )
    if any(task.force.rule == BOTH_FEET_RULE for task in tasks):
        sentences.append(
            (
                "Where both feet stood on one force plate, lift-off is when the centre of pressure "
                "arrived under the stance foot.",
                (),
            )
        )
    if any(task.cop.path_mm is not None for task in tasks):
        sentences.append((_SWAY, ("schubert2014", "duarte2015")))
    return sentences


def _rule_sentence(name: str) -> str:
    rule = EVENT_RULES[name]
    lasting = f"of at least {1000 * SHORTEST_TAP_S:g} ms"
    if rule.is_fitted:
        threshold = EVENT_RULES["zero_5sd_5n"].words
        return f"{_FIT.format(threshold)}{lasting}."
    return (
        f"{_CROSSING.format(rule.words)}; touch-down is the first contact above this threshold "
        f"{lasting}."
    )


def onset_sentence(settings: EmgSettings) -> str:
    """How the onset of the report was found. settings: the emg part of study.yaml."""
    start_s, end_s = settings.onset_search_s
    searched = (
        f"Onset was searched from {1000 * start_s:g} to {1000 * end_s:+g} ms around lift-off with "
    )
    level = f"{100 * (INTERVAL_POINTS[1] - INTERVAL_POINTS[0]):.0f}% interval"
    uncertain = (
        f"with a posterior SD above {1000 * ONSET_SD_MISSING_S:g} ms, is given as not found."
    )
    if settings.onset_method == "ramp_bayes":
        return (
            f"{searched}a Bayesian change-point model whose amplitude rises over an unknown ramp of "
            f"{1000 * min(RAMPS_S):g} to {1000 * max(RAMPS_S):g} ms to an unknown level, with the spectra of "
            f"rest and muscle (posterior median and {level}), after a band-pass that runs forwards only; an "
            f"onset without sufficient evidence, or {uncertain}"
        )
    if settings.onset_method == "profile_likelihood":
        return (
            f"{searched}the profile likelihood of a sudden change of variance (most likely moment and "
            f"{level}); an onset without sufficient evidence, or {uncertain}"
        )
    detector = DETECTORS[settings.onset_method]
    return (
        f"{searched}the detector {settings.onset_method} ({detector.source}; "
        f"{in_words(detector.parameters)}), which gives no interval."
    )
