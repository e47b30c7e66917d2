"""The checks of rows and the decisions about what they find, until both agree.

A decision names a finding, and findings come from checks; a row that is kept goes through the checks
again, because other rules look at rows in use only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.columns.drafts import Draft, repeated_rows
from pipeline.intake.deciding.decision_file import DecisionFile
from pipeline.intake.deciding.exclusions import count_exclusions, exclusion_findings
from pipeline.intake.deciding.rulings import (
    Decidable,
    Kept,
    Ruling,
    as_masks,
    decidable,
    rows_by_status,
    rows_to_keep,
    rule_on,
)
from pipeline.intake.deciding.single_rows import Choices, Parts, parts_of
from pipeline.intake.findings.messages import Finding, finding_ids, unique_findings
from pipeline.intake.rules.column_suspicions import without_explained
from pipeline.intake.rules.group_rules import group_of_participants
from pipeline.intake.templates.example_values import without_looks_of_examples
from schemas.columns import empty_table
from schemas.decisions import OPEN, Exclusions

_BEYOND: Final = {
    "problem": "keep is not possible: at least one of the values lies outside what the column can hold in "
    "its unit.",
    "suggestion": "Correct the unit in study.yaml or the cells, or decide accept.",
}
_TWINS: Final = {
    "problem": "keep is not possible: two rows with the same key would count.",
    "suggestion": "Keep one of these rows and decide accept for the others.",
}
_UNSTEADY: Final = {
    "problem": "keep is not possible: with the kept rows in the analysis this finding is another one.",
    "suggestion": "Decide first about the other findings of these rows, check again, and then about this "
    "one.",
}
"""What DEC-05 says of decisions to keep that were tried in vain."""

Checks = Callable[[dict[str, Draft]], tuple[list[Finding], int]]
"""All rules about rows: drafts -> findings and how many holds were late stops. Changes the drafts."""


@dataclass(frozen=True)
class Decided:
    """Drafts after checks and decisions.

    findings: all of them, those about decisions included. ruling: what each decision came to.
    exclusions: `schemas.decisions.Exclusions`. n_rows_accepted: rows that stay out by decision.
    n_rows_kept: rows that are analysed by decision. decidable: what a decision can be about, by id.
    parts: runs of cells of which single rows were decided.
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
    parts: Parts

    @classmethod
    def nothing(cls, findings: list[Finding]) -> "Decided":
        """What there is when the settings cannot be used: no tables and no decisions."""
        none = empty_table(Exclusions)
        return cls({}, findings, {}, Ruling({}, (), []), none, 0, 0, 0, {}, {})


def check_and_decide(
    drafts: dict[str, Draft],
    found_so_far: Sequence[Finding],
    given: DecisionFile,
    check_rows: Checks,
    groups: tuple[str, str],
) -> Decided:
    """Check rows, apply decisions, and check again with the rows that are kept.

    found_so_far: findings about files and cells. groups: case label, reference label. Ends because every
    series of rounds comes to rows that stay the same or refuses one decision more. Without a decision to
    keep there is one round.
    """
    asked = frozenset(line.finding_id for line in given.lines if line.signed)
    wants_to_keep = any(line.signed and line.decision == "keep" for line in given.lines)
    kept: Kept = {}
    in_vain: dict[str, Mapping[str, str]] = {}
    rounds: list[tuple[Kept, frozenset[str]]] = []
    out_at_first: dict[str, NDArray[np.bool_]] | None = None
    while True:
        tried = _fresh(drafts, kept) if wants_to_keep else drafts
        row_findings, n_late_stops = check_rows(tried)
        people = tried.get("participants")
        group_of = {} if people is None else group_of_participants(people)
        exclusions = count_exclusions(list(tried.values()), group_of, groups)
        found = [
            *without_looks_of_examples(without_explained([*found_so_far, *row_findings], tried)),
            *exclusion_findings(exclusions, list(tried.values()), groups),
        ]
        stopped = any(finding.severity == "STOP" for finding in found)
        if out_at_first is None:
            out_at_first = {name: ~draft.usable for name, draft in tried.items()}
        choices = Choices(found, tried)
        parts = parts_of(found, asked) if asked else {}
        known = decidable(found, choices, parts, asked)
        ruling = rule_on(
            given.file,
            given.lines,
            known,
            # Recordings are opened later; a table that cannot be read hides what was decided about it.
            more_to_come=stopped or "recordings" in tried,
            in_vain=in_vain,
        )
        rounds.append((kept, ruling.kept))
        wanted = rows_to_keep(found, ruling, choices, parts)
        if wanted == kept:
            refused = dict.fromkeys(_still_out(found, ruling, tried, choices, parts), _BEYOND)
            if not refused and kept and not stopped:
                refused = dict.fromkeys(_twins(found, ruling, tried, kept, parts), _TWINS)
            if not refused:
                break
        elif any(wanted == before for before, _ in rounds):
            refused = dict.fromkeys(_unsteady(rounds, wanted), _UNSTEADY)
        else:
            kept = wanted
            continue
        new = refused.keys() & asked - in_vain.keys()
        in_vain |= {i: refused.get(i, _UNSTEADY) for i in new or asked}
        kept, rounds = {}, []
    n_accepted, n_kept = _count_rows(found, ruling, tried, kept, parts, out_at_first)
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
        parts=parts,
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


