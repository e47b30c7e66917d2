"""Analysis of covariance: one row per participant, group and covariates, HC3 standard errors."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.linear_model import OLS

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.model_rows import checked_rows
from pipeline.statistics.models.regression_results import RegressionResults

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
        (see `checked_rows`), when one participant alone determines a coefficient, or when no
        residual is left. Source: Long and Ervin 2000, Am Stat 54:217.
        """
        y, x = checked_rows(self.endog, self.exog)
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
