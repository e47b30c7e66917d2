"""Cells with their addresses: what a file holds before anybody asks what it means."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.messages import Finding, cell_ranges, make_finding, quoted

RUN_LENGTH = 5
"""More equal findings than this in one column become one finding for the run of cells."""


class CellKind(IntEnum):
    """What a cell is besides its text.

    MISSING: a declared missing code. BROKEN: a formula without a value or an Excel error. PERCENT:
    a number that Excel shows with %. REPORTED: the cell it comes from has a finding already.
    """

    PLAIN = 0
    NUMBER = 1
    DATE = 2
    TIME = 3
    BROKEN = 4
    PERCENT = 5
    MISSING = 6
    REPORTED = 7


@dataclass(frozen=True)
class Cells:
    """Cells of one column, one per row.

    text: as shown, outer spaces trimmed, "" when empty. kind: CellKind. number: the native number
    where kind is NUMBER. column_number: column of the file from 1; 0 where the value comes from
    study.yaml and has no cell. row_number: row of the file from 1 where a cell stands in another row
    than the row it serves, as the head of a block does; None when every cell stands in its own row.
    """

    text: "pd.Series[str]"
    kind: NDArray[np.int8]
    number: NDArray[np.float64]
    column_number: NDArray[np.int32]
    row_number: NDArray[np.int64] | None = None

    @classmethod
    def of_text(cls, text: "pd.Series[str]", column_number: int) -> "Cells":
        """Cells of a text file: nothing but text."""
        n = len(text)
        return cls(
            text.str.strip().reset_index(drop=True),
            np.zeros(n, dtype=np.int8),
            np.full(n, np.nan),
            np.full(n, column_number, dtype=np.int32),
        )

    @classmethod
    def constant(cls, value: str | int | float | bool, n: int) -> "Cells":
        """The same value of study.yaml in n rows; a number stays one whatever the decimal mark."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return cls(
            pd.Series([scalar_text(value)] * n, dtype="str"),
            np.full(n, CellKind.NUMBER if is_number else CellKind.PLAIN, dtype=np.int8),
            np.full(n, float(value) if is_number else np.nan),
            np.zeros(n, dtype=np.int32),
        )

    @classmethod
    def join(cls, parts: Sequence["Cells"]) -> "Cells":
        """The cells of several blocks of rows, one block after the other."""
        return cls(
            pd.concat([part.text for part in parts], ignore_index=True),
            np.concatenate([part.kind for part in parts]),
            np.concatenate([part.number for part in parts]),
            np.concatenate([part.column_number for part in parts]),
            _joined_rows(parts),
        )

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Whether each cell is empty or holds a missing code."""
        missing = (self.text == "").to_numpy(dtype=bool) | (self.kind == CellKind.MISSING)
        return np.asarray(missing & (self.kind != CellKind.REPORTED), dtype=bool)

    def take(self, positions: NDArray[np.intp]) -> "Cells":
        """The cells of some rows, in the order of `positions`."""
        return Cells(
            self.text.take(positions).reset_index(drop=True),
            self.kind[positions],
            self.number[positions],
            self.column_number[positions],
            None if self.row_number is None else self.row_number[positions],
        )


def _joined_rows(parts: Sequence[Cells]) -> NDArray[np.int64] | None:
    if all(part.row_number is None for part in parts):
        return None
    return np.concatenate(
        [
            np.zeros(len(part.text), dtype=np.int64) if part.row_number is None else part.row_number
            for part in parts
        ]
    )


@dataclass(frozen=True)
class Grid:
    """One sheet or text file: headings and the cells below them.

    row_numbers: row of each row of cells as Excel counts (the heading row of most files is 1).
    Rows that are wholly empty are left out.
    """

    file: str
    sheet: str | None
    heading_row: int
    headings: tuple[str, ...]
    row_numbers: NDArray[np.int64]
    columns: tuple[Cells, ...]


@dataclass(frozen=True)
class Source:
    """Where a block of rows comes from."""

    file: str
    sheet: str | None
    headings: tuple[str, ...]


@dataclass(frozen=True)
class Addresses:
    """Where every value of a mapped table stands, and whose row it is.

    source_number: which of `sources` each row comes from. row_number: its row in that file.
    column_number: per column of ours, the column of the file (0: no cell). participant_id: the
    person of the row as typed, "" when the table has none. key: the key columns as typed. own_row:
    per column whose cells stand in other rows than the one they serve, these rows (0: the row itself).
    """

    table: str
    sources: tuple[Source, ...]
    source_number: NDArray[np.int16]
    row_number: NDArray[np.int64]
    column_number: Mapping[str, NDArray[np.int32]]
    participant_id: "pd.Series[str]"
    key: "Mapping[str, pd.Series[str]]" = field(default_factory=dict)
    own_row: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)

    @classmethod
    def join(cls, parts: Sequence["Addresses"]) -> "Addresses":
        """The addresses of several sources of one table, one after the other."""
        names = dict.fromkeys(name for part in parts for name in part.column_number)
        return cls(
            parts[0].table,
            tuple(source for part in parts for source in part.sources),
            np.concatenate(
                [np.full(len(p.row_number), i, dtype=np.int16) for i, p in enumerate(parts)]
            ),
            np.concatenate([part.row_number for part in parts]),
            {
                name: np.concatenate(
                    [
                        part.column_number.get(name, np.zeros(len(part.row_number), dtype=np.int32))
                        for part in parts
                    ]
                )
                for name in names
            },
            pd.concat([part.participant_id for part in parts], ignore_index=True),
            {
                name: pd.concat(
                    [p.key.get(name, _blank(len(p.row_number))) for p in parts], ignore_index=True
                )
                for name in dict.fromkeys(name for part in parts for name in part.key)
            },
            {
                name: np.concatenate(
                    [
                        p.own_row.get(name, np.zeros(len(p.row_number), dtype=np.int64))
                        for p in parts
                    ]
                )
                for name in dict.fromkeys(name for part in parts for name in part.own_row)
            },
        )

    def subject(self, position: int) -> str:
        """The key of a row as typed, such as P03|left|1; "" where any part of it is empty."""
        parts = [str(text.iloc[position]) for text in self.key.values()]
        return "|".join(parts) if parts and all(parts) else ""

    def row_at(self, position: int, column: str) -> int:
        """Row of the file (from 1) of a value."""
        rows = self.own_row.get(column)
        if rows is not None and rows[position] > 0:
            return int(rows[position])
        return int(self.row_number[position])

    def column_at(self, position: int, column: str) -> int:
        """Column of the file (from 1) of a value; that of the participant where it has no cell."""
        for name in (column, "participant_id"):
            numbers = self.column_number.get(name)
            if numbers is not None and numbers[position] > 0:
                return int(numbers[position])
        return 0

    def cell(self, position: int, column: str) -> str:
        """Address of a value as Excel writes it; "row 7" when no cell of the row can be named."""
        number = self.column_at(position, column)
        row = self.row_at(position, column)
        return f"{get_column_letter(number)}{row}" if number else f"row {row}"

    def heading(self, position: int, column: str) -> str:
        """The file's own heading of a value, or our name where the value has no cell."""
        number = self.column_at(position, column)
        headings = self.sources[int(self.source_number[position])].headings
        return headings[number - 1] if 0 < number <= len(headings) else column


