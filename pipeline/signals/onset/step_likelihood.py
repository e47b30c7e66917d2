"""Detectors of a sudden change of variance: profile likelihood, sliding likelihood ratio and cumulative sum.

The profile likelihood is also the gate of every likelihood detector. Selvan et al. 2018 (PMC6697092)
compare it with other onset detectors. The likelihood of a Gaussian signal whose variance changes once,
with both variances at their most likely values, needs mean energies only, so that all moments are tried
at once.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from pipeline.signals.onset.searched_signal import (
    NO_RISE,
    SHORTEST_ACTIVE_S,
    Reading,
    SearchedSignal,
)
from pipeline.signals.samples.recording import Samples

MINIMUM_EVIDENCE: Final = 5.0
"""Log-likelihood ratio of the best step below which there is no onset. On simulated signals without
an onset this gives false alarms in 2 % (muscle noise at rest) or less (white noise)."""

INTERVAL_POINTS: Final = (0.05, 0.95)
"""Points of a posterior that bound the interval."""

INTERVAL_FLOOR_S: Final = 0.002
"""The band-pass smears a sudden onset by 1 to 2 ms, which a likelihood of steps does not know of."""


@dataclass(frozen=True, eq=False)
class StepLikelihood:
    """Log-likelihood ratio of a step at each candidate bin against no change, shape (n_candidates,).

    0 where the signal does not rise.
    """

    log_ratio: Samples

    @property
    def best(self) -> int:
        """The most likely bin."""
        return int(np.argmax(self.log_ratio))

    @property
    def evidence(self) -> float:
        """Log-likelihood ratio of the most likely step."""
        return float(self.log_ratio.max())


def step_likelihood(searched: SearchedSignal) -> StepLikelihood:
    """Likelihood of a sudden rise at every bin of the search window."""
    energy = searched.energy
    n_last = energy.size - round(SHORTEST_ACTIVE_S / searched.bin_s)
    at = np.arange(max(1, min(searched.n_candidates, n_last)))
    cumulative = np.concatenate([[0.0], np.cumsum(energy)])
    n_before = searched.n_rest_bins + at
    n_after = energy.size - at
    n_all = searched.n_rest_bins + energy.size
    tiny = np.finfo(float).tiny
    before = np.maximum((searched.n_rest_bins + cumulative[at]) / n_before, tiny)
    after = np.maximum((cumulative[-1] - cumulative[at]) / n_after, tiny)
    overall = (searched.n_rest_bins + cumulative[-1]) / n_all
    ratio = 0.5 * (n_all * np.log(overall) - n_before * np.log(before) - n_after * np.log(after))
    return StepLikelihood(searched.weight_per_bin * np.where(after > before, ratio, 0.0))


def profile_likelihood(searched: SearchedSignal) -> Reading:
    """The most likely sudden onset, with the interval of a posterior that gives all moments alike.

    The interval holds for an onset that is sudden: a build-up makes it late, and the interval does
    not know of it.
    """
    steps = step_likelihood(searched)
    if steps.evidence < MINIMUM_EVIDENCE:
        return Reading(None, steps.evidence, NO_RISE)
    density = np.exp(steps.log_ratio - steps.evidence)
    density /= density.sum()
    at = np.arange(density.size)
    low, high = (quantile(density, point) for point in INTERVAL_POINTS)
    mean = float(density @ at)
    onset_s = searched.time_of_bin(steps.best)
    return Reading(
        onset_s=onset_s,
        evidence=steps.evidence,
        low_s=min(searched.time_of_bin(low), onset_s - INTERVAL_FLOOR_S),
        high_s=max(searched.time_of_bin(high), onset_s + INTERVAL_FLOOR_S),
        sd_s=float(np.sqrt(density @ (at - mean) ** 2)) * searched.bin_s,
        step_s=onset_s,
    )


def quantile(density: Samples, probability: float) -> float:
    """Position in a distribution over equal bins, shape (n,), that has this probability below it.

    density: sums to 1; bin i reaches from i - 0.5 to i + 0.5.
    """
    cdf = np.cumsum(density)
    at = min(int(np.searchsorted(cdf, probability)), cdf.size - 1)
    below = cdf[at] - density[at]
    share = min(max((probability - below) / max(density[at], np.finfo(float).tiny), 0.0), 1.0)
    return float(at - 0.5 + share)


def aglr(searched: SearchedSignal, *, window_s: float, alarm: float) -> Reading:
    """The most likely change within the window that gives the first alarm, or just before it.

    window_s: length of the sliding window. alarm: log-likelihood ratio, of the window's own variance
    against the rest variance, that gives an alarm. Evidence is the highest ratio up to the end of the
    search window.
    """
    width = max(2, round(window_s / searched.bin_s))
    energy = searched.energy[: searched.n_candidates + width]
    if energy.size < width:
        return Reading(None, 0.0, "the search window is shorter than the window of the detector")
    cumulative = np.concatenate([[0.0], np.cumsum(energy)])
    level = np.maximum((cumulative[width:] - cumulative[:-width]) / width, np.finfo(float).tiny)
    ratio = (
        0.5 * searched.weight_per_bin * width * np.where(level > 1, level - 1 - np.log(level), 0)
    )
    evidence = float(ratio.max())
    if evidence < alarm:
        return Reading(None, evidence, NO_RISE)
    alarm_bin = int(np.argmax(ratio >= alarm)) + width
    start, stop = max(0, alarm_bin - 2 * width), min(alarm_bin + width, energy.size)
    at = np.arange(start, alarm_bin)
    n_after = stop - at
    after = np.maximum((cumulative[stop] - cumulative[at]) / n_after, np.finfo(float).tiny)
    gain = n_after * np.where(after > 1, after - 1 - np.log(after), 0)
    return Reading(searched.time_of_bin(int(at[np.argmax(gain)])), evidence)


def cusum(searched: SearchedSignal, *, expected_rise_db: float, alarm: float) -> Reading:
    """The last moment before the alarm at which nothing spoke for a rise.

    expected_rise_db: active over rest power that the sum is built for. alarm: log-likelihood ratio
    that gives an alarm. Evidence is the highest sum up to the end of the search window.
    """
    log_rise = expected_rise_db / 10 * np.log(10)
    gain = 0.5 * searched.weight_per_bin * (searched.energy * -np.expm1(-log_rise) - log_rise)
    total = np.concatenate([[0.0], np.cumsum(gain[: searched.n_candidates])])
    floor = np.minimum.accumulate(total)
    height = total - floor
    evidence = float(height.max())
    if evidence < alarm:
        return Reading(None, evidence, NO_RISE)
    first_alarm = int(np.argmax(height >= alarm))
    onset = int(np.flatnonzero(height[: first_alarm + 1] <= 0)[-1])
    return Reading(searched.time_of_bin(onset), evidence)
