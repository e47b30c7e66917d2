"""What assets are given: the workspace, the storage, the progress line."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import dagster as dg

from pipeline.defs.progress import Progress
from pipeline.defs.storage import TableStore
from pipeline.workspace.layout import Workspace, find_workspace
from pipeline.workspace.locks import cohort_lock

PARTITION_TAG = "dagster/partition"


def resources_for(workspace: Workspace, *, to_console: bool) -> dict[str, Any]:
    """Resources of a run whose starter holds the lock of the cohort.

    They are fixed objects, not run configuration: nobody can point a run at another folder by
    editing a field in the UI. to_console: progress lines go to the console.
    """
    return {
        "io_manager": TableStore(workspace),
        "workspace": workspace,
        "progress": Progress(to_console=to_console),
    }


def locked_workspace(workspace: Workspace) -> dg.ResourceDefinition:
    """The workspace for runs that the UI or a sensor starts: the run holds the lock of its cohort.

    A run on a cohort that another process works on ends with the sentence of CohortLocked.
    """

    def hold(context: dg.InitResourceContext) -> Iterator[Workspace]:
        cohort = context.run.tags.get(PARTITION_TAG) if context.run is not None else None
        with cohort_lock(workspace, cohort) if cohort else nullcontext():
            yield workspace

    return dg.ResourceDefinition(resource_fn=hold)


@dg.definitions
def resources() -> dg.Definitions:
    """Resources for the UI: the workspace comes from STANCE_WORKSPACE or is the repository."""
    workspace = find_workspace()
    fixed = resources_for(workspace, to_console=False)
    return dg.Definitions(resources={**fixed, "workspace": locked_workspace(workspace)})
