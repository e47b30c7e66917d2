"""Findings about rows of which only one can count: each row can be chosen, by what it holds.

A row is named by its content, never by its place, so that a choice survives sorting, and is open again
as soon as the row holds something else.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding, quoted

CHOOSE_ONE: Final = frozenset({"KEY-01", "REC-06"})
"""Rules whose finding names rows that exclude each other."""

_MARK: Final = "-"
_SHOWN_COLUMNS: Final = 6


class Choices:
    """The rows of many findings by what they hold; every row is named once, however often it is asked."""

    def __init__(self, findings: Sequence[Finding], drafts: Mapping[str, Draft]) -> None:
        self._names: dict[str, dict[int, str]] = {}
        for table, draft in drafts.items():
            rows = sorted(
                {int(row) for f in findings if f.table == table and _is_choice(f) for row in f.rows}
            )
            if rows:
                self._names[table] = dict(zip(rows, _fingerprints(draft, rows), strict=True))

    def of(self, finding: Finding, finding_id: str) -> dict[str, int]:
        """Id of a choice -> row of the draft; empty for a finding without a choice.

        Rows that hold the same in every cell are one choice: it does not matter which of them counts.
        """
        names = self._names.get(finding.table)
        if names is None or not _is_choice(finding):
            return {}
        named: dict[str, int] = {}
        for row in finding.rows:
            named.setdefault(f"{finding_id}{_MARK}{names[int(row)]}", int(row))
        return named


def base_id(choice: str) -> str:
    """The finding that a choice belongs to; the id itself for the id of a finding."""
    return choice.split(_MARK)[0]


def choice_place(draft: Draft, row: int) -> str:
    """Cell of a row among which one is chosen, as Excel writes it."""
    return draft.addresses.cell(row, "file" if "file" in draft.shown else "participant_id")


def choice_content(draft: Draft, row: int) -> str:
    """What tells the row from its twins, for the person who chooses: the cells besides the key."""
    others = [
        f"{name} {text.iloc[row]}"
        for name, text in draft.shown.items()
        if name not in draft.table.key and text.iloc[row]
    ]
    return quoted(", ".join(others[:_SHOWN_COLUMNS]))


def _is_choice(finding: Finding) -> bool:
    return finding.rule_id in CHOOSE_ONE and len(finding.rows) > 1


def _fingerprints(draft: Draft, rows: Sequence[int]) -> list[str]:
    """Six characters per row that depend on the text of all its cells."""
    cells = [
        [f"{name}\x1f{text}" for text in column.iloc[list(rows)].tolist()]
        for name, column in sorted(draft.shown.items())
    ]
    return [
        hashlib.sha256("\x1e".join(texts).encode()).hexdigest()[:6]
        for texts in zip(*cells, strict=True)
    ]
