"""One row of the estimates table, and the table that rows make."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields, replace

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison
from pipeline.statistics.estimates.errors import NotEstimableError
from pipeline.statistics.estimates.p_values import Inference, exponential
from pipeline.statistics.estimates.row_counts import counts_of, row_hash
from schemas.estimates import Estimates

_NUMBERS = (
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "log_estimate",
    "log_ci_low",
    "log_ci_high",
    "ci_level",
    "statistic",
    "df",
    "p",
)


@dataclass(frozen=True)
class EstimateRow:
    """One number before it enters the table; the columns of `schemas.estimates`, less the cohort."""

    estimate_id: str
    outcome: str
    contrast: str
    model: str
    role: str
    unit: str
    variant: str = ""
    formula: str = ""
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    log_estimate: float | None = None
    log_ci_low: float | None = None
    log_ci_high: float | None = None
    ci_level: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    family: str = ""
    n_case: int | None = None
    n_reference: int | None = None
    n_legs_case: int | None = None
    n_legs_reference: int | None = None
    n_rows_case: int | None = None
    n_rows_reference: int | None = None
    n_rows: int | None = None
    n_censored: int | None = None
    share_at_ceiling_case: float | None = None
    share_at_ceiling_reference: float | None = None
    row_hash: str = ""
    on_boundary: bool = False
    second_route: str = ""
    second_estimate: float | None = None
    second_opinion: str = ""
    status: str = "ok"
    note: str = ""

    def counting(
        self,
        rows: pd.DataFrame,
        comparison: Comparison,
        n_censored: int | None = None,
        value: str = "",
    ) -> "EstimateRow":
        """The row with people, legs and rows per group counted from the data behind it.

        value: column of the measurement, which enters the hash of the rows beside their keys.
        """
        counts = counts_of(rows, comparison)
        return replace(
            self,
            **counts,  # type: ignore[arg-type]
            n_rows=len(rows),
            n_censored=n_censored,
            row_hash=row_hash(rows, value),
        )

    def with_inference(self, inference: Inference, *, is_log: bool = False) -> "EstimateRow":
        """The row with estimate and interval; se and statistic stay on the scale of the model.

        is_log: the model's number is the logarithm of a ratio; both are kept.
        """
        scale: Callable[[float], float] = exponential if is_log else float
        on_log_scale = (
            {
                "log_estimate": inference.estimate,
                "log_ci_low": inference.ci_low,
                "log_ci_high": inference.ci_high,
            }
            if is_log
            else {}
        )
        return replace(
            self,
            **on_log_scale,  # type: ignore[arg-type]
            estimate=scale(inference.estimate),
            se=inference.se,
            ci_low=scale(inference.ci_low),
            ci_high=scale(inference.ci_high),
            ci_level=inference.ci_level,
            statistic=inference.statistic,
            df=inference.df,
            p=inference.p,
        )

    def noting(self, *sentences: str, caution: bool = False) -> "EstimateRow":
        """The row with sentences added to its note, flagged when they are a caution.

        The first caution comes before what the note says already, as a report begins with it.
        """
        leads = caution and self.status != "flagged"
        told = (*sentences, self.note) if leads else (self.note, *sentences)
        note = " ".join(text for text in told if text)
        return replace(self, note=note, status="flagged" if caution else self.status)

    def not_estimable(self, reason: str) -> "EstimateRow":
        """The row without numbers, with the reason in words."""
        empty = dict.fromkeys(_NUMBERS)
        return replace(
            self,
            **empty,  # type: ignore[arg-type]
            second_route="",
            second_estimate=None,
            second_opinion="",
            status="not_estimable",
            note=reason,
        )


def compute_or_say_why(
    row: EstimateRow, compute: Callable[[EstimateRow], EstimateRow]
) -> EstimateRow:
    """compute(row), or the row as not estimable with the reason that compute gives."""
    try:
        return compute(row)
    except NotEstimableError as reason:
        return row.not_estimable(str(reason))


def estimates_frame(rows: Iterable[EstimateRow], cohort: str) -> pd.DataFrame:
    """The validated estimates table, p_adjusted still empty. Raises SchemaError on a repeated id."""
    kept = [_without_infinities(row) for row in rows]
    names = [field.name for field in fields(EstimateRow)]
    frame = pd.DataFrame([asdict(row) for row in kept], columns=names)
    frame.insert(1, "cohort", cohort)
    frame.insert(list(frame.columns).index("p") + 1, "p_adjusted", math.nan)
    return Estimates.validate(frame)


def _without_infinities(row: EstimateRow) -> EstimateRow:
    """A number that overflowed is not printed: the row says so instead."""
    if row.status == "not_estimable":
        return row
    values = [getattr(row, name) for name in _NUMBERS]
    if row.estimate is None or not all(math.isfinite(v) for v in values if v is not None):
        return row.not_estimable("The number is beyond what can be computed from these data.")
    return row
