"""Mean hold up to a common limit (restricted mean survival time, RMST), in seconds.

The mean of holds capped at the smallest ceiling. Two groups are compared by the areas under their
curves, or with covariates by a regression of each participant's own value.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.regression.linear_model import OLS

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.model_rows import refuse_exact_fit
from pipeline.statistics.models.regression_results import FittedTerms
from pipeline.statistics.models.survival.curves import SurvivalCurve

_COLLINEAR = 1e-9
"""Of a column's length: what the other columns leave of it."""
_LARGEST_LEVERAGE = 1 - 1e-9
"""HC3 divides by (1 - leverage) squared; at 1 the fit passes through a participant exactly."""


def restricted_mean(
    times_s: npt.ArrayLike, ended: npt.ArrayLike, tau_s: float, *, ci_level: float = 0.95
) -> Inference:
    """Area under the curve of one group up to tau_s (s), normal interval; one hold per participant.

    times_s, ended: shape (n,). Agrees with R's survfit(rmean=). Raises NotEstimableError when nobody
    was followed to tau_s.
    """
    curve = SurvivalCurve.of(times_s, ended)
    estimate, se = _area(curve, tau_s)
    return infer(estimate, se, df=None, ci_level=ci_level)


def restricted_mean_difference(
    case: tuple[npt.ArrayLike, npt.ArrayLike],
    reference: tuple[npt.ArrayLike, npt.ArrayLike],
    tau_s: float,
    *,
    ci_level: float = 0.95,
) -> Inference:
    """Case minus reference (s), each given as (times_s, ended); normal interval and P value.

    Raises NotEstimableError as restricted_mean does, and when neither group varies.
    """
    (of_case, case_se), (of_reference, reference_se) = (
        _area(SurvivalCurve.of(*group), tau_s) for group in (case, reference)
    )
    se = float(np.hypot(case_se, reference_se))
    if se == 0:
        raise NotEstimableError(
            "Holds up to the limit do not vary, so that no uncertainty can be estimated."
        )
    return infer(of_case - of_reference, se, df=None, ci_level=ci_level)


def _area(curve: SurvivalCurve, tau_s: float) -> tuple[float, float]:
    """Area under the curve up to tau_s and its standard error."""
    left = curve.survival[-1] if len(curve.survival) else 1.0
    if tau_s > curve.last_s and left > 0:
        raise NotEstimableError(
            f"No hold was followed to {tau_s:g} s, so that the mean up to it is not known."
        )
    within = curve.time < tau_s
    edges = np.concatenate([[0.0], curve.time[within], [tau_s]])
    area = np.diff(edges) * np.concatenate([[1.0], curve.survival[within]])
    to_come = area.sum() - np.cumsum(area)[:-1]
    at_risk, n_ended = curve.n_at_risk[within], curve.n_ended[within]
    goes_on = at_risk > n_ended
    share = n_ended[goes_on] / (at_risk[goes_on] * (at_risk[goes_on] - n_ended[goes_on]))
    return float(area.sum()), float(np.sqrt((to_come[goes_on] ** 2 * share).sum()))


def pseudo_values(times_s: npt.ArrayLike, ended: npt.ArrayLike, tau_s: float) -> Floats:
    """What each hold adds to the restricted mean: n * mean - (n - 1) * mean without it, shape (n,).

    The hold capped at tau_s when none is cut off before tau_s. Source: Andersen, Hansen and Klein
    2004, Lifetime Data Anal 10:335. Raises NotEstimableError when nobody was followed to tau_s.
    """
    times, is_end = np.asarray(times_s, dtype=float), np.asarray(ended, dtype=bool)
    whole, _ = _area(SurvivalCurve.of(times, is_end), tau_s)
    if not (~is_end & (times < tau_s)).any():
        capped: Floats = np.minimum(times, tau_s)
        return capped
    n = len(times)
    keep = ~np.eye(n, dtype=bool)
    others = np.array(
        [_area(SurvivalCurve.of(times[rest], is_end[rest]), tau_s)[0] for rest in keep]
    )
    values: Floats = n * whole - (n - 1) * others
    return values


