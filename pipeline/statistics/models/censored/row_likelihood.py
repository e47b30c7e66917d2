"""Log-likelihood of rows that are known exactly or only within bounds, with its derivatives."""

from dataclasses import dataclass

import numpy as np

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.models.censored.error_distributions import ErrorDistribution


@dataclass(frozen=True)
class RowDerivatives:
    """Log-likelihood of each row and its derivatives in the standardised bounds, shape (n_rows,).

    With a = (low - fitted)/sigma and b = (high - fitted)/sigma: `g` is the derivative when both
    bounds move by the same amount, `h` when both grow in proportion; gg, gh and hh are the second
    derivatives of the same kind, without the terms that the chain rule adds.
    """

    loglike: Floats
    g: Floats
    h: Floats
    gg: Floats
    gh: Floats
    hh: Floats


class CensoredRows:
    """Bounds of rows, sorted once by what is known, so that each kind costs what it must.

    low, high: shape (n_rows,). low == high: exact; high = inf: known to be above low; low = -inf:
    known to be below high; otherwise between the two. `exact`, `above`, `below`, `between`: row
    numbers of each kind; `is_exact`: 1.0 for exact rows, else 0.0; `middle`: the value, the one
    finite bound, or halfway between both; each of shape (n_rows,).
    """

    def __init__(self, low: Floats, high: Floats) -> None:
        self.low, self.high = low, high
        is_exact = low == high
        self.is_exact = is_exact.astype(float)
        self.exact = np.flatnonzero(is_exact)
        self.above = np.flatnonzero(~is_exact & np.isposinf(high))
        self.below = np.flatnonzero(~is_exact & np.isneginf(low))
        self.between = np.flatnonzero(~is_exact & np.isfinite(low) & np.isfinite(high))
        self._point = np.where(np.isneginf(low), high, low)
        self.middle = self._point.copy()
        self.middle[self.between] = (low[self.between] + high[self.between]) / 2

    def __len__(self) -> int:
        return len(self.low)

    def derivatives(
        self, error: ErrorDistribution, fitted: Floats, sigma: Floats | float
    ) -> RowDerivatives:
        """Log-likelihood and derivatives at fitted values (n_rows,) and sigma (scalar or n_rows).

        The log-likelihood of exact rows leaves out -log(sigma), which the caller adds.
        """
        z = (self._point - fitted) / sigma
        loglike, g, gg = np.empty_like(z), np.empty_like(z), np.empty_like(z)
        at = z[self.exact]
        loglike[self.exact] = error.log_density(at)
        g[self.exact] = error.slope(at)
        gg[self.exact] = error.curvature(at)
        for rows, log_share, sign in (
            (self.above, error.log_sf, -1.0),
            (self.below, error.log_cdf, 1.0),
        ):
            if len(rows):
                at = z[rows]
                loglike[rows] = log_share(at)
                ratio = np.exp(error.log_density(at) - loglike[rows])
                g[rows] = sign * ratio
                gg[rows] = ratio * (sign * error.slope(at) - ratio)
        h, gh = z * g, z * gg
        hh = z * gh
        if len(self.between):
            spread = np.broadcast_to(np.asarray(sigma, dtype=float), z.shape)[self.between]
            low = (self.low[self.between] - fitted[self.between]) / spread
            high = (self.high[self.between] - fitted[self.between]) / spread
            of_between = _between(error, low, high)
            for whole, part in zip((loglike, g, h, gg, gh, hh), of_between, strict=True):
                whole[self.between] = part
        return RowDerivatives(loglike, g, h, gg, gh, hh)


def log_probability(error: ErrorDistribution, low: Floats, high: Floats) -> Floats:
    """Log P(low < error <= high) for low < high, exact in both tails: far up the survival is used."""
    up = low > 0
    larger = np.where(up, error.log_sf(low), error.log_cdf(high))
    smaller = np.where(up, error.log_sf(high), error.log_cdf(low))
    return np.asarray(larger + np.log(-np.expm1(smaller - larger)))


def _between(
    error: ErrorDistribution, low: Floats, high: Floats
) -> tuple[Floats, Floats, Floats, Floats, Floats, Floats]:
    """loglike, g, h, gg, gh, hh of rows between two finite standardised bounds."""
    log_p = log_probability(error, low, high)
    above = np.exp(error.log_density(high) - log_p)
    below = np.exp(error.log_density(low) - log_p)
    above_slope, below_slope = above * error.slope(high), below * error.slope(low)
    g = above - below
    h = high * above - low * below
    return (
        log_p,
        g,
        h,
        above_slope - below_slope - g * g,
        high * above_slope - low * below_slope - g * h,
        high**2 * above_slope - low**2 * below_slope - h * h,
    )
