"""How numbers are written: decimals by unit, P values, percentages, intervals, minus signs.

One table decides for every format; a spreadsheet gets the same look as a number format, so that
its cells stay numbers.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from schemas.p_style import p_digits, p_sentence, p_text

MINUS: Final = "\N{MINUS SIGN}"

DECIMALS: Final[dict[str, int]] = {
    "ratio": 2,
    "s": 1,
    "ms": 0,
    "%MVIC": 1,
    "%": 1,
    "µV": 1,
    "uV": 1,
    "N/kg": 2,
    "N": 0,
    "Nm/kg": 2,
    "Nm": 0,
    "years": 1,
    "months": 1,
    "days": 0,
    "days/week": 1,
    "s/day": 0,
    "cm": 1,
    "kg": 1,
    "kg/m²": 1,
    "mm": 1,
    "points": 1,
    "dB": 1,
    "Hz": 1,
    "µV s": 1,
    "mm/s": 1,
    "mm²": 0,
    "SD": 2,
    "correlation": 2,
    "log ratio": 2,
    "log": 3,
    "proportion": 0,
    "share": 0,
    "count": 0,
    "participants": 0,
    "trials": 0,
    "legs": 0,
}
"""Decimals by unit of `estimates.unit`; units that are not listed get `OTHER_DECIMALS`."""

OTHER_DECIMALS: Final = 2
_MOST_RATIO_DECIMALS: Final = 4
SHARE_UNITS: Final = frozenset({"proportion", "share"})
"""Units between 0 and 1 that are printed as percentages."""


@dataclass(frozen=True)
class Num:
    """A number on its way to print.

    style: decimal, count, percent (value is a share from 0 to 1), p (as in a P column) or
    p_sentence (with the letter P). source: the estimate_id, or "flow", "findings", "plan", ... for
    counts that are not estimates.
    """

    value: float
    style: str = "decimal"
    decimals: int = 0
    source: str = ""

    @property
    def text(self) -> str:
        """The number as it is read."""
        return _STYLES[self.style](self)

    @property
    def is_estimate(self) -> bool:
        """Whether the number comes from the estimates table."""
        return self.source not in COUNT_SOURCES

    @property
    def excel_format(self) -> str:
        """A spreadsheet number format that shows the number as `text` does."""
        if self.style in {"p", "p_sentence"}:
            return _excel_p(self.value)
        digits = "0" + (f".{'0' * self.decimals}" if self.decimals else "")
        if self.style == "percent":
            return f"{digits}%"
        return f'{digits};"{MINUS}"{digits}'


COUNT_SOURCES: Final = frozenset({"flow", "findings", "plan", "signals", "study", "diagnostics"})


def decimals_for(unit: str) -> int:
    """Decimals of a unit."""
    return DECIMALS.get(unit, OTHER_DECIMALS)


def ratio_decimals(values: Iterable[float | None]) -> int:
    """Decimals that a ratio and the ends of its interval share: two significant digits for each.

    The smallest value that is not zero decides; never fewer than the unit has, never more than four.
    """
    sizes = [abs(value) for value in values if value is not None and value != 0]
    if not sizes:
        return decimals_for("ratio")
    # Rounded first, because 0.0996 is written 0.10 and needs no third decimal.
    needed = 1 - Decimal(f"{min(sizes):.1e}").adjusted()
    return min(max(needed, decimals_for("ratio")), _MOST_RATIO_DECIMALS)


def decimal_text(value: float, decimals: int) -> str:
    """A number with fixed decimals and a true minus; what rounds to zero carries no sign.

    Halves are rounded away from zero on 15 significant digits, as spreadsheets do, so that a number
    reads the same in every format. Raises ValueError for a value that is not finite: a missing
    number has words of its own.
    """
    if not math.isfinite(value):
        raise ValueError("only finite numbers are printed")
    return _rounded_text(Decimal(f"{value:.15g}"), decimals)


def percent_text(share: float, decimals: int) -> str:
    """A share from 0 to 1 as a percentage, rounded as `decimal_text` does."""
    return _rounded_text(Decimal(f"{share:.15g}") * 100, decimals) + "%"


def _rounded_text(value: Decimal, decimals: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    sign = MINUS if rounded < 0 else ""
    return f"{sign}{abs(rounded):f}"


def _excel_p(p: float) -> str:
    text = p_text(p)
    return f'"{text}"' if text[0] in "<>" else "." + "0" * p_digits(p)


_STYLES: Final = {
    "decimal": lambda num: decimal_text(num.value, num.decimals),
    "count": lambda num: decimal_text(num.value, 0),
    "percent": lambda num: percent_text(num.value, num.decimals),
    "p": lambda num: p_text(num.value),
    "p_sentence": lambda num: p_sentence(num.value),
}


@dataclass(frozen=True)
class Form:
    """How several numbers share a cell: the pattern, and the name of each where they stand apart."""

    pattern: str
    parts: tuple[str, ...]


FORMS: Final[dict[str, Form]] = {
    "number": Form("{}", ("",)),
    "n_missing": Form("{} ({})", ("n", "missing")),
    "mean_sd": Form("{} ({})", ("mean", "SD")),
    "median_iqr": Form("{} ({} to {})", ("median", "quartile low", "quartile high")),
    "estimate_ci": Form("{} ({} to {})", ("", "CI low", "CI high")),
    "count_share": Form("{} ({})", ("count", "share")),
    "rows_people": Form("{} ({})", ("rows", "participants")),
    "p_below": Form("P < {}", ("threshold of P",)),
    "value_above": Form("value > {}", ("threshold",)),
    "value_below": Form("value < {}", ("threshold",)),
    "p_and_value_above": Form("P < .001 and value > {}", ("threshold",)),
    "pair": Form("{} / {}", ("case", "reference")),
}
