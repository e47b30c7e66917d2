"""The one job, everything from the files of a cohort to its report, and the sensor that starts it."""

import json
import time

import dagster as dg

from pipeline.defs.partitions import COHORTS
from pipeline.workspace.hashing import combined, input_files
from pipeline.workspace.known_hashes import cohort_hashes
from pipeline.workspace.layout import Workspace

ANALYSE_COHORT = "analyse_cohort"

# One process per run: the default executor starts one per asset, at 1.6 to 3 s each.
_IN_PROCESS = dg.in_process_executor

analyse_cohort = dg.define_asset_job(
    ANALYSE_COHORT,
    selection=dg.AssetSelection.all(),
    description="Read, check, analyse and report one cohort.",
    executor_def=_IN_PROCESS,
)


@dg.definitions
def jobs() -> dg.Definitions:
    """The job, and the executor for materialisations that a person starts in the UI."""
    return dg.Definitions(jobs=[analyse_cohort], executor=_IN_PROCESS)


SETTLED_AFTER_S = 10.0
"""A folder whose newest file is younger than this may still be copied; it waits for the next tick."""


def is_settled(workspace: Workspace, cohort: str, now_s: float) -> bool:
    """Whether nothing in a cohort folder changed within the last SETTLED_AFTER_S seconds."""
    times = [path.stat().st_mtime for path in input_files(workspace.cohort_folder(cohort))]
    return bool(times) and now_s - max(times) >= SETTLED_AFTER_S


@dg.sensor(
    job=analyse_cohort,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.STOPPED,
    description="Analyses cohort folders that are new or whose files changed.",
)
def new_or_changed_cohorts(
    context: dg.SensorEvaluationContext, workspace: dg.ResourceParam[Workspace]
) -> dg.SensorResult:
    """Request one run per cohort whose fingerprint differs from the one in the cursor.

    The cursor, not `run_key`, remembers fingerprints: Dagster never runs a key twice, so that an
    edit that is taken back would keep the results of the edit.
    """
    seen: dict[str, str] = json.loads(context.cursor) if context.cursor else {}
    now_s = time.time()
    current = {
        cohort: combined(cohort_hashes(workspace, cohort))
        for cohort in workspace.cohorts()
        if is_settled(workspace, cohort, now_s)
    }
    changed = [cohort for cohort, fingerprint in current.items() if seen.get(cohort) != fingerprint]
    registered = set(context.instance.get_dynamic_partitions("cohort"))
    new = [cohort for cohort in current if cohort not in registered]
    return dg.SensorResult(
        run_requests=[dg.RunRequest(partition_key=cohort) for cohort in changed],
        dynamic_partitions_requests=[COHORTS.build_add_request(new)] if new else [],
        cursor=json.dumps({**seen, **current}, sort_keys=True),
    )
