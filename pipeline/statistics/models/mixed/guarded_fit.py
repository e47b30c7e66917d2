"""Mixed models that are published only when two independent computations agree.

Our own exact REML (`mixed_model.py`) is compared with statsmodels' MixedLM, or with many rows with
the likelihood in another form. When they agree the exact numbers are published with CR2 standard errors, or where
these need more participants with Kenward-Roger's (`robust_errors.py`), which MixedLM has neither of. When
they do not, a regression on participant means takes the place of the mixed model, and says so.

That other form is `likelihood_by_sums.py`.
"""

import warnings
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM, MixedLMParams, VCSpec

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.mixed.likelihood_by_sums import (
    coefficients_by_sums,
    reml_loglikelihood,
)
from pipeline.statistics.models.mixed.mixed_model import (
    BOUNDARY_SHARE as BOUNDARY_SHARE,
)
from pipeline.statistics.models.mixed.mixed_model import (
    DfMethod,
    NestedIntercepts,
    NestedResults,
    leg_codes,
)
from pipeline.statistics.models.mixed.robust_errors import Errors, cr2_coefficients

LARGEST_LOGLIKELIHOOD_GAP = 1e-3
LARGEST_COEFFICIENT_GAP_SE = 1e-3
"""Agreement asked of MixedLM and exact REML; the second in standard errors. From a comparison of
optimisers with lme4 on three data sets, where right solutions differed by less than 1e-4."""

MOST_ROWS_TO_REFIT = 1000
"""MixedLM takes a second at this many rows and half a minute at 60,000. Beyond, the likelihood is
computed in a second way (`likelihood_by_sums.py`): at our solution, where it must have our value,
and around it, where it must be lower."""
_NEIGHBOUR = 0.1
"""Of the residual variance: how far around. A solution that is wrong by a tenth of it is seen."""
LARGEST_LEVERAGE = 1 - 1e-9
"""HC3 divides by (1 - leverage) squared; at 1 the fit passes through a participant exactly."""
_SMALLEST_COLUMN = 1e-300
"""Keeps the scaling of a column of zeros from dividing by 0."""

FALLBACK = (
    "The mixed model did not pass its check by a second computation, so that this is a linear "
    "regression on participant means with HC3 standard errors."
)
TOO_SMALL = (
    "The rows are too few for the mixed model and its degrees of freedom, so that this is a linear "
    "regression on participant means with HC3 standard errors."
)
ONE_ROW_EACH = (
    "Each participant has one row, so that this is a linear regression with HC3 standard errors."
)

_DEFAULT_START: tuple[dict[str, object], ...] = ({}, {"method": "nm", "maxiter": 2000})


@dataclass(frozen=True)
class Confirmation:
    """What found the same: statsmodels_mixedlm or likelihood_by_sums. params: by term."""

    route: str
    params: pd.Series


@dataclass(frozen=True)
class GuardedFit:
    """Coefficients to publish, and which model gave them.

    coefficients: indexed by term, columns estimate, se, df. model: mixed_model or
    participant_means. errors: whose standard errors and degrees of freedom these are; kenward_roger: the
    same table with Kenward and Roger's, None for participant means. factors: the random intercepts in the
    model, the coarsest first. caution: a sentence when the
    planned model was not the one used, else "". variances: residual, set, participant, leg, where
    the model has them. optimiser_warnings: what statsmodels said, for the log. on_boundary: components
    with variance 0. results: of the mixed model, for contrasts; None for participant means.
    confirmed_by: what confirmed the mixed model; None for participant means.
    """

    coefficients: pd.DataFrame
    model: str
    factors: tuple[str, ...]
    caution: str
    variances: pd.Series
    optimiser_warnings: tuple[str, ...] = field(default=())
    on_boundary: tuple[str, ...] = field(default=())
    results: NestedResults | None = None
    confirmed_by: Confirmation | None = None
    errors: Errors | None = None
    kenward_roger: pd.DataFrame | None = None

    def formula(self, endog: str, terms: str) -> str:
        """The model as a formula, random intercepts as lme4 writes them. terms: of the fixed effects."""
        intercepts = {
            "set": "(1 | pair_id)",
            "participant": "(1 | participant)",
            "leg": "(1 | participant:leg)",
        }
        return f"{endog} ~ {' + '.join((terms, *(intercepts[name] for name in self.factors)))}"


