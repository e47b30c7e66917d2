"""How a time ratio depends on what a hold of 0 s is taken for: the model with other settings.

The logarithm of 0 does not exist, so that a hold recorded as 0 s, or as any time below it, counts as
shorter than the study's `shortest_timed_hold_s` (`hold_bounds`). That time is a convention and not a measurement; where a
trial rests on it, the ratio is given with half and with double the time as well.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.outcomes.hold_bounds import add_hold_bounds
from pipeline.statistics.outcomes.outcome_names import Measure
from pipeline.statistics.outcomes.time_ratio import as_time_ratio, fit_hold_model

VARIANTS = {
    "half": "holds too short to time counted as shorter than half the setting",
    "double": "holds too short to time counted as shorter than twice the setting",
}
"""Word in ids -> what the row changes, as the estimates say it."""

FACTORS = {"half": 0.5, "double": 2.0}
"""Word in ids -> factor. Two in each direction, as a convention is hardly wrong by more."""


@dataclass(frozen=True)
class ShortestHold:
    """The setting of a study (s), and which trials of one outcome rest on it.

    is_unable: some are shorter than it; is_timed: not only 0 s; is_raised: some have a lower bound below it.
    """

    seconds: float
    is_unable: bool
    is_raised: bool
    is_timed: bool = False

    @classmethod
    def of(cls, rows: pd.DataFrame, seconds: float) -> "ShortestHold":
        """rows: trials of `AnalysisSets.hold_times`, with the bounds that `seconds` gave them."""
        raised = rows["censoring"].eq("between") & (rows["hold_low_s"].fillna(0.0) < rows["low_s"])
        unable = rows["censoring"].eq("unable")
        timed = unable & rows["hold_time_s"].gt(0)
        return cls(seconds, bool(unable.any()), bool(raised.any()), bool(timed.any()))

    @property
    def matters(self) -> bool:
        """Whether any trial rests on the setting."""
        return self.is_unable or self.is_raised

    @property
    def caution(self) -> str:
        """The sentence that a ratio needs, or an empty text."""
        if not self.matters:
            return ""
        return f"The ratio depends on counting {self.rule} (see sensitivity analyses)."

    @property
    def rule(self) -> str:
        """What the setting does to these trials, in words."""
        said = []
        if self.is_unable:
            what = f"a hold below {self.seconds:g} s" if self.is_timed else "0 s"
            said.append(f"{what} as shorter than {self.seconds:g} s")
        if self.is_raised:
            said.append(f"a lower bound below {self.seconds:g} s as {self.seconds:g} s")
        return " and ".join(said)


def shortest_hold_part(
    rows: pd.DataFrame,
    measure: Measure,
    comparison: Comparison,
    *,
    main: EstimateRow,
    shortest_timed_hold_s: float,
) -> Part:
    """The planned model with half and double the setting; empty when no trial rests on it.

    main: the row of the planned model, whose labels are kept. Ids: "<outcome>:time_ratio:
    shortest_half" and ":shortest_double".
    """
    here = ShortestHold.of(rows, shortest_timed_hold_s)
    if not here.matters:
        return Part(())
    made = []
    for word, factor in FACTORS.items():
        there = replace(here, seconds=factor * shortest_timed_hold_s)
        row = EstimateRow(
            estimate_id=f"{measure.outcome}:time_ratio:shortest_{word}",
            outcome=main.outcome,
            contrast=main.contrast,
            model="censored_lognormal",
            variant=VARIANTS[word],
            role="sensitivity",
            unit=main.unit,
            note=f"Same model, counting {there.rule} instead of {here.seconds:g} s.",
        ).counting(rows, comparison)
        bounded = add_hold_bounds(rows, there.seconds)
        made.append(compute_or_say_why(row, _refit(bounded, comparison, measure.outcome)))
    ran = any(row.status != "not_estimable" for row in made)
    settings = " and with ".join(f"{f * shortest_timed_hold_s:g} s" for f in FACTORS.values())
    detail = f"{settings} in place of {shortest_timed_hold_s:g} s"
    return Part(
        tuple(made), (ModelRun("shortest_hold", measure.printed, detail=detail),) if ran else ()
    )


def _refit(
    rows: pd.DataFrame, comparison: Comparison, outcome: str
) -> Callable[[EstimateRow], EstimateRow]:
    def compute(row: EstimateRow) -> EstimateRow:
        fit = fit_hold_model(rows, comparison.covariates(outcome), comparison)
        return as_time_ratio(row, fit, comparison)

    return compute
