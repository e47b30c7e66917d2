"""The onset detectors by name: function, parameters, what its evidence is, and where it comes from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from pipeline.signals.onset.ramp_bayes import ramp_bayes
from pipeline.signals.onset.searched_signal import Reading, SearchedSignal
from pipeline.signals.onset.step_likelihood import aglr, cusum, profile_likelihood
from pipeline.signals.onset.threshold import bonato, hodges_bui, tkeo

Parameters = Mapping[str, float]


@dataclass(frozen=True)
class Detector:
    """One detector.

    find: called with a SearchedSignal and parameters by name. parameters: those that are used when a
    detector is chosen by name; other_parameters: further sets that the sensitivity grid adds.
    evidence: what the evidence of its answer is. source: the work that describes it. sets_from: where
    the parameters come from.
    """

    find: Callable[..., Reading]
    evidence: str
    source: str
    sets_from: str
    parameters: Parameters
    other_parameters: tuple[Parameters, ...] = ()

    def read(self, searched: SearchedSignal, parameters: Parameters | None = None) -> Reading:
        """The answer with the given parameters, or with the detector's own."""
        return self.find(searched, **(self.parameters if parameters is None else parameters))


_TUNED: Final = (
    "chosen on simulated EMG for at most 5 % false alarms (benchmarks/onset_detectors.py)"
)
_LOG_RATIO: Final = "log-likelihood ratio of the best sudden change against none"

DETECTORS: Final[Mapping[str, Detector]] = {
    "ramp_bayes": Detector(
        ramp_bayes,
        _LOG_RATIO,
        "Bayesian change point: Tenan et al. 2017, PLoS One 12:e0177312; the build-up is of Stance",
        _TUNED,
        {},
    ),
    "profile_likelihood": Detector(
        profile_likelihood, _LOG_RATIO, "Selvan et al. 2018, PMC6697092", _TUNED, {}
    ),
    "aglr": Detector(
        aglr,
        "highest log-likelihood ratio of the sliding window",
        "Staude and Wolf 1999, Med Eng Phys 21:449",
        _TUNED,
        {"window_s": 0.05, "alarm": 9.0},
        ({"window_s": 0.025, "alarm": 9.0}, {"window_s": 0.1, "alarm": 9.0}),
    ),
    "cusum": Detector(
        cusum,
        "highest cumulative log-likelihood ratio",
        "Page 1954, Biometrika 41:100",
        _TUNED,
        {"expected_rise_db": 6.0, "alarm": 11.0},
        ({"expected_rise_db": 3.0, "alarm": 11.0}, {"expected_rise_db": 10.0, "alarm": 11.0}),
    ),
    "bonato": Detector(
        bonato,
        "largest number of active values in a row",
        "Bonato, D'Alessio and Knaflitz 1998, IEEE Trans Biomed Eng 45:287",
        _TUNED,
        {"needed": 1, "successive": 5, "false_alarm": 0.3, "shortest_s": 0.05},
        ({"needed": 1, "successive": 5, "false_alarm": 0.05, "shortest_s": 0.03},),
    ),
    "tkeo": Detector(
        tkeo,
        "standard deviations of the rest, the highest level that is kept",
        "Solnik et al. 2010, Eur J Appl Physiol 110:489",
        _TUNED,
        {"threshold_sd": 2.0, "shortest_s": 0.025, "low_pass_hz": 50.0},
        ({"threshold_sd": 15.0, "shortest_s": 0.025, "low_pass_hz": 50.0},),
    ),
    "hodges_bui": Detector(
        hodges_bui,
        "standard deviations of the rest, the highest window mean",
        "Hodges and Bui 1996, Electroencephalogr Clin Neurophysiol 101:511",
        "Hodges and Bui 1996",
        {"threshold_sd": 3.0, "window_s": 0.025, "low_pass_hz": 50.0},
        (
            {"threshold_sd": 2.0, "window_s": 0.025, "low_pass_hz": 50.0},
            {"threshold_sd": 3.0, "window_s": 0.05, "low_pass_hz": 50.0},
            {"threshold_sd": 3.0, "window_s": 0.01, "low_pass_hz": 50.0},
        ),
    ),
}
