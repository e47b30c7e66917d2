"""Findings about rows whose facts differ from row to row; many of them become one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.cell_findings import RUN_LENGTH, cell_findings
from pipeline.intake.cells.parsing import implausible
from pipeline.intake.columns.drafts import Draft
from pipeline.intake.columns.source_cells import ONLY_THE_CELL
from pipeline.intake.findings.messages import Finding
from schemas.columns import column_rules

FactsOf = Callable[[int], Mapping[str, str]]


def for_all(facts: Mapping[str, str]) -> FactsOf:
    """The same facts for every row."""
    return lambda _: facts


def row_findings(
    draft: Draft, rule_id: str, column: str, rows: NDArray[np.bool_], facts_of: FactsOf
) -> list[Finding]:
    """One finding per row at a cell of `column`, or one for all of a file when they are many.

    facts_of: what fills the sentences of the rule for the row at a position; of many rows the first
    is told.
    """
    positions = np.flatnonzero(rows)
    if len(positions) <= RUN_LENGTH:
        return [f for p in positions for f in block_finding(draft, rule_id, column, [p], facts_of)]
    sources = draft.addresses.source_number[positions]
    findings = [
        finding
        for source in np.unique(sources)
        for finding in block_finding(draft, rule_id, column, positions[sources == source], facts_of)
    ]
    return [
        replace(f, why=f"{len(f.rows)} rows have this problem. The first one: {f.why}")
        for f in findings
    ]


def block_finding(
    draft: Draft,
    rule_id: str,
    column: str,
    positions: "Sequence[int | np.intp] | NDArray[np.intp]",
    facts_of: FactsOf,
) -> list[Finding]:
    """One finding for several rows of one file; its sentences and `found` are those of the first."""
    first = int(positions[0])
    found = str(draft.text(column).iloc[first]) if column in draft.frame else ""
    return _one_finding(draft, rule_id, column, positions, found, facts_of(first))


def column_finding(
    draft: Draft, rule_id: str, column: str, rows: NDArray[np.bool_], facts: Mapping[str, str]
) -> list[Finding]:
    """One finding per file for a whole column; found is its range."""
    values = pd.to_numeric(draft.text(column).str.replace(",", ".", regex=False), errors="coerce")
    given = values[rows].dropna()
    ends = dict.fromkeys(f"{value:g}" for value in (given.min(), given.max())) if len(given) else {}
    return _one_finding(draft, rule_id, column, np.flatnonzero(rows), " to ".join(ends), facts)


def _one_finding(
    draft: Draft,
    rule_id: str,
    column: str,
    positions: "Sequence[int | np.intp] | NDArray[np.intp]",
    found: str,
    facts: Mapping[str, str],
) -> list[Finding]:
    findings = cell_findings(
        rule_id,
        draft.addresses,
        column,
        [int(position) for position in positions],
        [found] * len(positions),
        facts,
        run_length=1,
    )
    if draft.table.name != "participants":
        return findings
    return [
        replace(f, fix=f.fix + ONLY_THE_CELL) if f.severity == "SET ASIDE" else f for f in findings
    ]


def numbers(draft: Draft, column: str) -> NDArray[np.float64]:
    """Values of a number column; missing where there is no column, no usable cell or no usable row."""
    if column not in draft.frame:
        return np.full(len(draft.frame), np.nan)
    values = draft.frame[column].to_numpy(dtype=np.float64, copy=True)
    values[~draft.usable] = np.nan
    return values


def plausible_numbers(draft: Draft, column: str) -> NDArray[np.float64]:
    """Values that have no finding of their own: an unlikely one (CELL-06) is the root cause."""
    values = numbers(draft, column)
    rule = column_rules(draft.table.model)[column]
    values[implausible(pd.Series(values), rule) != 0] = np.nan
    return values
