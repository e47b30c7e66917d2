"""The whole intake: a cohort folder -> validated tables, findings and counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.intake.check_rows import check_rows
from pipeline.intake.columns.drafts import Draft, finish_table, n_left_out_cells
from pipeline.intake.deciding.check_and_decide import Decided, check_and_decide
from pipeline.intake.deciding.decision_file import DecisionFile, declared_files, read_decisions
from pipeline.intake.deciding.exclusions import people_set_aside
from pipeline.intake.deciding.rulings import Decidable
from pipeline.intake.deciding.status_tables import (
    codes_of,
    decisions_table,
    to_decide,
    told_of_choices,
    with_status,
)
from pipeline.intake.files.discovery import CohortFiles, find_tables, names_of_originals
from pipeline.intake.findings.messages import Finding, findings_table
from pipeline.intake.formats.reading import reading_of
from pipeline.intake.layouts.block_labels import in_blocks_instead
from pipeline.intake.methods_text import IntakeCounts, intake_sentences
from pipeline.intake.read_tables import read_tables
from pipeline.intake.rules.study_names import check_plan_names, check_study_names
from pipeline.intake.settings.study_file import read_plan, read_study
from pipeline.intake.settings.yaml_text import YamlText
from pipeline.workspace.hashing import Sha256OfFile
from schemas.columns import validated
from schemas.intake_results import Flow
from schemas.methods import MethodSentence
from schemas.plan import Plan
from schemas.rules import RULES
from schemas.study import Study
from schemas.terms import BALANCE_TASKS


@dataclass(frozen=True)
class CohortIntake:
    """What a cohort folder holds.

    study: settings, None when study.yaml cannot be used. tables: the usable tables by name, each
    validated by its model; empty when `stopped`. findings: `Findings`, worst first. flow: `Flow`
    with the stages read and set_aside. steps: sentences for the methods section. stopped: whether
    a STOP finding keeps the cohort from being analysed. decisions: `Decisions`, the lines of
    decisions.csv. to_decide: `ToDecide`, what waits for a decision. exclusions: `Exclusions`, by group. set_aside: `SetAside`, who.
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
    set_aside: pd.DataFrame
    decidable: dict[str, Decidable]


def read_cohort(folder: Path, *, sha256_of: Sha256OfFile | None = None) -> CohortIntake:
    """Read and check a cohort folder; nothing is written.

    sha256_of: hash of a file's content, for a caller who knows it from an earlier run.
    Wrong files never raise: everything that is wrong with them is in `findings`, all in one pass.

    The way of a cell, stage by stage; each stage is a folder of intake, and may use those before it:

    1. Settings (`settings/`): study.yaml and plan.yaml become models; a key or name that Stance cannot use
       is a finding with its line. Without usable settings there is nothing more to read.
    2. Files (`files/`): which file or sheet is which table, by what study.yaml declares or by its name.
       Only plain files inside the folder are opened, and one that changes meanwhile is refused.
    3. Cells (`formats/`, on the ground of `pipeline.files`): CSV, XLSX, SPSS and Stata become a `Grid`, text
       cells with the address that Excel shows. `layouts/` turns blocks per person, REDCap exports and
       BIDS into such a grid too.
    4. Columns (`columns/`, `privacy/`): the column map renames, filters, lengthens and recodes cells to our
       columns; `draft_table` parses them with the schema's own types. A `Draft` is a table on its way:
       typed values, the address of every value, and for each row why it leaves. Tables that would
       show who somebody is are not read.
    5. Decisions (`deciding/decision_file`): what people wrote into decisions.csv about earlier findings.
    6. Rules (`rules/`): what rows and columns say together, from root causes to what depends on them; rows
       leave their drafts (SET ASIDE), or the whole cohort stops (STOP).
    7. Rulings (`deciding/`): decisions are matched with findings; rows that are kept go through the rules
       again, until findings and decisions agree.
    8. Tables: the rows that stay are validated by the pandera models. The flow counts what was read and
       what left by group, and every number of the methods text is counted here.
    """
    settings = _read_settings(folder)
    study, findings = settings.study, settings.findings
    given = DecisionFile()
    decided = Decided.nothing(findings)
    if study is not None and not _stops(findings):
        files = CohortFiles(folder, reading_of(study))
        found, of_files = find_tables(files, study)
        if not found:
            of_files = in_blocks_instead(files, names_of_originals(files, study), of_files)
        drafts, of_tables = read_tables(files, found, study)
        given = read_decisions(files, declared_files(study))
        check = partial(
            check_rows,
            study=study,
            study_text=settings.study_text,
            folder=folder,
            planned=None if settings.plan_is_default else (settings.plan, settings.plan_text),
            sha256_of=sha256_of,
        )
        findings = [*findings, *of_files, *of_tables, *given.findings]
        decided = check_and_decide(drafts, findings, given, check, study.groups.labels)
    return _answer(settings, given, decided)


