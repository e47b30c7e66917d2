"""Analysis of covariance, one row per participant: fit with HC3, assumptions, marginal means, tests of terms.

Marginal means are as R's emmeans, which statsmodels does not have: covariates at their mean, levels of a
factor with equal weight.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from scipy.optimize import brentq
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.diagnostic import het_breuschpagan

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import SMALLEST_P, Inference
from pipeline.statistics.models.model_rows import (
    CONSTANT,
    check_rows,
    columns_by_term,
    dependent_term,
    term_of,
)
from pipeline.statistics.models.regression_results import RegressionResults
from pipeline.statistics.models.two_groups.spread_and_shape import OmnibusTest, shapiro

Covariance = Literal["HC3", "HC2", "nonrobust"]

LARGEST_LEVERAGE = 1 - 1e-9
"""HC3 divides by (1 - leverage) squared; at 1 the fit passes through a participant exactly."""
_EXACT_FIT = 1e-12
"""Share of the variance left over when the model fits every row exactly."""


@dataclass(frozen=True, kw_only=True)
class AncovaResults(RegressionResults):
    """Coefficients of an ANCOVA and what its tables and diagnostics need.

    endog, exog: the rows. residuals: per row. df_resid: rows - coefficients. sigma: residual SD.
    loglik, aic and bic count sigma as a parameter, as R does.
    """

    endog: pd.Series
    exog: pd.DataFrame
    residuals: pd.Series
    df_resid: float
    sigma: float
    r2: float
    adj_r2: float
    loglik: float
    aic: float
    bic: float


class Ancova:
    """Linear regression of one value per participant.

    endog: shape (n_participants,). exog: frame with a column `const` and one column per term, or
    per level but one of a factor (`site[S2]`). No missing values.
    """

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame) -> None:
        self.exog = exog
        self.endog = pd.Series(np.asarray(endog, dtype=float), index=exog.index)

    def fit(self, cov_type: Covariance = "HC3") -> AncovaResults:
        """Least squares; t with n - k degrees of freedom for every cov_type.

        statsmodels takes the normal distribution for HC3 unless told otherwise; with 20 people per
        group P values of the tail then differ by orders of magnitude. Raises NotEstimableError
        (see `check_rows`), when one participant alone determines a coefficient, or when no
        residual is left. Source: Long and Ervin 2000, Am Stat 54:217.
        """
        y, x = check_rows(self.endog, self.exog)
        fit = OLS(y, x).fit(cov_type=cov_type, use_t=True)
        if fit.ssr <= _EXACT_FIT * float(((y - y.mean()) ** 2).sum()):
            raise NotEstimableError(
                "The model fits every row exactly, so that no uncertainty can be estimated."
            )
        if cov_type != "nonrobust" and leverages(x).max() > LARGEST_LEVERAGE:
            raise NotEstimableError(
                "One participant alone determines a coefficient, so that no uncertainty can be "
                "estimated."
            )
        names = self.exog.columns
        n, k = x.shape
        llf = float(fit.llf)
        return AncovaResults(
            params=pd.Series(fit.params, names),
            cov=pd.DataFrame(fit.cov_params(), names, names),
            df=pd.Series(float(fit.df_resid), names),
            covariance=f"ordinary least squares, {cov_type} standard errors",
            n_rows=n,
            n_participants=n,
            endog=self.endog,
            exog=self.exog,
            residuals=pd.Series(fit.resid, self.exog.index),
            df_resid=float(fit.df_resid),
            sigma=float(np.sqrt(fit.scale)),
            r2=float(fit.rsquared),
            adj_r2=float(fit.rsquared_adj),
            loglik=llf,
            aic=2 * (k + 1) - 2 * llf,
            bic=float(np.log(n)) * (k + 1) - 2 * llf,
        )


def leverages(x: Floats) -> Floats:
    """Diagonal of the hat matrix, shape (n_rows,)."""
    q, _ = np.linalg.qr(x)
    return np.asarray((q**2).sum(axis=1))


COOK_OF_INTEREST = 4.0
"""Over the number of rows: Cook's distance above which a participant is looked at."""


@dataclass(frozen=True)
class LinearDiagnostics:
    """Diagnostics of one ANCOVA.

    breusch_pagan: studentised test of equal spread. residual_shapiro: Shapiro-Wilk's test of the
    residuals. variance_inflation: per term (generalised for a factor), empty with one term. rows:
    per row of the model leverage, studentised (externally studentised residual), cook. n_influential: rows
    with Cook's distance above 4/n. normal_quantiles: frame for a QQ plot, columns expected (normal
    quantile) and observed (sorted studentised residuals).
    """

    breusch_pagan: OmnibusTest
    residual_shapiro: OmnibusTest
    variance_inflation: pd.Series
    rows: pd.DataFrame
    n_influential: int
    normal_quantiles: pd.DataFrame


