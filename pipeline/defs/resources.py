"""What assets are given: the workspace, the storage, the progress line."""

import dagster as dg

from pipeline.defs.progress import Progress
from pipeline.defs.storage import TableStore
from pipeline.workspace.layout import Workspace, find_workspace


def resources_for(workspace: Workspace, *, to_console: bool) -> dict[str, object]:
    """Resources of a run on one workspace.

    They are fixed objects, not run configuration: nobody can point a run at another folder by
    editing a field in the UI. to_console: progress lines go to the console.
    """
    return {
        "io_manager": TableStore(workspace),
        "workspace": dg.ResourceDefinition.hardcoded_resource(workspace),
        "progress": dg.ResourceDefinition.hardcoded_resource(Progress(to_console=to_console)),
    }


@dg.definitions
def resources() -> dg.Definitions:
    """Resources for the UI: the workspace comes from STANCE_WORKSPACE or is the repository."""
    return dg.Definitions(resources=resources_for(find_workspace(), to_console=False))
