"""What a whole column says about its unit: milliseconds, fractions, codes for missing values.

A value may be possible by itself and still be wrong beside its neighbours. Nothing is converted here.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.columns import ColumnRule

TIMED: Final = ("hold_time_s", "hold_low_s", "hold_high_s", "ceiling_s")
LONGEST_TEST_S: Final = 1000.0
"""No balance test takes a quarter of an hour."""
TOO_MANY_CEILINGS: Final = 10.0
"""Times in milliseconds have a median far above this many ceilings."""
HIGHEST_FRACTION: Final = 3.0
MEDIAN_FRACTION: Final = 2.0
_CODES: Final = (-9.0, -99.0, -999.0, -9999.0, 999.0, 9999.0, 99999.0)
_FAR: Final = 3.0
_FEWEST_OTHERS: Final = 3
_FEW: Final = 5
"""Up to this many cells that look like fractions are slips; more are a second unit in the column."""


def missing_codes_in(
    typed: NDArray[np.float64],
    values: NDArray[np.float64],
    given: NDArray[np.bool_],
    rule: ColumnRule,
) -> NDArray[np.bool_]:
    """Numbers such as -99 and 999 that stand for a missing value, as far as the column can tell.

    typed: as in the file. values: in the unit of the table. A number counts when it is outside the
    limits of the column, or more than three times as far from 0 as all other values.
    """
    codes = given & np.isin(typed, _CODES)
    if not codes.any():
        return codes
    outside = np.zeros(len(values), dtype=bool)
    if rule.low is not None:
        outside |= values < rule.low
    if rule.high is not None:
        outside |= values > rule.high
    others = np.abs(values[given & ~codes])
    if len(others) >= _FEWEST_OTHERS:
        outside |= np.abs(values) > _FAR * np.max(others)
    return np.asarray(codes & outside, dtype=bool)


def doubtful_values(
    values: NDArray[np.float64], rule: ColumnRule, ceiling_s: float | None
) -> dict[str, NDArray[np.bool_]]:
    """Rule -> rows whose values are probably in another unit than the column. Missing ones are NaN."""
    found: dict[str, NDArray[np.bool_]] = {}
    if rule.name in TIMED:
        found["CELL-13"] = _milliseconds(values, ceiling_s)
    if rule.facts["unit"] == "%MVIC":
        found |= _fractions(values)
    return {rule_id: rows for rule_id, rows in found.items() if rows.any()}


def is_column_of_milliseconds(values: NDArray[np.float64], ceiling_s: float | None) -> bool:
    """Whether the times as a whole are too long for seconds; missing ones do not count."""
    given = values[~np.isnan(values)]
    if not len(given):
        return False
    median = float(np.median(given))
    return median > LONGEST_TEST_S or (
        ceiling_s is not None and median > TOO_MANY_CEILINGS * ceiling_s
    )


def _milliseconds(values: NDArray[np.float64], ceiling_s: float | None) -> NDArray[np.bool_]:
    if is_column_of_milliseconds(values, ceiling_s):
        return np.asarray(~np.isnan(values), dtype=bool)
    return np.asarray(values > LONGEST_TEST_S, dtype=bool)


def _fractions(values: NDArray[np.float64]) -> dict[str, NDArray[np.bool_]]:
    """CELL-14 for a column (or a few cells) of fractions, CELL-15 for a column of both."""
    given = ~np.isnan(values) & (values > 0)
    if not given.any():
        return {}
    if np.median(values[given]) < MEDIAN_FRACTION and values[given].max() <= HIGHEST_FRACTION:
        return {"CELL-14": given}
    low = given & (values < 1)
    high = given & ~low
    if not low.any() or not high.any():
        return {}
    # A real activation below 1% stands near other small ones; a fraction stands apart from all.
    percentages = values[high]
    looks = (values[low] * 100 >= percentages.min() / 2) & (
        values[low] * 100 <= percentages.max() * 2
    )
    if percentages.min() <= HIGHEST_FRACTION or not looks.all():
        return {}
    return {"CELL-14" if low.sum() <= _FEW else "CELL-15": low}