@dataclass(frozen=True)
class _Settings:
    """study.yaml and plan.yaml, each with its text, and what is wrong with them."""

    study: Study | None
    study_text: YamlText
    plan: Plan
    plan_is_default: bool
    plan_text: YamlText
    findings: list[Finding]


def _read_settings(folder: Path) -> _Settings:
    study, study_text, findings = read_study(folder)
    plan, plan_is_default, plan_text, of_plan = read_plan(folder)
    tasks = list(study.balance_tasks() if study is not None else BALANCE_TASKS)
    findings = [*findings, *of_plan, *check_plan_names(plan, tasks, plan_text)]
    if study is not None:
        findings += check_study_names(study, study_text)
    return _Settings(study, study_text, plan, plan_is_default, plan_text, findings)


def _answer(settings: _Settings, given: DecisionFile, decided: Decided) -> CohortIntake:
    """What the checks and decisions came to, as tables."""
    drafts, study = decided.drafts, settings.study
    stopped = _stops(decided.findings)
    findings = with_status(findings_table(decided.findings, decided.group_of), decided.ruling)
    flow = count_flow(list(drafts.values()), decided.group_of)
    # Last of all, because it uses the drafts up.
    tables = {} if stopped else {name: finish_table(draft) for name, draft in drafts.items()}
    return CohortIntake(
        study=study,
        plan=settings.plan,
        plan_is_default=settings.plan_is_default,
        tables=tables,
        findings=findings,
        flow=flow,
        steps=()
        if study is None or stopped
        else intake_sentences(study, tables, _intake_counts(decided)),
        stopped=stopped,
        decisions=decisions_table(
            given.lines,
            decided.ruling.states,
            findings,
            codes_of(drafts.values()),
            told_of_choices(decided.findings, drafts) if given.lines else {},
            decided.parts,
        ),
        to_decide=to_decide(findings, decided.findings, drafts, decided.parts, decided.ruling),
        exclusions=decided.exclusions,
        set_aside=people_set_aside(decided.drafts.values(), decided.group_of),
        decidable=decided.decidable,
    )


def _intake_counts(decided: Decided) -> IntakeCounts:
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


UNKNOWN_GROUP = "(unknown)"
_STEPS = {"read": 1, "set_aside": 2}


class _Count(NamedTuple):
    """One row of `Flow`, its fields in the order of the table's columns."""

    step: int
    stage: str
    table: str
    group: str
    reason: str
    n_rows: int
    n_participants: int


def count_flow(drafts: Sequence[Draft], group_of: Mapping[str, str]) -> pd.DataFrame:
    """Rows and people read and set aside, validated by `Flow`.

    group_of: participant -> group label; rows of anybody else count under "(unknown)". A row that
    left counts once, with the title of the first rule that took it out.
    """
    counts = [
        count
        for draft in drafts
        if draft.table.of_people
        for count in _table_counts(draft, group_of)
    ]
    flow = pd.DataFrame(counts, columns=list(Flow.to_schema().columns))
    return validated(Flow, flow.sort_values("step", kind="stable", ignore_index=True))


def _table_counts(draft: Draft, group_of: Mapping[str, str]) -> list[_Count]:
    """One count per stage, group and reason. Rows are counted by numbers of person and reason."""
    person, people = pd.factorize(draft.frame["participant_id"], use_na_sentinel=False)
    left = ~draft.usable
    reason, reasons = pd.factorize(draft.reason[left])
    group, groups = pd.factorize(
        np.array([group_of.get(str(code), UNKNOWN_GROUP) for code in people], dtype=object)
    )
    # Two rules may share a title; their rows are then counted together.
    title, titles = pd.factorize(
        np.array([RULES[name].title if name in RULES else str(name) for name in reasons], object)
    )
    none = np.zeros(len(person), dtype=np.intp)
    name = draft.table.name
    return [
        *_stage_counts(name, "read", person, group, groups, none, np.array([""], object)),
        *_stage_counts(name, "set_aside", person[left], group, groups, title[reason], titles),
    ]


def _stage_counts(
    table: str,
    stage: str,
    person: NDArray[np.intp],
    group: NDArray[np.intp],
    groups: NDArray[np.object_],
    reason: NDArray[np.intp],
    reasons: NDArray[np.object_],
) -> list[_Count]:
    """Rows and people by group and reason, in their order.

    person, reason: per row. group: per person, a place in groups.
    """
    n = max(len(group), 1)
    pairs, sizes = np.unique(reason * n + person, return_counts=True)
    if not len(pairs):
        return []
    cell = (pairs // n) * len(groups) + group[pairs % n]
    n_rows = np.bincount(cell, weights=sizes)
    n_people = np.bincount(cell)
    return sorted(
        _Count(
            _STEPS[stage],
            stage,
            table,
            str(groups[place % len(groups)]),
            str(reasons[place // len(groups)]),
            int(n_rows[place]),
            int(n_people[place]),
        )
        for place in np.flatnonzero(n_people).tolist()
    )
