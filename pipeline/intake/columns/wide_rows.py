"""Wide -> long: one column per leg or trial becomes one row per leg or trial."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Cells
from schemas.table_sources import Scalar, TableSource


def lengthen(
    cells: Mapping[str, Cells], wide: Mapping[str, Cells], source: TableSource
) -> tuple[dict[str, Cells], NDArray[np.intp], int]:
    """Wide -> long: one row per file row and set of keys; rows without any value are no trials.

    cells: columns that every new row repeats. wide: file heading -> its cells, at least one. All
    have the same number of rows. Returns the cells, for each new row the old row it comes from, and how
    many rows there would be if every place held a value.
    """
    sets: dict[tuple[tuple[str, Scalar], ...], dict[str, Cells]] = {}
    for heading, column in wide.items():
        keys = tuple(sorted(source.wide[heading].keys.items()))
        sets.setdefault(keys, {})[source.wide[heading].to] = column
    n, k = len(next(iter(wide.values())).text), len(sets)
    rows = np.repeat(np.arange(n), k)
    order = np.tile(np.arange(k), n) * n + rows
    long = {name: column.take(rows) for name, column in cells.items()}
    blank = Cells.constant("", n)
    for target in dict.fromkeys(column.to for column in source.wide.values()):
        long[target] = Cells.join([held.get(target, blank) for held in sets.values()]).take(order)
    for key in dict.fromkeys(name for keys in sets for name, _ in keys):
        values = [dict(keys).get(key, "") for keys in sets]
        long[key] = Cells.join([Cells.constant(value, n) for value in values]).take(order)
    targets = {column.to for column in source.wide.values()}
    has_value = ~np.all([long[target].is_missing for target in targets], axis=0)
    keep = np.flatnonzero(has_value)
    return {name: column.take(keep) for name, column in long.items()}, rows[keep], n * k
