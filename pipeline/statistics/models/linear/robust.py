"""Regression in which outlying participants count less: Huber's M estimate (statsmodels RLM)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.robust.norms import HuberT
from statsmodels.robust.robust_linear_model import RLM

from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.model_rows import check_rows
from pipeline.statistics.models.regression_results import RegressionResults

TUNING = 1.345
"""Residual SDs from which a participant counts less: 95 % efficient with normal values."""
_MOST_STEPS = 200
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
            fit = RLM(y, x, M=HuberT(t=TUNING)).fit(maxiter=_MOST_STEPS, tol=_SETTLED, conv="coefs")
        if not fit.scale > _EXACT_FIT * spread:
            raise no_scale
        if fit.fit_history["iteration"] >= _MOST_STEPS:
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