def _blank(n: int) -> "pd.Series[str]":
    return pd.Series([""] * n, dtype="str")


Facts = Mapping[str, str]


def cell_findings(
    rule_id: str,
    addresses: Addresses,
    column: str,
    positions: Sequence[int],
    found: Sequence[str],
    facts: Facts | Callable[[str], Facts],
    *,
    run_length: int = RUN_LENGTH,
) -> list[Finding]:
    """Findings for cells of one column; many equal ones become one finding for the run of cells.

    positions: row positions. found: the text of each of these cells. facts: what fills the
    sentences of the rule, or a function of the text that says so. Returns one finding per cell, or per found value where more than
    `run_length` cells of one file column hold it.
    """
    alike: dict[tuple[int, int, str], list[int]] = {}
    for position, text in zip(positions, found, strict=True):
        place = int(addresses.source_number[position]), addresses.column_at(position, column)
        alike.setdefault((*place, text), []).append(int(position))
    findings: list[Finding] = []
    for (_, _, text), members in alike.items():
        blocks = [members] if len(members) > run_length else [[member] for member in members]
        filled = facts(text) if callable(facts) else facts
        findings += [
            _block_finding(rule_id, addresses, column, block, text, filled) for block in blocks
        ]
    return findings


def _block_finding(
    rule_id: str, addresses: Addresses, column: str, block: list[int], text: str, facts: Facts
) -> Finding:
    first, last = block[0], block[-1]
    cell = addresses.cell(first, column)
    if len(block) > 1:
        cell = f"{cell}:{addresses.cell(last, column)} ({len(block)} cells)"
    people = set(addresses.participant_id.iloc[block])
    source = addresses.sources[int(addresses.source_number[first])]
    return make_finding(
        rule_id,
        table=addresses.table,
        file=source.file,
        sheet=source.sheet,
        cell=cell,
        column=addresses.heading(first, column),
        participant_id=people.pop() if len(people) == 1 else "",
        found=quoted(text),
        row=int(addresses.row_number[first]),
        cells=cell_ranges([addresses.cell(position, column) for position in block]),
        subject=addresses.subject(first) if len(block) == 1 else "many",
        rows=block,
        facts=facts,
    )


def scalar_text(value: str | int | float | bool) -> str:
    """A value of study.yaml as the text that a cell would show."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
