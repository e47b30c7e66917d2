"""A table on its way: typed columns, the address of every value, and why rows leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.cells import Addresses, CellKind, Cells, cell_findings
from pipeline.intake.column_map import MappedTable
from pipeline.intake.messages import Finding
from pipeline.intake.parsing import Problems, implausible, parse_column
from pipeline.intake.sentences import cell_facts, plausible_facts
from schemas.columns import ColumnRule, column_rules
from schemas.tables import CohortTable

PARTICIPANT_SET_ASIDE = "participant set aside"
"""Reason of rows whose participant's own row left the analysis."""

_EMPTY_TYPES = {"number": "float64", "integer": "float64", "date": "datetime64[ns]", "text": "str"}


@dataclass
class Draft:
    """A table between cells and validation.

    frame: typed columns of the model, one row per mapped row. shown: what the cells hold as text.
    reason: per row "" while it is usable, else the rule id (or PARTICIPANT_SET_ASIDE) that took it
    out. broken: per column, cells that have a finding already, so that later checks leave them. kept:
    per rule, rows that the data manager decided to keep although the rule would take them out.
    """

    table: CohortTable
    frame: pd.DataFrame
    addresses: Addresses
    shown: dict[str, "pd.Series[str]"]
    reason: Problems
    broken: dict[str, NDArray[np.bool_]]
    kept: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)

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

    def findings(
        self, rule_id: str, column: str, rows: NDArray[np.bool_], facts: Mapping[str, str]
    ) -> list[Finding]:
        """Findings at the cells of one column, all with the same facts."""
        positions = np.flatnonzero(rows).tolist()
        found = self.text(column).iloc[positions].tolist()
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
    parts = [_parse_source(table, rules, source) for source in sources]
    findings = [finding for _, _, found in parts for finding in found]
    draft = Draft(
        table=table,
        frame=_join_frames(table, rules, [values for values, _, _ in parts]),
        addresses=Addresses.join([source.addresses for source in sources]),
        shown=_shown(rules, sources),
        reason=np.full(sum(len(s.addresses.row_number) for s in sources), "", dtype=object),
        broken={},
    )
    for name, rule in rules.items():
        problems = np.concatenate(
            [
                found.get(name, np.full(n, "", dtype=object))
                for (_, found, _), n in zip(
                    parts, (len(s.addresses.row_number) for s in sources), strict=True
                )
            ]
        )
        draft.broken[name] = np.asarray(problems != "", dtype=bool)
        if not leaves_cell_only(table, rule):
            first = draft.usable & draft.broken[name]
            draft.reason[first] = problems[first]
    for name, default in table.defaults.items():
        empty = draft.frame[name].isna().to_numpy(dtype=bool) & ~draft.broken[name]
        draft.frame[name] = draft.frame[name].mask(empty, default)
    return draft, findings


def leaves_cell_only(table: CohortTable, rule: ColumnRule) -> bool:
    """Whether a bad cell of this column is left out alone, without its row."""
    return table.name == "participants" and rule.nullable and rule.name not in table.key


def n_left_out_cells(draft: Draft) -> int:
    """How many bad cells were left out alone, of rows that stay in the analysis."""
    return sum(
        int((draft.broken[name] & draft.usable).sum())
        for name, rule in column_rules(draft.table.model).items()
        if leaves_cell_only(draft.table, rule) and name in draft.broken
    )


def finished_table(draft: Draft) -> pd.DataFrame:
    """The usable rows, validated by the table's model.

    A failure here means that a rule of intake is missing, and raises pandera's SchemaErrors.
    """
    rows = draft.frame.loc[draft.usable].reset_index(drop=True)
    return draft.table.model.validate(rows, lazy=True)


def _parse_source(
    table: CohortTable, rules: Mapping[str, ColumnRule], source: MappedTable
) -> tuple[dict[str, "pd.Series"], dict[str, Problems], list[Finding]]:
    columns: dict[str, pd.Series] = {}
    problems: dict[str, Problems] = {}
    findings = list(source.findings)
    for name, cells in source.cells.items():
        rule = rules[name]
        can_be_empty = rule.nullable or name in table.defaults or name in table.may_omit
        parsed = parse_column(
            cells,
            rule,
            decimal=source.decimal,
            factor=source.factors.get(name, 1.0),
            required=not can_be_empty,
        )
        columns[name], problems[name] = parsed.column, parsed.problems
        findings += _cell_problems(rule, cells, parsed.problems, source.addresses)
        if rule.kind in ("number", "integer"):
            findings += _unlikely(rule, cells, parsed.column, source.addresses)
    return columns, problems, findings


def _cell_problems(
    rule: ColumnRule, cells: Cells, problems: Problems, addresses: Addresses
) -> list[Finding]:
    findings: list[Finding] = []
    to_report = (problems != "") & (cells.kind != CellKind.REPORTED)
    for rule_id in sorted(set(problems[to_report].tolist())):
        positions = np.flatnonzero(to_report & (problems == rule_id)).tolist()

        def facts_of(found: str, rule_id: str = rule_id) -> dict[str, str]:
            return cell_facts(rule_id, rule, found)

        texts = cells.text.iloc[positions].tolist()
        findings += cell_findings(rule_id, addresses, rule.name, positions, texts, facts_of)
    return findings


def _unlikely(
    rule: ColumnRule, cells: Cells, values: "pd.Series", addresses: Addresses
) -> list[Finding]:
    sides = implausible(values, rule)
    findings: list[Finding] = []
    for side in (-1, 1):
        positions = np.flatnonzero(sides == side).tolist()
        facts = plausible_facts(rule, side)
        texts = cells.text.iloc[positions].tolist()
        findings += cell_findings("CELL-06", addresses, rule.name, positions, texts, facts)
    return findings


def _join_frames(
    table: CohortTable, rules: Mapping[str, ColumnRule], parts: Sequence[dict[str, "pd.Series"]]
) -> pd.DataFrame:
    """All sources under each other, with every column that the model cannot do without."""
    columns: dict[str, pd.Series] = {}
    for name, rule in rules.items():
        if not (rule.required or any(name in part for part in parts)):
            continue
        blocks = [
            part[name]
            if name in part
            else pd.Series(np.nan, range(len(part["participant_id"])), _EMPTY_TYPES[rule.kind])
            for part in parts
        ]
        columns[name] = pd.concat(blocks, ignore_index=True)
    return pd.DataFrame(columns)


def _shown(
    rules: Mapping[str, ColumnRule], sources: Sequence[MappedTable]
) -> dict[str, "pd.Series[str]"]:
    shown: dict[str, pd.Series[str]] = {}
    for name in rules:
        if any(name in source.cells for source in sources):
            blocks = [
                source.cells[name].text
                if name in source.cells
                else pd.Series([""] * len(source.addresses.row_number), dtype="str")
                for source in sources
            ]
            shown[name] = pd.concat(blocks, ignore_index=True)
    return shown
