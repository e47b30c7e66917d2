"""How many people, legs and rows are behind a number, and which rows exactly."""

import csv
import hashlib
import io
from typing import Final

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison

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
    # Plain values: this is asked of every estimate, and a selection of text columns is dear.
    group, people = rows["group"].tolist(), rows["participant_id"].tolist()
    legs, censoring = (
        rows[name].tolist() if name in rows.columns else None for name in ("leg", "censoring")
    )
    for side, label in comparison.sides:
        places = [place for place, name in enumerate(group) if name == label]
        counts[f"n_{side}"] = len({people[place] for place in places})
        counts[f"n_rows_{side}"] = len(places)
        counts[f"n_legs_{side}"] = (
            None if legs is None else len({(people[place], legs[place]) for place in places})
        )
        at_ceiling = sum(censoring[place] in AT_CEILING for place in places) if censoring else 0
        counts[f"share_at_ceiling_{side}"] = (
            at_ceiling / len(places) if censoring and places else None
        )
    return counts


def n_censored(rows: pd.DataFrame) -> int:
    """Trials of hold times that are not known exactly: held to the ceiling, within bounds, or not at all."""
    return int((rows["censoring"] != "exact").sum())


def row_hash(rows: pd.DataFrame, value: str = "") -> str:
    """SHA-256 (hexadecimal) of the rows of an analysis, whatever their order; "" without rows.

    Hashed are the keys, the group, the bounds of a hold and the column `value`, as CSV text with 12
    significant digits, rows sorted by that text.
    """
    if rows.empty:
        return ""
    wanted = (*HASHED_KEYS, *HASHED_VALUES, *([value] if value else ()))
    columns = [name for name in wanted if name in rows.columns]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(
        zip(*(_as_text(rows[c]) for c in columns), strict=True)
    )
    head = ",".join(columns)
    return hashlib.sha256(
        "\n".join([head, *sorted(text.getvalue().splitlines())]).encode()
    ).hexdigest()


def _as_text(values: pd.Series) -> list[str]:
    """Values of a column as they are hashed; a missing one is an empty text."""
    is_number = pd.api.types.is_float_dtype(values)
    return [
        "" if pd.isna(value) else f"{value:.12g}" if is_number else str(value)
        for value in values.tolist()
    ]
