"""The checks of rows and the decisions about what they find, until both agree.

A decision names a finding, and findings come from checks; a row that is kept goes through the checks
again, because other rules look at rows in use only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.deciding.choices import Choices
from pipeline.intake.deciding.decision_file import DecisionFile
from pipeline.intake.deciding.decisions import (
    Decidable,
    Kept,
    Ruling,
    as_masks,
    decidable,
    rows_to_keep,
    rule_on,
)
from pipeline.intake.deciding.exclusions import count_exclusions, exclusion_findings
from pipeline.intake.findings.messages import Finding, finding_ids, unique_findings
from pipeline.intake.rules.column_suspicions import without_explained
from pipeline.intake.rules.group_rules import group_of_participants
from schemas.columns import empty_table
from schemas.decisions import OPEN, Exclusions

Checks = Callable[[dict[str, Draft]], tuple[list[Finding], int]]
"""All rules about rows: drafts -> findings and how many holds were late stops. Changes the drafts."""


@dataclass(frozen=True)
class Decided:
    """Drafts after checks and decisions.

    findings: all of them, those about decisions included. ruling: what each decision came to.
    exclusions: `schemas.decisions.Exclusions`. n_rows_accepted: rows that stay out by decision.
    n_rows_kept: rows that are analysed by decision. decidable: what a decision can be about, by id.
    """

    drafts: dict[str, Draft]
    findings: list[Finding]
    group_of: dict[str, str]
    ruling: Ruling
    exclusions: pd.DataFrame
    n_late_stops: int
    n_rows_accepted: int
    n_rows_kept: int
    decidable: dict[str, Decidable]

    @classmethod
    def nothing(cls, findings: list[Finding]) -> "Decided":
        """What there is when the settings cannot be used: no tables and no decisions."""
        none = empty_table(Exclusions)
        return cls({}, findings, {}, Ruling({}, (), []), none, 0, 0, 0, {})


def check_and_decide(
    drafts: dict[str, Draft],
    found_so_far: Sequence[Finding],
    given: DecisionFile,
    check_rows: Checks,
    groups: tuple[str, str],
) -> Decided:
    """Check rows, apply decisions, and check again with the rows that are kept.

    found_so_far: findings about files and cells. groups: case label, reference label. Ends because every
    round keeps more rows than the one before, or refuses one decision more. Without a decision to keep
    there is one round.
    """
    wants_to_keep = any(line.signed and line.decision == "keep" for line in given.lines)
    kept: Kept = {}
    beyond: frozenset[str] = frozenset()
    while True:
        tried = _fresh(drafts, kept) if wants_to_keep else drafts
        row_findings, n_late_stops = check_rows(tried)
        people = tried.get("participants")
        group_of = {} if people is None else group_of_participants(people)
        exclusions = count_exclusions(list(tried.values()), group_of, groups)
        found = [
            *without_explained([*found_so_far, *row_findings]),
            *exclusion_findings(exclusions, list(tried.values()), groups),
        ]
        stopped = any(finding.severity == "STOP" for finding in found)
        choices = Choices(found, tried)
        known = decidable(found, choices)
        ruling = rule_on(
            given.file,
            given.lines,
            known,
            # Recordings are opened later; a table that cannot be read hides what was decided about it.
            more_to_come=stopped or "recordings" in tried,
            beyond=beyond,
        )
        grown = _together(kept, rows_to_keep(found, ruling.kept, choices))
        if grown != kept:
            kept = grown
            continue
        lost = _still_out(found, ruling, tried, choices)
        if not lost:
            break
        beyond, kept = beyond | lost, {}
    n_accepted, n_kept = _count_rows(found, ruling, tried, kept)
    return Decided(
        drafts=tried,
        findings=[*found, *ruling.findings],
        group_of=group_of,
        ruling=ruling,
        exclusions=exclusions,
        n_late_stops=n_late_stops,
        n_rows_accepted=n_accepted,
        n_rows_kept=n_kept,
        decidable=known,
    )


def _fresh(drafts: Mapping[str, Draft], kept: Kept) -> dict[str, Draft]:
    """Copies that checks may change, with the rows that decisions keep."""
    return {
        name: replace(
            draft,
            frame=draft.frame.copy(),
            reason=draft.reason.copy(),
            broken={column: cells.copy() for column, cells in draft.broken.items()},
            kept=as_masks(kept.get(name, {}), len(draft.frame)),
            computed=dict(draft.computed),
        )
        for name, draft in drafts.items()
    }


def _together(one: Kept, other: Kept) -> Kept:
    return {
        table: {
            rule_id: one.get(table, {}).get(rule_id, set())
            | other.get(table, {}).get(rule_id, set())
            for rule_id in {**one.get(table, {}), **other.get(table, {})}
        }
        for table in {**one, **other}
    }


def _still_out(
    found: Sequence[Finding], ruling: Ruling, drafts: Mapping[str, Draft], choices: Choices
) -> frozenset[str]:
    """Kept findings of which rows stay out all the same: their values cannot be in the table at all."""
    lost = set()
    if not ruling.kept:
        return frozenset()
    unique = unique_findings(found)
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        whole = finding_id in ruling.kept and not choices.of(finding, finding_id)
        if not whole or finding.severity != "SET ASIDE" or finding.table not in drafts:
            continue
        if (drafts[finding.table].reason[list(finding.rows)] == finding.rule_id).any():
            lost.add(finding_id)
    return frozenset(lost)


def _count_rows(
    found: Sequence[Finding], ruling: Ruling, drafts: Mapping[str, Draft], kept: Kept
) -> tuple[int, int]:
    """How many rows are out by decision, and how many are in by decision."""
    out: dict[str, set[int]] = {}
    unique = unique_findings(found)
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        is_decided = ruling.status_of(finding_id) != OPEN
        if finding.severity == "SET ASIDE" and finding.table in drafts and is_decided:
            out.setdefault(finding.table, set()).update(finding.rows)
    n_out = sum(
        int((~drafts[table].usable[sorted(rows)]).sum()) for table, rows in out.items() if rows
    )
    n_in = sum(
        int(drafts[table].usable[sorted(set().union(*by_rule.values()))].sum())
        for table, by_rule in kept.items()
    )
    return n_out, n_in
