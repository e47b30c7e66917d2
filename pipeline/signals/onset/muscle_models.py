"""Prediction-error models of rest and of rest plus muscle: how likely a signal is at each loudness.

The EMG is taken as a Gaussian process: at rest it has the spectrum of the rest window, behind the onset
the spectrum of the muscle is added. Power and spectrum both tell the two apart, which matters most where
the muscle is hardly louder than rest. Autoregressive models give the likelihood of each sample from its
error of prediction (Levinson-Durbin; Staude 2001, IEEE Trans Biomed Eng 48:1292, whitens in this way).
"""

from typing import Final

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]

MEMORY_S: Final = 0.006
"""How far back a sample is predicted from; surface EMG forgets its past within a few milliseconds."""

SPECTRUM_POINTS: Final = 64
LEAST_MUSCLE: Final = 1e-3
"""Least power of the muscle at any frequency, as share of the whole: it is the difference of two estimates."""

RIDGE: Final = 0.03
"""White noise added to the rest, as share of its power: the band-pass leaves frequencies without any."""


def log_likelihood_over_rest(
    samples: Samples,
    *,
    rest: Samples,
    active: Samples,
    levels_db: Samples,
    sampling_rate_hz: float,
) -> Samples:
    """Running log-likelihood of each loudness against rest.

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