def fit_guarded(
    endog: npt.ArrayLike,
    exog: pd.DataFrame,
    groups: npt.ArrayLike,
    nested: npt.ArrayLike | None = None,
    *,
    sets: npt.ArrayLike | None = None,
    df_method: DfMethod = "kenward_roger",
    refit: bool = True,
) -> GuardedFit:
    """Fit endog (n_rows,) on exog (n_rows, k; constant and group first) by participant and leg.

    groups: participant per row. nested: leg per row, or None.
    sets: in a matched design the set per row, people in none being sets of their own, else None. An
    intercept that the rows cannot tell apart from another (one row per leg, one leg per
    participant, one set for all) is left out. Degrees of freedom between participants are capped at participants
    - parameters between participants. refit: False has the likelihood by sums confirm the fit, as
    it does for many rows, where it is many times faster than MixedLM, and for a variance of 0, where
    MixedLM stops short. df_method: in place of CR2 where these have too few clusters. Raises NotEstimableError when no model can be fitted.
    """
    values = np.asarray(endog, dtype=float)
    people = pd.factorize(np.asarray(groups), sort=True)[0]
    legs = None if nested is None else leg_codes(people, nested)
    if int(people.max()) + 1 <= exog.shape[1]:
        raise NotEstimableError(
            f"{int(people.max()) + 1} participants are too few for a model with "
            f"{exog.shape[1]} coefficients."
        )
    if sets is not None and not _sets_are_separable(people, np.asarray(sets)):
        sets = None
    if np.bincount(people).max() == 1 and sets is None:
        return _participant_means(values, exog, people, ONE_ROW_EACH)
    if legs is not None and not _legs_are_separable(people, legs):
        legs = None
    model = NestedIntercepts(values, exog, people, legs, sets=sets)
    try:
        exact = model.fit(df_method, cap_df=True)
    except NoSolutionError:
        return _participant_means(values, exog, people, TOO_SMALL)
    if exact.df.isna().any():
        return _participant_means(values, exog, people, TOO_SMALL)
    messages: list[str] = []
    confirmed_by = None
    is_refit = refit and len(values) <= MOST_ROWS_TO_REFIT and not exact.on_boundary
    if is_refit:
        confirmed_by = _refit(exact, model, messages)
    if not is_refit or (confirmed_by is None and sets is not None):
        confirmed_by = _by_sums(exact, model)
    if confirmed_by is None:
        return _participant_means(values, exog, people, FALLBACK, tuple(messages))
    by_model = pd.DataFrame({"estimate": exact.params, "se": exact.bse, "df": exact.df})
    by_clusters = cr2_coefficients(model, exact)
    return GuardedFit(
        coefficients=by_model if by_clusters is None else by_clusters,
        model="mixed_model",
        factors=model.factor_names,
        caution="",
        variances=exact.variances,
        optimiser_warnings=tuple(messages),
        on_boundary=exact.on_boundary,
        results=exact,
        confirmed_by=confirmed_by,
        errors="kenward_roger" if by_clusters is None else "cr2",
        kenward_roger=by_model,
    )


def _sets_are_separable(people: Codes, sets: npt.NDArray[np.generic]) -> bool:
    """Whether there are several sets, and one of several participants."""
    members = pd.Series(people).groupby(sets).nunique()
    return bool(len(members) > 1 and members.max() > 1)


def _legs_are_separable(people: Codes, legs: Codes) -> bool:
    """Whether some leg has several rows and some participant several legs."""
    legs_of = pd.Series(legs).groupby(people).nunique()
    return bool(np.bincount(legs).max() > 1 and legs_of.max() > 1)


def _refit(
    exact: NestedResults, model: NestedIntercepts, messages: list[str]
) -> Confirmation | None:
    """MixedLM where its own likelihood has its maximum at the exact solution.

    Started there, it stays or finds a better place; where it fails, it starts from its default.
    """
    model_se = np.sqrt(np.diag(exact.reml.cov))
    for options in ({"start_params": _start(exact)}, *_DEFAULT_START):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                fit = _mixedlm(model).fit(reml=True, **options)
                gap = np.abs(np.asarray(fit.fe_params) - exact.params.to_numpy()) / model_se
                agrees = (
                    abs(float(fit.llf) - exact.llf) < LARGEST_LOGLIKELIHOOD_GAP
                    and float(gap.max()) < LARGEST_COEFFICIENT_GAP_SE
                )
            # MixedLM raises these on data where lme4 and exact REML have no difficulty.
            except (np.linalg.LinAlgError, ValueError) as error:
                messages.append(str(error))
                agrees = False
        messages.extend(str(warning.message) for warning in caught)
        if agrees:
            found = pd.Series(np.asarray(fit.fe_params), exact.params.index)
            return Confirmation("statsmodels_mixedlm", found)
    return None


