"""Whether the groups spread alike: a censored regression with one sigma is biased when they do not."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.models.censored.censored_regression import SPREAD_TERM, CensoredRegression


@dataclass(frozen=True)
class SpreadByGroup:
    """Spread of the error in two groups, on the scale of the regression.

    sigma: per label. ratio: case / reference with ci_low, ci_high and p of "equal", cluster-robust
    with t(participants - 1) when participants were given. common_sigma: of the model with one.
    coefficient_changes: estimates with a spread per group minus those with one, by term.
    """

    sigma: pd.Series
    common_sigma: float
    ratio: float
    ci_low: float
    ci_high: float
    p: float
    coefficient_changes: pd.Series


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
    fit = model.fit() if participants is None else model.fit_clustered(participants)
    common = CensoredRegression(low, high, exog, distribution=distribution).fit()
    contrast = np.zeros(len(fit.terms))
    contrast[fit.terms.index(f"{SPREAD_TERM}[{case}]")] = 1.0
    contrast[fit.terms.index(f"{SPREAD_TERM}[{reference}]")] = -1.0
    log_ratio = infer(
        float(contrast @ fit.params),
        float(np.sqrt(contrast @ fit.cov_params() @ contrast)),
        df=fit.df,
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
    )