def linear_diagnostics(fit: AncovaResults) -> LinearDiagnostics:
    """All diagnostics of a fit. Raises NotEstimableError where the residuals do not vary.

    Source: Breusch and Pagan 1979, Econometrica 47:1287, in Koenker's studentised form (1981);
    Cook 1977, Technometrics 19:15; Fox and Monette 1992, J Am Stat Assoc 87:178.
    """
    x = fit.exog.to_numpy(float)
    n, k = x.shape
    normal = shapiro(fit.residuals)
    statistic, _, _, _ = het_breuschpagan(fit.residuals.to_numpy(float), x)
    df = float(k - 1)
    rows = _influence(fit, leverages(x))
    ordered = np.sort(rows["studentised"].to_numpy(float))
    return LinearDiagnostics(
        breusch_pagan=OmnibusTest(
            float(statistic), max(float(stats.chi2.sf(statistic, df)), SMALLEST_P), df
        ),
        residual_shapiro=normal,
        variance_inflation=_variance_inflation(fit.exog),
        rows=rows,
        n_influential=int((rows["cook"] > COOK_OF_INTEREST / n).sum()),
        normal_quantiles=normal_quantiles(ordered),
    )


def normal_quantiles(values: np.ndarray) -> pd.DataFrame:
    """Points of a normal QQ plot: expected quantiles and the sorted values."""
    ordered = np.sort(np.asarray(values, dtype=float))
    places = (np.arange(1, len(ordered) + 1) - 0.375) / (len(ordered) + 0.25)
    return pd.DataFrame({"expected": stats.norm.ppf(places), "observed": ordered})


def _influence(fit: AncovaResults, leverage: np.ndarray) -> pd.DataFrame:
    residuals = fit.residuals.to_numpy(float)
    n, k = fit.exog.shape
    left = np.clip(1 - leverage, np.finfo(float).eps, None)
    standardised = residuals / (fit.sigma * np.sqrt(left))
    # Rows with leverage 1 have a residual of 0, and no residual without themselves.
    inner = np.clip((n - k - standardised**2) / max(n - k - 1, 1), np.finfo(float).eps, None)
    return pd.DataFrame(
        {
            "leverage": leverage,
            "studentised": standardised / np.sqrt(inner),
            "cook": standardised**2 * leverage / (k * left),
        },
        index=fit.exog.index,
    )


def _variance_inflation(exog: pd.DataFrame) -> pd.Series:
    """det(R of the term) det(R of the others) / det(R of all), R the correlations of the columns."""
    terms = columns_by_term(exog)
    if len(terms) < 2:
        return pd.Series(dtype=float)
    columns = [column for group in terms.values() for column in group]
    matrix = exog[columns].corr()
    whole = float(np.linalg.det(matrix))
    inflation = {}
    for term, own in terms.items():
        others = [column for column in columns if column not in own]
        parts = (np.linalg.det(matrix.loc[some, some]) for some in (own, others))
        inflation[term] = float(np.prod(list(parts)) / whole)
    return pd.Series(inflation)


@dataclass(frozen=True)
class MarginalMeans:
    """Adjusted mean of the case group, of the reference group, and case minus reference."""

    case: Inference
    reference: Inference
    difference: Inference


def marginal_means(
    fit: RegressionResults, exog: pd.DataFrame, *, of: str = "group", ci_level: float = 0.95
) -> MarginalMeans:
    """Means of the two groups that column `of` of exog tells apart (1 case, 0 reference).

    fit: results of a regression on exog, whatever its covariance. Interactions (`group:age_years`)
    are taken at the product of their parts. On the scale of the model: the logit of a share for
    logistic regression. Raises ValueError when exog has no such column.
    """
    if of not in exog.columns:
        raise ValueError(f"exog has no column {of}")
    grids = {side: _grid_row(exog, of, side) for side in (1.0, 0.0)}
    difference = {name: grids[1.0][name] - grids[0.0][name] for name in grids[1.0]}
    return MarginalMeans(
        case=fit.contrast(grids[1.0], ci_level),
        reference=fit.contrast(grids[0.0], ci_level),
        difference=fit.contrast(difference, ci_level),
    )


def _grid_row(exog: pd.DataFrame, of: str, side: float) -> dict[str, float]:
    terms = columns_by_term(exog)
    values = {CONSTANT: 1.0, of: side}

    def value(part: str) -> float:
        if part in values:
            return values[part]
        if "[" in part:
            return 1 / (len(terms[term_of(part)]) + 1)
        return float(exog[part].mean())

    row = {}
    for column in exog.columns:
        product = 1.0
        for part in str(column).split(":"):
            product *= value(part)
        row[str(column)] = product
    return row


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
