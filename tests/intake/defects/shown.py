"""How findings name several cells of one column, written down a second time for the tests."""

from collections.abc import Sequence


def shown(column: str, rows: Sequence[int]) -> str:
    """Up to three cells one by one, more of them as at most three exact ranges."""
    rows = sorted(set(rows))
    if len(rows) <= 3:
        return ", ".join(f"{column}{row}" for row in rows)
    starts = [row for row in rows if row - 1 not in rows]
    ends = [row for row in rows if row + 1 not in rows]
    spans = [
        f"{column}{a}" if a == b else f"{column}{a}:{column}{b}"
        for a, b in zip(starts, ends, strict=True)
    ]
    if len(spans) > 3:
        spans = [*spans[:3], "…"]
    return f"{', '.join(spans)} ({len(rows)} cells)"
