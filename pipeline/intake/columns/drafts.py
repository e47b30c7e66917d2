"""A table on its way: typed columns, the address of every value, why rows leave, and which stand twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells.grid import Addresses, cell_findings, join_arrays
from pipeline.intake.cells.parsing import RULE_IDS, Problems
from pipeline.intake.cells.word_codes import join_text, repeated_text, text_by_code
from pipeline.intake.columns.column_map import MappedTable
from pipeline.intake.columns.source_cells import ParsedSource, leaves_cell_only, parse_source
from pipeline.intake.findings.messages import Finding
from schemas.columns import ColumnRule, column_rules, validated
from schemas.tables import CohortTable

_LARGEST_COUNT: Final = 2**15
PARTICIPANT_SET_ASIDE = "participant set aside"
"""Reason of rows whose participant's own row left the analysis."""

BLOCK_ROWS: Final = 50_000
"""Rows that are validated at once."""


@dataclass
class Draft:
    """A table between cells and validation.

    frame: typed columns of the model, one row per mapped row. shown: what the cells hold as text.
    reason: per row "" while it is usable, else the rule id (or PARTICIPANT_SET_ASIDE) that took it
    out. broken: per column, cells that have a finding already, so that later checks leave them. kept:
    per rule, rows that the data manager decided to keep although the rule would take them out.
    computed: how many values intake computed from others, by what was done. doubts: per rule, rows whose
    values are possible but whose column as a whole is in doubt (`leave_doubted`).
    """

    table: CohortTable
    frame: pd.DataFrame
    addresses: Addresses
    shown: dict[str, "pd.Series[str]"]
    reason: Problems
    broken: dict[str, NDArray[np.bool_]]
    kept: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    computed: dict[str, int] = field(default_factory=dict)
    doubts: dict[str, NDArray[np.bool_]] = field(default_factory=dict)

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Whether each row is still in the analysis."""
        return np.asarray(self.reason == "", dtype=bool)

    def leave(self, rows: NDArray[np.bool_], reason: str) -> None:
        """Take rows out of the analysis; the first reason of a row counts, a decision to keep first."""
        leaving = rows & self.usable
        if reason in self.kept:
            leaving &= ~self.kept[reason]
        self.reason[leaving] = reason

    def leave_cells(self, column: str, rows: NDArray[np.bool_], rule_id: str) -> None:
        """Leave out single values of a column, not their rows; a decision to keep goes first."""
        leaving = rows & ~self.kept[rule_id] if rule_id in self.kept else rows
        if column in self.frame and leaving.any():
            self.broken[column] = np.asarray(self.broken[column] | leaving, dtype=bool)
            self.frame[column] = self.frame[column].mask(leaving)

    def leave_doubted(self) -> None:
        """Take out the rows whose column as a whole is in doubt; decisions to keep go first."""
        for rule_id, rows in self.doubts.items():
            self.leave(rows, rule_id)

    def findings(
        self, rule_id: str, column: str, rows: NDArray[np.bool_], facts: Mapping[str, str]
    ) -> list[Finding]:
        """Findings at the cells of one column, all with the same facts."""
        positions = np.flatnonzero(rows)
        if not len(positions):
            return []
        found = self.text(column).iloc[positions]
        return cell_findings(rule_id, self.addresses, column, positions, found, facts)

    def text(self, column: str) -> "pd.Series[str]":
        """What the cells of a column hold, or the values themselves where there are no cells."""
        if column in self.shown:
            return self.shown[column]
        return self.frame[column].astype("str").fillna("")


def draft_table(table: CohortTable, sources: Sequence[MappedTable]) -> tuple[Draft, list[Finding]]:
    """Parse all sources of a table and put them under each other.

    Returns the draft and the findings about single cells. A bad cell takes its row out, except for
    the measurements of participants: there the cell alone is left out, so that a mistyped pain
    score does not cost the person's hold times.
    """
    rules = column_rules(table.model)
    parts = [parse_source(table, rules, source) for source in sources]
    lengths = [len(source.addresses.row_number) for source in sources]
    draft = Draft(
        table=table,
        frame=_joined_frame(rules, parts, lengths),
        addresses=Addresses.join([source.addresses for source in sources]),
        shown=_shown(rules, sources, lengths),
        reason=np.full(sum(lengths), "", dtype=object),
        broken={name: np.zeros(sum(lengths), dtype=bool) for name in rules},
    )
    for name, rule in rules.items():
        problems = _joined_problems(name, parts, lengths)
        if problems is None:
            continue
        broken = np.asarray(problems != 0, dtype=bool)
        if not broken.any():
            continue
        draft.broken[name] = broken
        if not leaves_cell_only(table, rule):
            first = draft.usable & broken
            draft.reason[first] = RULE_IDS[problems[first]]
    draft.doubts.update(_joined_doubts(parts, lengths))
    for name, default in table.defaults.items():
        _fill(draft, name, default)
    starts = np.cumsum([0, *lengths]).tolist()
    findings = [
        _moved(finding, start)
        for part, start in zip(parts, starts, strict=False)
        for finding in part.findings
    ]
    return draft, findings


def n_left_out_cells(draft: Draft) -> int:
    """How many bad cells were left out alone, of rows that stay in the analysis."""
    return sum(
        int((draft.broken[name] & draft.usable).sum())
        for name, rule in column_rules(draft.table.model).items()
        if leaves_cell_only(draft.table, rule) and name in draft.broken
    )


def finish_table(draft: Draft) -> pd.DataFrame:
    """The usable rows, validated by the table's model; the frame of a large draft is used up.

    A failure here means that a rule of intake is missing, and raises pandera's SchemaErrors. The rows
    are validated in blocks, so that a check holds a small part of a large table.
    """
    usable = draft.usable
    rows = None if usable.all() else np.flatnonzero(usable)
    rules = column_rules(draft.table.model)
    columns: dict[str, pd.Series] = {}
    is_large = len(draft.frame) > BLOCK_ROWS  # where a column is let go before the next is copied
    for name in list(draft.frame.columns):
        column = draft.frame.pop(name) if is_large else draft.frame[name]
        taken = column if rows is None else column.take(rows).reset_index(drop=True)
        columns[name] = taken.astype(np.int64) if rules[name].kind == "integer" else taken
    table = pd.DataFrame(columns, copy=False)
    model = draft.table.model
    for start in range(0, max(len(table), 1), BLOCK_ROWS):
        validated(model, table.iloc[start : start + BLOCK_ROWS])
    if len(table) > BLOCK_ROWS and has_repeats(table, draft.table.key):
        return model.validate(table, lazy=True)  # which says what stands twice
    return table


def _joined_frame(
    rules: Mapping[str, ColumnRule], parts: Sequence[ParsedSource], lengths: Sequence[int]
) -> pd.DataFrame:
    """All sources under each other, with every column that the model cannot do without."""
    columns: dict[str, pd.Series] = {}
    for name, rule in rules.items():
        if not (rule.required or any(name in part.columns for part in parts)):
            continue
        blocks = [
            part.columns[name].column if name in part.columns else _missing(rule, n)
            for part, n in zip(parts, lengths, strict=True)
        ]
        column = blocks[0] if len(blocks) == 1 else pd.concat(blocks, ignore_index=True)
        is_counted = rule.kind == "integer" and rule.high is not None and rule.high < _LARGEST_COUNT
        if is_counted and column.notna().all():
            column = column.astype(np.int16)
        columns[name] = column
    return pd.DataFrame(columns, copy=False)


def _missing(rule: ColumnRule, n: int) -> "pd.Series":
    """A column without a value."""
    if rule.kind == "text":
        return text_by_code([""], np.full(n, -1, dtype=np.int8))
    return pd.Series(np.nan, range(n), "datetime64[ns]" if rule.kind == "date" else "float64")


def _fill(draft: Draft, name: str, default: str | int) -> None:
    """Put the default of a key column where its cells are empty."""
    column = draft.frame[name]
    empty = column.isna().to_numpy(dtype=bool) & ~draft.broken[name]
    if empty.all() and isinstance(default, str):
        draft.frame[name] = text_by_code([default], np.zeros(len(empty), dtype=np.int8))
    elif empty.any():
        draft.frame[name] = column.mask(empty, default)


def _joined_problems(
    name: str, parts: Sequence[ParsedSource], lengths: Sequence[int]
) -> NDArray[np.int16] | None:
    if not any(name in part.columns for part in parts):
        return None
    return join_arrays(
        [
            part.columns[name].problem_numbers if name in part.columns else np.zeros(n, np.int16)
            for part, n in zip(parts, lengths, strict=True)
        ]
    )


def _joined_doubts(
    parts: Sequence[ParsedSource], lengths: Sequence[int]
) -> dict[str, NDArray[np.bool_]]:
    """Rule -> rows of the draft whose values are in doubt."""
    doubts: dict[str, NDArray[np.bool_]] = {}
    start = 0
    for part, n in zip(parts, lengths, strict=True):
        for column in part.columns.values():
            for rule_id, rows in column.doubts.items():
                in_draft = doubts.setdefault(rule_id, np.zeros(sum(lengths), dtype=bool))
                in_draft[start : start + n] |= rows
        start += n
    return doubts


def _moved(finding: Finding, start: int) -> Finding:
    """A finding of a source with its rows counted in the draft."""
    if not start or not len(finding.rows):
        return finding
    return replace(finding, rows=tuple(row + start for row in finding.rows))


def _shown(
    rules: Mapping[str, ColumnRule], sources: Sequence[MappedTable], lengths: Sequence[int]
) -> dict[str, "pd.Series[str]"]:
    return {
        name: join_text(
            [
                source.cells[name].text if name in source.cells else repeated_text("", n)
                for source, n in zip(sources, lengths, strict=True)
            ]
        )
        for name in rules
        if any(name in source.cells for source in sources)
    }


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
