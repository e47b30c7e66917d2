"""The further models of hold time that a plan can name, as a table: id of the model -> what it gives.

Each gets the same rows and covariates as the planned model; it answers whether the result depends on
the distribution, on how trials of one person go together, or on a model of the ceiling at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.diagnostics.entries import diagnose
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, OF_THE_LEG, Design, Designs
from pipeline.statistics.estimates.estimate_rows import EstimateRow, estimated
from pipeline.statistics.estimates.model_check import EstimateCheck
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import WithinLeg, by_group, participant_values
from pipeline.statistics.estimates.row_counts import n_censored
from pipeline.statistics.models.censored.censored_regression import CensoredRegression
from pipeline.statistics.models.censored.random_intercept import CensoredRandomIntercept
from pipeline.statistics.models.two_groups.brunner_munzel import brunner_munzel
from pipeline.statistics.outcomes.hold_ends import (
    Found,
    hazard_ratio,
    log_rank_part,
    odds_of_the_ceiling,
    recapped,
    recapped_note,
    restricted_mean_ancova,
)
from pipeline.statistics.outcomes.hold_model import check_groups, check_holds
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.permuted import PERMUTATION_SEED, PERMUTED, permuted_part
from pipeline.statistics.second_routes.routes import (
    second_capped_difference,
    second_hazard_ratio,
    second_log_ratio_by,
    second_odds_of_the_ceiling,
    second_of_levels,
    second_relative_effect,
    second_restricted_mean,
)
from pipeline.statistics.second_routes.second_opinion import SecondNumber, with_second_opinion


@dataclass(frozen=True)
class HoldModel:
    """One further model of hold time.

    is_ratio: its number is a ratio, modelled as a logarithm. unit: of the number. infer: the group's
    coefficient on the scale of the model. left: left side of its formula. variant: what the row is
    called. on_means: of one value per participant, so that covariates of a leg stay out. is_of_times:
    models times beyond the ceiling, and so needs enough trials that ended. method: key of its
    sentence in the methods text, the model's id by default. second: the number by another route;
    is_second_slow: it takes longer than the model, so that only the model of the plan has it.
    """

    is_ratio: bool
    unit: str
    infer: Callable[[Design, float], Found]
    left: str
    variant: str = "adjusted"
    on_means: bool = False
    is_of_times: bool = True
    method: str = ""
    second: Callable[[Design], SecondNumber | None] | None = None
    is_second_slow: bool = False


def _clustered(distribution: str) -> Callable[[Design, float], Found]:
    def infer(design: Design, ci_level: float) -> Found:
        rows = design.rows
        model = CensoredRegression(
            rows["low_s"], rows["high_s"], design.exog, distribution=distribution
        )
        fit = model.fit_clustered(rows["participant_id"])
        return Found(fit.inference(GROUP_TERM, ci_level=ci_level), fit=fit)

    return infer


def _random_intercept(design: Design, ci_level: float) -> Found:
    rows = design.rows
    model = CensoredRandomIntercept(
        rows["low_s"], rows["high_s"], design.exog, rows["participant_id"]
    )
    return Found(model.fit(ci_level=ci_level).inference(GROUP_TERM, ci_level=ci_level))


_LOG_TIME = "log(hold_time_s)"


def _other_shape(distribution: str) -> HoldModel:
    return HoldModel(
        True,
        "ratio",
        _clustered(distribution),
        _LOG_TIME,
        second=second_log_ratio_by(distribution),
        is_second_slow=True,
    )


HOLD_MODELS: Final[Mapping[str, HoldModel]] = {
    "censored_weibull": _other_shape("weibull"),
    "censored_loglogistic": _other_shape("loglogistic"),
    "censored_normal": HoldModel(
        False, "s", _clustered("normal"), "hold_time_s", second=second_capped_difference
    ),
    "censored_lognormal_random_intercept": HoldModel(
        True, "ratio", _random_intercept, _LOG_TIME, second=second_of_levels, is_second_slow=True
    ),
    "cox_breslow": HoldModel(
        True, "ratio", hazard_ratio, "hazard(hold_time_s)", second=second_hazard_ratio
    ),
    "rmst": HoldModel(
        False,
        "s",
        restricted_mean_ancova,
        "restricted_mean(hold_time_s)",
        second=second_restricted_mean,
        on_means=True,
        is_of_times=False,
    ),
    "gee_exchangeable": HoldModel(
        True,
        "ratio",
        odds_of_the_ceiling,
        "logit(held_to_ceiling)",
        variant="adjusted odds of reaching the ceiling",
        is_of_times=False,
        method="gee_ceiling",
        second=second_odds_of_the_ceiling,
    ),
}
"""By id of schemas.models. Errors clustered by participant with t inference, a participant level, or
one value per participant."""


def hold_model_part(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, models: tuple[str, ...]
) -> Part:
    """One sensitivity row per model, with the covariates of the plan.

    models: ids; those of HOLD_MODELS, `logrank`, `brunner_munzel` and `permutation` are fitted here, others
    elsewhere. Ids: "<outcome>:<model>:adjusted", for the last three "<outcome>:<model>".
    """
    designs = Designs(rows, comparison)
    parts = [
        _fitted(designs, measure, comparison, name, HOLD_MODELS[name])
        for name in models
        if name in HOLD_MODELS
    ]
    if "logrank" in models:
        parts.append(log_rank_part(rows, measure, comparison))
    if "brunner_munzel" in models:
        parts.append(brunner_munzel_part(rows, "capped_s", measure, comparison))
    if PERMUTED in models:
        parts.append(permuted_part(designs, measure, comparison))
    return Part.joining(*parts)


def _fitted(
    designs: Designs, measure: Measure, comparison: Comparison, name: str, model: HoldModel
) -> Part:
    rows = designs.rows
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:{name}:adjusted",
        outcome=measure.outcome,
        contrast=comparison.ratio if model.is_ratio else comparison.difference,
        model=name,
        variant=model.variant,
        role="sensitivity",
        unit=model.unit,
    ).counting(rows, comparison, n_censored(rows))
    check = check_holds if model.is_of_times else check_groups
    checks: list[EstimateCheck] = []

    def compute(row: EstimateRow) -> EstimateRow:
        check(rows, comparison)
        covariates = tuple(
            covariate
            for covariate in comparison.covariates(measure.outcome)
            if not (model.on_means and covariate == OF_THE_LEG)
        )
        design = designs.of(covariates)
        check(design.rows, comparison)
        found = model.infer(design, comparison.ci_level)
        if found.fit is not None:
            checks.extend(
                diagnose(row.estimate_id, row.outcome, name, found.fit, design, comparison)
            )
        row = replace(row, formula=f"{model.left} ~ {design.formula}")
        row = row.counting(design.rows, comparison, n_censored(design.rows))
        row = row.with_inference(found.inference, is_log=model.is_ratio)
        row = row.noting(*design.notes, *found.notes, caution=design.caution or found.caution)
        second = model.second
        is_planned = comparison.plan.model_of(measure.outcome) == name
        if second is None or (model.is_second_slow and not is_planned):
            return row
        return with_second_opinion(row, lambda: second(design))

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    runs = (ModelRun(model.method or name, measure.printed),) if ran else ()
    return Part((row,), runs, tuple(checks))


def brunner_munzel_part(
    rows: pd.DataFrame,
    column: str,
    measure: Measure,
    comparison: Comparison,
    within_leg: WithinLeg = "mean",
) -> Part:
    """The probability that a person of the reference group has the higher value, on participant values.

    column: of the values; holds are capped at the smallest ceiling, which ranks allow. 0.5 means that neither group tends to higher values.
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
        is_hold = column == "capped_s"
        ranked = recapped(rows) if is_hold else rows
        people = participant_values(ranked, column, within_leg=within_leg)
        case, reference = by_group(people, comparison)
        rng = np.random.default_rng(PERMUTATION_SEED)
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
            recapped_note(rows) if is_hold else "",
            "" if found.p_method == "t" else f"P value from {found.p_method}.",
        )

    row = estimated(row, compute)
    ran = row.status != "not_estimable"
    return Part((row,), (ModelRun("brunner_munzel", measure.printed),) if ran else ())
