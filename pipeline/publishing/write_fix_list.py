"""The fix list for the lab's data manager: where, what, why it matters, how to mend it.

Internal: it holds values of participants.
"""

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from pipeline.publishing.pages import render
from pipeline.publishing.printable import printable_frame
from pipeline.publishing.write_csv import rows_as_csv
from schemas.findings import Findings
from schemas.terms import SEVERITIES

_WHOLE_COHORT: Final = "The cohort folder"
_CSV_COLUMNS: Final = tuple(Findings.to_schema().columns)
_WORST_FIRST: Final = {severity: place for place, severity in enumerate(SEVERITIES)}


@dataclass(frozen=True)
class FixEntry:
    """One line of the list; `where` is one piece of the address per line of the cell."""

    severity: str
    where: tuple[str, ...]
    found: str
    why: str
    fix: str
    rule_id: str
    status: str


@dataclass(frozen=True)
class FileFixes:
    """The lines of one file, most urgent first, and a sentence that counts them."""

    name: str
    summary: str
    entries: tuple[FixEntry, ...]


@dataclass(frozen=True)
class SeverityCount:
    """How many findings have a severity, and what it means."""

    severity: str
    meaning: str
    n: int


def fix_list_html(findings: pd.DataFrame, cohort: str) -> str:
    """The page: counts on top, then file by file, the file with the worst finding first."""
    ordered = worst_first(printable_frame(findings))
    return render(
        "fix_list.html.j2", cohort=cohort, counts=severity_counts(ordered), files=_files(ordered)
    )


def fix_list_csv(findings: pd.DataFrame) -> bytes:
    """The same lines in the same order as a table, every column of `schemas.findings`."""
    ordered = worst_first(printable_frame(findings))
    rows: list[list[str | float | int | None]] = [
        [_text(record[name]) or None for name in _CSV_COLUMNS]
        for record in ordered.to_dict("records")
    ]
    return rows_as_csv(list(_CSV_COLUMNS), rows)


def worst_first(findings: pd.DataFrame) -> pd.DataFrame:
    """Findings ordered by file (worst severity first), then severity, sheet and place in the sheet."""
    keys = [
        (
            _WORST_FIRST.get(_text(row["severity"]), len(_WORST_FIRST)),
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


def severity_counts(findings: pd.DataFrame) -> tuple[SeverityCount, ...]:
    """Findings per severity, worst first; severities without findings are left out."""
    counts = findings["severity"].value_counts()
    return tuple(
        SeverityCount(severity, meaning, int(counts[severity]))
        for severity, meaning in SEVERITIES.items()
        if severity in counts.index
    )


def _files(findings: pd.DataFrame) -> tuple[FileFixes, ...]:
    made = []
    for file, rows in findings.groupby(findings["file"].fillna(""), sort=False):
        counted = ", ".join(f"{count.n} {count.severity}" for count in severity_counts(rows))
        entries = tuple(_entry(record) for record in rows.to_dict("records"))
        made.append(FileFixes(str(file) or _WHOLE_COHORT, f"{counted}; most urgent first", entries))
    return tuple(made)


def _entry(record: dict[Hashable, Any]) -> FixEntry:
    text = {str(name): _text(value) for name, value in record.items()}
    pieces = (
        f"sheet {text['sheet']}" if text["sheet"] else "",
        f"cell {text['cell']}" if text["cell"] else "",
        text["column"],
        f"participant {text['participant_id']}" if text["participant_id"] else "",
    )
    where = tuple(piece for piece in pieces if piece) or ("whole file",)
    return FixEntry(
        severity=text["severity"],
        where=where,
        found=text["found"],
        why=text["why"],
        fix=text["fix"],
        rule_id=text["rule_id"],
        status=text["status"] or "open",
    )


def _place(cell: str) -> tuple[int, str]:
    """Row and column of an address such as D5 or C2:C31, so that row 10 comes after row 9."""
    found = re.match(r"([A-Z]*)(\d*)", cell)
    if found is None:
        return (0, "")
    letters, row = found.groups()
    return (int(row) if row else 0, letters.rjust(3))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
