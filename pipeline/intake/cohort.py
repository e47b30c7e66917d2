"""The whole intake: a cohort folder -> validated tables, findings and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.intake.column_map import MappedTable, map_table
from pipeline.intake.discovery import CohortFiles, FoundTable, GridKey, find_tables
from pipeline.intake.drafts import Draft, draft_table, finished_table, n_left_out_cells
from pipeline.intake.flow import count_flow
from pipeline.intake.headings import unused_columns
from pipeline.intake.hold_rules import check_holds
from pipeline.intake.identifiers import identifying_columns, identifying_places
from pipeline.intake.messages import FileProblemError, Finding, findings_table
from pipeline.intake.methods_text import IntakeCounts, intake_sentences
from pipeline.intake.recording_rules import check_recordings_differ
from pipeline.intake.row_rules import (
    check_group_sizes,
    check_groups,
    check_participants_have_rows,
    check_participants_known,
    check_recording_files,
    check_rows_stand_once,
    check_tasks,
    group_of_participants,
)
from pipeline.intake.study_file import read_plan, read_study
from pipeline.intake.study_names import check_plan_names, check_study_names
from schemas.columns import column_rules
from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.study import Study
from schemas.tables import COHORT_TABLES
from schemas.terms import BALANCE_TASKS


@dataclass(frozen=True)
class CohortIntake:
    """What a cohort folder holds.

    study: settings, None when study.yaml cannot be used. tables: the usable tables by name, each
    validated by its model; empty when `stopped`. findings: `Findings`, worst first. flow: `Flow`
    with the stages read and set_aside. steps: sentences for the methods section. stopped: whether
    a STOP finding keeps the cohort from being analysed.
    """

    study: Study | None
    plan: Plan
    plan_is_default: bool
    tables: dict[str, pd.DataFrame]
    findings: pd.DataFrame
    flow: pd.DataFrame
    steps: tuple[MethodSentence, ...]
    stopped: bool


def read_cohort(folder: Path) -> CohortIntake:
    """Read and check a cohort folder; nothing is written.

    Wrong files never raise: everything that is wrong with them is in `findings`, all in one pass.
    """
    study, study_text, findings = read_study(folder)
    plan, plan_is_default, plan_text, plan_findings = read_plan(folder)
    findings += plan_findings
    tasks = list(study.balance_tasks() if study is not None else BALANCE_TASKS)
    findings += check_plan_names(plan, tasks, plan_text)
    if study is not None:
        findings += check_study_names(study, study_text)
    drafts: dict[str, Draft] = {}
    n_late_stops = 0
    settings_are_usable = study is not None and not _stops(findings)
    if study is not None and settings_are_usable:
        files = CohortFiles(folder)
        found, more = find_tables(files, study)
        findings += more
        drafts, more = _read_tables(files, found, study)
        findings += more
        more, n_late_stops = _check_rows(drafts, study, folder)
        findings += more
    group_of = group_of_participants(drafts["participants"]) if "participants" in drafts else {}
    stopped = _stops(findings)
    tables = {} if stopped else {name: finished_table(draft) for name, draft in drafts.items()}
    return CohortIntake(
        study=study,
        plan=plan,
        plan_is_default=plan_is_default,
        tables=tables,
        findings=findings_table(findings, group_of),
        flow=count_flow(list(drafts.values()), group_of),
        steps=()
        if study is None or stopped
        else intake_sentences(study, tables, _counts(drafts, findings, n_late_stops)),
        stopped=stopped,
    )


def _counts(
    drafts: dict[str, Draft], findings: Sequence[Finding], n_late_stops: int
) -> IntakeCounts:
    return IntakeCounts(
        n_rows_set_aside=sum(int((~draft.usable).sum()) for draft in drafts.values()),
        n_cells_left_out=sum(n_left_out_cells(draft) for draft in drafts.values()),
        n_late_stops=n_late_stops,
        rules=frozenset(finding.rule_id for finding in findings),
    )


def _stops(findings: Sequence[Finding]) -> bool:
    return any(finding.severity == "STOP" for finding in findings)


def _read_tables(
    files: CohortFiles, found: Sequence[FoundTable], study: Study
) -> tuple[dict[str, Draft], list[Finding]]:
    """Drafts of all tables whose files can be read; a table with one bad source is left out.

    So is a table that takes values from a column that identifies people: they would stand in the
    findings as codes or as what was found.
    """
    mapped: dict[str, list[MappedTable]] = {}
    findings: dict[str, list[Finding]] = {}
    broken: set[str] = set()
    used: dict[GridKey, set[int]] = {}
    names: dict[GridKey, set[str]] = {}
    problems: list[Finding] = []
    for entry in found:
        name = entry.table.name
        try:
            grid = files.grid(entry.key)
            named = identifying_columns(grid.file, grid.sheet, grid.heading_row, grid.headings)
            problems += [f for f in named if f not in problems]
            result = map_table(grid, entry.table, entry.source, study)
        except FileProblemError as problem:
            broken.add(name)
            problems += [f for f in problem.findings if f not in problems]
            continue
        if result.used & set(identifying_places(grid.headings)):
            broken.add(name)
        mapped.setdefault(name, []).append(result)
        used.setdefault(entry.key, set()).update(result.used)
        unserved = set(column_rules(entry.table.model)) - set(result.cells)
        names.setdefault(entry.key, set()).update(unserved)
    drafts: dict[str, Draft] = {}
    for name, sources in mapped.items():
        if name not in broken:
            drafts[name], findings[name] = draft_table(COHORT_TABLES[name], sources)
    for key, columns in used.items():
        if not any(entry.key == key and entry.table.name in broken for entry in found):
            grid = files.grid(key)
            taken = columns | set(identifying_places(grid.headings))
            problems += unused_columns(grid, taken, sorted(names[key]))
    return drafts, [*files.notes, *problems, *(f for found in findings.values() for f in found)]


def _check_rows(drafts: dict[str, Draft], study: Study, folder: Path) -> tuple[list[Finding], int]:
    """Rules about rows, from root causes to what depends on them; also counts late stops."""
    findings: list[Finding] = []
    n_late_stops = 0
    people = drafts.get("participants")
    holds = drafts.get("hold_times")
    if people is not None:
        findings += check_groups(people, study)
        findings += check_rows_stand_once(people)
        findings += check_group_sizes(people, study)
    for name, draft in drafts.items():
        if draft is people:
            continue
        if people is not None:
            findings += check_participants_known(draft, people)
        findings += check_tasks(draft, study)
        if name == "recordings":
            findings += check_recording_files(draft, folder)
            findings += check_recordings_differ(draft, folder)
        if name == "hold_times":
            more, n_late_stops = check_holds(draft, study)
            findings += more
        findings += check_rows_stand_once(draft)
    if people is not None and holds is not None:
        findings += check_participants_have_rows(people, holds)
    return findings, n_late_stops
