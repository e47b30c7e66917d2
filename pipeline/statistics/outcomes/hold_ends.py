"""How holds end, without a distribution of times: hazard ratio, odds of the ceiling, restricted mean.

Each takes a design and a confidence level and gives the group's number as a `Found`.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from pipeline.statistics.diagnostics.of_hold_models import HAZARDS_DIFFER
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, Design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimated
from pipeline.statistics.estimates.p_values import Inference
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.discrete.leg_shares import LegShares
from pipeline.statistics.models.survival.cox import CoxRegression
from pipeline.statistics.models.survival.log_rank import log_rank_test
from pipeline.statistics.models.survival.restricted_mean import restricted_mean_regression
from pipeline.statistics.outcomes.hold_model import check_groups
from pipeline.statistics.outcomes.outcome_names import Measure

FEWEST_STRATA = 2
BOUNDS_ONLY = "Some trials are known only within bounds, so that this analysis is not possible."


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


def smallest_ceiling_s(rows: pd.DataFrame) -> float:
    """The longest time that every trial could reach (s). Raises NotEstimableError with bounds."""
    if rows.empty:
        raise NotEstimableError("No trial could be analysed.")
    if rows["capped_s"].isna().any():
        raise NotEstimableError(BOUNDS_ONLY)
    return float(rows["ceiling_s"].min())


def recapped(rows: pd.DataFrame) -> pd.DataFrame:
    """Trials with capped_s at most the smallest ceiling, so that means and ranks can be compared."""
    limit = smallest_ceiling_s(rows)
    return rows.assign(capped_s=rows["capped_s"].clip(upper=limit))


def recapped_note(rows: pd.DataFrame) -> str:
    """The sentence that values capped at a smaller ceiling than their own need, or ""."""
    limit = smallest_ceiling_s(rows)
    if rows["ceiling_s"].max() <= limit:
        return ""
    return f"Holds counted up to {limit:g} s, the smallest of several ceilings."


def hazard_ratio(design: Design, ci_level: float) -> Found:
    """Log hazard ratio of ending a hold, errors clustered by participant, t inference."""
    rows = design.rows
    smallest_ceiling_s(rows)
    exog = design.exog.drop(columns="const")
    fit = CoxRegression(rows["capped_s"], rows["censoring"] != "ceiling", exog).fit_clustered(
        rows["participant_id"]
    )
    p = float(fit.proportional_hazards_test()["p"].to_dict()[GROUP_TERM])
    changes = p < HAZARDS_DIFFER
    notes = (
        f"Test of proportional hazards: {_p_in_words(p)}; concordance {fit.concordance.estimate:.2f} "
        f"(standard error {fit.concordance.se:.2f}).",
        "The hazard ratio changes over the hold, so that one number does not describe it."
        if changes
        else "",
    )
    return Found(fit.inference(GROUP_TERM, ci_level=ci_level), notes, caution=changes, fit=fit)


def odds_of_the_ceiling(design: Design, ci_level: float) -> Found:
    """Log odds ratio of holding a trial to its ceiling, by generalised estimating equations."""
    rows = design.rows
    limit = smallest_ceiling_s(rows)
    at_ceiling = rows["censoring"].eq("ceiling").astype(float)
    fit = LegShares(at_ceiling, design.exog, rows["participant_id"]).fit()
    several = rows["ceiling_s"].max() > limit
    note = "Each trial's own ceiling counts; ceilings differ." if several else ""
    return Found(
        fit.inference(GROUP_TERM, ci_level), (note, *fit.cautions), bool(fit.cautions), fit
    )


def restricted_mean_ancova(design: Design, ci_level: float) -> Found:
    """Difference of mean hold within the smallest ceiling (s), participants' means, HC3 and t."""
    rows = design.rows
    limit = smallest_ceiling_s(rows)
    fit = restricted_mean_regression(
        np.minimum(rows["capped_s"], limit),
        rows["capped_s"] < limit,
        design.exog,
        rows["participant_id"],
        limit,
        legs=rows["leg"],
    )
    note = f"Restricted mean: mean hold within the first {limit:g} s, on participant means."
    return Found(fit.inference(GROUP_TERM, ci_level=ci_level), (note,))


def log_rank_part(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    """Log-rank test of the best trial of the dominant leg, one hold per participant.

    Stratified by site where the cohort has several. Id: "<outcome>:logrank". The number is the
    chi-squared statistic, which has no direction; the test uses few of the trials and ignores
    covariates, so that it is weaker than the regressions.
    """
    best = best_of_dominant_leg(rows)
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:logrank",
        outcome=measure.outcome,
        contrast=f"{comparison.case} v {comparison.reference}",
        model="logrank",
        variant="best trial of the dominant leg",
        role="sensitivity",
        unit="chi-squared",
    ).counting(best, comparison, int((best["censoring"] != "exact").sum()))

    def compute(row: EstimateRow) -> EstimateRow:
        if best.empty:
            raise NotEstimableError("No trial of a leg known to be dominant could be analysed.")
        check_groups(best, comparison)
        smallest_ceiling_s(best)
        several = (
            "site" in best
            and best["site"].notna().all()
            and best["site"].nunique() >= FEWEST_STRATA
        )
        found = log_rank_test(
            best["capped_s"],
            best["censoring"] != "ceiling",
            best["group"],
            strata=best["site"] if several else None,
        )
        row = replace(
            row, estimate=found.chisq, statistic=found.chisq, df=float(found.df), p=found.p
        )
        return row.noting("Stratified by site." if several else "")

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun("logrank", measure.printed),) if ran else ())


def best_of_dominant_leg(rows: pd.DataFrame) -> pd.DataFrame:
    """The longest hold of each participant's dominant leg; people without one are left out."""
    own = rows.loc[rows["dom"].eq(1)].sort_values(["participant_id", "low_s", "high_s"])
    return own.drop_duplicates("participant_id", keep="last").reset_index(drop=True)


def _p_in_words(p: float) -> str:
    """P as notes print it; three digits, "P < .001" below."""
    return "P < .001" if p < 0.001 else f"P = {p:.3f}".replace("0.", ".", 1)
