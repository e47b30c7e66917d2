"""What the trials that were not done may hide: the comparison with assumptions about how long they had lasted.

Leaving them out is right when they were missed for reasons that have nothing to do with the hold. When
pain or fear kept people from trying, the trial would have been short; the rows here say how far the result
goes with that, from "shorter than expected of such a person" to "not held at all".
"""

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.design import build_design
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.censored.censored_regression import CensoredNormal
from pipeline.statistics.outcomes.distribution_free import brunner_munzel_part
from pipeline.statistics.outcomes.further_models import OutcomeRows
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.time_ratio import as_time_ratio, fit_hold_model

WORST: Final = "trials not done counted as not held"
DELTAS: Final = {
    "expected": (1.0, "trials not done counted as shorter than expected"),
    "half": (0.5, "trials not done counted as shorter than half of what is expected"),
}
"""Word in ids -> factor of the expected hold (delta), and the variant in print."""


def trials_not_done_part(
    rows: pd.DataFrame,
    not_done: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
    *,
    shortest_timed_hold_s: float,
) -> Part:
    """The planned comparison with the trials that were not done; empty where all were done.

    rows: usable trials of the outcome; not_done: those recorded as not done, with the columns of rows as
    far as they have values. Ids
    "<outcome>:time_ratio:not_done_worst" (shorter than the shortest timed hold), ":not_done_expected"
    and ":not_done_half" (shorter than delta times the median that the model expects of such a person,
    leg and group), and "<outcome>:brunner_munzel:not_done_worst" (0 s, by ranks).
    Source: worst rank, Lachin 1999, Control Clin Trials 20:408; delta adjustment, Little and Rubin 2002,
    Statistical Analysis with Missing Data, chapter 15 (pattern-mixture models).
    """
    if not_done.empty or rows.empty:
        return Part(())

    def ratio(word: str, variant: str, bounds_s: float | None, delta: float = 0.0) -> EstimateRow:
        row = EstimateRow(
            estimate_id=f"{measure.outcome}:time_ratio:not_done_{word}",
            outcome=measure.outcome,
            contrast=comparison.ratio,
            model="censored_lognormal",
            variant=variant,
            role="sensitivity",
            unit="ratio",
        ).counting(rows, comparison)

        def compute(row: EstimateRow) -> EstimateRow:
            covariates = comparison.covariates(measure.outcome)
            bound = (
                np.full(len(not_done), bounds_s)
                if bounds_s is not None
                else delta * _expected_s(rows, not_done, covariates, comparison)
            )
            whole = pd.concat([rows, _below(not_done, bound)], ignore_index=True)
            fit = fit_hold_model(whole, covariates, comparison)
            row = as_time_ratio(row, fit, comparison)
            return row.noting(f"Trials not done: {len(not_done)}, each counted as {_words(word)}.")

        return compute_or_say_why(row, compute)

    made = [ratio("worst", WORST, shortest_timed_hold_s)]
    made += [ratio(word, variant, None, delta) for word, (delta, variant) in DELTAS.items()]
    ran = any(row.status != "not_estimable" for row in made)
    runs = (ModelRun("trials_not_done", measure.printed),) if ran else ()
    return Part.joining(Part(tuple(made), runs), _ranked_last(rows, not_done, measure, comparison))


def _words(word: str) -> str:
    if word == "worst":
        return "shorter than the shortest timed hold"
    factor, _ = DELTAS[word]
    share = "" if factor == 1 else f"{factor:g} times "
    return f"shorter than {share}the median that the model expects of such a person and leg"


def _expected_s(
    rows: pd.DataFrame,
    not_done: pd.DataFrame,
    covariates: tuple[str, ...],
    comparison: Comparison,
) -> np.ndarray:
    """Median hold (s) that the planned model of the trials done expects, one per trial not done."""
    whole = pd.concat(
        [rows.assign(_done=True), not_done.assign(_done=False)], ignore_index=True
    ).assign(_place=np.arange(len(rows) + len(not_done)))
    design = build_design(whole, covariates, comparison)
    done = design.rows["_done"].astype(bool).to_numpy()
    exog = design.exog.to_numpy(dtype=float)
    used = design.rows.loc[done]
    fit = CensoredNormal(used["log_low"], used["log_high"], exog[done]).fit()
    expected = pd.Series(
        np.exp(exog[~done] @ fit.params[: exog.shape[1]]),
        index=design.rows.loc[~done, "_place"].to_numpy() - len(rows),
    )
    if len(expected) < len(not_done):
        # Without their covariates nothing is expected of them; their group's median stands for it.
        expected = expected.reindex(range(len(not_done))).fillna(float(expected.median()))
    if expected.isna().any():
        raise NotEstimableError("No trial that was not done has the covariates of the model.")
    return expected.to_numpy(dtype=float)


def _below(not_done: pd.DataFrame, bound_s: np.ndarray) -> pd.DataFrame:
    """The trials as known to be shorter than a bound (s), at most their ceiling."""
    bound = np.minimum(bound_s, not_done["ceiling_s"].to_numpy(dtype=float))
    return not_done.assign(
        low_s=0.0,
        high_s=bound,
        log_low=-np.inf,
        log_high=np.log(bound),
        censoring="below",
        capped_s=np.nan,
    )


def _ranked_last(
    rows: pd.DataFrame, not_done: pd.DataFrame, measure: Measure, comparison: Comparison
) -> Part:
    whole = pd.concat([rows, not_done.assign(capped_s=0.0, censoring="unable")], ignore_index=True)
    part = brunner_munzel_part(OutcomeRows(whole, "capped_s", measure, comparison))
    (row,) = part.rows
    row = replace(
        row, estimate_id=f"{measure.outcome}:brunner_munzel:not_done_worst", variant=WORST
    )
    return Part((row.noting(f"Trials not done: {len(not_done)}, each counted as 0 s."),))
