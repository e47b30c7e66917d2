"""Exact restricted maximum likelihood (REML), or ML, for random intercepts nested in participants.

The covariance of one participant's rows is V = s_0 I + s_1 G_1 + ... with G_k = 1 where two rows
share the level of factor k. Written because statsmodels' MixedLM can stop short of the maximum or
at a variance of 0 with a group effect of exactly 0 (statsmodels issue #10239), and gives no degrees
of freedom. Agrees with R's lme4 to 1e-8 and better, at the boundary too. Works on the sufficient
numbers of `sufficient_blocks.py`, so that its cost hardly grows with participants.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.mixed.sufficient_blocks import SufficientBlocks, sufficient_blocks

NO_SOLUTION = "The mixed model found no stable solution with these data."

_TOLERANCE = 1e-11
_MAX_ITERATIONS = 200
_SMALLEST_RESIDUAL_SHARE = 1e-10
"""Of the variance of a plain regression's residuals: floor of the residual variance."""
_NO_VARIATION = 1e-20
"""Of the mean square of the values: residual variance that is rounding alone (1e-16 squared is
1e-32; sums of many rows lose more)."""
_COLLINEAR = 1e-9
"""Of a column's length: what the other columns leave of it."""
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
class VarianceFit:
    """The solution with what small-sample degrees of freedom need.

    params (k,) and cov (k, k): fixed effects. variances (1 + factors,): residual first. llf:
    log-likelihood with all constants, as lme4 prints it. In the variances: expected_information
    and observed_information. `p_matrices` (1 + f, k, k) are X'V⁻¹ G_i V⁻¹X, `q_matrices`
    (1 + f, 1 + f, k, k) are X'V⁻¹ G_i V⁻¹ G_j V⁻¹X (names of Kenward and Roger 1997).
    """

    params: Floats
    cov: Floats
    variances: Floats
    llf: float
    expected_information: Floats
    observed_information: Floats
    p_matrices: Floats
    q_matrices: Floats


def fit_reml(
    endog: Floats, exog: Floats, factors: list[npt.ArrayLike], *, reml: bool = True
) -> VarianceFit:
    """Fit endog (n,) on exog (n, k) with a random intercept per level of each factor.

    factors: arrays (n,) of level codes or names, the first the participant and all others nested
    in the one before. reml: False for maximum likelihood, which likelihood-ratio tests and profile
    intervals need. Newton steps on the variances with steps halved when the likelihood falls, and
    with variances held at 0 where the likelihood falls away from 0. Raises NotEstimableError when
    the fixed effects explain every row exactly or a column is collinear, NoSolutionError when no
    maximum is found.
    """
    start, residual = least_squares(endog, exog)
    # From the residuals, because sums of squares of values far from 0 lose digits.
    blocks = sufficient_blocks(residual, exog, factors)
    scale = residual_scale(endog, residual, exog.shape[1])
    fit = maximise(blocks, scale, reml=reml)
    return replace(fit, params=start + fit.params)


def least_squares(endog: Floats, exog: Floats) -> tuple[Floats, Floats]:
    """Coefficients and residuals of plain regression. Raises NotEstimableError when not unique."""
    q, r = np.linalg.qr(exog)
    lengths = np.sqrt((r**2).sum(axis=0))
    if exog.shape[0] < exog.shape[1] or (np.abs(np.diag(r)) <= _COLLINEAR * lengths).any():
        raise NotEstimableError(
            "A column of the regression is determined by the others, so that their coefficients "
            "cannot be told apart."
        )
    params = np.linalg.solve(r, q.T @ endog)
    return params, endog - exog @ params


def residual_scale(endog: Floats, residual: Floats, n_terms: int) -> float:
    """Variance of a plain regression's residuals. Raises NotEstimableError when it is rounding."""
    free_rows = len(endog) - n_terms
    scale = float(residual @ residual) / free_rows if free_rows > 0 else 0.0
    if scale <= _NO_VARIATION * max(1.0, float(np.mean(endog**2))):
        raise NotEstimableError(
            "The values do not vary beyond what group and covariates explain, so that no "
            "uncertainty can be estimated."
        )
    return scale


def maximise(
    blocks: SufficientBlocks,
    scale: float,
    *,
    reml: bool,
    start: Floats | None = None,
    held: int | None = None,
) -> VarianceFit:
    """Newton steps on the variances to the maximum.

    scale: variance of plain residuals. start: variances to begin with. held: number of a variance
    that stays as it starts. Raises NoSolutionError when no maximum is found.
    """
    n_factors = len(blocks.patterns) - 1
    equal = scale * np.array([0.5] + [0.5 / n_factors] * n_factors)
    variances = equal if start is None else start
    floor = _SMALLEST_RESIDUAL_SHARE * scale
    try:
        for iteration in range(_MAX_ITERATIONS):
            fit, gradient = derivatives(blocks, variances, reml=reml)
            early = iteration < _SCORING_STEPS
            updated = _step(blocks, fit, gradient, floor, early=early, held=held, reml=reml)
            unit = variances + _SMALL_VARIANCE * scale
            change = float(np.max(np.abs(updated - variances) / unit))
            variances = updated
            if change < _TOLERANCE:
                return derivatives(blocks, variances, reml=reml)[0]
    except np.linalg.LinAlgError as error:
        raise NoSolutionError(NO_SOLUTION) from error
    raise NoSolutionError(NO_SOLUTION)


