"""`stance run`: materialise every asset of one cohort, in this process, and say how it ended."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from pipeline import definitions
from pipeline.defs.instance import open_instance
from pipeline.defs.jobs import ANALYSE_COHORT
from pipeline.defs.partitions import register_cohorts
from pipeline.defs.resources import resources_for
from pipeline.publishing.fix_list_files import FIX_LIST_PAGE
from pipeline.workspace.errors import ExitCode
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import latest_release, read_manifest

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: the exit code and the last line of output, which agree."""

    exit_code: ExitCode
    last_line: str


class UnexpectedRunError(Exception):
    """A step failed for a reason that is not in the data: a bug."""


def run_cohort(workspace: Workspace, cohort: str) -> RunOutcome:
    """Materialise the assets of a cohort, the same ones as in the UI, and answer how it ended.

    Raises UnexpectedRunError when a step failed for a reason that is not in the data.
    """
    with open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
        job = definitions.defs().resolve_job_def(ANALYSE_COHORT)
        result = job.execute_in_process(
            instance=instance,
            partition_key=cohort,
            run_config=_QUIET,
            resources=resources_for(workspace, to_console=True),
            raise_on_error=False,
        )
    _raise_unexpected(result)
    reports = workspace.cohort_reports(cohort)
    release = latest_release(reports) if result.success else None
    if release is None:
        return _stopped(reports)
    manifest = read_manifest(release) or {}
    return RunOutcome(
        ExitCode(manifest["exit_code"]), manifest["summary"].replace("{release}", str(release))
    )


def _stopped(reports: Path) -> RunOutcome:
    return RunOutcome(
        ExitCode.DATA_PROBLEMS,
        f"Stopped by problems in the data. Fix list: {reports / FIX_LIST_PAGE}",
    )


def _raise_unexpected(result: dg.ExecuteInProcessResult) -> None:
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        error = event.step_failure_data.error
        names = set()
        while error is not None:
            names.add(error.cls_name)
            error = error.cause
        if not names & {"Failure", "DagsterAssetCheckFailedError"}:
            raise UnexpectedRunError(f"step {event.step_key} failed: {sorted(filter(None, names))}")
