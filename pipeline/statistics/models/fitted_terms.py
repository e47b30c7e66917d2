"""What the results of our own models share: coefficients with t or z inference, as statsmodels prints."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.iolib.summary2 import Summary

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
