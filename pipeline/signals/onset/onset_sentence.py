"""The methods sentence of the onset, for the detector that was used."""

from pipeline.signals.onset.detectors import DETECTORS
from pipeline.signals.onset.measure_onset import ONSET_SD_MISSING_S
from pipeline.signals.onset.ramp_bayes import RAMPS_S
from pipeline.signals.onset.sensitivity import in_words
from pipeline.signals.onset.step_likelihood import INTERVAL_POINTS
from schemas.emg_settings import EmgSettings

METHOD_CITATIONS = {"ramp_bayes": ("tenan2017",)}


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
