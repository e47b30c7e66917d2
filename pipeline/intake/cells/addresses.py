"""Where every value of a table stands in the files, and whose row it is."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from openpyxl.utils import get_column_letter

from pipeline.intake.cells.word_codes import join_text, repeated_text

_ODD = np.uint64(1_000_003)


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
        if len(parts) == 1:
            return parts[0]
        names = dict.fromkeys(name for part in parts for name in part.column_number)
        return cls(
            parts[0].table,
            tuple(source for part in parts for source in part.sources),
            np.repeat(
                np.arange(len(parts), dtype=np.int16), [len(part.row_number) for part in parts]
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
            join_text([part.participant_id for part in parts]),
            {
                name: join_text(
                    [p.key.get(name, repeated_text("", len(p.row_number))) for p in parts]
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
        """The key of a row as typed, such as P03|left|1; "" where it names no person.

        An empty part, such as the visit of a study with one visit, does not cost the row its name: by
        its address alone a decision could reach another person's row once the table is sorted.
        """
        if not self.participant_id.iloc[position]:
            return ""
        return "|".join(str(text.iloc[position]) for text in self.key.values())

    def subjects(self, positions: NDArray[np.intp], found: NDArray[np.object_]) -> str:
        """A name for these very cells by the keys of their rows and what was found in them.

        Their order does not matter; one row more, or another value, is another name: a decision about
        a run of cells must not spread to what nobody had seen.
        """
        named = np.zeros(len(positions), dtype=np.uint64)
        keys = [text.iloc[positions].to_numpy(dtype=object) for text in self.key.values()]
        for texts in (*keys, found):
            codes, words = pd.factorize(texts)
            named = named * _ODD + pd.util.hash_array(words, categorize=False)[codes]
        # Every name is hashed again before all are added, so that rows cannot trade parts of their keys.
        together = [str(len(named)), str(pd.util.hash_array(named).sum())]
        return "many " + hashlib.sha256(" ".join(together).encode()).hexdigest()[:10]

    def places(
        self, positions: NDArray[np.intp], column: str
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Columns and rows of the file (from 1) of several values; see `column_at` and `row_at`."""
        rows = self.row_number[positions]
        columns = np.zeros(len(positions), dtype=np.int64)
        for name in ("participant_id", column):
            numbers = self.column_number.get(name)
            if numbers is None:
                continue
            has_cell = numbers[positions] > 0
            columns = np.where(has_cell, numbers[positions], columns)
            own = self.own_row.get(name)
            row = self.row_number[positions]
            if own is not None:
                row = np.where(own[positions] > 0, own[positions], row)
            rows = np.where(has_cell, row, rows)
        return columns, rows

    def row_at(self, position: int, column: str) -> int:
        """Row of the file (from 1) of a value; that of the participant where it has no cell."""
        rows = self.own_row.get(self._served_by(position, column))
        if rows is not None and rows[position] > 0:
            return int(rows[position])
        return int(self.row_number[position])

    def column_at(self, position: int, column: str) -> int:
        """Column of the file (from 1) of a value; that of the participant where it has no cell."""
        numbers = self.column_number.get(self._served_by(position, column))
        return 0 if numbers is None else int(numbers[position])

    def cell(self, position: int, column: str) -> str:
        """Address of a value as Excel writes it; "row 7" when no cell of the row can be named."""
        number = self.column_at(position, column)
        row = self.row_at(position, column)
        return f"{get_column_letter(number)}{row}" if number else f"row {row}"

    def heading(self, position: int, column: str) -> str:
        """The file's own heading of a value, or our name where the value has no cell."""
        number = self.column_at(position, column)
        rows = self.own_row.get(column)
        if rows is not None and rows[position] > 0:
            return column  # a cell in the head of a block stands under no heading
        headings = self.sources[int(self.source_number[position])].headings
        return headings[number - 1] if 0 < number <= len(headings) else column

    def _served_by(self, position: int, column: str) -> str:
        """The column whose cell names the place of a value: its own, else that of the participant."""
        for name in (column, "participant_id"):
            numbers = self.column_number.get(name)
            if numbers is not None and numbers[position] > 0:
                return name
        return ""
