"""Whether the groups are alike: two one-sided tests of the planned comparison against its margin."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why
from pipeline.statistics.estimates.p_values import Inference, exponential
from pipeline.statistics.estimates.part import ModelRun, Part
from pipeline.statistics.models.two_groups.equivalence import Equivalence, tost_of
from pipeline.statistics.outcomes.outcome_names import Measure
from schemas.plan import has_margin

TOST: Final = "tost"
_ENDS: Final[Mapping[str, Callable[[Equivalence], tuple[float, float]]]] = {
    "lower": lambda found: (found.t_lower, found.p_lower),
    "upper": lambda found: (found.t_upper, found.p_upper),
}
"""Ends of the margin: t and one-sided P value of the test against each."""


def equivalence_part(main: EstimateRow, measure: Measure, comparison: Comparison) -> Part:
    """Tests of the planned comparison against the plan's margin; empty without one.

    main: the row of the planned model. Ids "<outcome>:tost" with the larger P value, which decides,
    and the single tests ":tost:lower" and ":tost:upper" against the margin's ends. The interval has
    level 1 - 2 alpha, alpha being one minus the level of the plan; the groups are equivalent where it
    lies within the margin. A ratio is tested on the scale of its logarithm, between 1 / margin and
    margin.
    """
    margin = comparison.planned(measure.outcome).equivalence_margin
    if margin is None or not has_margin(main.model):
        return Part(())
    row = replace(
        main,
        estimate_id=f"{measure.outcome}:{TOST}",
        model=TOST,
        role="sensitivity",
        family="",
        second_route="",
        second_estimate=None,
        second_opinion="",
        note="",
    )
    is_ratio = main.unit == "ratio"
    within = _in_words(margin, measure.unit, is_ratio)
    sides = {
        side: replace(
            row,
            estimate_id=f"{row.estimate_id}:{side}",
            variant=f"against the {side} end of the margin",
        )
        for side in _ENDS
    }
    first = main.log_estimate if is_ratio else main.estimate
    if first is None or main.se is None:
        return Part(tuple(each.not_estimable(main.note) for each in (row, *sides.values())))
    difference = Inference(
        estimate=first,
        se=main.se,
        statistic=0.0,
        df=main.df,
        p=1.0,
        ci_low=0.0,
        ci_high=0.0,
        ci_level=comparison.ci_level,
    )

    def compute(row: EstimateRow, side: str = "") -> EstimateRow:
        limit = math.log(margin) if is_ratio else margin
        found = tost_of(difference, limit, alpha=1 - comparison.ci_level)
        row = _with_interval(row, found, is_ratio=is_ratio)
        level = f"The interval is one of {100 * found.ci_level:g}%."
        if side:
            statistic, p = _ENDS[side](found)
            return replace(row, statistic=statistic, p=p, note=f"One-sided P value. {level}")
        said = "are" if found.is_equivalent else "are not shown to be"
        return replace(
            row,
            statistic=found.t_lower if found.p == found.p_lower else found.t_upper,
            p=found.p,
            note=f"Margin {within}: the groups {said} equivalent. The larger of two one-sided P "
            f"values is given. {level}",
        )

    made = [compute_or_say_why(row, compute)]
    made += [compute_or_say_why(one, partial(compute, side=side)) for side, one in sides.items()]
    # What a reader has to know of the comparison holds for its tests of equivalence.
    caution = main.note if main.status == "flagged" else ""
    return Part(
        tuple(each.noting(caution) for each in made),
        (ModelRun(TOST, measure.printed, detail=within),),
    )


def _with_interval(row: EstimateRow, found: Equivalence, *, is_ratio: bool) -> EstimateRow:
    low, high = found.ci_low, found.ci_high
    if not is_ratio:
        return replace(row, ci_low=low, ci_high=high, ci_level=found.ci_level)
    return replace(
        row,
        ci_low=exponential(low),
        ci_high=exponential(high),
        log_ci_low=low,
        log_ci_high=high,
        ci_level=found.ci_level,
    )


def _in_words(margin: float, unit: str, is_ratio: bool) -> str:
    if is_ratio:
        return f"{1 / margin:.3g} to {margin:.3g}"
    return f"{margin:g} {unit}".strip()