def solve(
    blocks: SufficientBlocks, variances: Floats, *, reml: bool
) -> tuple[float, Floats, Floats, Floats]:
    """Log-likelihood, fixed effects, their covariance, and V⁻¹ of every design."""
    covariance = blocks.padding + sum(
        (s * g for s, g in zip(variances, blocks.patterns, strict=True)), start=0.0
    )
    inverse = np.linalg.inv(covariance)
    weighted = inverse[blocks.design] @ blocks.exog
    information = np.einsum("gmi,gmj->ij", blocks.exog, weighted)
    cov = np.linalg.inv(information)
    params = cov @ np.einsum("gmi,gm->i", weighted, blocks.endog)
    residual = blocks.endog - blocks.exog @ params
    quadratic = np.einsum("gm,gmn,gn->", residual, inverse[blocks.design], residual)
    log_determinants = float(blocks.counts @ np.linalg.slogdet(covariance)[1])
    free = blocks.n_rows
    if reml:
        log_determinants += float(np.linalg.slogdet(information)[1])
        free -= len(params)
    llf = -0.5 * (log_determinants + quadratic + free * np.log(2 * np.pi))
    return float(llf), params, cov, inverse


def derivatives(
    blocks: SufficientBlocks, variances: Floats, *, reml: bool
) -> tuple[VarianceFit, Floats]:
    """The fit at given variances, and the gradient of the log-likelihood in them."""
    llf, params, cov, inverse = solve(blocks, variances, reml=reml)
    of_block = inverse[blocks.design]
    residual = np.einsum("gmn,gn->gm", of_block, blocks.endog - blocks.exog @ params)
    weighted = of_block @ blocks.exog
    g_v = [g @ inverse for g in blocks.patterns]
    patterns = [g[blocks.design] for g in blocks.patterns]
    g_x = [g @ weighted for g in patterns]
    g_r = [np.einsum("gmn,gn->gm", g, residual) for g in patterns]
    v_x = [of_block @ x for x in g_x]
    v_r = [np.einsum("gmn,gn->gm", of_block, r) for r in g_r]
    k, n_variances = len(params), len(variances)
    p = np.array([np.einsum("gmi,gmj->ij", weighted, x) for x in g_x])
    x_r = np.array([np.einsum("gmi,gm->i", weighted, r) for r in g_r])
    trace = np.array([blocks.counts @ np.einsum("gmm->g", v) for v in g_v])
    quadratic = np.array([np.einsum("gm,gm->", residual, r) for r in g_r])
    q = np.empty((n_variances, n_variances, k, k))
    expected = np.empty((n_variances, n_variances))
    data = np.empty((n_variances, n_variances))
    for i in range(n_variances):
        for j in range(n_variances):
            q[i, j] = np.einsum("gmi,gmj->ij", g_x[i], v_x[j])
            expected[i, j] = 0.5 * (blocks.counts @ np.einsum("gmn,gnm->g", g_v[i], g_v[j]))
            data[i, j] = np.einsum("gm,gm->", g_r[i], v_r[j])
    gradient = -0.5 * (trace - quadratic)
    if reml:
        gradient += 0.5 * np.einsum("ij,kji->k", cov, p)
        c_p = cov @ p
        expected += 0.5 * np.einsum("aij,bji->ab", c_p, c_p) - np.einsum("ij,abji->ab", cov, q)
    observed = data - x_r @ cov @ x_r.T - expected
    return VarianceFit(params, cov, variances, llf, expected, observed, p, q), gradient


def _step(
    blocks: SufficientBlocks,
    fit: VarianceFit,
    gradient: Floats,
    floor: float,
    *,
    early: bool,
    held: int | None,
    reml: bool,
) -> Floats:
    """Next variances: Fisher scoring at first and where the surface is not concave, else Newton."""
    observed = fit.observed_information
    concave = bool(np.all(np.linalg.eigvalsh(observed) > 0))
    information = observed if concave and not early else fit.expected_information
    free = ~((fit.variances <= 0) & (gradient < 0))
    free[0] = True
    if held is not None:
        free[held] = False
    step = np.zeros_like(gradient)
    step[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
    lowest = np.zeros_like(step)
    lowest[0] = floor
    allowed = fit.llf - _LIKELIHOOD_ROUNDING * max(1.0, abs(fit.llf) / 1e3)
    length = 1.0
    while length > _SHORTEST_STEP:
        candidate = np.maximum(fit.variances + length * step, lowest)
        if solve(blocks, candidate, reml=reml)[0] >= allowed:
            return candidate
        length /= 2
    return fit.variances
