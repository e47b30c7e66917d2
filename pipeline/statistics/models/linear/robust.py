"""Regression in which outlying participants count less: Huber's M estimate, and medians.

Huber's is statsmodels' RLM. Its QuantReg stops short of the solution (65 ms a fit, 1e-6 off) and its standard
errors differ by up to 140 % from R's three kinds, so medians have a bootstrap of participants here. The
estimate is exact (linear programming); the fits of the bootstrap solve many weightings of the same rows at
once.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.estimates.p_values import Inference
from pipeline.statistics.models.model_rows import (
    check_clusters,
    check_rows,
    refuse_exact_fit,
)
from pipeline.statistics.models.regression_results import RegressionResults
from pipeline.statistics.models.resampling import (
    content_order,
    participant_weights,
    percentile_inference,
)

TUNING = 1.345
"""Residual SDs from which a participant counts less: 95 % efficient with normal values."""
_MOST_STEPS_OF_HUBER = 200
_SETTLED = 1e-10
_EXACT_FIT = 1e-6
"""Of the spread of the outcome: a scale of residuals that is on its way to 0."""


@dataclass(frozen=True, kw_only=True)
class HuberResults(RegressionResults):
    """Coefficients; scale: robust residual SD (MAD). weights: 1 per row, less where it lies out."""

    scale: float
    weights: pd.Series


class HuberRegression:
    """Huber regression of one value per participant; endog, exog as in `Ancova`."""

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame) -> None:
        self.endog = endog
        self.exog = exog

    def fit(self) -> HuberResults:
        """M estimate with the MAD as scale; t with n - k degrees of freedom.

        Raises NotEstimableError (see `check_rows`), or when at least half of the rows lie on the
        fitted line, so that there is no scale (values at a ceiling do that).
        Source: Huber 1973, Ann Stat 1:799. Agrees with R's MASS::rlm.
        """
        y, x = check_rows(self.endog, self.exog)
        centred = y - np.median(y)
        spread = float(np.abs(centred).max())
        # RLM divides by the scale before it can be looked at; so the start is looked at first.
        start = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
        no_scale = NotEstimableError(
            "At least half of the rows lie exactly on the fitted line, so that outlying rows "
            "cannot be told."
        )
        if np.median(np.abs(start)) <= _EXACT_FIT * spread:
            raise no_scale
        with np.errstate(all="ignore"):
            fit = RLM(y, x, M=HuberT(t=TUNING)).fit(
                maxiter=_MOST_STEPS_OF_HUBER, tol=_SETTLED, conv="coefs"
            )
        if not fit.scale > _EXACT_FIT * spread:
            raise no_scale
        if fit.fit_history["iteration"] >= _MOST_STEPS_OF_HUBER:
            raise NoSolutionError("Huber's regression has no stable solution with these data.")
        names = self.exog.columns
        return HuberResults(
            params=pd.Series(fit.params, names),
            cov=pd.DataFrame(fit.cov_params(), names, names),
            df=pd.Series(float(len(y) - x.shape[1]), names),
            covariance="Huber M estimate, t with rows - coefficients degrees of freedom",
            n_rows=len(y),
            n_participants=len(y),
            scale=float(fit.scale),
            weights=pd.Series(fit.weights, self.exog.index),
        )


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
    found = [_solve(_Samples(y / size, x / lengths, block)) for block in blocks]
    return np.asarray(np.concatenate(found) * size / lengths)


def _solve(samples: "_Samples") -> Floats:
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


_MOST_NUMBERS = 2_000_000
"""Rows times samples held at once; bounds the memory of a batch to some 300 MB."""
_INSIDE = 1e-9
"""Distance of a row's sign from -1 and 1 at which the row lies on the fitted line."""

NOT_UNIQUE = (
    "Several lines fit the medians equally well in these rows (equal values of the outcome or of "
    "covariates); one from their middle is given."
)


@dataclass(frozen=True, kw_only=True)
class MedianResults(RegressionResults):
    """Coefficients of a median regression; intervals and P values are of the bootstrap.

    replicates: one row per drawn sample, columns by term; NaN where a sample had no solution.
    """

    replicates: pd.DataFrame

    def inference(self, term: str, ci_level: float = 0.95) -> Inference:
        """Percentile interval of one coefficient. Raises NotEstimableError if samples failed."""
        return percentile_inference(
            float(self.params[term]), self.replicates[term].to_numpy(float), ci_level=ci_level
        )


