"""Shares of legs or trials (held to the ceiling, with an onset) by group: GEE logistic model."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod.families import Binomial

from pipeline.statistics.models.discrete.logistic import checked_binary
from pipeline.statistics.models.discrete.separation import refuse_separation
from pipeline.statistics.models.linear.estimating_equations import (
    GEECovariance,
    GEEResults,
    Working,
    fit_gee,
)
from pipeline.statistics.models.model_rows import checked_participants


class LegShares:
    """Log odds of endog (0 or 1 per leg or trial) as a linear function of exog (with `const`).

    participants: Series of the very frame that exog was made of.
    """

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame, participants: pd.Series) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants

    def fit(
        self, working: Working = "exchangeable", covariance: GEECovariance = "bias_reduced"
    ) -> GEEResults:
        """Log odds ratios averaged over participants; t with participants - k degrees of freedom.

        exp(coefficient) is an odds ratio. Raises NotEstimableError when all rows have the same
        outcome, as `checked_rows`, or with no more participants than terms; NoSolutionError when
        terms separate the outcome. Source: Liang and Zeger 1986, Biometrika 73:13.
        """
        y, x = checked_binary(self.endog, self.exog)
        codes = checked_participants(self.participants, self.exog)
        refuse_separation(y, self.exog)
        return fit_gee(y, x, codes, self.exog.columns, Binomial(), working, covariance)


def shares_by_group(
    endog: npt.ArrayLike, is_case: npt.ArrayLike
) -> tuple[tuple[int, int], tuple[int, int]]:
    """(rows with the outcome, rows) of the case and of the reference group; an empty group counts 0 of 0."""
    y, case = np.asarray(endog, dtype=float), np.asarray(is_case, dtype=bool)
    return (
        (int(y[case].sum()), int(case.sum())),
        (int(y[~case].sum()), int((~case).sum())),
    )
