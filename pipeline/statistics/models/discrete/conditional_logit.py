"""Logistic regression of matched sets: who of a pair or set is the case, given its members."""

import itertools
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.discrete.conditional_models import ConditionalLogit
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.discrete.logistic import refuse_separation_within
from pipeline.statistics.models.model_rows import dependent_term
from pipeline.statistics.models.regression_results import RegressionResults

_MOST_STEPS = 200
_SAME = 1e-9
"""Relative: values of a term that differ by rounding do not differ within a set."""


@dataclass(frozen=True, kw_only=True)
class MatchedSetsResults(RegressionResults):
    """Conditional log odds ratios. n_sets: sets used; n_left_out: sets without case or control."""

    loglik: float
    n_sets: int
    n_left_out: int


class MatchedSets:
    """Conditional logistic regression; the terms of a set are compared with each other only.

    endog: 1 for cases, 0 for controls, shape (n_rows,). exog: frame without a constant. sets: the
    matched set of each row, a Series with the index of exog.
    """

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame, sets: pd.Series) -> None:
        self.exog = exog
        self.endog = pd.Series(np.asarray(endog, dtype=float), index=exog.index)
        self.sets = sets

    def fit(self) -> MatchedSetsResults:
        """Conditional maximum likelihood by Newton's method (statsmodels ConditionalLogit).

        Sets without a case or without a control say nothing and are left out and counted. Raises
        NotEstimableError when fewer sets than terms are left, or a term does not differ within any
        set; NoSolutionError when terms tell cases and controls apart in all sets; ValueError for
        missing values or sets of another frame. Source: Breslow and Day 1980, IARC 32, ch. 7.
        """
        sets = self._check_sets()
        both = self.endog.groupby(sets).transform("nunique") == 2
        n_sets = int(sets[both].nunique())
        k = self.exog.shape[1]
        if n_sets <= k:
            raise NotEstimableError(
                f"{n_sets} matched sets with a case and a control are too few for {k} coefficients."
            )
        y, x, used = self.endog[both], self.exog[both].astype(float), sets[both]
        differences = _case_minus_control(y, x, used)
        for term in x:
            largest = float(np.abs(x[term]).max())
            if float(np.abs(differences[term]).max()) <= _SAME * largest:
                raise NotEstimableError(f"{term} does not differ within any matched set.")
        dependent = dependent_term(differences)
        if dependent is not None:
            raise NotEstimableError(
                f"Within the matched sets {dependent} cannot be told apart from the other terms."
            )
        refuse_separation_within(differences)
        # Newton's steps want terms of one size.
        scale = np.abs(differences).mean()
        fit = self._maximise(y.to_numpy(), (x / scale).to_numpy(), pd.factorize(used)[0])
        names = self.exog.columns
        sizes = scale.to_numpy()
        return MatchedSetsResults(
            params=pd.Series(fit.params / sizes, names),
            cov=pd.DataFrame(fit.cov_params() / np.outer(sizes, sizes), names, names),
            df=None,
            covariance="conditional maximum likelihood",
            n_rows=len(y),
            n_participants=len(y),
            loglik=float(fit.llf),
            n_sets=n_sets,
            n_left_out=int(sets.nunique()) - n_sets,
        )

    def _check_sets(self) -> pd.Series:
        if not self.sets.index.equals(self.exog.index) or self.sets.isna().any():
            raise ValueError("sets must come from the very frame of exog, without missing names")
        if not (np.isin(self.endog, (0.0, 1.0)).all() and np.isfinite(self.exog).all(axis=None)):
            raise ValueError("endog is 0 or 1 and exog has no missing values")
        return self.sets

    @staticmethod
    def _maximise(y: np.ndarray, x: np.ndarray, sets: np.ndarray) -> Any:
        order = np.argsort(sets, kind="stable")
        model = ConditionalLogit(y[order], x[order], groups=sets[order])
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            try:
                return model.fit(method="newton", maxiter=_MOST_STEPS, disp=False, tol=1e-12)
            except (ConvergenceWarning, np.linalg.LinAlgError) as error:
                raise NoSolutionError(
                    "The conditional logistic model has no stable solution with these data."
                ) from error


def _case_minus_control(y: pd.Series, x: pd.DataFrame, sets: pd.Series) -> pd.DataFrame:
    """Differences of all cases and controls of each set."""
    rows = []
    for _, members in x.groupby(sets, sort=False):
        is_case = y.loc[members.index].to_numpy() == 1
        values = members.to_numpy()
        rows += [a - b for a, b in itertools.product(values[is_case], values[~is_case])]
    return pd.DataFrame(np.array(rows), columns=x.columns)
