"""Tests of an outcome without a distribution: ranks, the log-rank test, participants changing places."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import (
    best_of_dominant_leg,
    cap_at_smallest,
    check_groups,
    check_holds,
    say_capped,
    smallest_ceiling_s,
)
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import by_group, participant_values
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.models.censored.score_permutation import score_permutation
from pipeline.statistics.models.resampling import REPORT_SEED
from pipeline.statistics.models.survival.log_rank import log_rank_test
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.second_routes.routes import second_relative_effect
from pipeline.statistics.second_routes.second_opinion import with_second_opinion

_FEWEST_SITES: Final = 2


def log_rank_part(asked: OutcomeRows) -> Part:
    """Log-rank test of the best trial of the dominant leg, one hold per participant.

    Stratified by site where the cohort has several. Id: "<outcome>:logrank". The number is the
    chi-squared statistic, which has no direction; the test uses few of the trials and ignores
    covariates, so that it is weaker than the regressions.
    """
    measure, comparison = asked.measure, asked.comparison
    best = best_of_dominant_leg(asked.rows)
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
            and best["site"].nunique() >= _FEWEST_SITES
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

    return Part.of_run((compute_or_say_why(row, compute),), ModelRun("logrank", measure.printed))


def brunner_munzel_part(asked: OutcomeRows) -> Part:
    """The probability that a person of the reference group has the higher value, on participant values.

    Holds are capped at the smallest ceiling, which ranks allow. 0.5 means that neither group tends to
    higher values. Id "<outcome>:brunner_munzel".
    """
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison
    is_hold = asked.kind == "hold"
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:brunner_munzel",
        outcome=measure.outcome,
        contrast=f"P({comparison.case} < {comparison.reference})",
        model="brunner_munzel",
        role="sensitivity",
        unit="probability",
    ).counting(rows, comparison)

    def compute(row: EstimateRow) -> EstimateRow:
        ranked = cap_at_smallest(rows) if is_hold else rows
        people = participant_values(ranked, asked.column, within_leg=asked.within_leg)
        case, reference = by_group(people, comparison)
        rng = np.random.default_rng(REPORT_SEED)
        found = brunner_munzel(reference, case, rng=rng, ci_level=comparison.ci_level)
        row = row.counting(people, comparison, value="value")
        row = replace(
            row,
            estimate=found.probability,
            se=found.se,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            ci_level=found.ci_level,
            statistic=found.statistic,
            df=found.df,
            p=found.p,
        )
        row = with_second_opinion(row, lambda: second_relative_effect(reference, case))
        return row.noting(
            say_capped(rows) if is_hold else "",
            "" if found.p_method == "t" else f"P value from {found.p_method}.",
        )

    return Part.of_run(
        (compute_or_say_why(row, compute),), ModelRun("brunner_munzel", measure.printed)
    )


def permuted_part(asked: OutcomeRows) -> Part:
    """Score test of the log-normal regression, participants changing places; id "<outcome>:permutation".

    They do so within matched sets where everybody has one, else within sites where there are several.
    The number is the score over its standard error; below 0 cases hold for less time.
    """
    rows, measure, comparison = asked.rows, asked.measure, asked.comparison
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:permutation",
        outcome=measure.outcome,
        contrast=f"{comparison.case} v {comparison.reference}",
        model="permutation",
        variant="adjusted",
        role="sensitivity",
        unit="z",
    ).counting(rows, comparison, n_censored(rows))

    def compute(row: EstimateRow) -> EstimateRow:
        check_holds(rows, comparison)
        design = asked.designs.of(comparison.covariates(measure.outcome))
        used = design.rows
        check_holds(used, comparison)
        strata, within = _strata(used, comparison)
        found = score_permutation(
            used["log_low"],
            used["log_high"],
            design.exog.drop(columns=GROUP_TERM),
            design.exog[GROUP_TERM],
            used["participant_id"],
            strata,
            rng=np.random.default_rng(REPORT_SEED),
        )
        row = row.counting(used, comparison, n_censored(used))
        covariates = " + ".join(design.names) or "1"
        row = replace(
            row,
            formula=f"log(hold_time_s) ~ {covariates}",
            estimate=found.z,
            statistic=found.z,
            p=found.p,
        )
        return row.noting(
            f"Participants changed places{within} {found.n_permutations} times (seed "
            f"{REPORT_SEED}).",
            *design.notes,
            caution=design.caution,
        )

    return Part.of_run(
        (compute_or_say_why(row, compute),), ModelRun("permutation", measure.printed)
    )


def _strata(rows: pd.DataFrame, comparison: Comparison) -> tuple[pd.Series, str]:
    """Within what participants change places, per row, and in words."""
    if "pair_id" in rows and rows["pair_id"].notna().all():
        is_case = rows["group"].eq(comparison.case)
        if is_case.groupby(rows["pair_id"]).nunique().max() > 1:
            return rows["pair_id"], " within matched sets"
    if "site" in rows and rows["site"].notna().all() and rows["site"].nunique() >= _FEWEST_SITES:
        return rows["site"], " within sites"
    return pd.Series(0, rows.index), ""
