"""One row of the estimates table, and the table that rows make."""

import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields, replace

import pandas as pd

from pipeline.statistics.comparison import Comparison
from pipeline.statistics.errors import NotEstimableError
from pipeline.statistics.p_values import Inference
from schemas.estimates import Estimates

_NUMBERS = ("estimate", "se", "ci_low", "ci_high", "ci_level", "statistic", "df", "p")


@dataclass(frozen=True)
class EstimateRow:
    """One number before it enters the table; the columns of `schemas.estimates`, less the cohort."""

    estimate_id: str
    outcome: str
    contrast: str
    model: str
    role: str
    unit: str
    estimate: float | None = None
    se: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    statistic: float | None = None
    df: float | None = None
    p: float | None = None
    family: str = ""
    n_case: int | None = None
    n_reference: int | None = None
    n_rows: int | None = None
    n_censored: int | None = None
    status: str = "ok"
    note: str = ""

    def counting(
        self, rows: pd.DataFrame, comparison: Comparison, n_censored: int | None = None
    ) -> "EstimateRow":
        """The row with participants per group and rows counted from the data behind it."""
        n_case, n_reference = comparison.participants_in(rows)
        return replace(
            self, n_case=n_case, n_reference=n_reference, n_rows=len(rows), n_censored=n_censored
        )

    def with_inference(
        self, inference: Inference, scale: Callable[[float], float] = float
    ) -> "EstimateRow":
        """The row with estimate and interval on `scale`; se and statistic stay on the model's."""
        return replace(
            self,
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
        """The row with sentences added to its note, flagged when they are a caution."""
        note = " ".join(text for text in (self.note, *sentences) if text)
        return replace(self, note=note, status="flagged" if caution else self.status)

    def not_estimable(self, reason: str) -> "EstimateRow":
        """The row without numbers, with the reason in words."""
        empty = dict.fromkeys(_NUMBERS)
        return replace(self, **empty, status="not_estimable", note=reason)  # type: ignore[arg-type]


def estimated(row: EstimateRow, compute: Callable[[EstimateRow], EstimateRow]) -> EstimateRow:
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
