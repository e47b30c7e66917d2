"""The fix list for the lab's data manager: where, what, why it matters, how to mend it.

Internal: it holds values of participants.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from pipeline.publishing.fix_list.checked_copies import CheckedCopies
from pipeline.publishing.fix_list.findings_history import Changes
from pipeline.publishing.fix_list.fix_entries import (
    FixEntry,
    counted_entries,
    fix_entries,
    is_decided,
    severity_counts,
    worst_first,
)
from pipeline.publishing.report.pages import render
from pipeline.publishing.report.printable import printable, printable_frame
from pipeline.publishing.writers.write_csv import rows_as_csv
from schemas.intake_results import Findings
from schemas.rules import RULES

_WHOLE_COHORT: Final = "The cohort folder"
_CSV_COLUMNS: Final = tuple(Findings.to_schema().columns)
_HISTORY_COLUMNS: Final = ("since_last_time", "first_seen")
_FACT: Final = re.compile(r"\{\w+\}")
_NOTHING: Final = Changes()


@dataclass(frozen=True)
class FileFixes:
    """The lines of one file, most urgent first, a sentence that counts them, and the marked copy.

    anchor: place in the page. copy: name of the marked copy, "" for none; no_copy: why.
    """

    name: str
    anchor: str
    summary: str
    entries: tuple[FixEntry, ...]
    copy: str = ""
    no_copy: str = ""


@dataclass(frozen=True)
class RuleText:
    """What a rule is about, said once: title, what is looked at, why, source, its page."""

    rule_id: str
    severity: str
    title: str
    checks: str
    why: str
    source: str
    page: str


def fix_list_html(
    findings: pd.DataFrame,
    cohort: str,
    *,
    changes: Changes = _NOTHING,
    copies: CheckedCopies | None = None,
) -> str:
    """The page: counts on top, then file by file, the file with the worst finding first, then the rules.

    findings: schema Findings. changes: since the last check, if there is something to compare with.
    copies: marked copies that lie beside the page.
    """
    entries = fix_entries(findings, changes)
    decided = findings["status"].fillna("").map(is_decided).astype(bool)
    return render(
        "fix_list.html.j2",
        cohort=printable(cohort),
        counts=severity_counts(findings.loc[~decided, "severity"]),
        n_decided=int(decided.sum()),
        since=changes.sentence,
        fixed=[_fixed(line.rule_id, line.place) for line in changes.fixed],
        files=_files(entries, copies),
        rules=_rules(entries),
    )


def fix_list_csv(findings: pd.DataFrame, changes: Changes | None = None) -> bytes:
    """The same lines in the same order as a table, every column of `schemas.intake_results`.

    changes: since the last check; it adds the columns since_last_time and first_seen.
    """
    headings = [*_CSV_COLUMNS, *(_HISTORY_COLUMNS if changes is not None else ())]
    rows: list[list[str | float | int | None]] = []
    for record in worst_first(printable_frame(findings)).to_dict("records"):
        cells = [record[name] if isinstance(record[name], str) else None for name in _CSV_COLUMNS]
        if changes is not None:
            finding_id = str(record["finding_id"])
            cells += [changes.word(finding_id), changes.first_seen.get(finding_id, "")]
        rows.append([cell or None for cell in cells])
    return rows_as_csv(headings, rows)


def _files(entries: Sequence[FixEntry], copies: CheckedCopies | None) -> tuple[FileFixes, ...]:
    by_file: dict[str, list[FixEntry]] = {}
    for entry in entries:
        by_file.setdefault(entry.file, []).append(entry)
    made = []
    for number, (file, found) in enumerate(by_file.items(), start=1):
        made.append(
            FileFixes(
                name=file or _WHOLE_COHORT,
                anchor=f"file-{number}",
                summary=f"{counted_entries(found)}; most urgent first",
                entries=tuple(found),
                copy=copies.copies[file][0] if copies and file in copies.copies else "",
                no_copy=copies.missing.get(file, "") if copies else "",
            )
        )
    return tuple(made)


def _rules(entries: Sequence[FixEntry]) -> tuple[RuleText, ...]:
    """Every rule that speaks on the page, by id."""
    made = []
    for rule_id in sorted({entry.rule_id for entry in entries}):
        rule = RULES.get(rule_id)
        if rule is None:
            continue
        made.append(
            RuleText(
                rule_id=rule_id,
                severity=rule.severity,
                title=rule.title,
                checks=rule.checks,
                # A sentence with facts in it says nothing without them; each line has its own.
                why=""
                if _FACT.search(rule.why.removesuffix("{near}"))
                else rule.why.removesuffix("{near}"),
                source=rule.source,
                page=f"docs/rules/{rule_id}.md",
            )
        )
    return tuple(made)


def _fixed(rule_id: str, place: str) -> tuple[str, str]:
    """Place and title of something that is done."""
    title = RULES[rule_id].title if rule_id in RULES else rule_id
    return printable(place), title
