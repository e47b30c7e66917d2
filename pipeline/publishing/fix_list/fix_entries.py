"""The lines of a fix list, in the order in which a lab should mend them. Every form of it starts here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.publishing.fix_list.findings_history import Changes
from pipeline.publishing.report.printable import printable_frame
from schemas.decisions import OPEN
from schemas.terms import SEVERITIES

_WORST_FIRST: Final = {severity: place for place, severity in enumerate(SEVERITIES)}
_RANGE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})(?::([A-Z]{1,3})([1-9][0-9]{0,6}))?")


@dataclass(frozen=True)
class CellRange:
    """Cells of one column as a spreadsheet counts them: columns and rows from 1, both ends inside."""

    column: int
    first_row: int
    last_row: int


@dataclass(frozen=True)
class FixEntry:
    """One finding as it is shown; every text is on one line, "" where there is none.

    since: new, still there, or "" where nothing is compared. first_seen: day, or "".
    """

    finding_id: str
    rule_id: str
    severity: str
    file: str
    sheet: str
    cell: str
    cells: str
    column: str
    participant_id: str
    found: str
    why: str
    fix: str
    status: str
    since: str = ""
    first_seen: str = ""

    @property
    def where(self) -> tuple[str, ...]:
        """The address, one piece per line."""
        pieces = (
            self.sheet and f"sheet {self.sheet}",
            self.cell and (self.cell if " " in self.cell else f"cell {self.cell}"),
            self.column,
            self.participant_id and f"participant {self.participant_id}",
        )
        return tuple(piece for piece in pieces if piece) or ("whole file",)

    @property
    def ranges(self) -> tuple[CellRange, ...]:
        """The wrong cells; () where the finding names none."""
        return tuple(_ranges(self.cells))

    @property
    def first_cell(self) -> str:
        """Address of the first wrong cell, "" where the finding names none."""
        return self.cells.split(" ")[0].split(":")[0]


@dataclass(frozen=True)
class SeverityCount:
    """How many findings have a severity, and what it means."""

    severity: str
    meaning: str
    n: int


def fix_entries(findings: pd.DataFrame, changes: Changes) -> tuple[FixEntry, ...]:
    """All findings (schema Findings), the file with the worst finding first, then worst first."""
    return tuple(
        FixEntry(
            **{name: _text(record[name]) for name in _TAKEN},
            since=changes.word(str(record["finding_id"])),
            first_seen=changes.first_seen.get(str(record["finding_id"]), ""),
        )
        for record in worst_first(printable_frame(findings)).to_dict("records")
    )


def worst_first(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings ordered by file (worst severity first), then severity, sheet and place in the sheet.

    What is decided comes after everything that is open.
    """
    keys = [
        (
            _urgency(_text(row["severity"]), _text(row["status"])),
            _text(row["file"]),
            _text(row["sheet"]),
            *_place(_text(row["cell"])),
            _text(row["rule_id"]),
            _text(row["finding_id"]),
        )
        for row in findings.to_dict("records")
    ]
    worst_of_file: dict[str, int] = {}
    for key in keys:
        worst_of_file[key[1]] = min(key[0], worst_of_file.get(key[1], key[0]))
    order = sorted(
        range(len(keys)), key=lambda line: (worst_of_file[keys[line][1]], keys[line][1], keys[line])
    )
    return findings.iloc[order].reset_index(drop=True)


def is_decided(status: str) -> bool:
    """Whether somebody decided about a finding with this status."""
    return status not in ("", OPEN)


def _urgency(severity: str, status: str) -> int:
    place = _WORST_FIRST.get(severity, len(_WORST_FIRST))
    return place + len(_WORST_FIRST) if is_decided(status) else place


def counted_entries(entries: Sequence[FixEntry]) -> str:
    """Open findings per severity in words, then how many are decided: "2 STOP, 1 NOTE; 1 decided"."""
    is_open = [entry.severity for entry in entries if not is_decided(entry.status)]
    n_decided = len(entries) - len(is_open)
    told = counted_severities(pd.Series(is_open, dtype="str"))
    return "; ".join(part for part in (told, f"{n_decided} decided" if n_decided else "") if part)


def severity_counts(severities: "pd.Series[str]") -> tuple[SeverityCount, ...]:
    """Findings per severity, worst first; severities without findings are left out."""
    counts = severities.value_counts()
    return tuple(
        SeverityCount(severity, meaning, int(counts[severity]))
        for severity, meaning in SEVERITIES.items()
        if severity in counts.index
    )


def counted_severities(severities: "pd.Series[str]") -> str:
    """Findings per severity in words, such as "2 STOP, 1 NOTE"."""
    return ", ".join(f"{count.n} {count.severity}" for count in severity_counts(severities))


_TAKEN: Final = (
    "finding_id",
    "rule_id",
    "severity",
    "file",
    "sheet",
    "cell",
    "cells",
    "column",
    "participant_id",
    "found",
    "why",
    "fix",
    "status",
)


def _ranges(cells: str) -> Iterator[CellRange]:
    for piece in cells.split():
        found = _RANGE.fullmatch(piece)
        if found is None:
            continue
        first, last = _number(found[1]), _number(found[3] or found[1])
        for column in range(first, last + 1):
            yield CellRange(column, int(found[2]), int(found[4] or found[2]))


def _number(letters: str) -> int:
    """Number of a column from 1."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _place(cell: str) -> tuple[int, str]:
    """Row and column of an address such as D5 or C2:C31, so that row 10 comes after row 9."""
    found = re.match(r"([A-Z]*)(\d*)", cell)
    if found is None:
        return (0, "")
    letters, row = found.groups()
    return (int(row) if row else 0, letters.rjust(3))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
