"""Activation that a laboratory computed itself stands beside what is computed from recordings."""

import pandas as pd

from schemas.activation import ACTIVATION_KEY, Activation


def with_ready_made(computed: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """One activation table: computed rows, and given rows of trials without a recording.

    computed, given: schemas.activation.Activation. A trial in both keeps the computed row, because
    its way from the raw signal is known. Returns the same columns, computed rows first.
    """
    recorded = pd.MultiIndex.from_frame(computed[ACTIVATION_KEY])
    only_given = given[~pd.MultiIndex.from_frame(given[ACTIVATION_KEY]).isin(recorded)]
    parts = [part for part in (computed, only_given) if len(part)]
    if not parts:
        return computed
    return Activation.validate(pd.concat(parts, ignore_index=True))
