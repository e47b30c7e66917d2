"""Tests of whole terms of an ANCOVA: type II table, partial eta squared, equal slopes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.optimize import brentq

from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.linear.ancova import AncovaResults
from pipeline.statistics.models.model_rows import columns_by_term, dependent_term
from pipeline.statistics.models.two_groups.spread_and_shape import OmnibusTest

_FARTHEST_SEARCHED = 1e8
"""Noncentrality; partial eta squared differs from 1 by 1e-6 there with a hundred people."""


@dataclass(frozen=True)
class PartialEta:
    """Share of the variance that a term explains beside the others, with its interval."""

    eta2: float
    ci_low: float
    ci_high: float
    ci_level: float


def type_two(fit: AncovaResults) -> pd.DataFrame:
    """Sum of squares, df, F and P value of each term; last row `Residual` without F and P.

    A term is tested beside all terms that do not contain it (an interaction contains its parts),
    with the residual variance of the full model. Agrees with R's car::Anova(type = 2).
    """
    terms = columns_by_term(fit.exog)
    residual = fit.sigma**2 * fit.df_resid
    rows = {}
    for term, columns in terms.items():
        above = [
            column
            for other, others in terms.items()
            if other != term and set(term.split(":")) <= set(other.split(":"))
            for column in others
        ]
        with_term = fit.exog.drop(columns=above)
        gain = _ssr(fit, with_term.drop(columns=columns)) - _ssr(fit, with_term)
        f = gain / len(columns) / fit.sigma**2
        p = max(float(stats.f.sf(f, len(columns), fit.df_resid)), SMALLEST_P)
        rows[term] = {"sum_sq": gain, "df": float(len(columns)), "f": f, "p": p}
    rows["Residual"] = {"sum_sq": residual, "df": fit.df_resid}
    return pd.DataFrame.from_dict(rows, orient="index")


def partial_eta_squared(
    fit: AncovaResults, term: str = "group", *, ci_level: float = 0.95
) -> PartialEta:
    """Partial eta squared of a term, interval from the noncentral F distribution.

    Agrees with R's effectsize::eta_squared. Source: Steiger 2004, Psychol Methods 9:164.
    """
    table = type_two(fit)
    f, df, df_resid = (float(value) for value in (*table.loc[term, ["f", "df"]], fit.df_resid))
    tail = (1 - ci_level) / 2
    low, high = (_noncentrality(f, df, df_resid, p) for p in (1 - tail, tail))
    return PartialEta(
        eta2=f * df / (f * df + df_resid),
        ci_low=low / (low + df_resid),
        ci_high=high / (high + df_resid),
        ci_level=ci_level,
    )


def slopes_homogeneity(fit: AncovaResults, of: str = "group") -> OmnibusTest:
    """Whether covariates matter alike in both groups: F test of all products of `of` with them.

    Raises NotEstimableError without covariates, or when the rows cannot carry the products.
    """
    covariates = [name for name in fit.exog.columns if name not in ("const", of)]
    if not covariates:
        raise NotEstimableError("The model has no covariates.")
    products = fit.exog[covariates].mul(fit.exog[of], axis=0).add_prefix(f"{of}:")
    larger = pd.concat([fit.exog, products], axis=1)
    df_left = len(larger) - larger.shape[1]
    if df_left < 1 or dependent_term(larger) is not None:
        raise NotEstimableError(
            "The participants are too few or too alike to compare the slopes of the groups."
        )
    left = _ssr(fit, larger)
    df = float(products.shape[1])
    f = (_ssr(fit, fit.exog) - left) / df / (left / df_left)
    return OmnibusTest(f, max(float(stats.f.sf(f, df, df_left)), SMALLEST_P), df, float(df_left))


def _ssr(fit: AncovaResults, exog: pd.DataFrame) -> float:
    """Sum of squared residuals of the outcome on some columns."""
    y, x = fit.endog.to_numpy(float), exog.to_numpy(float)
    residuals = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(residuals @ residuals)


def _noncentrality(f: float, df: float, df_resid: float, p: float) -> float:
    """Noncentrality under which an F this high or lower has probability p; 0 when none has."""

    def gap(noncentrality: float) -> float:
        return float(stats.ncf.cdf(f, df, df_resid, noncentrality)) - p

    if f <= 0 or gap(0.0) <= 0:
        return 0.0
    high = max(4.0, 4 * f * df)
    while gap(high) > 0:
        if high > _FARTHEST_SEARCHED:
            raise NotEstimableError("The groups are too far apart for an interval.")
        high *= 2
    return float(brentq(gap, 0.0, high, xtol=1e-10, rtol=1e-12))
