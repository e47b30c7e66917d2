"""Linear mixed model with random intercepts for participants and their legs, statsmodels style."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.iolib.summary2 import Summary

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.fitted_terms import FittedTerms
from pipeline.statistics.models.mixed.degrees_of_freedom import (
    kenward_roger,
    satterthwaite,
    within_strata,
)
from pipeline.statistics.models.mixed.variance_components import VarianceFit, fit_reml

DfMethod = Literal["kenward_roger", "satterthwaite", "within_strata"]

COMPONENTS = ("residual", "participant", "leg")
BOUNDARY_SHARE = 1e-8
"""Of the residual variance: a variance component below it is taken for 0, as lme4's isSingular does
at its default tolerance of 1e-4 on the scale of standard deviations."""


class NestedIntercepts:
    """Linear mixed model: exog @ params + participant + (leg within participant) + residual.

    endog: shape (n_rows,). exog: shape (n_rows, k), a frame whose columns name the terms. groups:
    the participant of each row. nested: the leg of each row with a name that is unique within the
    participant, or None for a participant intercept only. For a matched design, groups may be the
    pair and nested the participant.
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
        self.nested = None if nested is None else leg_codes(self.groups, nested)

    @property
    def n_groups(self) -> int:
        """Number of participants."""
        return int(self.groups.max()) + 1

    @property
    def factors(self) -> list[Codes]:
        """Level of each row, from participants to the finest level."""
        return [self.groups] if self.nested is None else [self.groups, self.nested]

    def between_terms(self) -> list[bool]:
        """For each term, whether it has one value per participant."""
        return _constant_within(self.exog, self.groups)

    def fit(
        self,
        df_method: DfMethod = "kenward_roger",
        *,
        cap_df: bool = False,
        reml: bool = True,
    ) -> "NestedResults":
        """Exact fit by REML, or by maximum likelihood.

        df_method gives standard errors and degrees of freedom of every term; Kenward-Roger's exist
        for REML only. cap_df: limit the degrees of freedom of terms between participants to
        participants - such terms, because Satterthwaite jumps to rows - k when the variances reach
        0. Raises NotEstimableError when there is no fit.
        """
        if df_method == "kenward_roger" and not reml:
            raise ValueError("Kenward-Roger standard errors exist for REML only")
        fit = fit_reml(self.endog, self.exog, list(self.factors), reml=reml)
        between = self.between_terms()
        limit = float(max(1, self.n_groups - sum(between))) if cap_df else np.inf
        strata = within_strata(
            [_constant_within(self.exog, factor) for factor in self.factors],
            [*(int(factor.max()) + 1 for factor in self.factors), len(self.endog)],
            is_constant=[bool(np.ptp(column) == 0) for column in self.exog.T],
        )
        small_sample = _SmallSample(fit, df_method, np.array(between), limit, np.array(strata))
        found = [small_sample.of(contrast) for contrast in np.eye(self.exog.shape[1])]
        terms = self.exog_names
        return NestedResults(
            params=pd.Series(fit.params, terms),
            bse=pd.Series([se for se, _ in found], terms),
            df=pd.Series([df for _, df in found], terms),
            cov=pd.DataFrame(fit.cov, terms, terms),
            df_method=df_method,
            is_reml=reml,
            variances=pd.Series(fit.variances, COMPONENTS[: len(fit.variances)]),
            llf=fit.llf,
            n_rows=len(self.endog),
            n_groups=self.n_groups,
            small_sample=small_sample,
        )


def leg_codes(people: Codes, nested: npt.ArrayLike) -> Codes:
    """Codes of legs that differ between participants, also where their names do not."""
    legs = pd.factorize(np.asarray(nested), sort=True)[0]
    return np.asarray(pd.factorize(people * (legs.max() + 1) + legs, sort=True)[0])


@dataclass(frozen=True)
class _SmallSample:
    """Standard error and degrees of freedom of contrasts of one fit.

    between: terms with one value per participant. limit: of the degrees of freedom of a contrast of
    such terms. strata: degrees of freedom by stratum, per term.
    """

    fit: VarianceFit
    method: DfMethod
    between: Flags
    limit: float
    strata: Floats

    def of(self, contrast: Floats) -> tuple[float, float]:
        """(standard error, degrees of freedom) of contrast'params."""
        involved = contrast != 0
        if self.method == "within_strata":
            se = float(np.sqrt(contrast @ self.fit.cov @ contrast))
            df = float(self.strata[involved].min())
        elif self.method == "kenward_roger":
            se, df = kenward_roger(self.fit, contrast)
        else:
            se, df = satterthwaite(self.fit, contrast)
        return se, min(df, self.limit) if self.between[involved].all() else df


@dataclass(frozen=True, kw_only=True)
class NestedResults(FittedTerms):
    """Fixed effects with small-sample inference; every Series is indexed by term.

    bse and df follow `df_method`; `cov` is the model's own. variances: residual, participant, leg
    (unit of endog squared). llf: log-likelihood, restricted when `is_reml`.
    """

    df_method: DfMethod
    is_reml: bool
    variances: pd.Series
    small_sample: _SmallSample

    @property
    def reml(self) -> VarianceFit:
        """The solution with its matrices."""
        return self.small_sample.fit

    @property
    def on_boundary(self) -> tuple[str, ...]:
        """Components whose variance is 0: the data show no differences of that kind."""
        smallest = BOUNDARY_SHARE * self.variances["residual"]
        return tuple(str(name) for name, value in self.variances.items() if value <= smallest)

    def contrast(self, weights: Mapping[str, float], *, ci_level: float = 0.95) -> Inference:
        """Inference on a weighted sum of terms, such as the group difference at a mean covariate."""
        vector = np.array([weights.get(term, 0.0) for term in self.params.index])
        if set(weights) - set(self.params.index) or not vector.any():
            raise ValueError(f"a contrast needs terms of the model: {list(self.params.index)}")
        se, df = self.small_sample.of(vector)
        return infer(float(vector @ self.params), se, df=df, ci_level=ci_level)

    @property
    def title(self) -> str:
        """First line of the summary."""
        how = "REML" if self.is_reml else "maximum likelihood"
        return f"Nested random intercepts, {how}, {self.df_method}"

    def summary(self) -> Summary:
        """Coefficients and variances, printed as statsmodels prints its own."""
        summary = super().summary()
        summary.add_df(self.variances.to_frame("Variance"))
        return summary


def _constant_within(exog: Floats, codes: Codes) -> list[bool]:
    """For each column, whether it has one value within every level."""
    columns = pd.DataFrame(exog).groupby(codes)
    return [bool(value) for value in (columns.max() - columns.min()).max() == 0]
