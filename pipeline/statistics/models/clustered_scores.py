"""Small-sample covariance and degrees of freedom of any estimate that makes a sum of scores zero.

Trials of one participant, and participants of one matched set, are alike: clusters, not rows, are
independent. With 6 to 60 of them the usual cluster-robust errors are too small; here each cluster's score is
corrected for what the fit took from it, and t has the degrees of freedom that the design leaves.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from pipeline.statistics.estimates.arrays import Codes, Floats

_SMALL_PULL: Final = 0.1
"""A cluster whose leverages sum to less has its root by a series, which is exact to rounding."""
_SERIES_TERMS: Final = 14
_ROUNDING: Final = 1e-15
ALONE: Final = 1 - 1e-8
"""Share of a direction from which one cluster is said to determine it."""
_NOTICED: Final = 1e-6
_LARGEST_PULL: Final = 1 - 1e-12
"""At 1 a cluster alone determines a direction of the parameters, and its score there is 0."""


@dataclass(frozen=True)
class ClusterScores:
    """Scores and informations of clusters at an estimate, and the CR2 inference that they give.

    scores: shape (p, G), gradients of the log-likelihood at the estimate, summed within clusters.
    informations: shape (p, p, G), what each cluster could tell before it was seen, non-negative definite.
    bread: shape (p, p), observed information of all rows. most_df: bound of the degrees of freedom.

    With E = sum_g J_g and A_g = (I - J_g E^-1)^(-1/2) in the metric of E, the covariance is
    B^-1 (sum_g A_g s_g s_g' A_g') B^-1. Without censoring this is CR2 of least squares.
    Source: Bell and McCaffrey 2002, Surv Methodol 28:169; for any score equation Fay and Graubard 2001,
    Biometrics 57:1198; the symmetric root Pustejovsky and Tipton 2018, J Bus Econ Stat 36:672.
    """

    scores: Floats
    informations: Floats
    bread: Floats
    most_df: float = np.inf

    def rests_on_one(self, contrast: npt.ArrayLike) -> bool:
        """Whether one cluster alone determines a part of a contrast (p,), so that its error is not known."""
        pulls, contrast_ = self._decomposed, np.asarray(contrast, dtype=float)
        if pulls.largest < ALONE:
            return False
        # Directions of the parameters, so long that the expected information is 1 along each.
        directions = np.einsum("jk,gki->gji", self._roots[1], pulls.basis)
        size = np.linalg.norm(directions, axis=1)
        along = np.einsum("gji,j->gi", directions, self._scale * contrast_) / size
        along = along / np.linalg.norm(self._scale * contrast_)
        return bool(np.abs(along[pulls.left <= 1 - ALONE]).max(initial=0.0) > _NOTICED)

    @cached_property
    def _scale(self) -> Floats:
        """Unit of each parameter in which the expected information is 1, so that units decide nothing."""
        return np.asarray(1 / np.sqrt(np.diag(self.informations.sum(axis=2))))

    @cached_property
    def _informations(self) -> Floats:
        return self.informations * np.outer(self._scale, self._scale)[:, :, None]

    @cached_property
    def _bread(self) -> Floats:
        return self.bread * np.outer(self._scale, self._scale)

    @cached_property
    def _expected(self) -> Floats:
        return np.asarray(self._informations.sum(axis=2))

    @cached_property
    def _roots(self) -> tuple[Floats, Floats]:
        """Symmetric root of the expected information, and its inverse."""
        values, vectors = np.linalg.eigh(self._expected)
        root = np.sqrt(values)
        return (vectors * root) @ vectors.T, (vectors / root) @ vectors.T

    @cached_property
    def _decomposed(self) -> "_Pulls":
        return _Pulls.of(self._informations, self._roots[1])

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the estimate, shape (p, p)."""
        root, inverse = self._roots
        scores = self.scores * self._scale[:, None]
        corrected = root @ self._decomposed.halved(inverse @ scores)
        influence = self._scale[:, None] * np.linalg.solve(self._bread, corrected)
        return np.asarray(influence @ influence.T)

    def df(self, contrast: npt.ArrayLike) -> float:
        """Satterthwaite's degrees of freedom of a contrast (p,), as if scores varied as expected.

        The variance of the contrast is a quadratic form in the scores; its mean and variance give the
        degrees of freedom of the chi-squared variable that it is nearest to.
        """
        root, inverse = self._roots
        a = np.linalg.solve(self._bread, self._scale * np.asarray(contrast, dtype=float))
        start = np.repeat((root @ a)[:, None], self.scores.shape[1], axis=1)
        w = inverse @ self._decomposed.halved(start)
        r = np.einsum("ijg,jg->ig", self._informations, w)
        b = np.linalg.solve(self._expected, r)
        d = np.einsum("ig,ig->g", w, r)
        own = np.einsum("ig,ig->g", b, self._expected @ b - 2 * r)
        both = np.vstack([b, r])
        p = len(a)
        between = np.block([[self._expected, -np.eye(p)], [-np.eye(p), np.zeros((p, p))]])
        product = both @ both.T @ between
        squares = float(d @ d + 2 * d @ own + np.trace(product @ product))
        return min(float(d.sum() + own.sum()) ** 2 / squares, self.most_df)


