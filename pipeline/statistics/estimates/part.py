"""What one analysis hands back: its numbers, and what was run to get them."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.statistics.estimates.estimate_rows import EstimateRow
from pipeline.statistics.estimates.model_check import EstimateCheck


@dataclass(frozen=True)
class ModelRun:
    """A method that gave at least one number; the methods text is written from these.

    method: a key of `methods_text.SENTENCES`. outcome: its printed name. covariates: printed names
    of those in the model, in order. detail: what the sentence says about these data. caution: a
    sentence that the methods text adds, or "". role: its place in the plan where that is not the usual
    one of the method, else "".
    """

    method: str
    outcome: str
    covariates: tuple[str, ...] = ()
    detail: str = ""
    caution: str = ""
    role: str = ""


@dataclass(frozen=True)
class Part:
    """Rows of one analysis with the methods behind them and the checks of their models."""

    rows: tuple[EstimateRow, ...]
    runs: tuple[ModelRun, ...] = ()
    checks: tuple[EstimateCheck, ...] = ()

    @classmethod
    def of_run(
        cls, rows: Iterable[EstimateRow], run: ModelRun, checks: Iterable[EstimateCheck] = ()
    ) -> "Part":
        """Rows of one method, which counts as run where it gave a number."""
        made = tuple(rows)
        ran = any(row.status != "not_estimable" for row in made)
        return cls(made, (run,) if ran else (), tuple(checks))

    @classmethod
    def joining(cls, *parts: "Part") -> "Part":
        """All parts as one, in order."""
        return cls(
            rows=tuple(row for part in parts for row in part.rows),
            runs=tuple(run for part in parts for run in part.runs),
            checks=tuple(check for part in parts for check in part.checks),
        )
