"""Linear mixed model with random intercepts for participants and their legs, statsmodels style."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.iolib.summary2 import Summary

from pipeline.statistics.models.mixed.degrees_of_freedom import kenward_roger, satterthwaite
from pipeline.statistics.models.mixed.variance_components import RemlFit, fit_reml
from pipeline.statistics.p_values import infer

DfMethod = Literal["kenward_roger", "satterthwaite"]
_DF_METHODS = {"kenward_roger": kenward_roger, "satterthwaite": satterthwaite}


class NestedIntercepts:
    """Linear mixed model: exog @ params + participant + (leg within participant) + residual.

    endog: shape (n_rows,). exog: shape (n_rows, k), a frame whose columns name the terms. groups:
    the participant of each row. nested: the leg of each row with a name that is unique over
    participants, or None for a participant intercept only.
    """

    def __init__(
        self,
        endog: npt.ArrayLike,
        exog: pd.DataFrame,
        groups: npt.ArrayLike,
        nested: npt.ArrayLike | None = None,
    ) -> None:
        self.endog = np.asarray(endog, dtype=float)
        self.exog = exog.to_numpy(dtype=float)
        self.exog_names = [str(name) for name in exog.columns]
        self.groups = pd.factorize(np.asarray(groups), sort=True)[0]
        self.nested = None if nested is None else pd.factorize(np.asarray(nested), sort=True)[0]

    @property
    def n_groups(self) -> int:
        """Number of participants."""
        return int(self.groups.max()) + 1

    def between_terms(self) -> list[bool]:
        """For each term, whether it has one value per participant."""
        exog = pd.DataFrame(self.exog).groupby(self.groups)
        return [bool(value) for value in (exog.max() - exog.min()).max() == 0]

    def fit(
        self, df_method: DfMethod = "kenward_roger", *, cap_df: bool = False
    ) -> "NestedResults":
        """Exact REML fit. Raises NotEstimableError when there is none.

        df_method gives both standard errors and degrees of freedom of each coefficient. cap_df:
        limit the degrees of freedom of terms between participants to participants - such terms,
        because Satterthwaite jumps to rows - k when the variances reach 0.
        """
        factors: list[npt.ArrayLike] = [self.groups]
        if self.nested is not None:
            factors.append(self.nested)
        fit = fit_reml(self.endog, self.exog, factors)
        contrasts = np.eye(self.exog.shape[1])
        pairs = [_DF_METHODS[df_method](fit, contrast) for contrast in contrasts]
        between = self.between_terms()
        limit = float(max(1, self.n_groups - sum(between)))
        df = [
            min(value, limit) if cap_df and is_between else value
            for (_, value), is_between in zip(pairs, between, strict=True)
        ]
        return NestedResults(
            params=pd.Series(fit.params, self.exog_names),
            bse=pd.Series([se for se, _ in pairs], self.exog_names),
            df=pd.Series(df, self.exog_names),
            df_method=df_method,
            variances=pd.Series(
                fit.variances, ["residual", "participant", "leg"][: len(fit.variances)]
            ),
            llf=fit.llf,
            n_rows=len(self.endog),
            n_groups=self.n_groups,
            reml=fit,
        )


@dataclass(frozen=True)
class NestedResults:
    """Fixed effects with small-sample inference; every Series is indexed by term.

    bse and df follow `df_method`. variances: residual, participant, leg (unit of endog squared).
    llf: REML log-likelihood.
    """

    params: pd.Series
    bse: pd.Series
    df: pd.Series
    df_method: DfMethod
    variances: pd.Series
    llf: float
    n_rows: int
    n_groups: int
    reml: RemlFit

    @property
    def tvalues(self) -> pd.Series:
        """Estimate over standard error, per term."""
        return self.params / self.bse

    @property
    def pvalues(self) -> pd.Series:
        """Two-sided P values, t with each term's own degrees of freedom."""
        return pd.Series(
            [
                infer(b, se, df=df, ci_level=0.95).p
                for b, se, df in zip(self.params, self.bse, self.df, strict=True)
            ],
            index=self.params.index,
        )

    def conf_int(self, alpha: float = 0.05) -> pd.DataFrame:
        """Intervals of level 1 - alpha; columns 0 and 1 as in statsmodels."""
        intervals = [
            infer(b, se, df=df, ci_level=1 - alpha)
            for b, se, df in zip(self.params, self.bse, self.df, strict=True)
        ]
        return pd.DataFrame(
            {0: [i.ci_low for i in intervals], 1: [i.ci_high for i in intervals]},
            index=self.params.index,
        )

    def summary(self) -> Summary:
        """Table of coefficients and variances, printed as statsmodels prints its own."""
        table = pd.DataFrame(
            {
                "Coef.": self.params,
                "Std.Err.": self.bse,
                "df": self.df,
                "t": self.tvalues,
                "P>|t|": self.pvalues,
            }
        )
        summary = Summary()
        summary.add_title(f"Nested random intercepts, REML, {self.df_method}")
        summary.add_dict(
            {
                "No. Observations:": self.n_rows,
                "No. Participants:": self.n_groups,
                "REML Log-Likelihood:": round(self.llf, 4),
            }
        )
        summary.add_df(table.join(self.conf_int().set_axis(["[0.025", "0.975]"], axis=1)))
        summary.add_df(self.variances.to_frame("Variance"))
        return summary
