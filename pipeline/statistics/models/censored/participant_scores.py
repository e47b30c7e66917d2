"""What each participant adds to a censored regression: influence, spread by group, shape of the error.

All from one Newton step at the fitted parameters, so that nothing is fitted a second time; only
`spread_by_group` fits a sigma per group, because a regression with one is biased where the groups differ.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, Inference, infer
from pipeline.statistics.models.censored.censored_regression import (
    SPREAD_TERM,
    CensoredRegression,
)
from pipeline.statistics.models.censored.censored_results import CensoredResults
from pipeline.statistics.models.censored.likelihood import Curve, ErrorDistribution
from pipeline.statistics.models.model_rows import sums_by_code
from pipeline.statistics.models.two_groups.spread_and_shape import OmnibusTest

_STEP = 1e-5
"""Of a parameter's standard error: far above rounding, far below where the curve bends."""
_NARROW = 1e-4
"""Width of an interval of shares below which its middle stands for it; the error is of its square."""
_POLYNOMIALS: tuple[tuple[int, Curve, Curve], ...] = (
    (3, lambda x: (5 * x**2 - 3) * x / 2, lambda x: (5 * x**2 - 6) * x**2 / 8),
    (
        4,
        lambda x: ((35 * x**2 - 30) * x**2 + 3) / 8,
        lambda x: ((7 * x**2 - 10) * x**2 + 3) * x / 8,
    ),
)
"""Order, Legendre polynomial on -1 to 1, and its integral."""
FEWEST_PARTICIPANTS = 10
TOO_FEW = f"Fewer than {FEWEST_PARTICIPANTS} participants are too few to tell."


@dataclass(frozen=True)
class _Pieces:
    """Scores (n_rows, k + 1) of a fit with one sigma, and its matrix of second derivatives."""

    scores: Floats
    hessian: Floats


def influence_of_participants(results: CensoredResults, codes: Codes) -> Floats:
    """Change of every parameter when a participant is left out, shape (n_participants, k + 1).

    One Newton step with the curvature of all rows ("dfbeta", as R's survreg gives it). With the
    curvature of the others alone the step is closer for usual participants but twice as far as it
    should be for one far out, because the spread changes with it. Source: Pregibon 1981, Ann Stat
    9:705.
    """
    pieces = _pieces(results)
    of_participant = sums_by_code(pieces.scores, codes)
    return np.asarray(np.linalg.solve(pieces.hessian, of_participant.T).T, dtype=float)


def spread_ratio(
    results: CensoredResults, is_case: Flags, codes: Codes, *, ci_level: float
) -> Inference:
    """Logarithm of the ratio of the spreads of two groups, case minus reference, without a fit.

    One Newton step from equal spreads, with errors clustered by participant and t inference. For the
    ratio at its maximum see `spread_by_group`. Raises NotEstimableError with few participants.
    """
    n = _enough(codes)
    sigma, row = results.model._at(results.params)
    own = np.column_stack([~is_case, is_case]).astype(float)
    of_spread = -(row.h + results.model.rows.is_exact)
    scores = np.hstack([-(row.g / sigma)[:, None] * results.model.exog, own * of_spread[:, None]])
    x = results.model.exog
    cross = x.T @ (own * ((row.gh + row.g) / sigma)[:, None])
    hessian = np.block(
        [
            [(x * (row.gg / sigma**2)[:, None]).T @ x, cross],
            [cross.T, np.diag(own.T @ (row.hh + row.h))],
        ]
    )
    steps = -np.linalg.solve(hessian, sums_by_code(scores, codes).T).T
    contrast = np.zeros(scores.shape[1])
    contrast[-1], contrast[-2] = 1.0, -1.0
    moved = steps @ contrast
    estimate = float(moved.sum())
    se = float(np.sqrt(n / (n - 1) * ((moved - moved.mean()) ** 2).sum()))
    if not se > 0:
        raise NotEstimableError("Hold times do not vary enough to compare the groups' spread.")
    return infer(estimate, se, df=float(n - 1), ci_level=ci_level)


def shape_test(results: CensoredResults, codes: Codes) -> OmnibusTest:
    """Whether the error has the shape that the model assumes, censored rows counted as what they are.

    Neyman's smooth test with the third and fourth Legendre polynomials of the error's shares (the
    first two are the fitted location and spread). A row known within bounds counts with the mean of
    the polynomial between them. Participants are the units and parameters are known to be estimated:
    Hotelling's F of the participants' sums. Raises NotEstimableError with few participants.
    Source: Neyman 1937, Skand Aktuarietidskr 20:149; White 1982, Econometrica 50:1.
    """
    n = _enough(codes)
    model = results.model
    params = np.asarray(results.params, dtype=float)
    pieces = _pieces(results)
    information = -pieces.hessian
    shapes = _shapes(model, params)
    steps = _STEP * np.sqrt(np.diag(np.linalg.inv(information)))
    slopes = np.array(
        [
            (_shapes(model, params + step) - _shapes(model, params - step)).sum(axis=0)
            / (2 * step.sum())
            for step in np.diag(steps)
        ]
    )
    of_fit = np.linalg.solve(information, slopes)
    moved = sums_by_code(shapes + pieces.scores @ of_fit, codes)
    mean = moved.mean(axis=0)
    spread = np.cov(moved, rowvar=False)
    k = moved.shape[1]
    hotelling = n * float(mean @ np.linalg.solve(spread, mean))
    df2 = float(n - k)
    statistic = hotelling * df2 / (k * (n - 1))
    p = max(float(stats.f.sf(statistic, k, df2)), SMALLEST_P)
    return OmnibusTest(statistic=statistic, p=p, df1=float(k), df2=df2)