@dataclass(frozen=True, kw_only=True)
class RestrictedMeanResults(FittedTerms):
    """Coefficients in seconds with HC3 errors and t; n_rows: holds. tau_s: the limit.

    n_cut_before: holds whose end is unknown before tau_s, which pseudo-values stand for.
    """

    tau_s: float
    n_cut_before: int

    @property
    def title(self) -> str:
        """First line of the summary."""
        return f"Mean hold up to {self.tau_s:g} s, regression of participants, HC3"


def restricted_mean_regression(
    times_s: npt.ArrayLike,
    ended: npt.ArrayLike,
    exog: pd.DataFrame,
    participants: npt.ArrayLike,
    tau_s: float,
    *,
    legs: npt.ArrayLike | None = None,
) -> RestrictedMeanResults:
    """ANCOVA of the mean hold up to tau_s: participants' means on exog, HC3 errors and t.

    times_s, ended, participants, legs: shape (n_rows,), one row per trial; a participant's value is
    the mean over legs of the mean over trials. exog: (n_rows, k) with a constant, one value per
    participant. With ceilings of tau_s or more every value is the capped hold itself, so that this
    is the regression of mean capped holds; a hold cut off earlier is replaced by its pseudo-value.

    Raises NotEstimableError when nobody was followed to tau_s, with too few participants, a collinear
    column, no variation, or a participant who alone determines a coefficient.
    """
    values = pseudo_values(times_s, ended, tau_s)
    people = np.asarray(participants)
    frame = pd.DataFrame({"person": people, "leg": "" if legs is None else np.asarray(legs)})
    by_leg = pd.Series(values).groupby([frame["person"], frame["leg"]]).mean()
    response = by_leg.groupby(level=0).mean()
    columns = exog.reset_index(drop=True).groupby(people)
    if (columns.max() - columns.min()).to_numpy(dtype=float).any():
        raise ValueError("exog needs one value per participant")
    matrix = columns.first().loc[response.index]
    design = matrix.to_numpy(dtype=float)
    own = np.asarray(response, dtype=np.float64)
    _check(design, own)
    fit = OLS(own, design).fit(cov_type="HC3", use_t=True)
    terms = list(matrix.columns)
    before = ~np.asarray(ended, dtype=bool) & (np.asarray(times_s, dtype=float) < tau_s)
    return RestrictedMeanResults(
        params=pd.Series(fit.params, terms),
        bse=pd.Series(fit.bse, terms),
        df=pd.Series(float(fit.df_resid), terms),
        cov=pd.DataFrame(fit.cov_params(), terms, terms),
        llf=float(fit.llf),
        n_rows=len(values),
        n_groups=len(response),
        tau_s=tau_s,
        n_cut_before=int(before.sum()),
    )


def _check(design: Floats, response: Floats) -> None:
    n, k = design.shape
    if n <= k:
        raise NotEstimableError(f"{n} participants are too few for a model with {k} coefficients.")
    r = np.linalg.qr(design)[1]
    if (np.abs(np.diag(r)) <= _COLLINEAR * np.sqrt((r**2).sum(axis=0))).any():
        raise NotEstimableError(
            "A column of the regression is determined by the others, so that their coefficients "
            "cannot be told apart."
        )
    if np.ptp(response) == 0:
        raise NotEstimableError(
            "Holds up to the limit do not vary, so that no uncertainty can be estimated."
        )
    refuse_exact_fit(response, design)
    leverage = np.einsum("ij,ji->i", design, np.linalg.pinv(design))
    if leverage.max() > _LARGEST_LEVERAGE:
        raise NotEstimableError(
            "One participant alone determines a coefficient, so that no uncertainty can be "
            "estimated."
        )
