"""The ratio of hold times by the log-normal censored regression, the usual model of holds."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, Design, build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.hold_rows import (
    ceilings_and_shortest_s,
    check_holds,
    few_ends,
)
from pipeline.statistics.estimates.p_values import Inference, infer
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.models.censored.participant_scores import spread_by_group
from pipeline.statistics.second_routes.routes import second_log_ratio
from pipeline.statistics.second_routes.second_opinion import with_second_opinion
from schemas.p_style import p_sentence

SPREADS_DIFFER_P = 0.10
RATIOS_DIFFER = 0.10
"""With equal spreads this speaks in 14 to 57 of 100 cohorts (68 with 80 % at the ceiling), with a case
spread 1.5 times as large in 50 to 95, with twice in 91 and more (docs/error-rates.md)."""


@dataclass(frozen=True)
class HoldFit:
    """One fitted regression on the logarithm of hold time.

    `clustered` and `without_small_sample` are statsmodels results of the same coefficients: with the
    small-sample covariance (CR2) of clusters, participants or matched sets, and with that of R's survreg by
    participant. n_censored: rows without an exact time: held to the ceiling, unable, or known only within
    bounds. caution: a sentence about the inference, or "".
    """

    design: Design
    clustered: Any
    without_small_sample: Any
    n_censored: int
    caution: str

    @property
    def terms(self) -> list[str]:
        """Terms in order, `ln_sigma` last."""
        return [*self.design.exog.columns, "ln_sigma"]

    def coefficient(self, term: str, ci_level: float) -> Inference:
        """A coefficient with its interval on the log scale, t with Satterthwaite's degrees of freedom."""
        found: Inference = self.clustered.inference(
            self.clustered.terms[self.terms.index(term)], ci_level=ci_level
        )
        return found

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
    model = CensoredNormal(used["log_low"], used["log_high"], design.exog.to_numpy(dtype=float))
    ceiling_s, shortest_s = ceilings_and_shortest_s(used)
    return HoldFit(
        design=design,
        clustered=model.fit_clustered(
            design.clusters.codes,
            ceiling=np.log(ceiling_s),
            shortest=None if shortest_s is None else float(np.log(shortest_s)),
        ),
        without_small_sample=model.fit_clustered(used["participant_id"], covariance="CR0"),
        n_censored=int((used["censoring"] != "exact").sum()),
        caution=few_ends(used, comparison),
    )


def unequal_spread(fit: HoldFit, comparison: Comparison) -> str:
    """The sentence on groups that spread differently, with what the ratio would then be; "" where they do not.

    Under a ceiling the model with one spread compares such groups wrongly. Said where the test of equal
    spreads gives P below SPREADS_DIFFER_P or the ratio with a spread for each group differs by more than
    RATIOS_DIFFER.
    """
    rows = fit.design.rows
    ceiling_s, shortest_s = ceilings_and_shortest_s(rows)
    is_case = fit.design.exog[GROUP_TERM].eq(1)
    try:
        found = spread_by_group(
            rows["low_s"],
            rows["high_s"],
            fit.design.exog,
            np.where(is_case, comparison.case, comparison.reference),
            case=comparison.case,
            reference=comparison.reference,
            participants=fit.design.clusters.codes,
            ceiling=ceiling_s,
            shortest=shortest_s,
        )
    except NotEstimableError:
        return ""
    at = fit.terms.index(GROUP_TERM)
    own, one = (np.exp(float(model.params[at])) for model in (found.fit, fit.clustered))
    if found.p >= SPREADS_DIFFER_P and abs(np.log(own / one)) <= np.log(1 + RATIOS_DIFFER):
        return ""
    return (
        f"The groups may spread differently (ratio of spreads {found.ratio:.2f}, {p_sentence(found.p)}); with a "
        f"spread for each group the ratio is {own:.2f} (see sensitivity analyses)."
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
    row = row.noting(fit.design.clusters.noted)
    return with_second_opinion(row, lambda: second_log_ratio(fit.design))
