"""Ramp-marginalised Bayesian change point: the default onset detector.

Model: band-passed EMG is Gaussian with the rest variance up to the onset, then its amplitude rises
linearly over an unknown ramp to the active variance. Why: a muscle builds up over 0 to 200 ms, and
every detector that assumes a sudden step answers late by half the ramp at low signal-to-noise,
which turns a difference in amplitude between groups into a false difference in latency.

Bayesian change-point onsets: Tenan et al. 2017, PLoS One 12:e0177312. The ramps and the tempering
were chosen on simulated Stulen-De Luca EMG.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.onset.answer import NO_RISE, Reading
from pipeline.signals.onset.searched_signal import SHORTEST_ACTIVE_S, SNR_WINDOW_S, SearchedSignal
from pipeline.signals.onset.step_likelihood import (
    INTERVAL_FLOOR_S,
    INTERVAL_POINTS,
    MINIMUM_EVIDENCE,
    first_reaching,
    step_likelihood,
)

Energy = npt.NDArray[np.float64]

RAMPS_S: Final = (0.0, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2)
STEP_PRIOR: Final = 0.5
"""Prior of a sudden onset; the other ramps share the rest evenly."""

RAMP_PIECES: Final = 5
"""A ramp is a staircase of this many equal pieces; finer ones change no answer by a bin."""

NEIGHBOURHOOD_S: Final = 0.25
"""The posterior is computed this far around the most likely step."""

MIN_RISE: Final = 1.02
"""Active over rest variance is never taken below this, so that the model keeps an onset."""

PASSES: Final = 2
"""The active level depends on the onset and the onset on the active level: estimate twice."""


def ramp_bayes(searched: SearchedSignal) -> Reading:
    """The median of the posterior of the start of the build-up, with its 90 % interval."""
    steps = step_likelihood(searched)
    if steps.evidence < MINIMUM_EVIDENCE:
        return Reading(None, steps.evidence, NO_RISE)
    bin_s = searched.bin_s
    cumulative = np.concatenate([[0.0], np.cumsum(searched.energy)])
    reach = round(NEIGHBOURHOOD_S / bin_s)
    first, last = max(0, steps.best - reach), min(steps.log_ratio.size, steps.best + reach + 1)
    candidates = np.arange(first, last)
    onset = steps.best
    for _ in range(PASSES):
        active_level = _active_level(cumulative, onset, bin_s)
        by_ramp = _posterior(cumulative, candidates, active_level, bin_s, searched.weight_per_bin)
        posterior = by_ramp.sum(axis=0)
        cdf = np.cumsum(posterior)
        low, onset, high = (
            int(candidates[first_reaching(cdf, p)])
            for p in (INTERVAL_POINTS[0], 0.5, INTERVAL_POINTS[1])
        )
    mean = float(posterior @ candidates)
    variance = float(posterior @ (candidates - mean) ** 2)
    onset_s, low_s, high_s = (searched.time_of_bin(at) for at in (onset, low, high))
    return Reading(
        onset_s=onset_s,
        evidence=steps.evidence,
        low_s=min(low_s, onset_s - INTERVAL_FLOOR_S),
        high_s=max(high_s, onset_s + INTERVAL_FLOOR_S),
        sd_s=float(np.sqrt(variance)) * bin_s,
        step_s=searched.time_of_bin(steps.best),
        ramp_s=onset_s,
        build_up_s=float(by_ramp.sum(axis=1) @ np.array(RAMPS_S)),
    )


def _active_level(cumulative: Energy, onset: int, bin_s: float) -> float:
    n_bins = cumulative.size - 1
    start = min(onset + round(SNR_WINDOW_S[0] / bin_s), n_bins - round(SHORTEST_ACTIVE_S / bin_s))
    start = max(start, 0)
    stop = min(start + round((SNR_WINDOW_S[1] - SNR_WINDOW_S[0]) / bin_s), n_bins)
    level = float(cumulative[stop] - cumulative[start]) / (stop - start)
    return max(level, MIN_RISE)


def _posterior(
    cumulative: Energy,
    candidates: npt.NDArray[np.intp],
    active_level: float,
    bin_s: float,
    weight: float,
) -> Energy:
    """Probability of each ramp and candidate bin. Shape (n_ramps, n_candidates)."""
    share = (1.0 - STEP_PRIOR) / (len(RAMPS_S) - 1)
    log_likelihood = np.stack(
        [
            _log_likelihood(cumulative, candidates, active_level, round(ramp_s / bin_s)) * weight
            + np.log(share if ramp_s else STEP_PRIOR)
            for ramp_s in RAMPS_S
        ]
    )
    density = np.exp(log_likelihood - log_likelihood.max())
    posterior: Energy = density / density.sum()
    return posterior


def _log_likelihood(
    cumulative: Energy, candidates: npt.NDArray[np.intp], active_level: float, ramp_bins: int
) -> Energy:
    """Gaussian log-likelihood (per sample of a bin) of an onset at each candidate with one ramp."""
    n_bins = cumulative.size - 1
    edges = [candidates]
    levels = [1.0]
    if ramp_bins > 0:
        for piece in range(RAMP_PIECES):
            amplitude = (piece + 0.5) / RAMP_PIECES
            levels.append(1.0 + amplitude**2 * (active_level - 1.0))
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
