"""How many people, legs and rows are behind a number, and which rows exactly."""

import hashlib
from typing import Final

import pandas as pd

from pipeline.statistics.comparison import Comparison

HASHED_KEYS: Final = (
    "participant_id",
    "visit",
    "task",
    "condition",
    "leg",
    "rater",
    "session",
    "trial",
    "group",
)
HASHED_VALUES: Final = ("low_s", "high_s", "ceiling_s")
"""The bounds of a hold; measured outcomes name their own column."""

AT_CEILING: Final = ("ceiling", "above")


def counts_of(rows: pd.DataFrame, comparison: Comparison) -> dict[str, int | float | None]:
    """Participants, legs, rows and share at the ceiling by group, as fields of an `EstimateRow`.

    Legs are None when the rows know no leg, shares when they are no holds or a group is empty.
    """
    counts: dict[str, int | float | None] = {}
    # A cohort's rows have some thirty columns, and this is asked of every estimate.
    known = [name for name in ("participant_id", "leg", "censoring") if name in rows.columns]
    for side, label in comparison.sides:
        part = rows.loc[rows["group"] == label, known]
        counts[f"n_{side}"] = int(part["participant_id"].nunique())
        counts[f"n_rows_{side}"] = len(part)
        has_legs = "leg" in rows.columns
        legs = len(part[["participant_id", "leg"]].drop_duplicates()) if has_legs else None
        counts[f"n_legs_{side}"] = legs
        is_hold = "censoring" in rows.columns and len(part) > 0
        share = float(part["censoring"].isin(AT_CEILING).mean()) if is_hold else None
        counts[f"share_at_ceiling_{side}"] = share
    return counts


def row_hash(rows: pd.DataFrame, value: str = "") -> str:
    """SHA-256 (hexadecimal) of the rows of an analysis, whatever their order; "" without rows.

    Hashed are the keys, the group, the bounds of a hold and the column `value`, as CSV text with 12
    significant digits, rows sorted by that text.
    """
    if rows.empty:
        return ""
    wanted = (*HASHED_KEYS, *HASHED_VALUES, *([value] if value else ()))
    columns = [name for name in wanted if name in rows.columns]
    text = rows[columns].to_csv(index=False, header=False, float_format="%.12g")
    head = ",".join(columns)
    return hashlib.sha256("\n".join([head, *sorted(text.splitlines())]).encode()).hexdigest()
