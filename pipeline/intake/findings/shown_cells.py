"""Addresses of several cells as a person reads them: only cells that are meant, never what lies between."""

import re
from collections.abc import Sequence
from typing import Final

MOST_LISTED: Final = 3
"""So many cells are named one by one, and so many ranges at most."""

_RANGE: Final = re.compile(r"([A-Z]+)([0-9]+)(?::[A-Z]+([0-9]+))?")


def shown_cells(ranges: str) -> str:
    """Ranges of single columns such as "A2:A4 A6" for print: "A17, A19", "B2:B4, B6:B9 (7 cells)".

    "" for no cell.
    """
    spans = [
        (letters, int(first), int(last or first)) for letters, first, last in _RANGE.findall(ranges)
    ]
    n_cells = sum(last - first + 1 for _, first, last in spans)
    if n_cells <= MOST_LISTED:
        return ", ".join(f"{c}{row}" for c, first, last in spans for row in range(first, last + 1))
    pieces = [
        f"{c}{first}:{c}{last}" if last > first else f"{c}{first}" for c, first, last in spans
    ]
    more = ["…"] if len(pieces) > MOST_LISTED else []
    return f"{', '.join(pieces[:MOST_LISTED] + more)} ({n_cells} cells)"


def shown_rows(rows: Sequence[int]) -> str:
    """Rows of which no cell can be named: "row 7", "rows 7, 9", "rows 7 to 19 (5 rows)"."""
    if len(rows) == 1:
        return f"row {rows[0]}"
    if len(rows) <= MOST_LISTED:
        return f"rows {', '.join(map(str, rows))}"
    return f"rows {rows[0]} to {rows[-1]} ({len(rows)} rows)"
