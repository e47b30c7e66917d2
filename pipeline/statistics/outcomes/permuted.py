"""Permutation test of the planned comparison of hold times: no distribution, no large sample."""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, Designs
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimated
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.models.censored.score_permutation import score_permutation
from pipeline.statistics.outcomes.hold_model import check_holds
from pipeline.statistics.outcomes.outcome_names import Measure

PERMUTED: Final = "permutation"
PERMUTATION_SEED: Final = 20140
"""Permutations are drawn from one fixed stream, so that a report can be made again."""
_FEWEST_SITES: Final = 2


def permuted_part(designs: Designs, measure: Measure, comparison: Comparison) -> Part:
    """Score test of the log-normal regression, participants changing places; id "<outcome>:permutation".

    They do so within matched sets where everybody has one, else within sites where there are several.
    The number is the score over its standard error; below 0 cases hold for less time.
    """
    rows = designs.rows
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{PERMUTED}",
        outcome=measure.outcome,
        contrast=f"{comparison.case} v {comparison.reference}",
        model=PERMUTED,
        variant="adjusted",
        role="sensitivity",
        unit="z",
    ).counting(rows, comparison, n_censored(rows))

    def compute(row: EstimateRow) -> EstimateRow:
        check_holds(rows, comparison)
        design = designs.of(comparison.covariates(measure.outcome))
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
            rng=np.random.default_rng(PERMUTATION_SEED),
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
            f"{PERMUTATION_SEED}).",
            *design.notes,
            caution=design.caution,
        )

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun(PERMUTED, measure.printed),) if ran else ())


def _strata(rows: pd.DataFrame, comparison: Comparison) -> tuple[pd.Series, str]:
    """Within what participants change places, per row, and in words."""
    if "pair_id" in rows and rows["pair_id"].notna().all():
        is_case = rows["group"].eq(comparison.case)
        if is_case.groupby(rows["pair_id"]).nunique().max() > 1:
            return rows["pair_id"], " within matched sets"
    if "site" in rows and rows["site"].notna().all() and rows["site"].nunique() >= _FEWEST_SITES:
        return rows["site"], " within sites"
    return pd.Series(0, rows.index), ""