def _unsteady(rounds: Sequence[tuple[Kept, frozenset[str]]], back_to: Kept) -> frozenset[str]:
    """Decisions that are void once their own rows, or those of others, are kept.

    rounds: rows that were kept and ids that then were decided so. back_to: rows with which it begins again.
    """
    start = next(i for i, (kept, _) in enumerate(rounds) if kept == back_to)
    ids = [ids for _, ids in rounds[start:]]
    return frozenset.union(*ids) - frozenset.intersection(*ids) or frozenset.union(*ids)


def _twins(
    found: Sequence[Finding],
    ruling: Ruling,
    drafts: Mapping[str, Draft],
    kept: Kept,
    parts: Parts,
) -> frozenset[str]:
    """Kept decisions that leave two rows with one key in a table."""
    twins: dict[str, set[int]] = {}
    for table in kept:
        draft = drafts[table]
        for group in repeated_rows(draft.frame, draft.table.key, draft.usable):
            twins.setdefault(table, set()).update(group.tolist())
    if not twins:
        return frozenset()
    choices = Choices(found, drafts)
    unique = unique_findings(found)
    to_blame: set[str] = set()
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        doubled = twins.get(finding.table, set())
        among = choices.of(finding, finding_id)
        to_blame |= {i for i, row in among.items() if i in ruling.kept and row in doubled}
        if finding.severity == "SET ASIDE" and not among:
            decided = rows_by_status(finding, finding_id, ruling.status, parts)
            to_blame |= {i for row, i, _ in decided if i in ruling.kept and row in doubled}
    return frozenset(to_blame)


def _still_out(
    found: Sequence[Finding],
    ruling: Ruling,
    drafts: Mapping[str, Draft],
    choices: Choices,
    parts: Parts,
) -> frozenset[str]:
    """Kept findings of which rows stay out all the same: their values cannot be in the table at all."""
    lost: set[str] = set()
    if not ruling.kept:
        return frozenset()
    unique = unique_findings(found)
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        whole = finding_id in ruling.kept and not choices.of(finding, finding_id)
        if not (whole or finding_id in parts) or finding.severity != "SET ASIDE":
            continue
        if finding.table not in drafts:
            continue
        reason = drafts[finding.table].reason
        decided = rows_by_status(finding, finding_id, ruling.status, parts)
        lost |= {i for row, i, _ in decided if i in ruling.kept and reason[row] == finding.rule_id}
    return frozenset(lost)


def _count_rows(
    found: Sequence[Finding],
    ruling: Ruling,
    drafts: Mapping[str, Draft],
    kept: Kept,
    parts: Parts,
    out_at_first: Mapping[str, NDArray[np.bool_]],
) -> tuple[int, int]:
    """How many rows are out by decision, and how many are in by decision.

    out_at_first: the rows that are out when nothing is kept. A row of which only a cell would be left out
    is in anyway.
    """
    out: dict[str, set[int]] = {}
    unique = unique_findings(found)
    for finding, finding_id in zip(unique, finding_ids(unique), strict=True):
        if finding.severity != "SET ASIDE" or finding.table not in drafts:
            continue
        if finding_id in parts:
            decided = rows_by_status(finding, finding_id, ruling.status, parts)
            out.setdefault(finding.table, set()).update(r for r, _, s in decided if s != OPEN)
        elif ruling.status_of(finding_id) != OPEN:
            out.setdefault(finding.table, set()).update(finding.rows)
    n_out = sum(
        int((~drafts[table].usable[sorted(rows)]).sum()) for table, rows in out.items() if rows
    )
    n_in = 0
    for table, by_rule in kept.items():
        in_again = drafts[table].usable & out_at_first[table]
        n_in += int(in_again[sorted(set().union(*by_rule.values()))].sum())
    return n_out, n_in
