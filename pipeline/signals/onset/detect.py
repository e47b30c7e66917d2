"""When a muscle switches on: onset detectors by name, one answer with an interval and a reason.

No files, no force events: the caller gives the rest window and the window to search.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.emg.filters import band_pass
from pipeline.signals.onset.ramp_bayes import MINIMUM_EVIDENCE, OnsetPosterior, ramp_bayes

EMG_BAND_HZ: Final = (20.0, 450.0)
FILTER_ORDER: Final = 2
"""A steeper zero-phase filter rings before a sudden onset, which then seems earlier than it was."""

BIN_S: Final = 0.001
"""Energy is summed over bins of one millisecond (or one sample, when samples are longer)."""

INTERVAL_FLOOR_S: Final = 0.002
"""The zero-phase filter smears a sudden onset by 1 to 2 ms, which no posterior knows of."""

SEARCH_TAIL_S: Final = 0.3
"""How far behind the search window the active level is read."""

MIN_REST_S: Final = 0.1
MIN_ACTIVE_S: Final = 0.05

DETECTORS: Final[Mapping[str, Callable[..., OnsetPosterior]]] = {"ramp_bayes": ramp_bayes}
"""By name: functions with the arguments of `ramp_bayes`."""


@dataclass(frozen=True)
class Onset:
    """The answer of a detector. Times in seconds from the start of the signal.

    onset_s: median of the posterior, None when no onset was found. low_s and high_s: 90 % interval,
    at least 2 ms to each side. sd_s: posterior standard deviation. evidence: log-likelihood of the
    best change against none. snr_db: power after the onset over power at rest (without an onset,
    over the whole search window). reason: why there is no onset, "" when there is one.
    """

    onset_s: float | None
    low_s: float | None
    high_s: float | None
    sd_s: float | None
    evidence: float
    snr_db: float
    found: bool
    method: str
    reason: str = ""


def detect_onset(
    signal_uv: npt.ArrayLike,
    sampling_rate_hz: float,
    *,
    rest_s: tuple[float, float],
    search_s: tuple[float, float],
    method: str = "ramp_bayes",
    band_hz: tuple[float, float] | None = EMG_BAND_HZ,
    filter_order: int = FILTER_ORDER,
) -> Onset:
    """Find when the signal leaves its rest level inside the search window.

    signal_uv: shape (n_samples,), any unit: the answer does not depend on it. rest_s, search_s:
    (start, end) in seconds from the start of the signal; rest ends before the onset. method: a key
    of DETECTORS. band_hz: pass band in Hz applied first; None when the signal is already band-passed.
    Returns an Onset; not found is an answer with a reason. Raises ValueError for an unknown method
    or windows that do not fit the signal, SignalProblem when the signal cannot be filtered.
    """
    if method not in DETECTORS:
        raise ValueError(f"onset method {method!r} is not one of {sorted(DETECTORS)}")
    samples = np.asarray(signal_uv, dtype=np.float64)
    if band_hz is not None:
        samples = band_pass(samples, sampling_rate_hz, band_hz=band_hz, order=filter_order)
    energy, bin_s = _binned_energy(samples, sampling_rate_hz)
    rest, search = _bins_of_windows(energy.size, bin_s, rest_s, search_s)
    rest_energy = energy[rest]
    if rest_energy.mean() <= 0:
        return _nothing(method, 0.0, 0.0, "the signal is zero at rest, so it has no rest level")
    tail_bins = round(SEARCH_TAIL_S / bin_s)
    end = min(search.stop + tail_bins, energy.size)
    scale = rest_energy.mean()
    posterior = DETECTORS[method](
        rest_energy / scale,
        energy[search.start : end] / scale,
        n_candidates=search.stop - search.start,
        bin_s=bin_s,
        samples_per_bin=round(bin_s * sampling_rate_hz),
    )
    return _answer(posterior, method, start_s=search.start * bin_s, bin_s=bin_s)


def _binned_energy(
    samples: npt.NDArray[np.float64], sampling_rate_hz: float
) -> tuple[npt.NDArray[np.float64], float]:
    per_bin = max(1, round(BIN_S * sampling_rate_hz))
    n_bins = samples.size // per_bin
    squares = np.square(samples[: n_bins * per_bin]).reshape(n_bins, per_bin)
    return squares.mean(axis=1), per_bin / sampling_rate_hz


def _bins_of_windows(
    n_bins: int, bin_s: float, rest_s: tuple[float, float], search_s: tuple[float, float]
) -> tuple[slice, slice]:
    """The two windows in bins; the search starts behind the rest and leaves room for activity."""
    rest = slice(max(0, round(rest_s[0] / bin_s)), min(n_bins, round(rest_s[1] / bin_s)))
    last = n_bins - round(MIN_ACTIVE_S / bin_s)
    search = slice(
        max(rest.stop, round(search_s[0] / bin_s)), min(last, round(search_s[1] / bin_s))
    )
    if rest.stop - rest.start < MIN_REST_S / bin_s:
        raise ValueError(f"the rest window {rest_s} s holds less than {MIN_REST_S} s of the signal")
    if search.stop <= search.start:
        raise ValueError(f"the search window {search_s} s lies outside the signal or in the rest")
    return rest, search


def _answer(posterior: OnsetPosterior, method: str, *, start_s: float, bin_s: float) -> Onset:
    if posterior.evidence < MINIMUM_EVIDENCE:
        reason = "the signal does not rise above its rest level in the search window"
        return _nothing(method, posterior.evidence, posterior.snr_db, reason)
    onset_s, low_s, high_s = (
        start_s + bins * bin_s for bins in (posterior.median, posterior.low, posterior.high)
    )
    return Onset(
        onset_s=onset_s,
        low_s=min(low_s, onset_s - INTERVAL_FLOOR_S),
        high_s=max(high_s, onset_s + INTERVAL_FLOOR_S),
        sd_s=posterior.sd * bin_s,
        evidence=posterior.evidence,
        snr_db=posterior.snr_db,
        found=True,
        method=method,
    )


def _nothing(method: str, evidence: float, snr_db: float, reason: str) -> Onset:
    return Onset(None, None, None, None, evidence, snr_db, False, method, reason)
