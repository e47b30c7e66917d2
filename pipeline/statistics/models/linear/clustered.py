"""Linear regression of several rows per participant, with standard errors that allow for it."""

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.models.model_rows import (
    check_clusters,
    check_rows,
    refuse_exact_fit,
)
from pipeline.statistics.models.regression_results import RegressionResults

Correction = Literal["CR1", "CR2", "CR3"]

_IN_WORDS = {
    "CR1": "CR1 standard errors by participant, t with participants - 1 degrees of freedom",
    "CR2": "CR2 standard errors by participant, t with Satterthwaite degrees of freedom",
    "CR3": "CR3 (jackknife) standard errors by participant, t with participants - 1 degrees of "
    "freedom",
}
_SMALLEST_SHARE = 1e-9
"""Of a participant's rows that the model does not fit by construction; below, they decide alone."""


class ClusteredOLS:
    """Least squares of endog (n_rows,) on exog (n_rows, k), rows nested in participants.

    participants: Series of the very frame that exog was made of (same index). An estimate for
    sensitivity: the mixed model also weights participants and legs by what they tell.
    """

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame, participants: pd.Series) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants

    def fit(self, correction: Correction = "CR2") -> RegressionResults:
        """Estimates with a covariance that is robust to any likeness of a participant's rows.

        CR1: the usual factor G/(G-1) (n-1)/(n-k). CR2: unbiased when rows are alike, with degrees
        of freedom that fall where few participants inform a term (Bell and McCaffrey 2002, Surv
        Methodol 28:169; Pustejovsky and Tipton 2018, J Bus Econ Stat 36:672). CR3: the cautious
        one. Agrees with R's sandwich (CR1) and clubSandwich (CR2, CR3). Raises NotEstimableError
        as `check_rows`, with no more participants than terms, and, for CR2 and CR3, when one
        participant alone determines a coefficient.
        """
        y, x = check_rows(self.endog, self.exog)
        codes = check_clusters(self.participants, self.exog)
        refuse_exact_fit(y, x)
        n, k = x.shape
        q, r = np.linalg.qr(x)
        bread = np.linalg.inv(r)  # params = bread @ q.T @ y
        params = bread @ (q.T @ y)
        members = _rows_of(codes)
        weighted = _weighted_rows(q, members, correction)
        residuals = y - x @ params
        scores = np.array(
            [rows.T @ residuals[own] for rows, own in zip(weighted, members, strict=True)]
        )
        g = len(members)
        factor = g / (g - 1) * (n - 1) / (n - k) if correction == "CR1" else 1.0
        cov = factor * bread @ (scores.T @ scores) @ bread.T
        df = _satterthwaite(q, bread, weighted, members) if correction == "CR2" else g - 1.0
        names = self.exog.columns
        return RegressionResults(
            params=pd.Series(params, names),
            cov=pd.DataFrame(cov, names, names),
            df=pd.Series(df, names),
            covariance=f"ordinary least squares, {_IN_WORDS[correction]}",
            n_rows=n,
            n_participants=g,
        )


def _rows_of(codes: Codes) -> list[Codes]:
    """Places of the rows of each participant."""
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.cumsum(np.bincount(codes))[:-1])


def _weighted_rows(q: Floats, members: list[Codes], correction: Correction) -> list[Floats]:
    """Rows of q per participant, corrected for how much they pull the fit: (I - H)^-power q."""
    power = {"CR1": 0.0, "CR2": 0.5, "CR3": 1.0}[correction]
    weighted = []
    for own in members:
        rows = q[own]
        if power:
            left, basis = np.linalg.eigh(np.eye(len(own)) - rows @ rows.T)
            if left.min() < _SMALLEST_SHARE:
                raise NotEstimableError(
                    "One participant alone determines a coefficient, so that no uncertainty can "
                    "be estimated."
                )
            rows = basis @ ((basis.T @ rows) / left[:, None] ** power)
        weighted.append(rows)
    return weighted


def _satterthwaite(
    q: Floats, bread: Floats, weighted: list[Floats], members: list[Codes]
) -> Floats:
    """Degrees of freedom per term if the residuals were independent with equal variance."""
    # For term j the variance is the sum over participants of (p_g @ residuals)^2 with
    # p_g = (I - H)[g].T @ weighted_g @ bread[j]; only the products of the p_g are needed.
    own_products = np.array([rows.T @ rows for rows in weighted])
    through_fit = np.array([q[own].T @ rows for own, rows in zip(members, weighted, strict=True)])
    df = []
    for direction in bread:
        pulled = through_fit @ direction
        products = -pulled @ pulled.T
        diagonal = np.einsum("gij,i,j->g", own_products, direction, direction)
        products[np.diag_indices_from(products)] += diagonal
        df.append(np.trace(products) ** 2 / (products**2).sum())
    return np.asarray(df)