def _enough(codes: Codes) -> int:
    n = int(codes.max()) + 1
    if n < FEWEST_PARTICIPANTS:
        raise NotEstimableError(TOO_FEW)
    return n


def _pieces(results: CensoredResults) -> _Pieces:
    params = np.asarray(results.params, dtype=float)
    return _Pieces(results.model.score_obs(params), results.model.hessian(params))


def _shapes(model: Any, params: Floats) -> Floats:
    """Third and fourth Legendre polynomial of each row's share, (n_rows, 2)."""
    sigma = np.exp(params[-1])
    fitted = model.exog @ params[:-1]
    low, high = (model.rows.low - fitted) / sigma, (model.rows.high - fitted) / sigma
    below, above = _share(model.distribution.error, low), _share(model.distribution.error, high)
    width = above - below
    is_wide = width > _NARROW
    middle = 2 * ((below + above) / 2) - 1
    whole = np.where(is_wide, width, 1.0)
    columns = []
    for order, polynomial, integral in _POLYNOMIALS:
        over = (integral(2 * above - 1) - integral(2 * below - 1)) / 2
        mean = np.where(is_wide, over / whole, polynomial(middle))
        columns.append(np.sqrt(2 * order + 1) * mean)
    return np.column_stack(columns)


def _share(error: ErrorDistribution, z: Floats) -> Floats:
    """P(error <= z), 0 and 1 at infinite bounds."""
    share = np.where(np.isposinf(z), 1.0, 0.0)
    is_finite = np.isfinite(z)
    share[is_finite] = np.exp(error.log_cdf(z[is_finite]))
    return share


@dataclass(frozen=True)
class SpreadByGroup:
    """Spread of the error in two groups, on the scale of the regression.

    sigma: per label. ratio: case / reference with ci_low, ci_high and p of "equal", cluster-robust
    with small-sample covariance when participants (or matched sets) were given. common_sigma: of the model with one.
    coefficient_changes: estimates with a spread per group minus those with one, by term. fit: of the model
    with a spread per group.
    """

    sigma: pd.Series
    common_sigma: float
    ratio: float
    ci_low: float
    ci_high: float
    p: float
    coefficient_changes: pd.Series
    fit: Any


def spread_by_group(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    exog: pd.DataFrame,
    spread_groups: npt.ArrayLike,
    *,
    case: str,
    reference: str,
    distribution: str = "lognormal",
    participants: npt.ArrayLike | None = None,
    ceiling: npt.ArrayLike | None = None,
    shortest: float | None = None,
    ci_level: float = 0.95,
) -> SpreadByGroup:
    """Compare the spread of two groups; arguments as of CensoredRegression.

    Raises NotEstimableError when a label has no row or a group carries no spread of its own.
    """
    labels = np.asarray(spread_groups)
    if not {case, reference} <= set(labels):
        raise NotEstimableError("Spreads can be compared when both groups have trials.")
    model = CensoredRegression(
        low, high, exog, distribution=distribution, spread_groups=spread_groups
    )
    fit = (
        model.fit()
        if participants is None
        else model.fit_clustered(participants, ceiling=ceiling, shortest=shortest)
    )
    common = CensoredRegression(low, high, exog, distribution=distribution).fit()
    contrast = np.zeros(len(fit.terms))
    contrast[fit.terms.index(f"{SPREAD_TERM}[{case}]")] = 1.0
    contrast[fit.terms.index(f"{SPREAD_TERM}[{reference}]")] = -1.0
    log_ratio = infer(
        float(contrast @ fit.params),
        float(np.sqrt(contrast @ fit.cov_params() @ contrast)),
        df=fit.df_of(contrast),
        ci_level=ci_level,
    )
    k = model.exog.shape[1]
    return SpreadByGroup(
        sigma=fit.sigma,
        common_sigma=float(common.sigma["all"]),
        ratio=float(np.exp(log_ratio.estimate)),
        ci_low=float(np.exp(log_ratio.ci_low)),
        ci_high=float(np.exp(log_ratio.ci_high)),
        p=log_ratio.p,
        coefficient_changes=pd.Series(fit.params[:k] - common.params[:k], index=fit.terms[:k]),
        fit=fit,
    )
