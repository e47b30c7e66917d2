"""`stance run`: load every asset, materialise those of one cohort in this process, and say how it ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
from dagster import DagsterExecutionInterruptedError

from pipeline.defs.jobs import ANALYSE_COHORT
from pipeline.defs.partitions import register_cohorts
from pipeline.defs.resources import resources_for
from pipeline.running.instance import history_held_open, open_instance
from pipeline.workspace.errors import ExitCode, StanceError
from pipeline.workspace.layout import Workspace
from pipeline.workspace.releases import latest_release, read_manifest
from pipeline.workspace.table_store import damaged_files

_BLOCKED_BY_CHECK = "DagsterAssetCheckFailedError"
"""Dagster raises it without offering the class to import."""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass(frozen=True)
class RunOutcome:
    """How a run ended: the exit code and the last line of output, which agree."""

    exit_code: ExitCode
    last_line: str


def run_cohort(workspace: Workspace, cohort: str) -> RunOutcome:
    """Materialise the assets of a cohort, the same ones as in the UI, and answer how it ended.

    Raises StanceError for a problem of the machine, KeyboardInterrupt when a person interrupts,
    and whatever a bug raises.
    """
    resources = resources_for(workspace, to_console=True)
    for name in damaged_files(workspace.tables_folder / cohort):
        resources["progress"].say(f"note: the stored {name} was damaged and is made anew")
    try:
        with history_held_open(), open_instance(workspace) as instance:
            register_cohorts(instance, workspace)
            load_definitions().resolve_job_def(ANALYSE_COHORT).execute_in_process(
                instance=instance, partition_key=cohort, run_config=_QUIET, resources=resources
            )
    except BaseException as raised:
        return _ended_early(raised)
    release = latest_release(workspace.cohort_reports(cohort))
    manifest = read_manifest(release) if release is not None else None
    if manifest is None:
        raise RuntimeError("the run ended without a release")
    return RunOutcome(
        ExitCode(manifest["exit_code"]), manifest["summary"].replace("{release}", str(release))
    )


def _ended_early(raised: BaseException) -> RunOutcome:
    """The outcome of a gate that closed; raises again what is not a gate."""
    causes = list(_causes(raised))
    for cause in causes:
        if isinstance(cause, KeyboardInterrupt | DagsterExecutionInterruptedError):
            raise KeyboardInterrupt from None
    for cause in causes:
        if isinstance(cause, StanceError):
            raise cause
        if isinstance(cause, dg.Failure):
            return RunOutcome(ExitCode.DATA_PROBLEMS, cause.description or "Stopped.")
        if type(cause).__name__ == _BLOCKED_BY_CHECK:
            return RunOutcome(
                ExitCode.DATA_PROBLEMS,
                "Stopped: a table breaks a rule that the fix list does not explain. See the check "
                "matches_schema in `stance ui`, and tell us: this is a gap in Stance.",
            )
    raise causes[-1]


def _causes(raised: BaseException) -> Iterator[BaseException]:
    """An error and what it was raised from, outermost first."""
    current: BaseException | None = raised
    while current is not None:
        yield current
        current = getattr(current, "user_exception", None) or current.__cause__


def load_definitions() -> dg.Definitions:
    """All assets, checks, jobs, sensors and resources of Stance."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parents[1])
