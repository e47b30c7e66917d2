"""Exact restricted maximum likelihood (REML) for random intercepts nested in participants.

The covariance of one participant's rows is V = s_0 I + s_1 G_1 + ... with G_k = 1 where two rows
share the level of factor k. Written because statsmodels' MixedLM can stop short of the maximum or
at a variance of 0 with a group effect of exactly 0 (statsmodels issue #10239), and gives no degrees
of freedom. Agrees with R's lme4 to 1e-8 and better, at the boundary too.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.errors import NoSolutionError, NotEstimableError

Array = npt.NDArray[np.float64]

NO_SOLUTION = "The mixed model found no stable solution with these data."

_TOLERANCE = 1e-11
_MAX_ITERATIONS = 200
_SMALLEST_RESIDUAL_SHARE = 1e-10
"""Of the variance of a plain regression's residuals: floor of the residual variance."""
_NO_VARIATION = 1e-20
"""Of the mean square of the values: residual variance that is rounding alone (1e-16 squared is
1e-32; sums of many rows lose more)."""
_SMALL_VARIANCE = 1e-8
"""Of the plain residual variance: added to a variance when its relative change is judged, so that
one that nears 0 counts as settled."""
_SCORING_STEPS = 3
"""Steps of Fisher scoring before Newton's, which needs to start near the maximum."""
_SHORTEST_STEP = 1e-12
_LIKELIHOOD_ROUNDING = 1e-10
"""A step may lower the log-likelihood by this much, which is rounding; steps are halved down to the
shortest. Both, and the tolerance above, were set by agreement with lme4 to 1e-8."""


@dataclass(frozen=True)
class RemlFit:
    """The REML solution with what small-sample degrees of freedom need.

    params (k,) and cov (k, k): fixed effects. variances (1 + factors,): residual first. llf: REML
    log-likelihood with all constants, as lme4 prints it. In the variances: expected_information
    and observed_information. `p_matrices` (1 + f, k, k) are X'V⁻¹ G_i V⁻¹X, `q_matrices`
    (1 + f, 1 + f, k, k) are X'V⁻¹ G_i V⁻¹ G_j V⁻¹X (names of Kenward and Roger 1997).
    """

    params: Array
    cov: Array
    variances: Array
    llf: float
    expected_information: Array
    observed_information: Array
    p_matrices: Array
    q_matrices: Array


@dataclass(frozen=True)
class _Blocks:
    """Rows stacked by participant and padded to equal length: one axis per participant.

    endog (g, m), exog (g, m, k), patterns: the G of residual and factors, each (g, m, m), 0 in the
    padding; padding (g, m, m) has 1 on the diagonal of padded rows, so that they add nothing.
    """

    endog: Array
    exog: Array
    patterns: list[Array]
    padding: Array
    n_rows: int


def fit_reml(endog: Array, exog: Array, factors: list[npt.ArrayLike]) -> RemlFit:
    """REML fit of endog (n,) on exog (n, k) with a random intercept per level of each factor.

    factors: arrays (n,) of level codes or names, the first the participant and all others nested
    in it. Newton steps on the variances with steps halved when the likelihood falls, and with
    variances held at 0 where the likelihood falls away from 0. Raises NotEstimableError when the
    fixed effects explain every row exactly, NoSolutionError when no maximum is found.
    """
    blocks = _blocks(endog, exog, factors)
    residual = endog - exog @ np.linalg.lstsq(exog, endog, rcond=None)[0]
    free_rows = blocks.n_rows - exog.shape[1]
    scale = float(residual @ residual) / free_rows if free_rows > 0 else 0.0
    if scale <= _NO_VARIATION * max(1.0, float(np.mean(endog**2))):
        raise NotEstimableError(
            "The values do not vary beyond what group and covariates explain, so that no "
            "uncertainty can be estimated."
        )
    try:
        return _climb(blocks, scale * np.array([0.5] + [0.5 / len(factors)] * len(factors)), scale)
    except np.linalg.LinAlgError as error:
        raise NoSolutionError(NO_SOLUTION) from error


def _climb(blocks: _Blocks, variances: Array, scale: float) -> RemlFit:
    """Newton steps from starting variances to the maximum; scale: variance of plain residuals."""
    floor = _SMALLEST_RESIDUAL_SHARE * scale
    for iteration in range(_MAX_ITERATIONS):
        fit, gradient = _derivatives(blocks, variances)
        updated = _step(blocks, fit, gradient, floor=floor, early=iteration < _SCORING_STEPS)
        change = float(np.max(np.abs(updated - variances) / (variances + _SMALL_VARIANCE * scale)))
        variances = updated
        if change < _TOLERANCE:
            return _derivatives(blocks, variances)[0]
    raise NoSolutionError(NO_SOLUTION)


