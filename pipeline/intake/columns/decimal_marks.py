"""Which decimal mark a text file uses, where study.yaml does not say so."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import cell_findings
from pipeline.intake.cells.grid import CellKind, Cells
from pipeline.intake.cells.odd_numbers import has_decimal_comma, has_decimal_point
from pipeline.intake.cells.word_codes import encoded
from pipeline.intake.columns.column_map import MappedTable
from pipeline.intake.findings.messages import Finding, make_finding, quoted
from schemas.columns import ColumnRule


def decimal_mark(source: MappedTable, rules: Mapping[str, ColumnRule]) -> tuple[str, list[Finding]]:
    """The decimal mark of the numbers of a source, and what has to be said about it.

    What study.yaml declares counts. Otherwise a text file whose numbers have commas and no points is
    read with decimal commas (FILE-04 says so). Where both stand and most are commas, nobody can tell
    (CELL-19); a few commas among points are slips and stay for CELL-02.
    """
    if source.decimal_is_declared or source.addresses.sources[0].sheet is not None:
        return source.decimal, []
    commas, points = 0, 0
    example: tuple[str, NDArray[np.intp]] | None = None
    for name, cells in source.cells.items():
        if rules[name].kind not in ("number", "integer"):
            continue
        with_comma = _rows_with(cells, ",", has_decimal_comma)
        if len(with_comma) and example is None:
            example = name, with_comma
        commas += len(with_comma)
        points += len(_rows_with(cells, ".", has_decimal_point))
    if example is None or (points and commas <= points):
        return source.decimal, []
    name, rows = example
    texts = source.cells[name].text.iloc[rows]
    if points:
        facts = {"value": f"{commas}", "other": f"{points}"}
        return ",", cell_findings(
            "CELL-19", source.addresses, name, rows, texts, facts, run_length=0
        )
    typed = str(texts.iloc[0])
    facts = {"problem": f"The numbers have decimal commas: {typed} was read as {_point(typed)}."}
    place = source.addresses.sources[0]
    return ",", [make_finding("FILE-04", file=place.file, found=quoted(typed), facts=facts)]


def _rows_with(cells: Cells, mark: str, is_meant: Callable[[str], bool]) -> NDArray[np.intp]:
    """Rows whose text has a mark that can only be the decimal one."""
    codes, words = encoded(cells.text)
    if not len(words):
        return np.zeros(0, dtype=np.intp)
    has_mark = np.array(
        [isinstance(word, str) and mark in word and is_meant(word) for word in words], dtype=bool
    )
    if not has_mark.any():
        return np.zeros(0, dtype=np.intp)
    return np.flatnonzero(has_mark[codes] & (cells.kind == CellKind.PLAIN))


def _point(text: str) -> str:
    return text.replace(",", ".")
