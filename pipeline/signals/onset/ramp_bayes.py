"""Ramp-marginalised Bayesian change point: the default onset detector.

Model: band-passed EMG is Gaussian with the rest variance up to the onset, then its amplitude rises
linearly over an unknown ramp to the active variance. Why: a muscle builds up over 0 to 200 ms, and
every detector that assumes a sudden step answers late by half the ramp at low signal-to-noise,
which turns a difference in amplitude between groups into a false difference in latency.

Bayesian change-point onsets: Tenan et al. 2017, PLoS One 12:e0177312. Profile likelihood: Selvan et
al. 2018 (PMC6697092). The ramps and the tempering were chosen on simulated Stulen-De Luca EMG.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Energy = npt.NDArray[np.float64]

RAMPS_S: Final = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2)
STEP_PRIOR: Final = 0.5
"""Prior of a sudden onset; the other ramps share the rest evenly."""

RAMP_PIECES: Final = 5
"""A ramp is a staircase of this many equal pieces; finer ones change no answer by a bin."""

INDEPENDENT_PER_S: Final = 500.0
"""Independent values per second of 20 to 450 Hz EMG (410 for Stulen-De Luca spectra, more for white
noise). Neighbouring samples are correlated, so the likelihood is tempered to this rate."""

ACTIVE_WINDOW_S: Final = (0.03, 0.3)
"""Where the active level is read, behind the current estimate of the onset."""

NEIGHBOURHOOD_S: Final = 0.25
"""The posterior is computed this far around the most likely step."""

MIN_ACTIVE_S: Final = 0.05
MIN_RISE: Final = 1.02
"""Active over rest variance is never taken below this, so that the model keeps an onset."""

INTERVAL_POINTS: Final = (0.05, 0.95)
"""Points of the posterior that bound the interval."""

PASSES: Final = 2
"""The active level depends on the onset and the onset on the active level: estimate twice."""

MINIMUM_EVIDENCE: Final = 5.0
"""Tempered log-likelihood ratio of the best step below which there is no onset. On simulated signals
without an onset this gives false alarms in 2 % (muscle noise at rest) or less (white noise)."""


@dataclass(frozen=True)
class OnsetPosterior:
    """Where the onset is, in bins from the first candidate (median, 5 % and 95 % points, SD).

    evidence: tempered log-likelihood ratio of the best single step against no change. snr_db:
    active over rest power. The positions are 0 when evidence is 0.
    """

    median: float
    low: float
    high: float
    sd: float
    evidence: float
    snr_db: float


def ramp_bayes(
    rest: Energy, search: Energy, *, n_candidates: int, bin_s: float, samples_per_bin: int
) -> OnsetPosterior:
    """Posterior of the onset in a search window.

    rest: mean square per bin of the rest window, shape (n_rest,). search: the same from the start of
    the search window and on behind its end, shape (n_search,); the onset may be at any of its first
    `n_candidates` bins. bin_s: length of a bin in s; samples_per_bin: samples in it. Any unit: only
    ratios of energies matter. Returns an OnsetPosterior.
    """
    weight = samples_per_bin * min(1.0, INDEPENDENT_PER_S * bin_s / samples_per_bin)
    n_candidates = min(n_candidates, search.size - round(MIN_ACTIVE_S / bin_s))
    cumulative = np.concatenate([[0.0], np.cumsum(search)])
    step, evidence = _best_step(rest, cumulative, n_candidates, weight)
    if evidence <= 0.0:
        ratio = search[:n_candidates].mean() / rest.mean()
        return OnsetPosterior(0.0, 0.0, 0.0, 0.0, 0.0, _decibel(ratio))
    reach = round(NEIGHBOURHOOD_S / bin_s)
    candidates = np.arange(max(0, step - reach), min(n_candidates, step + reach + 1))
    rest_level = float(rest.mean())
    onset = step
    for _ in range(PASSES):
        active_level = _active_level(cumulative, onset, bin_s, rest_level)
        posterior = _posterior(cumulative, candidates, rest_level, active_level, bin_s, weight)
        cdf = np.cumsum(posterior)
        low, onset, high = (
            int(candidates[_first_reaching(cdf, p)])
            for p in (INTERVAL_POINTS[0], 0.5, INTERVAL_POINTS[1])
        )
    mean = float(posterior @ candidates)
    variance = float(posterior @ (candidates - mean) ** 2)
    return OnsetPosterior(
        median=onset,
        low=low,
        high=high,
        sd=float(np.sqrt(variance)),
        evidence=evidence,
        snr_db=_decibel(active_level / rest_level),
    )


def _best_step(
    rest: Energy, cumulative: Energy, n_candidates: int, weight: float
) -> tuple[int, float]:
    """Most likely bin of a sudden rise and its tempered log-likelihood ratio (0 when none rises).

    Twice the log-likelihood of a Gaussian with profiled variance is -n log(variance), so the ratio
    needs the mean energies before, after and overall only.
    """
    at = np.arange(n_candidates)
    n_before = rest.size + at
    n_after = cumulative.size - 1 - at
    total = rest.sum() + cumulative[-1]
    before = np.maximum((rest.sum() + cumulative[at]) / n_before, np.finfo(float).tiny)
    after = np.maximum((cumulative[-1] - cumulative[at]) / n_after, np.finfo(float).tiny)
    n_all = n_before[0] + n_after[0]
    ratio = 0.5 * (
        n_all * np.log(total / n_all) - n_before * np.log(before) - n_after * np.log(after)
    )
    ratio = np.where(after > before, ratio, 0.0)
    best = int(np.argmax(ratio))
    return best, float(ratio[best] * weight)


def _active_level(cumulative: Energy, onset: int, bin_s: float, rest_level: float) -> float:
    n_bins = cumulative.size - 1
    start = min(onset + round(ACTIVE_WINDOW_S[0] / bin_s), n_bins - round(MIN_ACTIVE_S / bin_s))
    start = max(start, 0)
    stop = min(start + round((ACTIVE_WINDOW_S[1] - ACTIVE_WINDOW_S[0]) / bin_s), n_bins)
    level = float(cumulative[stop] - cumulative[start]) / (stop - start)
    return max(level, MIN_RISE * rest_level)


def _posterior(
    cumulative: Energy,
    candidates: npt.NDArray[np.intp],
    rest_level: float,
    active_level: float,
    bin_s: float,
    weight: float,
) -> Energy:
    """Probability of each candidate bin, summed over the ramp lengths. Shape (n_candidates,)."""
    share = (1.0 - STEP_PRIOR) / (len(RAMPS_S) - 1)
    log_likelihood = np.stack(
        [
            _log_likelihood(cumulative, candidates, rest_level, active_level, round(ramp_s / bin_s))
            * weight
            + np.log(share if ramp_s else STEP_PRIOR)
            for ramp_s in RAMPS_S
        ]
    )
    density = np.exp(log_likelihood - log_likelihood.max()).sum(axis=0)
    posterior: Energy = density / density.sum()
    return posterior


def _log_likelihood(
    cumulative: Energy,
    candidates: npt.NDArray[np.intp],
    rest_level: float,
    active_level: float,
    ramp_bins: int,
) -> Energy:
    """Gaussian log-likelihood (per sample of a bin) of an onset at each candidate with one ramp."""
    n_bins = cumulative.size - 1
    edges = [candidates]
    levels = [rest_level]
    if ramp_bins > 0:
        for piece in range(RAMP_PIECES):
            amplitude = (piece + 0.5) / RAMP_PIECES
            levels.append(rest_level + amplitude**2 * (active_level - rest_level))
            edges.append(np.minimum(candidates + (piece + 1) * ramp_bins // RAMP_PIECES, n_bins))
    edges.append(np.full_like(candidates, n_bins))
    levels.append(active_level)
    result = np.zeros(candidates.size)
    start = np.zeros_like(candidates)
    for level, stop in zip(levels, edges, strict=True):
        energy = cumulative[stop] - cumulative[start]
        result -= 0.5 * ((stop - start) * np.log(level) + energy / level)
        start = stop
    return result


def _first_reaching(cdf: Energy, probability: float) -> int:
    return min(int(np.searchsorted(cdf, probability)), cdf.size - 1)


def _decibel(ratio: float) -> float:
    return float(10 * np.log10(max(ratio, 1e-12)))
