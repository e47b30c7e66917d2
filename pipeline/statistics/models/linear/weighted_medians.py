"""Median regression of many weightings of the same rows at once, as a bootstrap needs them."""

import numpy as np

from pipeline.statistics.estimates.arrays import Floats

_GAP = 1e-10
"""Of the sum of absolute residuals: how far a sample's fit may be from its minimum."""
_MOST_STEPS = 60
_STEP_SHARE = 0.9995
"""Of the way to the boundary that a step of the interior-point method may go."""
_FLAT = 1e-14
"""Of the largest curvature: below, a direction has none but rounding."""
_NUMBERS_AT_ONCE = 20_000
"""Samples times rows: what stays in a processor's cache, for a third to a half of the time."""
_TINY = np.finfo(float).tiny


def weighted_median_coefficients(y: Floats, x: Floats, weights: Floats) -> Floats:
    """Coefficients that minimise the weighted sum of absolute residuals, for many weightings.

    y: (n_rows,), x: (n_rows, k), weights: (n_samples, n_rows), such as how often each row was
    drawn. Returns (n_samples, k); a sample that leaves a coefficient undetermined gives NaN.
    Primal-dual interior-point method with predictor and corrector (Mehrotra 1992, SIAM J Optim
    2:575; for quantiles Portnoy and Koenker 1997, Stat Sci 12:279).
    """
    lengths = np.sqrt((x**2).mean(axis=0))
    lengths = np.where(lengths > 0, lengths, 1.0)
    size = float(np.abs(y).max()) or 1.0
    at_once = max(1, _NUMBERS_AT_ONCE // len(y))
    blocks = [weights[first : first + at_once] for first in range(0, len(weights), at_once)]
    found = [_solved(_Samples(y / size, x / lengths, block)) for block in blocks]
    return np.asarray(np.concatenate(found) * size / lengths)


def _solved(samples: "_Samples") -> Floats:
    """Coefficients of the samples (n_samples, k), on the scale that they came in."""
    found = np.full(samples.beta_shape, np.nan)
    for _ in range(_MOST_STEPS):
        done, coefficients = samples.set_finished_aside()
        found[done] = coefficients
        if not len(samples.places):
            break
        samples.advance()
    return found


class _Samples:
    """The samples that are not finished, each with its own point inside the boundary.

    The dual asks for signs a in [-1, 1] of the residuals, orthogonal to all columns. upper = 1 - a
    and lower = 1 + a are kept apart, so that both are exact near 0. q - p is the residual of a row,
    with q * upper and p * lower going to 0 together. Rows count w times: residual, columns and
    outcome of a row are multiplied by its weight. All arrays: (n_samples, n_rows).
    """

    def __init__(self, y: Floats, x: Floats, w: Floats) -> None:
        n, k = x.shape
        self.beta_shape = (len(w), k)
        self.x = x
        self.products = (x[:, :, None] * x[:, None, :]).reshape(n, k * k)
        gram = (w @ self.products).reshape(len(w), k, k)
        solvable = np.linalg.cond(gram) < 1 / np.finfo(float).eps
        self.places = np.flatnonzero(solvable)
        self.w = w[solvable]
        right = ((self.w * y) @ x)[..., None]
        self.beta = np.linalg.solve(gram[solvable], right)[..., 0]
        r = self.w * (y - self.beta @ x.T)
        start = np.abs(r).mean(axis=1, keepdims=True) + _TINY
        self.q, self.p = np.maximum(r, 0) + start, np.maximum(-r, 0) + start
        self.upper, self.lower = np.ones_like(r), np.ones_like(r)
        self.scale = (self.w * np.abs(y)).sum(axis=1) + _TINY

    def set_finished_aside(self) -> tuple[Floats, Floats]:
        """Take finished samples out; returns their places and coefficients."""
        gap = (self.q * self.upper + self.p * self.lower).sum(axis=1)
        is_done = gap <= _GAP * self.scale
        finished = self.places[is_done], self.beta[is_done]
        if is_done.any():
            for name in ("places", "w", "beta", "q", "p", "upper", "lower", "scale"):
                setattr(self, name, getattr(self, name)[~is_done])
        return finished

    def advance(self) -> None:
        """One step of predictor and corrector."""
        self._prepare()
        mean_gap = (self.q * self.upper + self.p * self.lower).mean(axis=1, keepdims=True) / 2
        none = np.zeros_like(mean_gap)
        _, d_a, d_q, d_p = self._directions(none, none, none)
        primal, dual = self._lengths_of_step(d_a, d_q, d_p)
        after = (self.q + dual * d_q) * (self.upper - primal * d_a)
        after += (self.p + dual * d_p) * (self.lower + primal * d_a)
        mu = mean_gap * (after.mean(axis=1, keepdims=True) / 2 / (mean_gap + _TINY)) ** 3
        d_beta, d_a, d_q, d_p = self._directions(mu, -d_a * d_q, d_a * d_p)
        primal, dual = self._lengths_of_step(d_a, d_q, d_p)
        self.upper, self.lower = self.upper - primal * d_a, self.lower + primal * d_a
        self.q, self.p = self.q + dual * d_q, self.p + dual * d_p
        self.beta = self.beta + dual * d_beta

    def _prepare(self) -> None:
        """Curvature of each row, and the small symmetric system of each sample, taken apart."""
        k = self.x.shape[1]
        self.curve = 1 / (self.q / self.upper + self.p / self.lower)
        matrices = ((self.w**2 * self.curve) @ self.products).reshape(-1, k, k)
        self.sizes = np.sqrt(np.einsum("sii->si", matrices)) + _TINY
        scaled = matrices / (self.sizes[:, :, None] * self.sizes[:, None, :])
        roots, self.basis = np.linalg.eigh(scaled)
        # Where several solutions are equally good (values at a ceiling), a direction without
        # curvature is left alone.
        flat = roots < _FLAT * roots[:, -1:]
        self.inverse = np.where(flat, 0.0, 1 / np.where(flat, 1.0, roots))

    def _directions(self, mu: Floats, more_q: Floats, more_p: Floats) -> tuple[Floats, ...]:
        """Newton's directions towards products of mu: of beta, a, q and p."""
        aim_q = (mu - more_q) / self.upper - self.q
        aim_p = (mu - more_p) / self.lower - self.p
        target = aim_q - aim_p
        right = -((self.w * self.curve * target) @ self.x) / self.sizes
        turned = self.inverse * np.einsum("sij,si->sj", self.basis, right)
        d_beta = np.einsum("sij,sj->si", self.basis, turned) / self.sizes
        d_a = self.curve * (-self.w * (d_beta @ self.x.T) - target)
        return (
            d_beta,
            d_a,
            aim_q + self.q / self.upper * d_a,
            aim_p - self.p / self.lower * d_a,
        )

    def _lengths_of_step(self, d_a: Floats, d_q: Floats, d_p: Floats) -> tuple[Floats, Floats]:
        """Share of the step that keeps the signs, and the residuals, inside; (n_samples, 1) each."""
        return (
            np.minimum(_room(self.upper, -d_a), _room(self.lower, d_a)),
            np.minimum(_room(self.q, d_q), _room(self.p, d_p)),
        )


def _room(values: Floats, steps: Floats) -> Floats:
    """Largest share of a step, at most 1, that keeps all values of a sample above 0."""
    shares = np.where(steps < 0, -values / np.where(steps < 0, steps, -1.0), np.inf)
    return np.asarray(np.minimum(1.0, _STEP_SHARE * shares.min(axis=1, keepdims=True)))
