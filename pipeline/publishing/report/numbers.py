"""Looking numbers up in the estimates table, by what they are and never by parsing their ids."""

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from pipeline.publishing.report.number_format import SHARE_UNITS, Num, decimals_for, ratio_decimals
from schemas.models import LIFTOFF_BY, ONSET_BY

COUNT_UNITS: Final = frozenset({"count", "participants", "trials", "legs", "rows"})


_DECIMALS_OF_LOG: Final = 5
_MORE_DECIMALS: Final = 2
"""Two computations are shown with more decimals than a result, so that a difference can be seen."""


@dataclass(frozen=True)
class Estimate:
    """One row of the estimates table (`schemas.estimates`); numbers that are missing are None."""

    estimate_id: str
    outcome: str
    contrast: str
    model: str
    variant: str
    role: str
    unit: str
    status: str
    note: str
    family: str
    estimate: float | None
    se: float | None
    ci_low: float | None
    ci_high: float | None
    ci_level: float | None
    p: float | None
    p_adjusted: float | None
    n_case: float | None
    n_reference: float | None
    n_rows: float | None
    n_censored: float | None
    log_estimate: float | None
    second_estimate: float | None
    second_route: str
    second_opinion: str

    @property
    def is_estimated(self) -> bool:
        """Whether there is a value to print."""
        return self.status != "not_estimable" and self.estimate is not None

    @property
    def has_interval(self) -> bool:
        """Whether both ends of a confidence interval are there."""
        return self.ci_low is not None and self.ci_high is not None

    @property
    def is_of_other_method(self) -> bool:
        """Whether it is an onset's difference by another detector or rule: there are a dozen of each."""
        return self.variant.startswith((ONSET_BY, LIFTOFF_BY))

    @property
    def null_value(self) -> float:
        """The value that means "the same in both groups"."""
        return 1.0 if self.unit == "ratio" else 0.0

    @property
    def side(self) -> int:
        """-1 or 1 when the interval lies below or above the null value; 0 when it holds it."""
        if self.ci_low is None or self.ci_high is None:
            return 0
        return int(self.ci_low > self.null_value) - int(self.ci_high < self.null_value)

    @property
    def reason(self) -> str:
        """Why the number is missing, or the caution that goes with it: one sentence, or ""."""
        note = self.note.strip()
        if note:
            return note if note[-1] in ".!?" else note + "."
        return "" if self.is_estimated else "The analysis recorded no reason."

    def value(self) -> Num:
        """The value as a number to print. Raises ValueError when it could not be estimated."""
        return self.part(self.estimate)

    def low(self) -> Num:
        """Lower end of the confidence interval. Raises ValueError when there is none."""
        return self.part(self.ci_low)

    def high(self) -> Num:
        """Upper end of the confidence interval. Raises ValueError when there is none."""
        return self.part(self.ci_high)

    def level(self) -> Num:
        """Confidence level as a percentage. Raises ValueError when there is none."""
        if self.ci_level is None:
            raise ValueError(f"{self.estimate_id} has no confidence level")
        digits = 0 if math.isclose(100 * self.ci_level, round(100 * self.ci_level)) else 1
        return Num(self.ci_level, "percent", digits, self.estimate_id)

    @property
    def scale(self) -> str:
        """The scale on which the model gave its number, in words that can open a sentence."""
        if self.log_estimate is not None:
            return "on the scale of the logarithm"
        return f"in {self.unit}" if self.unit else "on the scale of the outcome"

    def modelled_value(self) -> Num:
        """The value on the scale of the model: the logarithm of a ratio, else the value itself."""
        if self.log_estimate is None:
            return self._precise(self.value())
        return Num(self.log_estimate, "decimal", _DECIMALS_OF_LOG, self.estimate_id)

    def second_value(self) -> Num | None:
        """The number by the second route, to be read beside `modelled_value`; None without one."""
        if self.second_estimate is None:
            return None
        return replace(self.modelled_value(), value=self.second_estimate)

    def _precise(self, num: Num) -> Num:
        return replace(num, decimals=num.decimals + _MORE_DECIMALS)

    def part(self, value: float | None) -> Num:
        """A number on the scale of the estimate, with the decimals of its unit."""
        if value is None:
            raise ValueError(f"{self.estimate_id} has no number to print")
        if self.unit in SHARE_UNITS:
            return Num(value, "percent", decimals_for(self.unit), self.estimate_id)
        style = "count" if self.unit in COUNT_UNITS else "decimal"
        return Num(value, style, self._decimals(), self.estimate_id)

    def _decimals(self) -> int:
        """Decimals of the unit; small ratios get more, the same for the value and its interval."""
        if self.unit == "ratio":
            return ratio_decimals((self.estimate, self.ci_low, self.ci_high))
        return decimals_for(self.unit)

    def count(self, value: float | None) -> Num | None:
        """One of the four counts of the row as a number to print, None when it is missing."""
        return None if value is None else Num(value, "count", 0, self.estimate_id)

    def p_value(self, *, adjusted: bool = False, style: str = "p") -> Num | None:
        """The P value, raw or adjusted within its family; None when there is none."""
        value = self.p_adjusted if adjusted else self.p
        return None if value is None else Num(value, style, 3, self.estimate_id)


