"""The further models of hold time that a plan can name, as a table: id of the model -> what it gives.

Each gets the same rows and covariates as the planned model; it answers whether the result depends on
the distribution, on how trials of one person go together, or on a model of the ceiling at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.design import GROUP_TERM, Design, build_design
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.estimate_rows import EstimateRow, estimated
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.random_intercept import CensoredRandomIntercept
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel
from pipeline.statistics.outcomes.hold_model import check_holds
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.p_values import Inference
from pipeline.statistics.part import ModelRun, Part
from pipeline.statistics.participant_values import WithinLeg, by_group, participant_values

PERMUTATION_SEED: Final = 20140
"""Permutations are drawn from one fixed stream, so that a report can be made again."""


@dataclass(frozen=True)
class HoldModel:
    """One further model of hold time.

    is_ratio: its number is a ratio, modelled as a logarithm. unit: of the number. infer: the group's
    coefficient on the scale of the model.
    """

    is_ratio: bool
    unit: str
    infer: Callable[[Design, float], Inference]


def _clustered(distribution: str) -> Callable[[Design, float], Inference]:
    def infer(design: Design, ci_level: float) -> Inference:
        rows = design.rows
        model = CensoredRegression(
            rows["low_s"], rows["high_s"], design.exog, distribution=distribution
        )
        fit = model.fit_clustered(rows["participant_id"])
        found: Inference = fit.inference(GROUP_TERM, ci_level=ci_level)
        return found

    return infer


def _random_intercept(design: Design, ci_level: float) -> Inference:
    rows = design.rows
    model = CensoredRandomIntercept(
        rows["low_s"], rows["high_s"], design.exog, rows["participant_id"]
    )
    return model.fit(ci_level=ci_level).inference(GROUP_TERM, ci_level=ci_level)


HOLD_MODELS: Final[Mapping[str, HoldModel]] = {
    "censored_weibull": HoldModel(True, "ratio", _clustered("weibull")),
    "censored_loglogistic": HoldModel(True, "ratio", _clustered("loglogistic")),
    "censored_normal": HoldModel(False, "s", _clustered("normal")),
    "censored_lognormal_random_intercept": HoldModel(True, "ratio", _random_intercept),
}
"""By id of schemas.models. Clustered errors by participant with t inference, or a participant level."""


def hold_model_part(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, models: tuple[str, ...]
) -> Part:
    """One sensitivity row per model, with the covariates of the plan.

    models: ids; those of HOLD_MODELS and `brunner_munzel` are fitted here, others elsewhere. Ids:
    "<outcome>:<model>:adjusted", and "<outcome>:brunner_munzel".
    """
    parts = [
        _fitted(rows, measure, comparison, name, HOLD_MODELS[name])
        for name in models
        if name in HOLD_MODELS
    ]
    if "brunner_munzel" in models:
        parts.append(brunner_munzel_part(rows, "capped_s", measure, comparison))
    return Part.joining(*parts)


def _fitted(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, name: str, model: HoldModel
) -> Part:
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{name}:adjusted",
        outcome=measure.outcome,
        contrast=comparison.ratio if model.is_ratio else comparison.difference,
        model=name,
        variant="adjusted",
        role="sensitivity",
        unit=model.unit,
    ).counting(rows, comparison, _censored(rows))

    def compute(row: EstimateRow) -> EstimateRow:
        check_holds(rows, comparison)
        design = build_design(rows, comparison.covariates(measure.outcome), comparison)
        check_holds(design.rows, comparison)
        inference = model.infer(design, comparison.ci_level)
        left = "log(hold_time_s)" if model.is_ratio else "hold_time_s"
        row = replace(row, formula=f"{left} ~ {design.formula}")
        row = row.counting(design.rows, comparison, _censored(design.rows))
        row = row.with_inference(inference, is_log=model.is_ratio)
        return row.noting(*design.notes, caution=design.caution)

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun(name, measure.printed),) if ran else ())


def _censored(rows: pd.DataFrame) -> int:
    return int((rows["censoring"] != "exact").sum())


def brunner_munzel_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    within_leg: WithinLeg = "mean",
) -> Part:
    """The probability that a person of the reference group has the higher value, on participant values.

    column: of the values; holds are capped at their ceiling, which ranks allow as long as there is
    one ceiling. 0.5 means that neither group tends to higher values.
    """
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:brunner_munzel",
        outcome=measure.outcome,
        contrast=f"P({comparison.case} < {comparison.reference})",
        model="brunner_munzel",
        role="sensitivity",
        unit="probability",
    ).counting(rows, comparison)

    def compute(row: EstimateRow) -> EstimateRow:
        if column == "capped_s":
            _check_one_ceiling(rows)
        people = participant_values(rows, column, within_leg=within_leg)
        case, reference = by_group(people, comparison)
        rng = np.random.default_rng(PERMUTATION_SEED)
        found = brunner_munzel(reference, case, rng=rng, ci_level=comparison.ci_level)
        row = row.counting(people, comparison, value="value")
        return replace(
            row,
            estimate=found.probability,
            se=found.se,
            ci_low=found.ci_low,
            ci_high=found.ci_high,
            ci_level=found.ci_level,
            statistic=found.statistic,
            df=found.df,
            p=found.p,
        ).noting("" if found.p_method == "t" else f"P value from {found.p_method}.")

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun("brunner_munzel", measure.printed),) if ran else ())


def _check_one_ceiling(rows: pd.DataFrame) -> None:
    if rows["capped_s"].isna().any():
        raise NotEstimableError("Some holds are known only within bounds, so they have no mean.")
    if rows["ceiling_s"].min() < rows["ceiling_s"].max():
        raise NotEstimableError(
            "The trials have different ceilings, and values capped at different ceilings cannot be "
            "ranked together."
        )
