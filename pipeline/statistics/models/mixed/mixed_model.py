"""Linear mixed model with random intercepts for participants and their legs, statsmodels style.

With small-sample degrees of freedom and standard errors of one contrast, and profile-likelihood intervals:
where the best fit with one value fixed is too poor. These need no degrees of freedom and may be lopsided,
as intervals of standard deviations must be.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import optimize, stats
from statsmodels.iolib.summary2 import Summary

from pipeline.statistics.estimates.arrays import Codes, Flags, Floats
from pipeline.statistics.estimates.errors import NoSolutionError
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.mixed.sufficient_blocks import sufficient_blocks
from pipeline.statistics.models.mixed.variance_components import (
    VarianceFit,
    fit_reml,
    least_squares,
    maximise,
    residual_scale,
)
from pipeline.statistics.models.regression_results import FittedTerms


def satterthwaite(fit: VarianceFit, contrast: Floats) -> tuple[float, float]:
    """(standard error, degrees of freedom) of contrast'params, contrast of shape (k,).

    Variances at 0 are left out, as lmerTest does. Source: Satterthwaite 1946, Biometrics 2:110;
    Kuznetsova 2017, J Stat Softw 82(13) (lmerTest).
    """
    cov = fit.cov
    variance = float(contrast @ cov @ contrast)
    active = fit.variances > 0
    gradient = np.array([contrast @ cov @ p @ cov @ contrast for p in fit.p_matrices])[active]
    of_variances = np.linalg.inv(fit.observed_information[np.ix_(active, active)])
    return float(np.sqrt(variance)), float(2 * variance**2 / (gradient @ of_variances @ gradient))


def kenward_roger(fit: VarianceFit, contrast: Floats) -> tuple[float, float]:
    """(adjusted standard error, degrees of freedom) of contrast'params, contrast of shape (k,).

    Variances at 0 are kept, as R's pbkrtest does, so that the degrees of freedom of a
    between-participant contrast stay near the number of participants. Both are missing (NaN) with
    so few rows that the approximation does not exist. Source: Kenward and Roger 1997, Biometrics
    53:983; the covariance is linear in the variances, so that the term with second derivatives
    is 0.
    """
    cov, p, q = fit.cov, fit.p_matrices, fit.q_matrices
    try:
        weights = np.linalg.inv(fit.expected_information)
    except np.linalg.LinAlgError:
        return np.nan, np.nan
    spread = np.einsum("ab,abij->ij", weights, q) - np.einsum(
        "ab,aij,jk,bkl->il", weights, p, cov, p, optimize=True
    )
    adjusted_variance = float(contrast @ (cov + 2 * cov @ spread @ cov) @ contrast)
    theta = np.outer(contrast, contrast) / (contrast @ cov @ contrast)
    parts = np.array([theta @ cov @ p_i @ cov for p_i in p])
    traces = np.einsum("aii->a", parts)
    a1 = float(traces @ weights @ traces)
    a2 = float(np.einsum("ab,aij,bji->", weights, parts, parts, optimize=True))
    df = _kenward_roger_df(a1, a2)
    if not (adjusted_variance > 0 and np.isfinite(df) and df > 0):
        return np.nan, np.nan
    return float(np.sqrt(adjusted_variance)), df


def _kenward_roger_df(a1: float, a2: float) -> float:
    """Degrees of freedom for one contrast (rank 1), with the symbols of Kenward and Roger 1997."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        a = np.float64(a2)
        b = (a1 + 6 * a) / 2
        g = (2 * a1 - 5 * a) / (3 * a)
        c = 3 + 2 * (1 - g)
        c1, c2, c3 = g / c, (1 - g) / c, (3 - g) / c
        expectation = 1 / (1 - a)
        variance = 2 * (1 + c1 * b) / ((1 - c2 * b) ** 2 * (1 - c3 * b))
        rho = variance / (2 * expectation**2)
        return float(4 + 3 / (rho - 1))


def within_strata(
    constant_within: list[list[bool]], sizes: list[int], *, is_constant: list[bool]
) -> list[float]:
    """Degrees of freedom of each term by the stratum in which it varies, as R's nlme counts them.

    constant_within: for each level (participants first), whether each term has one value per unit.
    sizes: number of units of each level, rows last. is_constant: terms that never vary (the
    constant), which get those of the rows. A stratum has its units less those of the level above and
    the terms that vary in it. Source: Pinheiro and Bates 2000, Mixed-Effects Models in S and S-PLUS,
    section 2.4.2.
    """
    n_levels = len(constant_within)
    stratum = [
        n_levels
        if constant
        else next((level for level in range(n_levels) if constant_within[level][term]), n_levels)
        for term, constant in enumerate(is_constant)
    ]
    above = [1 if any(is_constant) else 0, *sizes[:-1]]
    varying = [
        sum(
            own == level and not constant
            for own, constant in zip(stratum, is_constant, strict=True)
        )
        for level in range(n_levels + 1)
    ]
    return [float(sizes[level] - above[level] - varying[level]) for level in stratum]


DfMethod = Literal["kenward_roger", "satterthwaite", "within_strata"]

BOUNDARY_SHARE = 1e-8
"""Of the residual variance: a variance component below it is taken for 0, as lme4's isSingular does
at its default tolerance of 1e-4 on the scale of standard deviations."""