class MedianRegression:
    """Median of endog (n_rows,) as a linear function of exog, rows nested in participants.

    participants: Series of the very frame that exog was made of. strata: column of exog within
    whose values participants are drawn (the group), or None.
    """

    def __init__(
        self,
        endog: npt.ArrayLike,
        exog: pd.DataFrame,
        participants: pd.Series,
        *,
        strata: str | None = "group",
    ) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants
        self.strata = strata

    def fit(self, rng: np.random.Generator, n_samples: int = 2000) -> MedianResults:
        """Estimate, and `n_samples` fits to participants drawn with `rng`.

        The same rows and seed give the same numbers, however rows are sorted or participants are
        named, and mirrored ones when 0 and 1 of the strata change places. Raises NotEstimableError (see `check_rows`), or with no more participants than
        terms. Source: Koenker and Bassett 1978, Econometrica 46:33.
        """
        y, x = check_rows(self.endog, self.exog)
        codes = check_clusters(self.participants, self.exog)
        refuse_exact_fit(y, x)
        params, is_unique = median_coefficients(y, x)
        if not is_unique:
            # A corner of the equally good lines would depend on how the group is coded.
            params = weighted_median_coefficients(y, x, np.ones((1, len(y))))[0]
        beside = x[:, [name != self.strata for name in self.exog.columns]]
        strata = self._strata(codes, content_of=(y, beside))
        order = content_order(codes, y, beside)
        rows = np.lexsort((*x.T, y, np.argsort(order)[codes]))
        y, x, codes = y[rows], x[rows], codes[rows]
        batch = max(1, _MOST_NUMBERS // len(y))
        drawn = [
            weighted_median_coefficients(y, x, counts[:, codes].astype(float))
            for counts in participant_weights(order, strata, n_samples, rng, batch=batch)
        ]
        names = self.exog.columns
        replicates = pd.DataFrame(np.concatenate(drawn), columns=names)
        n_participants = int(codes.max()) + 1
        return MedianResults(
            params=pd.Series(params, names),
            cov=replicates.cov(),
            df=None,
            covariance=f"median, {n_samples} bootstrap samples of participants",
            n_rows=len(y),
            n_participants=n_participants,
            cautions=() if is_unique else (NOT_UNIQUE,),
            replicates=replicates,
        )

    def _strata(self, codes: Codes, content_of: tuple[Floats, Floats]) -> Codes:
        """Stratum of each participant, numbered by what its rows hold and not by its code."""
        if self.strata is None or self.strata not in self.exog.columns:
            return np.zeros(int(codes.max()) + 1, dtype=np.intp)
        values = pd.Series(self.exog[self.strata].to_numpy(float)).groupby(codes)
        if (values.max() != values.min()).any():
            raise ValueError(f"a participant has several values of {self.strata}")
        of_participant = pd.factorize(values.first(), sort=True)[0]
        by_content = content_order(of_participant[codes], *content_of)
        return np.asarray(np.argsort(by_content)[of_participant], dtype=np.intp)


def median_coefficients(y: Floats, x: Floats) -> tuple[Floats, bool]:
    """Coefficients (k,) that make the sum of absolute residuals smallest, and whether only they do.

    Solves the dual: signs a in [-1, 1] of the residuals that are orthogonal to all columns. Raises
    NoSolutionError when the solver finds none.
    """
    lengths = np.sqrt((x**2).mean(axis=0))
    size = float(np.abs(y).max()) or 1.0
    found = linprog(
        -y / size,
        A_eq=(x / lengths).T,
        b_eq=np.zeros(x.shape[1]),
        bounds=(-1, 1),
        method="highs-ds",
    )
    if found.status != 0:
        raise NoSolutionError("The median regression has no solution with these data.")
    on_line = int((np.abs(found.x) < 1 - _INSIDE).sum())
    return np.asarray(-found.eqlin.marginals * size / lengths), on_line >= x.shape[1]
