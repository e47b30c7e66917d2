"""Activation that a laboratory computed itself stands beside what is computed from recordings."""

import pandas as pd

from schemas.activation import ACTIVATION_KEY, ACTIVATION_VALUES, Activation
from schemas.normalisation import NORMALISATIONS, Normalisation


def with_ready_made(
    computed: pd.DataFrame, given: pd.DataFrame, method: Normalisation | None = None
) -> pd.DataFrame:
    """One activation table: computed rows, and given rows of trials without a usable recording.

    computed, given: schemas.activation.Activation. method: what the study says that activation is divided
    by; a given row may say it itself. Percentages of anything but an MVIC move to a column of their own,
    so that nothing compares them between groups. A trial in both keeps the computed row, because
    its way from the raw signal is known; a computed row that is rejected gives way to a given row
    that has a value and is not rejected itself. Returns the same columns, computed rows first.
    """
    given = _declared(given, method)
    rejected = computed["quality"].eq("reject")
    has_value = given["quality"].ne("reject") & given[[*ACTIVATION_VALUES]].notna().any(axis=1)
    standing = computed[~(rejected & _keys(computed).isin(_keys(given[has_value])))]
    added = given[~_keys(given).isin(_keys(standing))]
    parts = [part for part in (standing, added) if len(part)]
    if not parts:
        return computed
    return Activation.validate(pd.concat(parts, ignore_index=True))


def _declared(given: pd.DataFrame, method: Normalisation | None) -> pd.DataFrame:
    """Given rows that say what their percentages are of, each in the column that may hold them."""
    has_percent = given["gmed_pct_mvic"].notna()
    told = given["normalisation"]
    if method is not None:
        told = told.mask(told.isna() & has_percent, method.term)
    no_mvic = [term for term, known in NORMALISATIONS.items() if known.warning]
    moves = has_percent & told.isin(no_mvic)
    percent = given["gmed_pct_reference"].mask(moves, given["gmed_pct_mvic"])
    kept = {name: given[name].mask(moves) for name in given.columns if name.endswith("pct_mvic")}
    return given.assign(**kept, normalisation=told, gmed_pct_reference=percent)


def _keys(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[ACTIVATION_KEY])