class NestedIntercepts:
    """Linear mixed model: exog @ params + participant + (leg within participant) + residual.

    endog: shape (n_rows,). exog: shape (n_rows, k), a frame whose columns name the terms. groups:
    the participant of each row. nested: the leg of each row with a name that is unique within the
    participant, or None for a participant intercept only. sets: in a matched design the matched set of
    each row, an intercept above participants; whoever is in none is a set of his own. With one row
    per participant, these have no intercept beside the sets.
    """

    def __init__(
        self,
        endog: npt.ArrayLike,
        exog: pd.DataFrame,
        groups: npt.ArrayLike,
        nested: npt.ArrayLike | None = None,
        *,
        sets: npt.ArrayLike | None = None,
    ) -> None:
        self.endog = np.asarray(endog, dtype=float)
        self.exog = exog.to_numpy(dtype=float)
        self.exog_names = [str(name) for name in exog.columns]
        self.groups = pd.factorize(np.asarray(groups), sort=True)[0]
        self.nested = None if nested is None else leg_codes(self.groups, nested)
        self.sets = None if sets is None else pd.factorize(np.asarray(sets), sort=True)[0]

    @property
    def n_groups(self) -> int:
        """Number of participants."""
        return int(self.groups.max()) + 1

    @property
    def clusters(self) -> Codes:
        """What is independent, per row: the matched set where there are sets, else the participant."""
        return self.groups if self.sets is None else self.sets

    @property
    def _levels(self) -> dict[str, Codes]:
        levels = {} if self.sets is None else {"set": self.sets}
        if self.sets is None or np.bincount(self.groups).max() > 1:
            levels["participant"] = self.groups
        if self.nested is not None:
            levels["leg"] = self.nested
        return levels

    @property
    def factors(self) -> list[Codes]:
        """Level of each row, from the coarsest (sets or participants) to the finest."""
        return list(self._levels.values())

    @property
    def factor_names(self) -> tuple[str, ...]:
        """Of the same: set, participant, leg."""
        return tuple(self._levels)

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
            variances=pd.Series(fit.variances, ("residual", *self.factor_names)),
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

    bse and df follow `df_method`; `cov` is the model's own. variances: residual, set,
    participant, leg, as the model has them (unit of endog squared). llf: log-likelihood, restricted when `is_reml`.
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


_FARTHEST_SE = 40.0
"""Standard errors from the estimate, or times the standard deviation, at which the search ends."""
_PRECISE = 1e-9
"""Of the bound."""


def profile_interval(
    model: NestedIntercepts, name: str, *, ci_level: float = 0.95
) -> tuple[float, float]:
    """Interval of a term of the model, or of the standard deviation of a component.

    name: a term, or "residual", "set", "participant" or "leg" (in the unit of endog). By maximum
    likelihood, as R's confint of lme4 does, also where the estimates are REML's. A standard
    deviation's lower bound is 0 when 0 is not too poor. Raises NotEstimableError when there is no
    fit, NoSolutionError when a bound is not found.
    """
    start, residual = least_squares(model.endog, model.exog)
    blocks = sufficient_blocks(residual, model.exog, list(model.factors))
    scale = residual_scale(model.endog, residual, model.exog.shape[1])
    best = maximise(blocks, scale, reml=False)
    quantile = float(stats.norm.ppf(0.5 + ci_level / 2))

    def depth(llf: float) -> float:
        # A profile a rounding above the best fit is the best fit.
        return float(np.sqrt(2 * max(0.0, best.llf - llf))) - quantile

    if name in model.exog_names:
        at = model.exog_names.index(name)
        without = replace(blocks, exog=np.delete(blocks.exog, at, axis=2))

        def of_term(value: float) -> float:
            shifted = replace(without, endog=blocks.endog - value * blocks.exog[:, :, at])
            return depth(maximise(shifted, scale, start=best.variances, reml=False).llf)

        estimate, se = float(best.params[at]), float(np.sqrt(best.cov[at, at]))
        low = _crossing(of_term, estimate, -se)
        return start[at] + low, start[at] + _crossing(of_term, estimate, se)
    component = ("residual", *model.factor_names).index(name)

    def of_sd(sd: float) -> float:
        held = best.variances.copy()
        held[component] = sd**2
        return depth(maximise(blocks, scale, start=held, held=component, reml=False).llf)

    sd = float(np.sqrt(best.variances[component]))
    unit = max(sd, 0.1 * float(np.sqrt(best.variances[0])))
    low = 0.0
    if component > 0 and sd > 0 and of_sd(0.0) > 0:
        low = float(optimize.brentq(of_sd, 0.0, sd, xtol=_PRECISE * unit))
    elif component == 0:
        low = float(optimize.brentq(of_sd, 1e-3 * sd, sd, xtol=_PRECISE * unit))
    return low, _crossing(of_sd, sd, unit)


def _crossing(depth: Callable[[float], float], estimate: float, step: float) -> float:
    """The value in the direction of `step` at which the profile is as deep as asked."""
    inner, factor = estimate, 1.0
    while factor <= _FARTHEST_SE:
        outer = estimate + factor * step
        if depth(outer) > 0:
            return float(optimize.brentq(depth, inner, outer, xtol=_PRECISE * abs(step)))
        inner, factor = outer, 2 * factor
    raise NoSolutionError("The likelihood does not fall far enough for a bound of the interval.")
