"""Generalised estimating equations (GEE): the mean over participants, rows alike within them."""

import warnings
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from statsmodels.genmod.cov_struct import Exchangeable, Independence
from statsmodels.genmod.families import Family, Gaussian
from statsmodels.genmod.generalized_estimating_equations import GEE
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    IterationLimitWarning,
    PerfectSeparationWarning,
)

from pipeline.statistics.estimates.arrays import Codes, Floats
from pipeline.statistics.estimates.errors import NoSolutionError, NotEstimableError
from pipeline.statistics.models.model_rows import (
    check_clusters,
    check_rows,
    refuse_exact_fit,
)
from pipeline.statistics.models.regression_results import RegressionResults

Working = Literal["exchangeable", "independence"]
GEECovariance = Literal["robust", "bias_reduced"]

_SETTLED = 1e-10
_MOST_STEPS = 200
_NOTHING_LEFT = 1e-9
"""Share that is rounding only."""
_IN_WORDS = {"robust": "robust standard errors", "bias_reduced": "bias-reduced standard errors"}

ONE_ROW_EACH = (
    "Each participant has one row, so that there is no likeness of rows to estimate; the working "
    "correlation is independence."
)


@dataclass(frozen=True, kw_only=True)
class GEEResults(RegressionResults):
    """Coefficients; working: correlation assumed. alpha: likeness of two rows of a participant."""

    working: Working
    alpha: float


class ParticipantGEE:
    """Linear GEE of several rows per participant; arguments as in `ClusteredOLS`."""

    def __init__(self, endog: npt.ArrayLike, exog: pd.DataFrame, participants: pd.Series) -> None:
        self.endog = endog
        self.exog = exog
        self.participants = participants

    def fit(
        self, working: Working = "exchangeable", covariance: GEECovariance = "bias_reduced"
    ) -> GEEResults:
        """Estimates that hold whatever the correlation is; t with participants - k df.

        statsmodels gives z; with 40 participants its intervals are too short, and robust standard
        errors are too small as well, which bias_reduced mends (Mancl and DeRouen 2001, Biometrics
        57:126). Raises NotEstimableError as `check_rows`, with no more participants than terms,
        and without a solution. Source: Liang and Zeger 1986, Biometrika 73:13.
        """
        y, x = check_rows(self.endog, self.exog)
        codes = check_clusters(self.participants, self.exog)
        return fit_gee(y, x, codes, self.exog.columns, Gaussian(), working, covariance)


def fit_gee(
    y: Floats,
    x: Floats,
    codes: Codes,
    names: pd.Index,
    family: Family,
    working: Working,
    covariance: GEECovariance,
) -> GEEResults:
    """Statsmodels GEE on rows that have been checked; NoSolutionError when it does not settle."""
    cautions: tuple[str, ...] = ()
    if isinstance(family, Gaussian):
        refuse_exact_fit(y, x)
    if covariance == "bias_reduced":
        _refuse_a_decisive_participant(x, codes)
    if working == "exchangeable" and np.bincount(codes).max() == 1:
        working, cautions = "independence", (ONE_ROW_EACH,)
    structure = Exchangeable() if working == "exchangeable" else Independence()
    # GEE wants the rows of a participant together, and stops by a score in the units of both.
    order = np.argsort(codes, kind="stable")
    widths = np.abs(x).max(axis=0)
    unit = (float(y.std()) or 1.0) if isinstance(family, Gaussian) else 1.0
    model = GEE(
        y[order] / unit,
        x[order] / widths,
        groups=codes[order],
        family=family,
        cov_struct=structure,
    )
    fit = _fit_until_settled(model, covariance)
    if (np.asarray(fit.bse) < _NOTHING_LEFT * np.sqrt(np.diag(fit.cov_naive))).any():
        raise NotEstimableError(
            "What the terms leave is the same in all participants, so that no uncertainty can be "
            "estimated."
        )
    n_participants = int(codes.max()) + 1
    sizes = unit / widths
    return GEEResults(
        params=pd.Series(fit.params * sizes, names),
        cov=pd.DataFrame(fit.cov_params() * np.outer(sizes, sizes), names, names),
        df=pd.Series(float(n_participants - x.shape[1]), names),
        covariance=f"{working} working correlation, {_IN_WORDS[covariance]}, t with participants - "
        "coefficients degrees of freedom",
        n_rows=len(y),
        n_participants=n_participants,
        cautions=cautions,
        working=working,
        alpha=float(structure.dep_params) if working == "exchangeable" else 0.0,
    )


def _refuse_a_decisive_participant(x: Floats, codes: Codes) -> None:
    """Raise NotEstimableError if, without some participant, a coefficient would be undetermined."""
    q = np.linalg.qr(x)[0]
    pulls = np.zeros((int(codes.max()) + 1, q.shape[1], q.shape[1]))
    np.add.at(pulls, codes, q[:, :, None] * q[:, None, :])
    if np.linalg.eigvalsh(pulls).max() > 1 - _NOTHING_LEFT:
        raise NotEstimableError(
            "One participant alone determines a coefficient, so that no uncertainty can be "
            "estimated."
        )


def _fit_until_settled(model: GEE, covariance: GEECovariance) -> Any:
    """The fit, or NoSolutionError."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", IterationLimitWarning)
        # Of the start, which statsmodels' regression without likeness gives; the end is checked.
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        try:
            fit = model.fit(maxiter=_MOST_STEPS, ctol=_SETTLED, cov_type=covariance)
        except (ConvergenceWarning, IterationLimitWarning, np.linalg.LinAlgError):
            fit = None
    with np.errstate(invalid="ignore"):  # A negative variance, which is no solution.
        is_found = fit is not None and bool(np.isfinite([fit.params, fit.bse]).all())
    if not is_found:
        raise NoSolutionError("The estimating equations have no stable solution with these data.")
    return fit
