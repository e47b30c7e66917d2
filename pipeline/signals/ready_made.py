"""Activation that a laboratory computed itself stands beside what is computed from recordings."""

import pandas as pd

from schemas.activation import ACTIVATION_KEY, ACTIVATION_VALUES, Activation


def with_ready_made(computed: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """One activation table: computed rows, and given rows of trials without a usable recording.

    computed, given: schemas.activation.Activation. A trial in both keeps the computed row, because
    its way from the raw signal is known; a computed row that is rejected gives way to a given row
    that has a value and is not rejected itself. Returns the same columns, computed rows first.
    """
    rejected = computed["quality"].eq("reject")
    has_value = given["quality"].ne("reject") & given[[*ACTIVATION_VALUES]].notna().any(axis=1)
    standing = computed[~(rejected & _keys(computed).isin(_keys(given[has_value])))]
    added = given[~_keys(given).isin(_keys(standing))]
    parts = [part for part in (standing, added) if len(part)]
    if not parts:
        return computed
    return Activation.validate(pd.concat(parts, ignore_index=True))


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[ACTIVATION_KEY])
