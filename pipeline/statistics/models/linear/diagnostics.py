"""What an ANCOVA assumes: equal spread, normal residuals, no single participant that decides."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.diagnostic import het_breuschpagan

from pipeline.statistics.estimates.p_values import SMALLEST_P
from pipeline.statistics.models.linear.ancova import AncovaResults, leverages
from pipeline.statistics.models.model_rows import columns_by_term
from pipeline.statistics.models.two_groups.spread_and_shape import OmnibusTest, shapiro

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
