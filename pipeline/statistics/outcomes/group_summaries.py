"""Numbers that describe each group on its own: n, mean, SD, median, quartiles, shares."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from statsmodels.stats.weightstats import DescrStatsW

from pipeline.statistics.estimates.arrays import Floats
from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.estimate_rows import EstimateRow, compute_or_say_why

_STATISTICS: dict[str, tuple[int, Callable[[Floats], float]]] = {
    "mean": (1, lambda values: float(values.mean())),
    "sd": (2, lambda values: float(values.std(ddof=1))),
    "median": (1, lambda values: float(np.quantile(values, 0.5))),
    "q1": (1, lambda values: float(np.quantile(values, 0.25))),
    "q3": (1, lambda values: float(np.quantile(values, 0.75))),
}
"""Name, fewest values needed, and formula. Quartiles interpolate linearly (type 7 of R)."""


def of_one_group(row: EstimateRow, side: str, n: int | None) -> EstimateRow:
    """The row with n participants counted on one side only ("case" or "reference")."""
    return replace(
        row, n_case=n if side == "case" else None, n_reference=None if side == "case" else n
    )


def number_summaries(
    outcome: str,
    unit: str,
    case: Floats,
    reference: Floats,
    comparison: Comparison,
    *,
    interval_of_mean: bool = False,
) -> list[EstimateRow]:
    """Mean, SD, median and quartiles of both groups; one value per participant, none missing.

    interval_of_mean: the mean gets its t interval at the plan's level. Not for bounded scores such
    as pain, where the interval of a group at the floor leaves the scale. Ids are
    "<outcome>:<statistic>:case" and ":reference".
    """
    rows = []
    for (side, label), values in zip(comparison.sides, (case, reference), strict=True):
        for name, (fewest, formula) in _STATISTICS.items():
            row = EstimateRow(
                estimate_id=f"{outcome}:{name}:{side}",
                outcome=outcome,
                contrast=label,
                model=name,
                role="descriptive",
                unit=unit,
            )
            row = compute_or_say_why(
                of_one_group(row, side, len(values)), _summarise(values, fewest, formula)
            )
            with_interval = interval_of_mean and name == "mean" and len(values) > 1
            rows.append(_with_t_interval(row, values, comparison) if with_interval else row)
    return rows


def _with_t_interval(row: EstimateRow, values: Floats, comparison: Comparison) -> EstimateRow:
    described = DescrStatsW(values)
    low, high = described.tconfint_mean(1 - comparison.ci_level)
    return replace(
        row,
        se=float(described.std_mean),
        ci_low=float(low),
        ci_high=float(high),
        ci_level=comparison.ci_level,
        df=float(len(values) - 1),
    )


def _summarise(
    values: Floats, fewest: int, formula: Callable[[Floats], float]
) -> Callable[[EstimateRow], EstimateRow]:
    def compute(row: EstimateRow) -> EstimateRow:
        if len(values) < fewest:
            recorded = "No value is" if len(values) == 0 else "Only one value is"
            raise NotEstimableError(f"{recorded} recorded in the {row.contrast} group.")
        return replace(row, estimate=formula(values))

    return compute


def share_row(row: EstimateRow, count: int, total: int, what: str) -> EstimateRow:
    """The row with count / total as a proportion, or not estimable when there are no `what`."""
    if total == 0:
        return row.not_estimable(f"There are no {what} in this group.")
    return replace(row, estimate=count / total, unit="proportion")
