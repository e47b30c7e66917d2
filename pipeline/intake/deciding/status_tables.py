"""Decisions as tables: what decisions.csv came to, what still waits, and findings with their status."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import pandas as pd

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.deciding.decision_file import DecisionLine
from pipeline.intake.deciding.rulings import Ruling
from pipeline.intake.deciding.single_rows import (
    MOST_LISTED,
    Choices,
    Parts,
    base_id,
    choice_content,
    choice_place,
)
from pipeline.intake.findings.messages import Finding, finding_ids, unique_findings
from schemas.columns import empty_table, validated
from schemas.decisions import OPEN, Decisions, ToDecide

_OF_THE_FINDING: Final = (
    *("rule_id", "severity", "file", "sheet", "cell", "participant_id", "group", "found"),
)
_DECIDED_SEVERITIES: Final = ("SET ASIDE", "WARN")
_ABOUT_DECISIONS: Final = "DEC-"
CODE: Final = "[code]"
"""Stands in a shared reason where the code of a participant stood."""


def with_status(findings: pd.DataFrame, ruling: Ruling) -> pd.DataFrame:
    """A Findings table with the status that the decisions give."""
    statuses = [ruling.status_of(str(i)) for i in findings["finding_id"]]
    return findings.assign(status=pd.Series(statuses, dtype="str", index=findings.index))


def decisions_table(
    lines: Sequence[DecisionLine],
    states: Sequence[str],
    findings: pd.DataFrame,
    participants: Iterable[str],
    of_rows: Mapping[str, Mapping[str, str]] | None = None,
    parts: Parts | None = None,
) -> pd.DataFrame:
    """Every line of decisions.csv with the finding it is about, validated by `Decisions`.

    findings: a Findings table. participants: all codes, which are taken out of `reason_shared`. of_rows:
    `told_of_choices`. parts: runs of cells of which single rows were decided; such a line is about its run.
    """
    if not lines:
        return empty_table(Decisions)
    codes = _any_of(participants)
    rows = []
    for line, state in zip(lines, states, strict=True):
        row = {
            "finding_id": line.finding_id,
            "decision": line.decision,
            "reason": line.reason,
            "initials": line.initials,
            "date": line.date,
            "reason_shared": codes.sub(CODE, line.reason) if codes else line.reason,
            "line": line.row,
            "id_cell": line.cells["finding_id"],
            "decision_cell": line.cells["decision"],
            "state": state,
        }
        rows.append(row)
    frame = pd.DataFrame(rows, columns=list(Decisions.to_schema().columns))
    texts = [name for name in frame.columns if name != "line"]
    frame[texts] = frame[texts].astype("str")
    frame[texts] = frame[texts].mask(frame[texts] == "")
    told = with_finding(frame.astype({"line": "int64"}), findings, parts)
    for choice, words in (of_rows or {}).items():
        for name, text in words.items():
            told.loc[told["finding_id"] == choice, name] = text or None
    return told


def with_finding(
    decisions: pd.DataFrame, findings: pd.DataFrame, parts: Parts | None = None
) -> pd.DataFrame:
    """Decisions with what the findings say about the ids that they know; other lines stay as they are."""
    about = findings.drop_duplicates("finding_id").set_index("finding_id")
    asked = set(decisions["finding_id"].dropna())
    run_of = {i: run for run, named in (parts or {}).items() for i in asked.intersection(named)}
    ids = decisions["finding_id"].fillna("").map(lambda i: run_of.get(i, base_id(i)))
    is_known = ids.isin(about.index)
    told = decisions.copy()
    for name in _OF_THE_FINDING:
        told[name] = decisions[name].mask(is_known, ids.map(about[name]))
    return validated(Decisions, told)


def to_decide(
    findings: pd.DataFrame,
    details: Sequence[Finding] = (),
    drafts: Mapping[str, Draft] | None = None,
    parts: Parts | None = None,
    ruling: Ruling | None = None,
) -> pd.DataFrame:
    """What waits for a decision, worst first: `ToDecide`.

    findings: a Findings table with statuses; remarks about decisions.csv itself are left out. details,
    drafts: the same findings with their rows, where rows among which to choose get a line each. parts,
    ruling: runs of which single rows were decided, where the rows that are left get a line each.
    """
    of_rows = told_of_choices(details, drafts or {})
    unique = unique_findings(details) if parts else []
    detail = dict(zip(finding_ids(unique), unique, strict=True))
    choices_of: dict[str, list[str]] = {}
    for choice in of_rows:
        choices_of.setdefault(base_id(choice), []).append(choice)
    rows: list[dict[str, str]] = []
    waiting = findings["status"].eq(OPEN) & findings["severity"].isin(_DECIDED_SEVERITIES)
    waiting &= ~findings["rule_id"].str.startswith(_ABOUT_DECISIONS)
    for record in findings[waiting].fillna("").to_dict("records"):
        row = {name: str(record[name]) for name in ToDecide.to_schema().columns}
        if record["sheet"]:
            row["file"] = f"{record['file']}, sheet {record['sheet']}"
        run = detail.get(row["finding_id"])
        left = _left_of_run(run, (parts or {}).get(row["finding_id"], ()), ruling)
        rows += [{**row, **single} for single in left] or [row]
        rows += [
            {**row, **of_rows[choice], "finding_id": choice}
            for choice in choices_of.get(row["finding_id"], ())
        ]
    if not rows:
        return empty_table(ToDecide)
    frame = pd.DataFrame(rows, columns=list(ToDecide.to_schema().columns), dtype="str")
    return validated(ToDecide, frame.mask(frame == ""))


def told_of_choices(
    details: Sequence[Finding], drafts: Mapping[str, Draft]
) -> dict[str, dict[str, str]]:
    """Id of every row among which to choose -> its cell, its participant and what it holds."""
    unique = unique_findings(details)
    choices = Choices(unique, drafts)
    return {
        choice: {
            **_elsewhere(finding, draft, position),
            "cell": choice_place(draft, position),
            "participant_id": str(draft.addresses.participant_id.iloc[position]),
            "found": choice_content(draft, position),
        }
        for finding, finding_id in zip(unique, finding_ids(unique), strict=True)
        if (draft := drafts.get(finding.table)) is not None
        for choice, position in choices.of(finding, finding_id).items()
    }


def _elsewhere(finding: Finding, draft: Draft, position: int) -> dict[str, str]:
    """The file of a row among which to choose, where it is not that of the finding."""
    source = draft.addresses.sources[int(draft.addresses.source_number[position])]
    if (source.file, source.sheet or "") == (finding.file, finding.sheet):
        return {}
    return {"file": f"{source.file}, sheet {source.sheet}" if source.sheet else source.file}


def _left_of_run(
    finding: Finding | None, named: Sequence[str], ruling: Ruling | None
) -> list[dict[str, str]]:
    """What tells the open rows of a run apart that was decided in part; nothing for many rows."""
    if finding is None or finding.single_rows is None or ruling is None:
        return []
    if not all(named) or not 0 < len(named) <= MOST_LISTED:
        return []
    return [
        {
            "finding_id": part,
            "cell": cell,
            "participant_id": finding.participant_id or subject.partition("|")[0],
            "found": found,
        }
        for part, (subject, found, cell) in zip(named, finding.single_rows(), strict=True)
        if ruling.status_of(part) == OPEN
    ]


def codes_of(drafts: Iterable[Draft]) -> set[str]:
    """Every code of a participant that stands in a table, as typed."""
    return {str(code) for draft in drafts for code in draft.addresses.participant_id.unique()}


def lines_of(decisions: pd.DataFrame) -> tuple[DecisionLine, ...]:
    """The lines of a Decisions table, as they were read."""
    return tuple(
        DecisionLine(
            row=int(row["line"]),
            finding_id=str(row["finding_id"]),
            decision=str(row["decision"]),
            reason=str(row["reason"]),
            initials=str(row["initials"]),
            date=str(row["date"]),
            signed=row["state"] != "unsigned",
            cells={"finding_id": str(row["id_cell"]), "decision": str(row["decision_cell"])},
        )
        for row in decisions.astype(object).where(decisions.notna(), "").to_dict("records")
    )


def _any_of(codes: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern for any of these codes as a word of its own; capitals do not matter."""
    words = sorted({code.strip() for code in codes} - {""}, key=lambda c: (-len(c), c))
    if not words:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE)
