"""`stance check`: read a cohort, write the fix list and what goes with it, say what there is to do."""

from pathlib import Path
from typing import Final

from pipeline.commands.decide import Waiting, propose
from pipeline.intake.cohort import CohortIntake, read_cohort
from pipeline.intake.columns.example_rows import NOTHING_WRONG_SO_FAR, is_only_unstarted
from pipeline.intake.drafting.suggested_tables import suggested_tables_of
from pipeline.intake.files.lab_files import file_stamps, lab_files
from pipeline.intake.findings.fix_list import fix_list_text
from pipeline.publishing.fix_list.decision_files import UNSAVED
from pipeline.publishing.fix_list.fix_list_files import write_fix_list
from pipeline.workspace.atomic import check_writable, remove_file, write_text
from pipeline.workspace.errors import ExitCode
from pipeline.workspace.known_hashes import known_hashes
from pipeline.workspace.layout import Workspace
from pipeline.workspace.locks import cohort_lock
from schemas.study import Limits

SUGGESTED_TABLES: Final = "suggested-tables.yaml"
_TABLES_NOT_FOUND: Final = frozenset(
    {"FILE-01", "FILE-05", "COL-01", "COL-04", "TABLE-01", "BLOCK-01"}
)
"""Rules that speak when headings or files have other names than ours."""


def check_cohort(workspace: Workspace, cohort: str, *, colour: bool) -> tuple[ExitCode, str]:
    """Check a cohort and write its fix list below its reports; answers the exit code and what to print.

    Raises StanceError for a cohort that is not there, for folders that cannot be written, and while
    another process works on the cohort.
    """
    folder = workspace.existing_cohort_folder(cohort)
    check_writable(workspace.state_folder)
    with cohort_lock(workspace, cohort):
        return _check(workspace, cohort, folder, colour=colour)


def _check(
    workspace: Workspace, cohort: str, folder: Path, *, colour: bool
) -> tuple[ExitCode, str]:
    reports = workspace.cohort_reports(cohort)
    stamps = file_stamps(folder)
    read = read_cohort(folder, sha256_of=known_hashes(workspace, cohort).sha256_of)
    findings, study = read.findings, read.study
    written = write_fix_list(
        reports,
        cohort,
        findings,
        lab_files(folder, study.limits if study is not None else Limits(), stamps),
        study.groups.labels if study is not None else (),
    )
    lines = [fix_list_text(findings, since=written.changes.sentence, colour=colour)]
    if len(read.tables.get("recordings", ())):
        lines.append("Recordings are opened by `stance run` only; it adds what it finds in them.")
    lines += [f"\nIn {written.page.parent}:", *(f"  {line}" for line in written.lines())]
    lines += _suggestion(folder, written.page.parent, read)
    if is_only_unstarted(findings["rule_id"]):
        return ExitCode.OK, "\n".join([*lines, NOTHING_WRONG_SO_FAR])
    waiting = propose(workspace, cohort, read)
    lines += _to_decide(folder, waiting)
    aside = findings["severity"].eq("SET ASIDE") & findings["status"].eq("open")
    problems = int((findings["severity"].eq("STOP") | aside).sum())
    if problems:
        last = f"{problems} problem(s) to mend. Fix list: {written.page}"
        return ExitCode.DATA_PROBLEMS, "\n".join([*lines, last])
    last = f"No problems that keep data out of the analysis. Fix list: {written.page}"
    return ExitCode.OK, "\n".join([*lines, last])


def _to_decide(folder: Path, waiting: Waiting) -> list[str]:
    unsaved = waiting.proposal.with_name(UNSAVED)
    lines = []
    if len(waiting.table):
        how = f"fill it in and copy it into {folder}, or use `stance decide`"
        lines.append(f"  {waiting.proposal.name}: {how}")
    if unsaved.is_file():
        why = "was filled in here, never copied, and fits no finding that waits; delete it when you are done"
        lines.append(f"  {unsaved.name}: {why}")
    return lines


def _suggestion(folder: Path, place: Path, read: CohortIntake) -> list[str]:
    """A draft of `tables` where files and headings have other names than ours."""
    path = place / SUGGESTED_TABLES
    wanted = read.study is not None and bool(_TABLES_NOT_FOUND & set(read.findings["rule_id"]))
    text = suggested_tables_of(folder, read.study) if wanted and read.study is not None else ""
    if not text:
        remove_file(path)
        return []
    write_text(path, text)
    return [f"  {path.name}: what your headings seem to mean, to look at and paste into study.yaml"]
