"""The whole intake: a cohort folder -> validated tables, findings and counts."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from pipeline.intake.columns.column_map import MappedTable, map_table
from pipeline.intake.columns.drafts import Draft, draft_table, finish_table, n_left_out_cells
from pipeline.intake.columns.example_rows import example_notes, merge_unstarted
from pipeline.intake.columns.headings import unread_numbers, unused_columns
from pipeline.intake.columns.swapped_columns import refuse_swapped
from pipeline.intake.deciding.check_and_decide import Decided, check_and_decide
from pipeline.intake.deciding.decision_file import DecisionFile, declared_files, read_decisions
from pipeline.intake.deciding.rulings import Decidable
from pipeline.intake.deciding.status_tables import (
    codes_of,
    decisions_table,
    to_decide,
    told_of_choices,
    with_status,
)
from pipeline.intake.files.discovery import CohortFiles, FoundTable, find_tables, names_of_originals
from pipeline.intake.findings.messages import FileProblemError, Finding, findings_table
from pipeline.intake.flow import count_flow
from pipeline.intake.formats.reading import reading_of
from pipeline.intake.layouts.bids_tables import unread_phenotypes
from pipeline.intake.layouts.block_labels import in_blocks_instead
from pipeline.intake.layouts.lay_out import LaidOut, explain_by_blocks, lay_out, page_of
from pipeline.intake.methods_text import IntakeCounts, intake_sentences
from pipeline.intake.privacy.identifiers import identifying_columns, identifying_places
from pipeline.intake.privacy.identifying_cells import identifying_cells
from pipeline.intake.rules.body_rules import check_body
from pipeline.intake.rules.group_rules import (
    check_group_sizes,
    check_groups,
    check_one_group_each,
)
from pipeline.intake.rules.hold_rules import check_holds
from pipeline.intake.rules.instrument_rules import check_instruments
from pipeline.intake.rules.leg_coding import resolve_legs, settle_leg_reasons
from pipeline.intake.rules.matching_rules import check_matching
from pipeline.intake.rules.recording_rules import check_normalisation, check_recordings
from pipeline.intake.rules.row_rules import (
    check_code_shapes,
    check_participants_have_rows,
    check_participants_known,
    check_rows_stand_once,
    check_tasks,
)
from pipeline.intake.rules.strength_rules import check_strength
from pipeline.intake.rules.study_names import (
    check_plan_covariates,
    check_plan_names,
    check_study_names,
)
from pipeline.intake.rules.summary_rules import check_group_summaries
from pipeline.intake.settings.study_file import read_plan, read_study
from pipeline.intake.settings.yaml_text import YamlText
from pipeline.intake.templates.example_leftovers import check_example_overwritten
from pipeline.workspace.hashing import Sha256OfFile
from schemas.columns import column_rules
from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.study import Study
from schemas.tables import INPUT_TABLES
from schemas.terms import BALANCE_TASKS


@dataclass(frozen=True)
class CohortIntake:
    """What a cohort folder holds.

    study: settings, None when study.yaml cannot be used. tables: the usable tables by name, each
    validated by its model; empty when `stopped`. findings: `Findings`, worst first. flow: `Flow`
    with the stages read and set_aside. steps: sentences for the methods section. stopped: whether
    a STOP finding keeps the cohort from being analysed. decisions: `Decisions`, the lines of
    decisions.csv. to_decide: `ToDecide`, what waits for a decision. exclusions: `Exclusions`, by group.
    decidable: what a decision can be about, by id.
    """

    study: Study | None
    plan: Plan
    plan_is_default: bool
    tables: dict[str, pd.DataFrame]
    findings: pd.DataFrame
    flow: pd.DataFrame
    steps: tuple[MethodSentence, ...]
    stopped: bool
    decisions: pd.DataFrame
    to_decide: pd.DataFrame
    exclusions: pd.DataFrame
    decidable: dict[str, Decidable]


def read_cohort(folder: Path, *, sha256_of: Sha256OfFile | None = None) -> CohortIntake:
    """Read and check a cohort folder; nothing is written.

    sha256_of: hash of a file's content, for a caller who knows it from an earlier run.
    Wrong files never raise: everything that is wrong with them is in `findings`, all in one pass.
    """
    study, study_text, findings = read_study(folder)
    plan, plan_is_default, plan_text, plan_findings = read_plan(folder)
    findings += plan_findings
    tasks = list(study.balance_tasks() if study is not None else BALANCE_TASKS)
    findings += check_plan_names(plan, tasks, plan_text)
    if study is not None:
        findings += check_study_names(study, study_text)
    decided = Decided.nothing(findings)
    given = DecisionFile()
    settings_are_usable = study is not None and not _stops(findings)
    if study is not None and settings_are_usable:
        files = CohortFiles(folder, reading_of(study))
        found, more = find_tables(files, study)
        if not found:
            more = in_blocks_instead(files, names_of_originals(files, study), more)
        findings += more
        drafts, more = _read_tables(files, found, study)
        findings += more
        given = read_decisions(files, declared_files(study))
        findings += given.findings
        planned = None if plan_is_default else (plan, plan_text)
        checks = partial(
            _check_rows,
            study=study,
            study_text=study_text,
            folder=folder,
            planned=planned,
            sha256_of=sha256_of,
        )
        decided = check_and_decide(drafts, findings, given, checks, study.groups.labels)
    drafts, findings = decided.drafts, decided.findings
    stopped = _stops(findings)
    found_in_all = with_status(findings_table(findings, decided.group_of), decided.ruling)
    flow = count_flow(list(drafts.values()), decided.group_of)
    # Last of all, because it uses the drafts up.
    tables = {} if stopped else {name: finish_table(draft) for name, draft in drafts.items()}
    return CohortIntake(
        study=study,
        plan=plan,
        plan_is_default=plan_is_default,
        tables=tables,
        findings=found_in_all,
        flow=flow,
        steps=() if study is None or stopped else intake_sentences(study, tables, _counts(decided)),
        stopped=stopped,
        decisions=decisions_table(
            given.lines,
            decided.ruling.states,
            found_in_all,
            codes_of(drafts.values()),
            told_of_choices(findings, drafts) if given.lines else {},
            decided.parts,
        ),
        to_decide=to_decide(found_in_all, findings, drafts, decided.parts, decided.ruling),
        exclusions=decided.exclusions,
        decidable=decided.decidable,
    )


def _counts(decided: Decided) -> IntakeCounts:
    drafts = decided.drafts.values()
    return IntakeCounts(
        n_rows_set_aside=sum(int((~draft.usable).sum()) for draft in drafts),
        n_cells_left_out=sum(n_left_out_cells(draft) for draft in drafts),
        n_late_stops=decided.n_late_stops,
        rules=frozenset(finding.rule_id for finding in decided.findings),
        n_rows_accepted=decided.n_rows_accepted,
        n_rows_kept=decided.n_rows_kept,
        computed={k: n for draft in drafts for k, n in draft.computed.items()},
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
    pages: dict[str, LaidOut] = {}
    used: dict[str, set[int]] = {}
    names: dict[str, set[str]] = {}
    problems: list[Finding] = []
    for entry in found:
        name = entry.table.name
        try:
            laid = lay_out(files, entry, study)
            grid = laid.grid
            named = identifying_columns(grid.file, grid.sheet, grid.heading_row, grid.headings)
            problems += [f for f in named if f not in problems]
            result = map_table(grid, entry.table, laid.source, study)
            refuse_swapped(grid, result.cells, column_rules(entry.table.model), study)
        except FileProblemError as problem:
            broken.add(name)
            causes = explain_by_blocks(files, entry, found, problem.findings)
            problems += [f for f in causes if f not in problems]
            continue
        marked = identifying_cells(grid, result.cells, column_rules(entry.table.model))
        problems += [f for f in marked.values() if f not in problems]
        people = {*identifying_places(grid.headings), *marked}
        if result.used & people:
            broken.add(name)
        mapped.setdefault(name, []).append(result)
        problems += [f for f in laid.notes if f not in problems]
        page = page_of(entry)
        pages.setdefault(page, laid)
        used.setdefault(page, set()).update(result.used | laid.silent | people)
        unserved = set(column_rules(entry.table.model)) - set(result.cells)
        names.setdefault(page, set()).update(unserved)
    drafts: dict[str, Draft] = {}
    for name, sources in resolve_legs(mapped, study).items():
        if name not in broken:
            drafts[name], findings[name] = draft_table(INPUT_TABLES[name], sources)
            settle_leg_reasons(drafts[name], findings[name])
    for page, columns in used.items():
        if not any(page_of(entry) == page and entry.table.name in broken for entry in found):
            grid = pages[page].grid
            unread, headless = unread_numbers(grid, columns - pages[page].silent)
            problems += unread
            problems += unused_columns(grid, columns | headless, sorted(names[page]))
    problems += unread_phenotypes(files, found)
    problems = merge_unstarted(problems, mapped)
    if not any(finding.rule_id == "FILE-02" for finding in problems):
        problems += example_notes(
            [e for s in mapped.values() for table in s for e in table.examples]
        )
    return drafts, [*files.notes, *problems, *(f for found in findings.values() for f in found)]


def _check_rows(
    drafts: dict[str, Draft],
    study: Study,
    study_text: YamlText,
    folder: Path,
    planned: tuple[Plan, YamlText] | None,
    sha256_of: Sha256OfFile | None,
) -> tuple[list[Finding], int]:
    """Rules about rows, from root causes to what depends on them; also counts late stops.

    study_text: where the study's settings stand. planned: the study's own plan and its text, None for
    the default plan.
    """
    findings: list[Finding] = []
    n_late_stops = 0
    for draft in drafts.values():
        draft.leave_doubted()
        findings += check_example_overwritten(draft)
    people = drafts.get("participants")
    holds = drafts.get("hold_times")
    if people is not None:
        findings += check_groups(people, study)
        findings += check_one_group_each(people)
        findings += check_rows_stand_once(people)
        findings += check_group_sizes(people, study)
        findings += check_body(people, study)
        findings += check_instruments(people, study)
        findings += check_matching(people, study)
        others = [d for d in drafts.values() if d is not people and d.table.of_people]
        findings += check_participants_known(others, people)
    for name, draft in drafts.items():
        if draft is people:
            continue
        findings += check_tasks(draft, study)
        if name == "recordings":
            findings += check_recordings(draft, folder, sha256_of)
        if name == "hold_times":
            more, n_late_stops = check_holds(draft, study)
            findings += more
        findings += check_rows_stand_once(draft)
        if name == "strength":
            findings += check_strength(draft, study)
        if name == "group_summaries":
            findings += check_group_summaries(draft, study)
    if people is not None:
        findings += check_code_shapes(people, holds)
    if people is not None and holds is not None:
        findings += check_participants_have_rows(people, holds)
    findings += check_normalisation(drafts, study, study_text)
    # Last, because any of these rules can leave a column without a value.
    if people is not None and planned is not None and people.usable.any():
        findings += check_plan_covariates(planned[0], people, planned[1])
    return findings, n_late_stops
