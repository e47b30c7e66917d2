"""Single rows that a decision can name: one of several that exclude each other, or one of a run of cells.

A row to choose is named by its content, never by its place, so that a choice survives sorting, and is open
again as soon as the row holds something else. More than a few equal findings in one column are shown as
one finding, a run, with an id of its own; a decision about one of its rows, made when it stood alone, holds
all the same: the row has the id that it would have alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import (
    Finding,
    finding_ids,
    finding_of_row,
    quoted,
    unique_findings,
)

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


MOST_LISTED: Final = 50
"""Rows of a run that was decided in part are listed one by one up to this number."""

Parts = dict[str, tuple[str, ...]]
"""Id of a run -> ids of its rows, in the order of `Finding.rows`; "" for a row without a key."""


def parts_of(findings: Sequence[Finding], asked: frozenset[str]) -> Parts:
    """The runs of which at least one row is named by itself among `asked`."""
    unique = unique_findings(findings)
    ids = finding_ids(unique)
    runs = [_is_run(finding) for finding in unique]
    unknown = asked - set(ids)
    if not unknown or not any(runs):
        return {}
    # Numbered together with all others, as equal findings are where each stands alone.
    single_ids = iter(finding_ids(list(_one_by_one(unique))))
    parts: Parts = {}
    for finding, finding_id, is_run in zip(unique, ids, runs, strict=True):
        if not is_run:
            next(single_ids)
            continue
        named = tuple(next(single_ids) if subject else "" for subject, _, _ in _singles(finding))
        if not unknown.isdisjoint(named):
            parts[finding_id] = named
    return parts


def _singles(finding: Finding) -> Sequence[tuple[str, str, str]]:
    return finding.single_rows() if finding.single_rows is not None else ()


def _is_run(finding: Finding) -> bool:
    return finding.single_rows is not None and finding.rule_id not in CHOOSE_ONE


def _one_by_one(findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        if _is_run(finding):
            yield from (
                finding_of_row(finding, *single) for single in _singles(finding) if single[0]
            )
        else:
            yield finding
