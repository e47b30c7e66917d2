"""Regression of the median, with intervals from drawing participants again.

statsmodels' QuantReg stops short of the solution (65 ms a fit, 1e-6 off) and its standard errors
differ by up to 140 % from R's three kinds, so the bootstrap gives them here. The estimate is exact
(linear programming); the many fits of the bootstrap are those of `weighted_medians`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.estimates.p_values import Inference
from pipeline.statistics.models.linear.weighted_medians import weighted_median_coefficients
from pipeline.statistics.models.model_rows import (
    checked_participants,
    checked_rows,
    refuse_exact_fit,
)
from pipeline.statistics.models.regression_results import RegressionResults
from pipeline.statistics.models.resampling import (
    content_order,
    participant_weights,
    percentile_inference,
)

_MOST_NUMBERS = 2_000_000
"""Rows times samples held at once; bounds the memory of a batch to some 300 MB."""
_INSIDE = 1e-9
"""Distance of a row's sign from -1 and 1 at which the row lies on the fitted line."""

NOT_UNIQUE = (
    "Several lines fit the medians equally well in these rows (equal values of the outcome or of "
    "covariates); one from their middle is given."
)


@dataclass(frozen=True, kw_only=True)
class MedianResults(RegressionResults):
    """Coefficients of a median regression; intervals and P values are of the bootstrap.

    replicates: one row per drawn sample, columns by term; NaN where a sample had no solution.
    """

    replicates: pd.DataFrame

    def inference(self, term: str, ci_level: float = 0.95) -> Inference:
        """Percentile interval of one coefficient. Raises NotEstimableError if samples failed."""
        return percentile_inference(
            float(self.params[term]), self.replicates[term].to_numpy(float), ci_level=ci_level
        )


class MedianRegression:
    """Median of endog (n_rows,) as a linear function of exog, rows nested in participants.

    participants: Series of the very frame that exog was made of. strata: column of exog within
    whose values participants are drawn (the group), or None.
    """

    def __init__(
        self,
        endog: npt.ArrayLike,
        exog: pd.DataFrame,
        participants: pd.Series,
        *,
        strata: str | None = "group",
    ) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants
        self.strata = strata

    def fit(self, rng: np.random.Generator, n_samples: int = 2000) -> MedianResults:
        """Estimate, and `n_samples` fits to participants drawn with `rng`.

        The same rows and seed give the same numbers, however rows are sorted or participants are
        named, and mirrored ones when 0 and 1 of the strata change places. Raises NotEstimableError (see `checked_rows`), or with no more participants than
        terms. Source: Koenker and Bassett 1978, Econometrica 46:33.
        """
        y, x = checked_rows(self.endog, self.exog)
        codes = checked_participants(self.participants, self.exog)
        refuse_exact_fit(y, x)
        params, is_unique = median_coefficients(y, x)
        if not is_unique:
            # A corner of the equally good lines would depend on how the group is coded.
            params = weighted_median_coefficients(y, x, np.ones((1, len(y))))[0]
        beside = x[:, [name != self.strata for name in self.exog.columns]]
        strata = self._strata(codes, content_of=(y, beside))
        order = content_order(codes, y, beside)
        rows = np.lexsort((*x.T, y, np.argsort(order)[codes]))
        y, x, codes = y[rows], x[rows], codes[rows]
        batch = max(1, _MOST_NUMBERS // len(y))
        drawn = [
            weighted_median_coefficients(y, x, counts[:, codes].astype(float))
            for counts in participant_weights(order, strata, n_samples, rng, batch=batch)
        ]
        names = self.exog.columns
        replicates = pd.DataFrame(np.concatenate(drawn), columns=names)
        n_participants = int(codes.max()) + 1
        return MedianResults(
            params=pd.Series(params, names),
            cov=replicates.cov(),
            df=None,
            covariance=f"median, {n_samples} bootstrap samples of participants",
            n_rows=len(y),
            n_participants=n_participants,
            cautions=() if is_unique else (NOT_UNIQUE,),
            replicates=replicates,
        )

    def _strata(self, codes: Codes, content_of: tuple[Floats, Floats]) -> Codes:
        """Stratum of each participant, numbered by what its rows hold and not by its code."""
        if self.strata is None or self.strata not in self.exog.columns:
            return np.zeros(int(codes.max()) + 1, dtype=np.intp)
        values = pd.Series(self.exog[self.strata].to_numpy(float)).groupby(codes)
        if (values.max() != values.min()).any():
            raise ValueError(f"a participant has several values of {self.strata}")
        of_participant = pd.factorize(values.first(), sort=True)[0]
        by_content = content_order(of_participant[codes], *content_of)
        return np.asarray(np.argsort(by_content)[of_participant], dtype=np.intp)


def median_coefficients(y: Floats, x: Floats) -> tuple[Floats, bool]:
    """Coefficients (k,) that make the sum of absolute residuals smallest, and whether only they do.

    Solves the dual: signs a in [-1, 1] of the residuals that are orthogonal to all columns. Raises
    NoSolutionError when the solver finds none.
    """
    lengths = np.sqrt((x**2).mean(axis=0))
    size = float(np.abs(y).max()) or 1.0
    found = linprog(
        -y / size,
        A_eq=(x / lengths).T,
        b_eq=np.zeros(x.shape[1]),
        bounds=(-1, 1),
        method="highs-ds",
    )
    if found.status != 0:
        raise NoSolutionError("The median regression has no solution with these data.")
    on_line = int((np.abs(found.x) < 1 - _INSIDE).sum())
    return np.asarray(-found.eqlin.marginals * size / lengths), on_line >= x.shape[1]
