"""Integral over the participant's own level in a censored regression, by adaptive quadrature."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.models.censored.error_distributions import ErrorDistribution
from pipeline.statistics.models.censored.row_likelihood import CensoredRows

_LOG_SQRT_2PI = 0.5 * np.log(2 * np.pi)
_MOST_STEPS = 100
_SETTLED = 1e-10
"""Of a participant's level in units of sigma: far below what moves the nodes."""
_LONGEST_STEP = 3.0
"""In units of sigma. The integrand is log-concave, so that steps of this length reach its top."""


@dataclass(frozen=True)
class Nodes:
    """Gauss-Hermite nodes x and log(weight * exp(x^2)), shape (n_nodes,) each."""

    x: Floats
    log_weight: Floats

    @classmethod
    def of(cls, n: int) -> "Nodes":
        """N nodes. Source: Liu and Pierce 1994, Biometrika 81:624 (adaptive placement)."""
        x, weight = np.polynomial.hermite.hermgauss(n)
        return cls(x, np.log(weight) + x**2)


class ParticipantIntegral:
    """Log-likelihood of rows with a normal level per participant, integrated over the levels.

    rows: sorted by participant. exog: (n_rows, k). starts: first row of each participant. Parameters
    are the k coefficients, ln sigma within and ln sigma between participants. Score and
    second derivatives are expectations over the level given the rows (Fisher's identity; Louis
    1982, J R Stat Soc B 44:226), so that they cost no further integral.
    """

    def __init__(
        self,
        rows: CensoredRows,
        error: ErrorDistribution,
        exog: Floats,
        starts: Codes,
        nodes: Nodes,
    ) -> None:
        self.error, self.exog, self.starts, self.nodes = error, exog, starts, nodes
        self.rows = rows
        self.sizes = np.diff(np.append(starts, len(rows)))
        n = len(nodes.x)
        self._repeated = CensoredRows(np.repeat(rows.low, n), np.repeat(rows.high, n))
        self._levels = np.zeros(len(starts))

    def evaluate(self, params: Floats) -> tuple[float, Floats, Floats]:
        """Log-likelihood, gradient (k + 2,) and information (k + 2, k + 2) at params.

        Not a number where params are so far out that it overflows: no maximum is there.
        """
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            return self._evaluate(params)

    def _evaluate(self, params: Floats) -> tuple[float, Floats, Floats]:
        k = self.exog.shape[1]
        sigma, between = float(np.exp(params[k])), float(np.exp(params[k + 1]))
        fitted = self.exog @ params[:k]
        level, spread = self._top(fitted, sigma, between)
        u = level[:, None] + np.sqrt(2) * spread[:, None] * self.nodes.x
        shape = (len(fitted), len(self.nodes.x))
        at = (fitted[:, None] + np.repeat(u, self.sizes, axis=0)).ravel()
        row = self._repeated.derivatives(self.error, at, sigma)
        exact = self.rows.is_exact
        joint = self._sums(row.loglike.reshape(shape) - (exact * np.log(sigma))[:, None])
        joint += self.nodes.log_weight - 0.5 * (u / between) ** 2 - np.log(between) - _LOG_SQRT_2PI
        joint += 0.5 * np.log(2) + np.log(spread)[:, None]
        each = logsumexp(joint, axis=1)
        share = np.exp(joint - each[:, None])  # of each node, given the participant's rows
        of_row = np.repeat(share, self.sizes, axis=0)
        g, h, gg, gh, hh = (
            values.reshape(shape) for values in (row.g, row.h, row.gg, row.gh, row.hh)
        )
        score = np.empty((len(level), shape[1], k + 2))
        for column in range(k):
            score[:, :, column] = self._sums(-g / sigma * self.exog[:, [column]])
        score[:, :, k] = self._sums(-h - exact[:, None])
        score[:, :, k + 1] = (u / between) ** 2 - 1
        mean = np.einsum("gq,gqi->gi", share, score)
        cross = np.einsum("nq,nq->n", of_row, (gh + g) / sigma) @ self.exog
        second = np.zeros((k + 2, k + 2))
        second[:k, :k] = (
            self.exog * np.einsum("nq,nq->n", of_row, gg / sigma**2)[:, None]
        ).T @ self.exog
        second[:k, k] = second[k, :k] = cross
        second[k, k] = np.einsum("nq,nq->", of_row, hh + h)
        second[k + 1, k + 1] = -2 * np.einsum("gq,gq->", share, (u / between) ** 2)
        weighted = score * np.sqrt(share)[:, :, None]
        flat = weighted.reshape(-1, k + 2)
        hessian = second + flat.T @ flat - mean.T @ mean
        return float(each.sum()), mean.sum(axis=0), -hessian

    def rises_from_zero(self, coefficients: Floats, ln_sigma: float) -> bool:
        """Whether the likelihood rises when participants begin to differ (score of the variance)."""
        sigma = np.exp(ln_sigma)
        row = self.rows.derivatives(self.error, self.exog @ coefficients, sigma)
        totals = np.add.reduceat(-row.g, self.starts)
        return bool((totals**2).sum() + row.gg.sum() > 0)

    def _sums(self, values: Floats) -> Floats:
        """Sums over the rows of each participant, (n_participants, ...)."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0))

    def _top(self, fitted: Floats, sigma: float, between: float) -> tuple[Floats, Floats]:
        """Most likely level of each participant and the spread of a normal curve fitted there."""
        level = self._levels
        for _ in range(_MOST_STEPS):
            row = self.rows.derivatives(self.error, fitted + np.repeat(level, self.sizes), sigma)
            slope = self._sums(-row.g / sigma) - level / between**2
            information = self._sums(-row.gg / sigma**2) + 1 / between**2
            longest = _LONGEST_STEP * sigma
            step = np.clip(slope / information, -longest, longest)
            level = level + step
            if np.abs(step).max() < _SETTLED * sigma:
                break
        # Where the next search starts.
        self._levels = np.where(np.isfinite(level), level, 0.0)
        return level, 1 / np.sqrt(information)
