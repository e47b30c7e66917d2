"""Ramp-marginalised Bayesian change point: the default onset detector.

Model: EMG is Gaussian, with the spectrum of rest up to the onset; then the muscle is added, whose
amplitude rises linearly over an unknown build-up to an unknown level. Why: a muscle builds up over 0 to
some 300 ms, and every detector that assumes a sudden step answers late by half the build-up at low
signal-to-noise, which turns a difference in amplitude between groups into a false one in latency.
Onset, build-up and level are tried together, and the last two are summed over.

Bayesian change-point onsets: Tenan et al. 2017, PLoS One 12:e0177312.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.signals.onset.searched_signal import NO_RISE, Reading, SearchedSignal
from pipeline.signals.onset.step_likelihood import (
    INTERVAL_FLOOR_S,
    INTERVAL_POINTS,
    MINIMUM_EVIDENCE,
    quantile,
    step_likelihood,
)
from pipeline.signals.samples.recording import Samples

RAMPS_S: Final = (0.0, 0.025, 0.05, 0.075, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4)
STEP_PRIOR: Final = 0.4
"""Prior of a sudden onset; build-ups share the rest."""

RAMP_MEAN_S: Final = 0.4
"""Prior of the build-up for the reported onset: exponential. Long ones are rarer, and taking them as
likely as short ones moves every uncertain onset forward."""

LEVELS_DB: Final = (-2.0, -0.75, 0.5, 1.75, 3.0)
"""Active levels that are tried, around the one that is read behind the most likely step: it is an
estimate, and it is too low when the muscle is still building up."""

INTERVAL_CONFIDENCE: Final = 0.72
"""Power that the likelihood is raised to for the interval: the spectra in it are estimates, which it
takes for known. That narrows an interval, and hardly moves the median."""

INTERVAL_STEP_PRIOR: Final = 0.38
"""STEP_PRIOR for the interval: lower, so that it also holds for short build-ups that look sudden."""

BEFORE_STEP_S: Final = 0.45
AFTER_STEP_S: Final = 0.12
"""Where an onset is looked for, around the most likely step: half of the longest build-up, and more."""

ACTIVE_S: Final = 0.5
"""How far behind the step the signal counts; later changes of the muscle are none of the onset's."""

LEVEL_WINDOW_S: Final = (0.03, 0.38)
"""Where the muscle's spectrum is read, behind the most likely step."""

GRID_STEP_DB: Final = 2.0
GRID_DEPTH_DB: Final = 28.0
"""Levels of the running sums: quieter parts of a build-up are mixed from the quietest and rest."""

MEMORY_S: Final = 0.006
"""How far back a sample is predicted from; surface EMG forgets its past within a few milliseconds."""

SPECTRUM_POINTS: Final = 64
LEAST_MUSCLE: Final = 1e-3
"""Least power of the muscle at any frequency, as share of the whole: it is the difference of two estimates."""

RIDGE: Final = 0.03
"""White noise added to the rest, as share of its power: the band-pass leaves frequencies without any."""


@dataclass(frozen=True, eq=False)
class BuildUp:
    """log_likelihood: shape (n_ramps, n_levels, n_candidates).

    first_s, spacing_s: time of the first candidate and from one to the next, in s.
    """

    log_likelihood: Samples
    first_s: float
    spacing_s: float

    def likelihood(self, confidence: float = 1.0) -> Samples:
        """Likelihood of each build-up and candidate, all levels alike; its scale means nothing.

        confidence: power that it is raised to.
        """
        below_best = self.log_likelihood - self.log_likelihood.max()
        summed: Samples = np.exp(confidence * below_best).sum(axis=1)
        return summed

    def time_of(self, position: float) -> float:
        """Seconds from the start of the signal to a candidate, counted from the first."""
        return self.first_s + position * self.spacing_s


def ramp_bayes(searched: SearchedSignal) -> Reading:
    """The median of the posterior of the start of the build-up, with its 90 % interval.

    The interval takes build-ups of all lengths as equally likely, so that it also holds for slow ones.
    """
    steps = step_likelihood(searched)
    if steps.evidence < MINIMUM_EVIDENCE:
        return Reading(None, steps.evidence, NO_RISE)
    step_s = searched.time_of_bin(steps.best)
    build_up = build_up_likelihood(searched, step_s)
    by_ramp = _posterior(build_up.likelihood(), prior=_ramp_prior(STEP_PRIOR, RAMP_MEAN_S))
    any_length = _ramp_prior(INTERVAL_STEP_PRIOR, None)
    wide = _posterior(build_up.likelihood(INTERVAL_CONFIDENCE), prior=any_length).sum(axis=0)
    onset_s = build_up.time_of(quantile(by_ramp.sum(axis=0), 0.5))
    low_s, high_s = (build_up.time_of(quantile(wide, point)) for point in INTERVAL_POINTS)
    at_s = build_up.spacing_s * np.arange(wide.size)
    return Reading(
        onset_s=onset_s,
        evidence=steps.evidence,
        low_s=min(low_s, onset_s - INTERVAL_FLOOR_S),
        high_s=max(high_s, onset_s + INTERVAL_FLOOR_S),
        sd_s=float(np.sqrt(wide @ (at_s - wide @ at_s) ** 2)),
        step_s=step_s,
        ramp_s=onset_s,
        build_up_s=float(by_ramp.sum(axis=1) @ np.array(RAMPS_S)),
    )