def _blocks(endog: Array, exog: Array, factors: list[npt.ArrayLike]) -> _Blocks:
    top = pd.factorize(np.asarray(factors[0]), sort=True)[0]
    order = np.argsort(top, kind="stable")
    sizes = np.bincount(top)
    slot = np.concatenate([np.arange(size) for size in sizes])
    shape = (len(sizes), int(sizes.max()))

    def stacked(values: npt.NDArray[np.floating]) -> Array:
        out = np.zeros(shape + values.shape[1:])
        out[top[order], slot] = values[order]
        return out

    filled = stacked(np.ones(len(endog), dtype=np.float64))
    diagonal = np.eye(shape[1])
    patterns = [filled[:, :, None] * diagonal]
    for factor in factors:
        level = stacked(pd.factorize(np.asarray(factor), sort=True)[0] + 1.0)
        same = level[:, :, None] == level[:, None, :]
        patterns.append(same * filled[:, :, None] * filled[:, None, :])
    return _Blocks(
        endog=stacked(endog),
        exog=stacked(exog),
        patterns=patterns,
        padding=(1 - filled)[:, :, None] * diagonal,
        n_rows=len(endog),
    )


def _solve(blocks: _Blocks, variances: Array) -> tuple[float, Array, Array, Array]:
    """REML log-likelihood, fixed effects, their covariance, and V⁻¹ of every participant."""
    covariance = blocks.padding + sum(
        (s * g for s, g in zip(variances, blocks.patterns, strict=True)), start=0.0
    )
    inverse = np.linalg.inv(covariance)
    weighted = inverse @ blocks.exog
    information = np.einsum("gmi,gmj->ij", blocks.exog, weighted)
    cov = np.linalg.inv(information)
    params = cov @ np.einsum("gmi,gm->i", weighted, blocks.endog)
    residual = blocks.endog - blocks.exog @ params
    quadratic = np.einsum("gm,gmn,gn->", residual, inverse, residual)
    log_determinants = np.linalg.slogdet(covariance)[1].sum() + np.linalg.slogdet(information)[1]
    free = blocks.n_rows - len(params)
    llf = -0.5 * (log_determinants + quadratic + free * np.log(2 * np.pi))
    return float(llf), params, cov, inverse


def _derivatives(blocks: _Blocks, variances: Array) -> tuple[RemlFit, Array]:
    """The fit at given variances, and the gradient of the log-likelihood in them."""
    llf, params, cov, inverse = _solve(blocks, variances)
    residual = np.einsum("gmn,gn->gm", inverse, blocks.endog - blocks.exog @ params)
    weighted = inverse @ blocks.exog
    g_v = [g @ inverse for g in blocks.patterns]
    g_x = [g @ weighted for g in blocks.patterns]
    g_r = [np.einsum("gmn,gn->gm", g, residual) for g in blocks.patterns]
    k, n_variances = len(params), len(variances)
    p = np.array([np.einsum("gmi,gmj->ij", weighted, x) for x in g_x])
    x_r = np.array([np.einsum("gmi,gm->i", weighted, r) for r in g_r])
    trace = np.array([np.einsum("gmm->", v) for v in g_v])
    quadratic = np.array([np.einsum("gm,gm->", residual, r) for r in g_r])
    q = np.empty((n_variances, n_variances, k, k))
    expected = np.empty((n_variances, n_variances))
    data = np.empty((n_variances, n_variances))
    for i in range(n_variances):
        for j in range(n_variances):
            q[i, j] = np.einsum("gmi,gmn,gnj->ij", g_x[i], inverse, g_x[j], optimize=True)
            between = np.einsum("gmn,gnm->", g_v[i], g_v[j])
            expected[i, j] = 0.5 * (
                between - 2 * np.trace(cov @ q[i, j]) + np.trace(cov @ p[i] @ cov @ p[j])
            )
            data[i, j] = np.einsum("gm,gmn,gn->", g_r[i], inverse, g_r[j], optimize=True)
    gradient = -0.5 * (trace - np.einsum("ij,kji->k", cov, p) - quadratic)
    observed = data - x_r @ cov @ x_r.T - expected
    fit = RemlFit(params, cov, variances, llf, expected, observed, p, q)
    return fit, gradient


def _step(blocks: _Blocks, fit: RemlFit, gradient: Array, *, floor: float, early: bool) -> Array:
    """Next variances: Fisher scoring at first and where the surface is not concave, else Newton."""
    observed = fit.observed_information
    concave = bool(np.all(np.linalg.eigvalsh(observed) > 0))
    information = observed if concave and not early else fit.expected_information
    free = ~((fit.variances <= 0) & (gradient < 0))
    free[0] = True
    step = np.zeros_like(gradient)
    step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
    lowest = np.zeros_like(step)
    lowest[0] = floor
    length = 1.0
    while length > _SHORTEST_STEP:
        candidate = np.maximum(fit.variances + length * step, lowest)
        if _solve(blocks, candidate)[0] >= fit.llf - _LIKELIHOOD_ROUNDING:
            return candidate
        length /= 2
    return fit.variances