def _start(exact: NestedResults) -> MixedLMParams:
    """The exact solution as MixedLM wants it: variances as multiples of the residual variance."""
    residual, coarsest, *finer = exact.variances.to_numpy(dtype=float)
    return MixedLMParams.from_components(
        exact.params.to_numpy(dtype=float),
        cov_re=np.array([[coarsest / residual]]),
        vcomp=np.array(finer) / residual,
    )


def _by_sums(exact: NestedResults, model: NestedIntercepts) -> Confirmation | None:
    """Coefficients by sums, where their likelihood is ours at the solution and lower around it."""
    x, factors = model.exog, model.factors
    start, _, _, _ = np.linalg.lstsq(x, model.endog, rcond=None)
    shifted = model.endog - x @ start

    def loglike(variances: Floats) -> float:
        return reml_loglikelihood(shifted, x, factors, variances)

    found = exact.variances.to_numpy(dtype=float)
    at_solution = loglike(found)
    if abs(at_solution - exact.llf) > LARGEST_LOGLIKELIHOOD_GAP:
        return None
    steps = np.vstack([np.eye(len(found)), -np.eye(len(found))]) * _NEIGHBOUR * found[0]
    around = [loglike(np.maximum(found + step, 0.0)) for step in steps]
    if max(around) > at_solution + LARGEST_LOGLIKELIHOOD_GAP:
        return None
    params = start + coefficients_by_sums(shifted, x, factors, found)
    return Confirmation("likelihood_by_sums", pd.Series(params, exact.params.index))


def _mixedlm(model: NestedIntercepts) -> MixedLM:
    """The statsmodels model: groups are the coarsest level, finer ones variance components of it."""
    top, *finer = model.factors
    components = None
    if finer:
        names: list[list[list[str]]] = []
        matrices: list[list[Floats]] = []
        for codes in finer:
            own = [codes[top == level] for level in np.unique(top)]
            levels = [np.unique(part) for part in own]
            names.append([[str(level) for level in part] for part in levels])
            matrices.append(
                [
                    (part[:, None] == of[None, :]).astype(float)
                    for part, of in zip(own, levels, strict=True)
                ]
            )
        components = VCSpec(list(model.factor_names[1:]), names, matrices)
    return MixedLM(
        model.endog,
        model.exog,
        groups=top,
        exog_re=np.ones((len(model.endog), 1)),
        exog_vc=components,
    )


def _participant_means(
    endog: Floats,
    exog: pd.DataFrame,
    people: Codes,
    caution: str,
    messages: tuple[str, ...] = (),
) -> GuardedFit:
    """OLS on participant means with HC3 and t; terms that means cannot tell apart are left out."""
    means = exog.reset_index(drop=True).groupby(people).mean()
    kept: list[str] = []
    for term in means.columns:
        candidate = means[[*kept, term]].to_numpy(dtype=float)
        if np.linalg.matrix_rank(
            candidate / np.abs(candidate).max(axis=0).clip(_SMALLEST_COLUMN)
        ) > len(kept):
            kept.append(term)
    response = pd.Series(endog).groupby(people).mean()
    if len(response) <= len(kept) or response.max() == response.min():
        raise NotEstimableError(
            "The participants are too few or their means do not vary, so that no uncertainty can "
            "be estimated."
        )
    matrix = means[kept].to_numpy(dtype=float)
    leverage = np.einsum("ij,ji->i", matrix, np.linalg.pinv(matrix))
    if leverage.max() > LARGEST_LEVERAGE:
        raise NotEstimableError(
            "One participant alone determines a coefficient, so that no uncertainty can be "
            "estimated."
        )
    fit = OLS(response.to_numpy(), matrix).fit(cov_type="HC3", use_t=True)
    return GuardedFit(
        coefficients=pd.DataFrame(
            {"estimate": fit.params, "se": fit.bse, "df": float(fit.df_resid)}, index=kept
        ),
        model="participant_means",
        factors=(),
        caution=caution,
        variances=pd.Series(dtype=float),
        optimiser_warnings=messages,
    )
