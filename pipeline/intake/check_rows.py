"""All rules about rows, in the order in which one of them can hide or explain another."""

from pathlib import Path

from pipeline.intake.columns.drafts import Draft
from pipeline.intake.findings.messages import Finding
from pipeline.intake.rules.body_rules import check_body
from pipeline.intake.rules.group_rules import (
    check_group_sizes,
    check_groups,
    check_one_group_each,
)
from pipeline.intake.rules.hold_rules import check_holds
from pipeline.intake.rules.instrument_rules import check_instruments, check_strength
from pipeline.intake.rules.matching_rules import check_matching
from pipeline.intake.rules.recording_rules import check_normalisation, check_recordings
from pipeline.intake.rules.row_rules import (
    check_code_shapes,
    check_participants_have_rows,
    check_participants_known,
    check_rows_stand_once,
    check_tasks,
)
from pipeline.intake.rules.study_names import check_plan_covariates
from pipeline.intake.rules.summary_rules import check_group_summaries
from pipeline.intake.settings.yaml_text import YamlText
from pipeline.intake.templates.example_values import check_example_overwritten
from pipeline.workspace.hashing import Sha256OfFile
from schemas.plan import Plan
from schemas.study import Study


def check_rows(
    drafts: dict[str, Draft],
    study: Study,
    study_text: YamlText,
    folder: Path,
    planned: tuple[Plan, YamlText] | None,
    sha256_of: Sha256OfFile | None,
) -> tuple[list[Finding], int]:
    """Findings of the rules about rows, from root causes to what depends on them, and how many late stops.

    Changes the drafts: rows leave, and what can be computed is added.
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
