"""Results of our own models: coefficients with t or z inference, printed as statsmodels prints its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.iolib.summary2 import Summary

from pipeline.statistics.estimates.design import GROUP_TERM, Asked
from pipeline.statistics.estimates.p_values import Inference, infer


@dataclass(frozen=True, kw_only=True)
class FittedTerms:
    """Coefficients of a model; every Series is indexed by term.

    params, bse: estimates and standard errors, on the scale of the model. df: degrees of freedom of
    t per term; infinite for a normal reference. cov: covariance of the estimates, by term. llf:
    log-likelihood. n_rows, n_groups: rows and participants in the model.
    """

    params: pd.Series
    bse: pd.Series
    df: pd.Series
    cov: pd.DataFrame
    llf: float
    n_rows: int
    n_groups: int

    @property
    def title(self) -> str:
        """First line of the summary."""
        return type(self).__name__

    @property
    def tvalues(self) -> pd.Series:
        """Estimate over standard error, per term."""
        return self.params / self.bse

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided P values, t with each term's own degrees of freedom; never 0."""
        return pd.Series(
            [self.inference(term).p for term in self.params.index], index=self.params.index
        )

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Intervals of level 1 - alpha; columns 0 and 1 as in statsmodels."""
        found = [self.inference(term, ci_level=1 - alpha) for term in self.params.index]
        return pd.DataFrame(
            {0: [i.ci_low for i in found], 1: [i.ci_high for i in found]}, index=self.params.index
        )

    def inference(self, term: str, *, ci_level: float = 0.95) -> Inference:
        """Estimate, interval and P value of one term."""
        df = float(self.df[term])
        return infer(
            float(self.params[term]),
            float(self.bse[term]),
            df=df if np.isfinite(df) else None,
            ci_level=ci_level,
        )

    def cov_params(self) -> pd.DataFrame:
        """Covariance of the estimates, by term."""
        return self.cov

    def summary(self) -> Summary:
        """Table of coefficients, printed as statsmodels prints its own."""
        letter = "t" if np.isfinite(self.df).all() else "z"
        table = pd.DataFrame({"Coef.": self.params, "Std.Err.": self.bse})
        if letter == "t":
            table["df"] = self.df
        table[letter] = self.tvalues
        table[f"P>|{letter}|"] = self.pvalues
        summary = Summary()
        summary.add_title(self.title)
        summary.add_dict(
            {
                "No. Observations:": self.n_rows,
                "No. Participants:": self.n_groups,
                "Log-Likelihood:": round(self.llf, 4),
            }
        )
        summary.add_df(table.join(self.conf_int().set_axis(["[0.025", "0.975]"], axis=1)))
        return summary


@dataclass(frozen=True, kw_only=True)
class RegressionResults:
    """Estimates of one regression; every Series and frame is indexed by term.

    cov: covariance of the estimates. df: degrees of freedom per term, or None for a normal
    reference distribution. covariance: how the uncertainty was estimated, in words. n_rows: rows
    used; n_participants: participants, which are fewer where rows nest in them. cautions: sentences
    that belong below a table of these numbers.
    """

    params: pd.Series
    cov: pd.DataFrame
    df: pd.Series | None
    covariance: str
    n_rows: int
    n_participants: int
    cautions: tuple[str, ...] = ()

    @property
    def bse(self) -> pd.Series:
        """Standard errors."""
        return pd.Series(np.sqrt(np.diag(self.cov)), self.params.index)

    @property
    def tvalues(self) -> pd.Series:
        """Estimate over standard error."""
        return self.params / self.bse

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided P values."""
        return pd.Series({term: self.inference(term).p for term in self.params.index})

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Intervals of level 1 - alpha; columns 0 and 1 as in statsmodels."""
        found = {term: self.inference(term, 1 - alpha) for term in self.params.index}
        return pd.DataFrame(
            {
                0: {term: one.ci_low for term, one in found.items()},
                1: {term: one.ci_high for term, one in found.items()},
            }
        )

    def inference(self, term: str, ci_level: float = 0.95) -> Inference:
        """Statistic, P value and interval of one coefficient."""
        return infer(
            float(self.params[term]),
            float(self.bse[term]),
            df=None if self.df is None else float(self.df[term]),
            ci_level=ci_level,
        )

    def contrast(self, weights: Mapping[str, float], ci_level: float = 0.95) -> Inference:
        """The sum of coefficients times weights (terms that are not named count 0).

        Degrees of freedom are the smallest of the terms that take part.
        """
        unknown = set(weights) - set(self.params.index)
        if unknown:
            raise ValueError(f"no such term: {', '.join(sorted(unknown))}")
        weight = pd.Series(weights, dtype=float).reindex(self.params.index, fill_value=0.0)
        taking_part = weight.index[weight != 0]
        w = weight.to_numpy(float)
        return infer(
            float(w @ self.params.to_numpy(float)),
            float(np.sqrt(w @ self.cov.to_numpy(float) @ w)),
            df=None if self.df is None else float(self.df[taking_part].min()),
            ci_level=ci_level,
        )

    def summary(self) -> Summary:
        """Table of coefficients, printed as statsmodels prints its own."""
        reference = "z" if self.df is None else "t"
        table = pd.DataFrame(
            {
                "Coef.": self.params,
                "Std.Err.": self.bse,
                "df": np.inf if self.df is None else self.df,
                reference: self.tvalues,
                f"P>|{reference}|": self.pvalues,
            }
        )
        summary = Summary()
        summary.add_title(f"{type(self).__name__.removesuffix('Results')}, {self.covariance}")
        summary.add_dict(
            {"No. Observations:": self.n_rows, "No. Participants:": self.n_participants}
        )
        summary.add_df(table.join(self.conf_int().set_axis(["[0.025", "0.975]"], axis=1)))
        for caution in self.cautions:
            summary.add_text(caution)
        return summary


@dataclass(frozen=True)
class Found:
    """The group's number on the scale of the model, with sentences about it.

    caution: a reader has to know the sentences. fit: results of the model, for its diagnostics; None
    where there are none.
    """

    inference: Inference
    notes: tuple[str, ...] = ()
    caution: bool = False
    fit: Any = None

    @classmethod
    def of(cls, fit: RegressionResults, asked: Asked, *notes: str) -> "Found":
        """The group's coefficient of a regression, with what the regression says of itself."""
        inference = fit.inference(GROUP_TERM, asked.ci_level)
        return cls(inference, (*notes, *fit.cautions), bool(fit.cautions), fit)
