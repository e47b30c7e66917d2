"""Hold time of one task and condition: shares, medians, time ratio and restricted mean by group."""

from dataclasses import replace

import pandas as pd

from pipeline.statistics.diagnostics.checks import diagnose
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import GROUP_TERM, NONE_PLANNED, covariate_label
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.hold_rows import cap_at_smallest, smallest_ceiling_s
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.estimates.participant_values import by_group, participant_values
from pipeline.statistics.models.survival.curves import kaplan_meier, median_time_s
from pipeline.statistics.models.two_groups.effect_size import welch
from pipeline.statistics.outcomes.further_models import OutcomeRows, further_models_part
from pipeline.statistics.outcomes.group_summaries import of_one_group, share_row
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.shortest_hold import ShortestHold, shortest_hold_part
from pipeline.statistics.outcomes.time_ratio import (
    HoldFit,
    as_time_ratio,
    describe_row,
    fit_hold_model,
    unequal_spread,
)


def hold_shares(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    """Trials, legs and participants, trials at the ceiling and shares of trials, by group and over all.

    At the ceiling: held to it, or known to be longer. Within bounds: any other trial known only by
    bounds; the row is there when an outcome has such trials. The shares and that of the trials timed
    exactly add up to 1. Ids as `hold_time.hold_time_part` lists them; rows may be empty.
    """
    made = []
    outcome = measure.outcome
    reached = rows["low_s"] >= rows["ceiling_s"]
    at_ceiling = rows["censoring"].isin(["ceiling", "above"]) & reached
    within = rows["censoring"].isin(["between", "below", "above"]) & ~at_ceiling
    kinds = {"share_at_ceiling": at_ceiling, "share_unable": rows["censoring"].eq("unable")}
    if within.any():
        kinds["share_within_bounds"] = within
    for side, label in (*comparison.sides, ("all", "all participants")):
        part = rows if side == "all" else rows.loc[rows["group"] == label]
        people = part["participant_id"].nunique()
        legs = len(part[["participant_id", "leg"]].drop_duplicates())
        shares = {name: int(applies.loc[part.index].sum()) for name, applies in kinds.items()}
        base = EstimateRow("", outcome, label, "count", "descriptive", "")
        base = base.counting(part, comparison, int((part["censoring"] != "exact").sum()))
        if side != "all":
            base = of_one_group(base, side, people)
        for what, n in (("trials", len(part)), ("legs", legs), ("participants", people)):
            made.append(
                replace(base, estimate_id=f"{outcome}:{what}:{side}", unit=what, estimate=float(n))
            )
        held = float(shares["share_at_ceiling"])
        at_ceiling_row = replace(
            base,
            estimate_id=f"{outcome}:trials_at_ceiling:{side}",
            model="count_at_ceiling",
            unit="trials",
            estimate=held,
        )
        made.append(at_ceiling_row)
        for what, n in shares.items():
            row = replace(
                base, estimate_id=f"{outcome}:{what}:{side}", model=what, unit="proportion"
            )
            made.append(share_row(row, n, len(part), "trials"))
    return Part(tuple(made))


_SETS_ALIKE = "Participants of one matched set were taken as alike, too: the set is the cluster."
BOUNDS_ONLY = "Some trials are known only within bounds"


def hold_time_part(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, *, shortest_timed_hold_s: float
) -> Part:
    """Everything about one hold-time outcome: the trials of one task and condition.

    rows: trials of `AnalysisSets.hold_times` with their bounds (low_s, high_s and their logarithms),
    `censoring` and `capped_s`; may be empty. shortest_timed_hold_s: the setting that gave the rows their
    bounds. Nothing that passes the schemas makes this raise: a number that the trials cannot carry is a
    row with the reason. In order, with the ids after the name of the outcome
    ("hold_time_s/eyes_open:trials:case"):

    1. Counts and shares by group: ":trials:", ":trials_at_ceiling:", ":legs:", ":participants:",
       ":share_at_ceiling:", ":share_unable:" and, where there are such trials, ":share_within_bounds:",
       each with "case", "reference" or "all".
    2. Medians by group (Kaplan-Meier over trials): ":median:case", ":median:reference".
    3. The usual model, log-normal censored regression of all trials with the plan's covariates:
       ":time_ratio:adjusted" with its second opinion and diagnostics, ":log_time_ratio:survreg" (the same
       with the inference that R prints) and ":coefficient:<term>".
    4. The same without covariates: ":time_ratio:unadjusted".
    5. The same with another shortest hold: ":time_ratio:shortest_half" and ":shortest_double", where the
       setting matters.
    6. The difference of mean holds within the smallest ceiling: ":restricted_mean_difference:welch".
    7. The further models that the plan names, in the order of the catalogue: ":<model>:adjusted" and
       what `further_models_part` lists.

    Which of these rows has the role of the plan is decided afterwards (`planned_model`).
    """
    shortest = ShortestHold.of(rows, shortest_timed_hold_s)
    main = _main_row(rows, measure, comparison)
    return Part.joining(
        hold_shares(rows, measure, comparison),
        _give_medians(rows, measure, comparison),
        _compare_adjusted(rows, measure, comparison, main, shortest),
        _compare_unadjusted(rows, measure, comparison, shortest),
        shortest_hold_part(
            rows, measure, comparison, main=main, shortest_timed_hold_s=shortest_timed_hold_s
        ),
        _compare_restricted_means(rows, measure, comparison),
        further_models_part(OutcomeRows(rows, "capped_s", measure, comparison)),
    )


def curve_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Kaplan-Meier curve of trials. Raises NotEstimableError when some are known within bounds."""
    if rows["capped_s"].isna().any():
        raise NotEstimableError(f"{BOUNDS_ONLY}.")
    return kaplan_meier(rows["capped_s"], rows["censoring"] != "ceiling")


def _give_medians(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    made = []
    for side, label in comparison.sides:
        part = rows.loc[rows["group"] == label]
        row = EstimateRow(
            estimate_id=f"{measure.outcome}:median:{side}",
            outcome=measure.outcome,
            contrast=label,
            model="kaplan_meier_median",
            role="descriptive",
            unit="s",
            note="Median over trials.",
        ).counting(part, comparison, int((part["censoring"] != "exact").sum()))
        row = of_one_group(row, side, part["participant_id"].nunique())
        made.append(compute_or_say_why(row, lambda row, part=part: _median(row, part)))  # type: ignore[misc]
    return Part.of_run(made, ModelRun("kaplan_meier", measure.printed))


def _median(row: EstimateRow, part: pd.DataFrame) -> EstimateRow:
    if part["capped_s"].isna().any():
        raise NotEstimableError(f"{BOUNDS_ONLY}, so that a median over trials is not given.")
    return replace(row, estimate=median_time_s(curve_of(part)))


def _ratio_row(measure: Measure, comparison: Comparison, how: str, role: str) -> EstimateRow:
    return EstimateRow(
        estimate_id=f"{measure.outcome}:time_ratio:{how}",
        outcome=measure.outcome,
        contrast=comparison.ratio,
        model="censored_lognormal",
        variant=how,
        role=role,
        unit="ratio",
    )


def _main_row(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> EstimateRow:
    """The row of the planned model, before it is fitted."""
    plan = comparison.planned(measure.outcome)
    row = replace(_ratio_row(measure, comparison, "adjusted", plan.role), family=plan.family)
    return row.counting(rows, comparison)


def _compare_adjusted(
    rows: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
    main: EstimateRow,
    shortest: ShortestHold,
) -> Part:
    """The planned model; its coefficients; the same with the inference that R's survreg prints."""
    covariates = comparison.covariates(measure.outcome)
    as_survreg = replace(
        main,
        estimate_id=f"{measure.outcome}:log_time_ratio:survreg",
        variant="adjusted, large-sample inference",
        role="sensitivity",
        unit="log ratio",
        family="",
    )
    try:
        fit = fit_hold_model(rows, covariates, comparison)
    except NotEstimableError as reason:
        return Part((main.not_estimable(str(reason)), as_survreg.not_estimable(str(reason))))
    unadjusted = "" if covariates else NONE_PLANNED
    main = as_time_ratio(main, fit, comparison).noting(unadjusted)
    main = main.noting(shortest.caution, caution=shortest.matters)
    spread = unequal_spread(fit, comparison)
    main = main.noting(spread, caution=bool(spread))
    as_survreg = describe_row(as_survreg, fit, comparison).with_inference(
        fit.log_ratio_as_survreg(comparison.ci_level)
    )
    as_survreg = as_survreg.noting(shortest.caution, caution=shortest.matters).noting(
        "Same model; cluster-robust standard error without small-sample factor and normal interval."
    )
    detail = _how_bounds_counted(fit.design.rows)
    sets = _SETS_ALIKE if fit.design.clusters.is_matched else ""
    runs = (ModelRun("censored_lognormal", measure.printed, fit.design.used, detail, caution=sets),)
    checks = diagnose(
        main.estimate_id, main.outcome, main.model, fit.clustered, fit.design, comparison
    )
    return Part((main, as_survreg, *_coefficients(fit, measure, comparison)), runs, checks)


def _how_bounds_counted(rows: pd.DataFrame) -> str:
    """How trials without an exact time entered the model, for the methods text."""
    kinds = set(rows["censoring"])
    said = []
    if "ceiling" in kinds:
        said.append("a trial held to the ceiling counted as longer than the ceiling")
    if "unable" in kinds:
        shortest = rows.loc[rows["censoring"] == "unable", "high_s"].max()
        timed = (rows["censoring"].eq("unable") & rows["hold_time_s"].gt(0)).any()
        what = f"below {shortest:g} s, 0 s included," if timed else "as 0 s"
        said.append(f"a trial recorded {what} counted as shorter than {shortest:g} s")
    if kinds & {"between", "above", "below"}:
        said.append("a trial known only by bounds counted as lying within them")
    return f": {', '.join(said)}" if said else ""


def _coefficients(fit: HoldFit, measure: Measure, comparison: Comparison) -> list[EstimateRow]:
    """Every coefficient on the log scale, without P values: covariates are not under test."""
    made = []
    for term in fit.terms:
        row = EstimateRow(
            estimate_id=f"{measure.outcome}:coefficient:{term}",
            outcome=measure.outcome,
            contrast=_term_label(term, comparison),
            model="censored_lognormal",
            variant="adjusted",
            role="descriptive",
            unit="log",
        ).counting(fit.design.rows, comparison, fit.n_censored)
        row = row.noting(fit.caution, caution=bool(fit.caution))
        made.append(replace(row.with_inference(fit.coefficient(term, comparison.ci_level)), p=None))
    return made


def _term_label(term: str, comparison: Comparison) -> str:
    fixed = {"const": "constant", GROUP_TERM: comparison.ratio, "ln_sigma": "log of the spread"}
    name, _, level = term.partition("[")
    label = fixed.get(term, covariate_label(name))
    return f"{label}: {level.rstrip(']')}" if level else label


def _compare_unadjusted(
    rows: pd.DataFrame, measure: Measure, comparison: Comparison, shortest: ShortestHold
) -> Part:
    row = _ratio_row(measure, comparison, "unadjusted", "sensitivity").counting(rows, comparison)

    def compute(row: EstimateRow) -> EstimateRow:
        fit = fit_hold_model(rows, (), comparison)
        row = as_time_ratio(row, fit, comparison)
        return row.noting(shortest.caution, caution=shortest.matters)

    return Part((compute_or_say_why(row, compute),))


def _compare_restricted_means(rows: pd.DataFrame, measure: Measure, comparison: Comparison) -> Part:
    """Difference of mean hold capped at the smallest ceiling, on participant means."""
    row = EstimateRow(
        estimate_id=f"{measure.outcome}:restricted_mean_difference:welch",
        outcome=measure.outcome,
        contrast=comparison.difference,
        model="rmst",
        variant="unadjusted",
        role="sensitivity",
        unit="s",
    ).counting(rows, comparison, int((rows["censoring"] != "exact").sum()))

    def compute(row: EstimateRow) -> EstimateRow:
        limit = smallest_ceiling_s(rows)
        people = participant_values(cap_at_smallest(rows), "capped_s")
        inference = welch(*by_group(people, comparison), ci_level=comparison.ci_level)
        return row.with_inference(inference).noting(
            f"Restricted mean: mean hold within the first {limit:g} s, on participant means."
        )

    return Part.of_run(
        (compute_or_say_why(row, compute),), ModelRun("restricted_mean", measure.printed)
    )
