"""Estimated marginal means: what each group would have at the same covariates.

statsmodels has none. As R's emmeans: covariates at their mean, levels of a factor with equal weight.
"""

from dataclasses import dataclass

import pandas as pd

from pipeline.statistics.estimates.p_values import Inference
from pipeline.statistics.models.model_rows import CONSTANT, columns_by_term, term_of
from pipeline.statistics.models.regression_results import RegressionResults


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
