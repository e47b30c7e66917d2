"""Censored regression in which each participant has a level of their own (random intercept)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import infer
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.concave_likelihood import StandardisedProblem
from pipeline.statistics.models.censored.participant_integral import Nodes, ParticipantIntegral
from pipeline.statistics.models.censored.row_likelihood import CensoredRows
from pipeline.statistics.models.fitted_terms import FittedTerms
from pipeline.statistics.models.newton import maximum

N_NODES = 31
"""On both golden data sets coefficients agree with 61 nodes to 4e-8 standard errors; with 15 to 8e-5."""
_START_SHARE = 0.5
"""Of the variance: between participants, at the start."""


@dataclass(frozen=True, kw_only=True)
class RandomInterceptResults(FittedTerms):
    """Coefficients with t inference, and how far participants differ beyond their trials.

    sd_between, sd_within: of participants' levels and of one trial around the own level, on the
    scale of the regression (logarithm of time). icc: sd_between^2 / (sd_between^2 + sd_within^2),
    the correlation of two uncensored trials of one participant, with its interval (t on the logit
    scale); no interval on the boundary. on_boundary: participants do not differ beyond chance; the
    model is then the one without an intercept.
    """

    sd_between: float
    sd_within: float
    icc: float
    icc_ci: tuple[float, float] | None
    on_boundary: bool

    @property
    def title(self) -> str:
        """First line of the summary."""
        return "Censored regression with random intercepts, maximum likelihood"

    @property
    def aic(self) -> float:
        """Akaike's criterion; both spreads count as parameters."""
        return -2 * self.llf + 2 * (len(self.params) + 2)


class CensoredRandomIntercept:
    """exog @ params + level of the participant + error, known exactly or within bounds.

    low, high, exog, distribution: as of CensoredRegression. groups: shape (n_rows,), the participant
    of each row. n_nodes: of the adaptive Gauss-Hermite quadrature. Levels are normal.
    """

    def __init__(
        self,
        low: npt.ArrayLike,
        high: npt.ArrayLike,
        exog: npt.ArrayLike | pd.DataFrame,
        groups: npt.ArrayLike,
        *,
        distribution: str = "lognormal",
        n_nodes: int = N_NODES,
    ) -> None:
        self.plain = CensoredRegression(low, high, exog, distribution=distribution)
        self.groups = pd.factorize(np.asarray(groups), sort=True)[0]
        if len(self.groups) != len(self.plain.rows) or (self.groups < 0).any():
            raise ValueError("groups needs one participant per row")
        self.n_groups = int(self.groups.max()) + 1
        self.nodes = Nodes.of(n_nodes)

    @property
    def n_between_terms(self) -> int:
        """Columns with one value per participant."""
        exog = pd.DataFrame(self.plain.exog).groupby(self.groups)
        return int(((exog.max() - exog.min()).max() == 0).sum())

    def fit(self, *, ci_level: float = 0.95) -> RandomInterceptResults:
        """Maximum likelihood; t with participants - terms between participants degrees of freedom.

        ci_level: of the ICC's interval. Raises NotEstimableError as CensoredRegression does, with no
        more participants than terms, when every participant has one row only, or rows that are all alike:
        the likelihood then has no maximum.
        """
        n, k = self.plain.exog.shape
        if self.n_groups <= k:
            raise NotEstimableError(
                f"{self.n_groups} participants are too few for a model with {k} coefficients."
            )
        if n == self.n_groups:
            raise NotEstimableError(
                "Each participant has one trial, so that differences between participants cannot "
                "be told from those between trials."
            )
        bounds = pd.DataFrame({"low": self.plain.rows.low, "high": self.plain.rows.high})
        of_person = bounds.groupby(self.groups)
        if (of_person["low"].max() <= of_person["high"].min()).all():
            raise NotEstimableError(
                "The trials of each participant are all alike, so that there is no spread within "
                "participants to compare them with."
            )
        problem = self.plain.standardised()
        point = problem.maximum()
        order = np.argsort(self.groups, kind="stable")
        starts = np.flatnonzero(np.diff(self.groups[order], prepend=-1))
        rows = CensoredRows(problem.rows.low[order], problem.rows.high[order])
        integral = ParticipantIntegral(
            rows, self.plain.distribution.error, problem.exog[order], starts, self.nodes
        )
        coefficients, ln_sigma = point[:-1] / point[-1], float(-np.log(point[-1]))
        if not integral.rises_from_zero(coefficients, ln_sigma):
            return self._without_intercept(problem.params(point))
        half = 0.5 * np.log(_START_SHARE)
        solution = maximum(
            integral.evaluate,
            np.concatenate([coefficients, [ln_sigma + half, ln_sigma + half]]),
            n_rows=self.n_groups,
            is_concave=False,
        )
        value, _, information = integral.evaluate(solution)
        return self._results(problem, solution, value, _inverse(information), ci_level)

    def _results(
        self,
        problem: StandardisedProblem,
        solution: Floats,
        value: float,
        cov: Floats,
        ci_level: float,
    ) -> RandomInterceptResults:
        """Everything in the unit of the variable; solution and cov are standardised."""
        k = self.plain.exog.shape[1]
        within, between = np.exp(solution[k:]) * problem.unit
        contrast = np.array([-2.0, 2.0])  # logit(icc) = 2 ln sd_between - 2 ln sd_within
        icc = between**2 / (between**2 + within**2)
        on_logit = infer(
            float(logit(icc)),
            float(np.sqrt(contrast @ cov[k:, k:] @ contrast)),
            df=float(self.n_groups - self.n_between_terms),
            ci_level=ci_level,
        )
        to_coefficients = problem.to_coefficients * problem.unit
        return self._filled(
            problem.coefficients(solution[:k]),
            to_coefficients @ cov[:k, :k] @ to_coefficients.T,
            value - float(self.plain.rows.is_exact.sum()) * np.log(problem.unit),
            sd_between=float(between),
            sd_within=float(within),
            icc=float(icc),
            icc_ci=(float(expit(on_logit.ci_low)), float(expit(on_logit.ci_high))),
        )

    def _without_intercept(self, params: Floats) -> RandomInterceptResults:
        """On the boundary the model is the one without an intercept."""
        k = self.plain.exog.shape[1]
        return self._filled(
            params[:k],
            _inverse(-self.plain.hessian(params))[:k, :k],
            float(self.plain.loglike(params)) + self.plain.log_of_times,
            sd_between=0.0,
            sd_within=float(np.exp(params[-1])),
            icc=0.0,
            icc_ci=None,
        )

    def _filled(
        self, params: Floats, cov: Floats, log_scale_llf: float, **spreads: Any
    ) -> RandomInterceptResults:
        terms = self.plain.exog_names[: len(params)]
        df = float(self.n_groups - self.n_between_terms)
        return RandomInterceptResults(
            params=pd.Series(params, terms),
            bse=pd.Series(np.sqrt(np.diag(cov)), terms),
            df=pd.Series(df, terms),
            cov=pd.DataFrame(cov, terms, terms),
            llf=log_scale_llf - self.plain.log_of_times,
            n_rows=len(self.plain.rows),
            n_groups=self.n_groups,
            on_boundary=spreads["icc_ci"] is None,
            **spreads,
        )


def _inverse(information: Floats) -> Floats:
    return np.asarray(np.linalg.inv(information), dtype=np.float64)
