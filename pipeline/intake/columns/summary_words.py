"""Rows below a table of people that hold its means, spreads and counts: they are nobody's rows."""

import re
from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Grid
from pipeline.intake.cells.word_codes import encode_words
from pipeline.intake.findings.messages import (
    Finding,
    listed_examples,
    make_finding,
    row_ranges,
    shown_cells,
)
from schemas.study import Study

_WORDS: Final = frozenset(
    [
        "mean",
        "means",
        "mittelwert",
        "mittelwerte",
        "mittel",
        "durchschnitt",
        "average",
        "averages",
        "moyenne",
        "media",
        "médias",
        "média",
        "gemiddelde",
        "moda",
        "median",
        "mediane",
        "médiane",
        "mediana",
        "stdev",
        "stddev",
        "stabw",
        "stabwn",
        "standardabweichung",
        "écart-type",
        "minimum",
        "maximum",
        "total",
        "totals",
        "totale",
        "gesamt",
        "gesamtsumme",
        "summe",
        "somme",
        "suma",
        "somma",
        "subtotal",
        "zwischensumme",
        "count",
        "anzahl",
        "nombre",
        "varianz",
        "variance",
        "iqr",
    ]
)
_SHORT: Final = frozenset(
    [
        "mw",
        "m.w",
        "avg",
        "sd",
        "std",
        "ds",
        "dt",
        "et",
        "se",
        "sem",
        "min",
        "max",
        "sum",
        "n",
        "ci",
        "ki",
        "var",
        "med",
    ]
)
"""Could be the initials of a person too; they count only where most other codes have a digit."""
_BESIDE: Final = frozenset(
    [
        "all",
        "alle",
        "overall",
        "gesamt",
        "group",
        "groups",
        "gruppe",
        "gruppen",
        "grand",
        "and",
        "und",
        "of",
        "von",
        "der",
        "the",
        "left",
        "right",
        "links",
        "rechts",
        "cases",
        "controls",
        "fälle",
        "kontrollen",
        "deviation",
        "error",
        "standard",
        "value",
        "wert",
    ]
)
"""Words that stand beside one of the others: "Mean of all", "MW Gruppe LBP"."""
_PARTS: Final = re.compile(r"[^\W_]+(?:[.-][^\W_]+)*")
_COUNT: Final = re.compile(r"n\s*[=:]\s*[0-9]+")
_TWO_WORDS: Final = frozenset({"standard deviation", "standard error", "écart type", "ecart type"})


def without_summaries(
    grid: Grid, column: int | None, rows: NDArray[np.intp], table: str, study: Study
) -> tuple[NDArray[np.intp], list[Finding]]:
    """Rows of a grid that are no summaries, and the KEY-06 finding about those that are.

    column: column of the grid (from 0) with the participants' codes, None when no column has them.
    rows: positions (from 0) of the rows to look at. The rows leave before anything else is read, so
    that a mean is neither a person nor a value that others are held against.
    """
    if column is None:
        return rows, []
    codes, words = encode_words(grid.columns[column].text)
    texts = [str(word) for word in words]
    groups = (study.groups.case, study.groups.reference)
    spellings = [word for group in groups for word in (group.label, *group.spellings)]
    beside = {part for word in spellings for part in _PARTS.findall(word.casefold())}
    used = set(np.unique(codes[rows]).tolist())
    summaries = {i for i in used if i >= 0 and _is_summary(texts[i], beside, _WORDS | _SHORT)}
    if not summaries:
        return rows, []
    others = [texts[i] for i in used - summaries if i >= 0 and texts[i].strip()]
    if 2 * sum(any(c.isdigit() for c in text) for text in others) <= len(others):
        summaries = {i for i in summaries if _is_summary(texts[i], beside, _WORDS)}
    is_summary = np.isin(codes[rows], list(summaries))
    if not is_summary.any():
        return rows, []
    return rows[~is_summary], [_finding(grid, column, rows[is_summary], table)]


def _is_summary(text: str, beside: Collection[str], known: Collection[str]) -> bool:
    """Whether a whole cell is a word for a summary, perhaps with the group that it is of."""
    plain = " ".join(text.casefold().split())
    if _COUNT.fullmatch(plain):
        return "n" in known
    if plain in _TWO_WORDS:
        return True
    parts = _PARTS.findall(plain.rstrip("."))
    if not parts or parts[0] not in known:
        return False
    return all(part in known or part in beside or part in _BESIDE for part in parts[1:])


def _finding(grid: Grid, column: int, rows: NDArray[np.intp], table: str) -> Finding:
    texts = sorted(set(grid.columns[column].text.iloc[rows]))
    number = int(grid.columns[column].column_number[rows[0]])
    lines = grid.row_numbers[rows]
    cells = row_ranges(number, lines)
    return make_finding(
        "KEY-06",
        table=table,
        file=grid.file,
        sheet=grid.sheet,
        cell=shown_cells(cells) or grid.cell_at(column, int(rows[0])),
        column=grid.headings[column],
        found=listed_examples(texts),
        row=int(lines[0]),
        cells=cells,
        facts={"value": listed_examples(texts)},
    )