@dataclass(frozen=True)
class _Pulls:
    """How far each cluster pulls the estimate, in the metric of the expected information.

    pull: (p, p, G). small, large: clusters by the sum of their leverages, the largest of the small ones
    is `share`. basis, left: directions of the large ones, and what the others leave of each.
    """

    pull: Floats
    small: Codes
    large: Codes
    share: float
    largest: float
    basis: Floats
    left: Floats

    @classmethod
    def of(cls, informations: Floats, inverse_root: Floats) -> "_Pulls":
        p, _, g = informations.shape
        half = (inverse_root @ informations.reshape(p, -1)).reshape(p, p, g)
        pull = (inverse_root @ half.transpose(1, 0, 2).reshape(p, -1)).reshape(p, p, g)
        total = np.einsum("iig->g", pull)
        small, large = np.flatnonzero(total < _SMALL_PULL), np.flatnonzero(total >= _SMALL_PULL)
        values, basis = np.linalg.eigh(pull[:, :, large].transpose(2, 0, 1))
        return cls(
            pull=pull,
            small=small,
            large=large,
            share=float(total[small].max()) if len(small) else 0.0,
            largest=float(values.max()) if len(large) else 0.0,
            basis=basis,
            left=1 - np.clip(values, 0.0, _LARGEST_PULL),
        )

    def halved(self, vectors: Floats) -> Floats:
        """(I - pull_g)^(-1/2) of each cluster's vector, (p, G)."""
        out = np.empty_like(vectors)
        if len(self.small):
            pull, term = self.pull[:, :, self.small], vectors[:, self.small]
            total, factor = term.copy(), 1.0
            for power in range(1, _SERIES_TERMS):
                factor *= (2 * power - 1) / (2 * power)
                term = np.einsum("ijg,jg->ig", pull, term)
                total += factor * term
                if self.share**power < _ROUNDING:
                    break
            out[:, self.small] = total
        if len(self.large):
            inside = np.einsum("gji,jg->gi", self.basis, vectors[:, self.large])
            # Nobody else tells of a direction that one cluster determines, and its score there is 0.
            alone = self.left <= 1 - ALONE
            inside = np.where(alone, 0.0, inside / np.sqrt(self.left))
            out[:, self.large] = np.einsum("gij,gj->ig", self.basis, inside)
        return out


def sums_by_cluster(rows: Floats, codes: Codes) -> Floats:
    """Sums over rows of each cluster: rows (m, n), codes (n,) from 0 without gaps; returns (m, G)."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    return np.asarray(np.add.reduceat(rows[:, order], starts, axis=1))