class Numbers:
    """The estimates of one report, looked up by outcome, contrast, model and role."""

    def __init__(self, estimates: pd.DataFrame) -> None:
        self.frame = estimates
        self.rows: tuple[Estimate, ...] = tuple(
            _estimate(record) for record in estimates.to_dict("records")
        )

    def where(
        self,
        *,
        outcome: str | Iterable[str] | None = None,
        contrast: str | Iterable[str] | None = None,
        model: str | Iterable[str] | None = None,
        role: str | Iterable[str] | None = None,
        unit: str | Iterable[str] | None = None,
    ) -> tuple[Estimate, ...]:
        """The rows that have one of the given values in every given column, in table order."""
        wanted = {
            "outcome": outcome,
            "contrast": contrast,
            "model": model,
            "role": role,
            "unit": unit,
        }
        sets = {key: _as_set(value) for key, value in wanted.items() if value is not None}
        return tuple(
            row for row in self.rows if all(getattr(row, key) in sets[key] for key in sets)
        )

    def find(
        self,
        outcome: str,
        contrast: str,
        model: str,
        *,
        role: str | Iterable[str] | None = None,
        unit: str | None = None,
    ) -> Estimate | None:
        """The first row of an outcome, contrast and model; None when there is none."""
        found = self.where(outcome=outcome, contrast=contrast, model=model, role=role, unit=unit)
        return found[0] if found else None

    def outcomes(self) -> tuple[str, ...]:
        """The outcomes in table order, each once."""
        return tuple(dict.fromkeys(row.outcome for row in self.rows))


def _as_set(value: str | Iterable[str]) -> frozenset[str]:
    return frozenset({value}) if isinstance(value, str) else frozenset(value)


_TEXT_FIELDS = (
    "estimate_id",
    "outcome",
    "contrast",
    "model",
    "variant",
    "role",
    "unit",
    "status",
    "note",
    "family",
    "second_route",
    "second_opinion",
)
_NUMBER_FIELDS = (
    "estimate",
    "se",
    "ci_low",
    "ci_high",
    "ci_level",
    "p",
    "p_adjusted",
    "n_case",
    "n_reference",
    "n_rows",
    "n_censored",
    "log_estimate",
    "second_estimate",
)


def _estimate(record: dict[Hashable, Any]) -> Estimate:
    values: dict[str, Any] = {name: _text(record.get(name)) for name in _TEXT_FIELDS}
    values.update({name: _number(record.get(name)) for name in _NUMBER_FIELDS})
    return Estimate(**values)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _number(value: object) -> float | None:
    """A finite number, or None: missing and infinite values are never printed."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