def build_up_likelihood(searched: SearchedSignal, step_s: float) -> BuildUp:
    """Log-likelihood of every onset around a step, for each build-up and level."""
    rate_hz = searched.sampling_rate_hz
    samples, start = searched.samples, searched.search.start
    step = start + round((step_s - searched.time_of_bin(0)) * rate_hz)
    first = max(start, step - round(BEFORE_STEP_S * rate_hz))
    last = max(first + 1, min(searched.search.stop, step + round(AFTER_STEP_S * rate_hz)))
    stop = min(samples.size, step + round(ACTIVE_S * rate_hz))
    active = _active(samples, step, rate_hz)
    shape = _shape(rate_hz)
    running = log_likelihood_over_rest(
        samples[max(0, first - past_samples(rate_hz)) : stop],
        rest=searched.rest_samples(samples),
        active=active,
        levels_db=shape.levels_db,
        sampling_rate_hz=rate_hz,
    )
    n = last - first
    ends = np.repeat(running[:, -1:], shape.edges[-1] + n, axis=1)
    padded = np.concatenate([running, ends], axis=1)
    shifted = np.stack([padded[:, edge : edge + n] for edge in shape.edges], axis=1)
    tails = shape.tail_weights @ running[:, -1]
    log_likelihood = shape.weights @ shifted.reshape(-1, n) + tails[:, np.newaxis]
    return BuildUp(
        log_likelihood.reshape(len(RAMPS_S), len(LEVELS_DB), n),
        first_s=first / rate_hz,
        spacing_s=1 / rate_hz,
    )


def _active(samples: Samples, step: int, rate_hz: float) -> Samples:
    start, stop = (step + round(time_s * rate_hz) for time_s in LEVEL_WINDOW_S)
    start = min(start, samples.size - round(0.05 * rate_hz))
    return samples[start:stop]


@dataclass(frozen=True, eq=False)
class _Shape:
    """How the likelihoods of the levels are put together: weights of the running sums at each edge."""

    levels_db: Samples
    edges: npt.NDArray[np.intp]
    weights: Samples
    tail_weights: Samples


