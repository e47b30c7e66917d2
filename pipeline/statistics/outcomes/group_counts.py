"""Participants of some rows by group, in words."""

import pandas as pd

from pipeline.statistics.estimates.comparison import Comparison


def by_group_in_words(some: pd.DataFrame, rows: pd.DataFrame, comparison: Comparison) -> str:
    """Participants of `some` among those of `rows`, by group: "3 of 14 LBP and 0 of 14 control"."""
    counts = zip(comparison.participants_in(some), comparison.participants_in(rows), strict=True)
    return " and ".join(
        f"{n} of {total} {label}"
        for (n, total), (_, label) in zip(counts, comparison.sides, strict=True)
    )
