"""Rows by their key: which of them stand twice. One number per row instead of a tuple of texts."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_MOST = 2**62
"""Numbers of rows stay below this."""


def row_numbers(
    frame: pd.DataFrame, key: Iterable[str], *, fold: bool = False
) -> NDArray[np.int64]:
    """A number for each row, equal where all key columns are equal.

    fold: texts that differ only in case are equal.
    """
    numbers = np.zeros(len(frame), dtype=np.int64)
    kinds = 1
    for name in key:
        codes, words = pd.factorize(frame[name], use_na_sentinel=False)
        if fold:
            places, folded = pd.factorize(pd.Series(words).astype("str").str.casefold())
            codes, words = places[codes], folded
        if len(words) < 2:
            continue
        if kinds > _MOST // len(words):
            numbers = pd.factorize(numbers)[0].astype(np.int64)
            kinds = len(frame)
        numbers *= len(words)
        numbers += codes
        kinds *= len(words)
    return numbers


def has_repeats(frame: pd.DataFrame, key: Iterable[str]) -> bool:
    """Whether any key stands twice."""
    return bool(_repeated(row_numbers(frame, key)).size)


def _repeated(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers that stand more than once. Sorts a copy: a hash table would be several times larger."""
    ordered = np.sort(numbers)
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def repeated_rows(
    frame: pd.DataFrame, key: Iterable[str], among: NDArray[np.bool_], *, fold: bool = False
) -> list[NDArray[np.intp]]:
    """Positions (from 0) of rows with the same key, one group for each key that stands twice.

    among: rows that are compared. fold: texts that differ only in case are equal.
    """
    numbers = row_numbers(frame, key, fold=fold)
    numbers[~among] = -1 - np.flatnonzero(~among)  # rows that are not compared are all different
    twice = _repeated(numbers)
    if not len(twice):
        return []
    places = np.flatnonzero(np.isin(numbers, twice))
    numbers = pd.factorize(numbers[places])[0]
    order = np.argsort(numbers, kind="stable")
    return np.split(places[order], np.cumsum(np.bincount(numbers))[:-1])