@lru_cache(maxsize=16)
def _shape(rate_hz: float) -> _Shape:
    top_db = GRID_STEP_DB * np.ceil(max(LEVELS_DB) / GRID_STEP_DB)
    levels_db = np.arange(top_db - GRID_DEPTH_DB - GRID_STEP_DB, top_db + 0.1, GRID_STEP_DB)
    longest = int(np.ceil(max(RAMPS_S) * rate_hz))
    edges = [0]
    while edges[-1] < longest:
        edges.append(edges[-1] + max(1, edges[-1] // 6))
    n_edges, n_levels = len(edges), levels_db.size
    middles_s = (np.array(edges[:-1]) + np.array(edges[1:])) / 2 / rate_hz
    weights = np.zeros((len(RAMPS_S), len(LEVELS_DB), n_levels, n_edges))
    tails = np.zeros((len(RAMPS_S), len(LEVELS_DB), n_levels))
    for i, ramp_s in enumerate(RAMPS_S):
        amplitude = np.ones_like(middles_s) if ramp_s == 0 else np.minimum(middles_s / ramp_s, 1.0)
        for j, level_db in enumerate(LEVELS_DB):
            piece = np.stack(
                [_mixed(levels_db, level_db + 20 * np.log10(a)) for a in (*amplitude, 1.0)], axis=1
            )
            # A piece counts between its edges: minus at its start, plus at its end.
            weights[i, j] = -piece
            weights[i, j, :, 1:] += piece[:, :-1]
            tails[i, j] = piece[:, -1]
    return _Shape(
        levels_db,
        np.array(edges),
        weights.reshape(len(RAMPS_S) * len(LEVELS_DB), -1),
        tails.reshape(len(RAMPS_S) * len(LEVELS_DB), -1),
    )


def _mixed(levels_db: Samples, level_db: float) -> Samples:
    """Weights of the grid levels that stand for a level between them; the missing weight is rest."""
    weights = np.zeros(levels_db.size)
    position = (level_db - levels_db[0]) / GRID_STEP_DB
    if position < 0:
        weights[0] = 10 ** ((level_db - levels_db[0]) / 10)
        return weights
    below = min(int(position), levels_db.size - 2)
    weights[below] = 1 - (position - below)
    weights[below + 1] = position - below
    return weights


def _ramp_prior(step: float, mean_s: float | None) -> Samples:
    """Probability of each of RAMPS_S: a step, or a build-up with density exp(-length / mean_s).

    mean_s: s; None for build-ups of all lengths alike.
    """
    ramps_s = np.array(RAMPS_S)
    density = np.gradient(ramps_s) * (1.0 if mean_s is None else np.exp(-ramps_s / mean_s))
    density[0] = 0.0
    prior: Samples = (1 - step) * density / density.sum()
    prior[0] = step
    return prior


def _posterior(likelihood: Samples, prior: Samples) -> Samples:
    """Posterior of each build-up and candidate, shape (n_ramps, n_candidates)."""
    joint = prior[:, np.newaxis] * likelihood
    posterior: Samples = joint / joint.sum()
    return posterior


def log_likelihood_over_rest(
    samples: Samples,
    *,
    rest: Samples,
    active: Samples,
    levels_db: Samples,
    sampling_rate_hz: float,
) -> Samples:
    """Running log-likelihood of each loudness against rest, by models of the error of prediction.

    The EMG is taken as a Gaussian process: at rest it has the spectrum of the rest window, behind the
    onset the spectrum of the muscle is added. Power and spectrum both tell the two apart, which matters
    most where the muscle is hardly louder than rest. Autoregressive models give the likelihood of each
    sample from its error of prediction (Levinson-Durbin; Staude 2001, IEEE Trans Biomed Eng 48:1292,
    whitens in this way).

    samples: shape (n_past + n,), where n_past = `past_samples(sampling_rate_hz)`; rest, active: stretches
    that the spectra are taken from, any length. levels_db: loudness of the muscle relative to `active`.
    Returns shape (n_levels, n + 1): entry [m, i] is the log-likelihood ratio of the first i samples
    under level m against rest. Any unit, if it is the same for all.
    """
    n_past = past_samples(sampling_rate_hz)
    rest_lags = _autocovariance(rest, n_past)
    rest_lags[0] *= 1 + RIDGE
    muscle_lags = _muscle_lags(rest_lags, _autocovariance(active, n_past))
    power = np.concatenate([[0.0], 10 ** (levels_db / 10)])
    predictors, variances = _levinson(rest_lags + power[:, np.newaxis] * muscle_lags)
    past = np.lib.stride_tricks.sliding_window_view(samples, n_past + 1)[:, ::-1]
    errors = predictors @ past.T
    each = -0.5 * (np.log(variances)[:, np.newaxis] + np.square(errors) / variances[:, np.newaxis])
    running = np.zeros((levels_db.size, past.shape[0] + 1))
    np.cumsum(each[1:] - each[0], axis=1, out=running[:, 1:])
    return running


def past_samples(sampling_rate_hz: float) -> int:
    """Samples that a prediction looks back."""
    return max(2, round(MEMORY_S * sampling_rate_hz))


def _autocovariance(samples: Samples, n_lags: int) -> Samples:
    n = samples.size
    lags: Samples = np.array([samples[: n - k] @ samples[k:] for k in range(n_lags + 1)]) / n
    return lags


def _muscle_lags(rest_lags: Samples, active_lags: Samples) -> Samples:
    """Autocovariance of the muscle alone: what the active spectrum has above that of rest."""
    active = _spectrum(active_lags)
    muscle = np.maximum(active - _spectrum(rest_lags), LEAST_MUSCLE * active_lags[0])
    lags: Samples = np.fft.irfft(muscle, SPECTRUM_POINTS)[: rest_lags.size]
    return lags


def _spectrum(lags: Samples) -> Samples:
    """Blackman-Tukey estimate with a Hann lag window, never below zero but for its leakage."""
    n_lags = lags.size - 1
    window = 0.5 * (1 + np.cos(np.pi * np.arange(n_lags + 1) / (n_lags + 1)))
    circular = np.zeros(SPECTRUM_POINTS)
    circular[: n_lags + 1] = lags * window
    circular[-n_lags:] = (lags * window)[:0:-1]
    spectrum: Samples = np.fft.rfft(circular).real
    return spectrum


def _levinson(lags: Samples) -> tuple[Samples, Samples]:
    """Prediction-error filters, shape as given, and error variances, of each row of autocovariances."""
    filters = np.zeros_like(lags)
    filters[:, 0] = 1.0
    variances = lags[:, 0].copy()
    for order in range(1, lags.shape[1]):
        last = filters[:, :order]
        reflection = -(last * lags[:, order:0:-1]).sum(axis=1) / variances
        filters[:, 1 : order + 1] += reflection[:, np.newaxis] * last[:, ::-1]
        variances *= 1 - np.square(reflection)
    return filters, variances
