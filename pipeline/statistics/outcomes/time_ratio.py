"""The ratio of hold times by the log-normal censored regression, the usual model of holds."""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, Design, build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.hold_rows import check_holds
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.second_routes.routes import second_log_ratio
from pipeline.statistics.second_routes.second_opinion import with_second_opinion

FEWEST_PARTICIPANTS_PER_GROUP = 10
"""Fewer flag the result. Cluster-robust inference holds for many participants: the simulation
behind `CensoredNormal.fit_clustered` covered 21 to 60 per group and says nothing about so few."""

FEW_PARTICIPANTS = (
    f"Fewer than {FEWEST_PARTICIPANTS_PER_GROUP} participants in a group: the interval is "
    "approximate."
)


@dataclass(frozen=True)
class HoldFit:
    """One fitted regression on the logarithm of hold time.

    `clustered` and `without_small_sample` are statsmodels results of the same coefficients with
    two cluster-robust covariances. n_participants: clusters. n_censored: rows without an exact
    time: held to the ceiling, unable, or known only within bounds. caution: a sentence about the
    inference, or "".
    """

    design: Design
    clustered: Any
    without_small_sample: Any
    n_participants: int
    n_censored: int
    caution: str

    @property
    def terms(self) -> list[str]:
        """Terms in order, `ln_sigma` last."""
        return [*self.design.exog.columns, "ln_sigma"]

    def coefficient(self, term: str, ci_level: float) -> Inference:
        """A coefficient with t(participants - 1) inference, on the log scale."""
        at = self.terms.index(term)
        return infer(
            float(self.clustered.params[at]),
            float(self.clustered.bse[at]),
            df=float(self.n_participants - 1),
            ci_level=ci_level,
        )

    def log_ratio_as_survreg(self, ci_level: float) -> Inference:
        """The group coefficient with the standard error and z inference that R's survreg prints."""
        at = self.terms.index(GROUP_TERM)
        return infer(
            float(self.without_small_sample.params[at]),
            float(self.without_small_sample.bse[at]),
            df=None,
            ci_level=ci_level,
        )


def fit_hold_model(
    rows: pd.DataFrame, covariates: tuple[str, ...], comparison: Comparison
) -> HoldFit:
    """Fit the trials of one task and condition (`AnalysisSets.hold_times` rows).

    Raises NotEstimableError with the reason when the data cannot carry a regression.
    """
    check_holds(rows, comparison)
    design = build_design(rows, covariates, comparison)
    used = design.rows
    check_holds(used, comparison)
    n_participants = used["participant_id"].nunique()
    if n_participants <= design.exog.shape[1]:
        raise NotEstimableError(
            f"{n_participants} participants are too few for a model with "
            f"{design.exog.shape[1]} coefficients."
        )
    model = CensoredNormal(used["log_low"], used["log_high"], design.exog.to_numpy(dtype=float))
    people = used["participant_id"]
    return HoldFit(
        design=design,
        clustered=model.fit_clustered(people),
        without_small_sample=model.fit_clustered(people, small_sample=False),
        n_participants=n_participants,
        n_censored=int((used["censoring"] != "exact").sum()),
        caution=(
            FEW_PARTICIPANTS
            if min(comparison.participants_in(used)) < FEWEST_PARTICIPANTS_PER_GROUP
            else ""
        ),
    )


def describe_row(row: EstimateRow, fit: HoldFit, comparison: Comparison) -> EstimateRow:
    """The row with the counts of the rows in the model and with everything a reader has to know."""
    row = row.counting(fit.design.rows, comparison, fit.n_censored)
    row = replace(row, formula=f"log(hold_time_s) ~ {fit.design.formula}")
    caution = fit.design.caution or bool(fit.caution)
    return row.noting(*fit.design.notes, fit.caution, caution=caution)


def as_time_ratio(row: EstimateRow, fit: HoldFit, comparison: Comparison) -> EstimateRow:
    """The row with the ratio of hold times, its interval, its counts and its second opinion."""
    log_ratio = fit.coefficient(GROUP_TERM, comparison.ci_level)
    row = describe_row(row, fit, comparison).with_inference(log_ratio, is_log=True)
    return with_second_opinion(row, lambda: second_log_ratio(fit.design))
