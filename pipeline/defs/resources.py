"""What assets are given: the workspace, the progress line, and the storage of what they made.

Tables are stored as Parquet and records as JSON, each with its SHA-256.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd

from pipeline.defs.progress import Progress
from pipeline.workspace.layout import Workspace, find_workspace
from pipeline.workspace.locks import cohort_lock
from pipeline.workspace.table_store import (
    load_origin,
    load_record,
    load_table,
    save_origin,
    save_record,
    save_table,
)

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


MADE_FROM = "made_from"
"""Metadata key by which intake says from which files and code its outputs were made."""


class TableStore(dg.IOManager):
    """Stores one file per asset and cohort under `.stance/tables/<cohort>/`.

    Nothing is pickled: a stored file can be read by other programs, survives a renamed module and
    cannot run code. A file that changed after it was written is refused with a plain sentence, and
    so is one that was made from other input files or by another version of Stance than the findings
    that intake wrote last: a person who materialises single assets in the UI cannot publish
    estimates of one state of the files under the name of another.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def handle_output(self, context: dg.OutputContext, obj: Any) -> None:
        """Store a table or a JSON-ready record."""
        base = self._base(context)
        table, record = base.with_suffix(".parquet"), base.with_suffix(".json")
        # A table that a cohort no longer has is stored as an empty record; the old one must go.
        for former in (table, record):
            former.unlink(missing_ok=True)
        path = table if isinstance(obj, pd.DataFrame) else record
        digest = save_table(path, obj) if isinstance(obj, pd.DataFrame) else save_record(path, obj)
        given = (context.output_metadata or {}).get(MADE_FROM)
        anchor = load_origin(self._anchor(context))
        save_origin(base, str(given.value) if given is not None else anchor)
        context.add_output_metadata(
            {
                "stored_at": dg.MetadataValue.path(str(path)),
                "sha256": dg.MetadataValue.text(digest[:16]),
            }
        )

    def load_input(self, context: dg.InputContext) -> Any:
        """Read back what the asset of the same cohort stored."""
        upstream = context.upstream_output
        if upstream is None:
            raise dg.DagsterInvariantViolationError("only stored assets can be loaded")
        base = self._base(context)
        if load_origin(base) != load_origin(self._anchor(context)):
            raise dg.Failure(
                description=f"{base.name} was made from other files or by another version of Stance. "
                "Materialise the whole cohort.",
                allow_retries=False,
            )
        parquet = base.with_suffix(".parquet")
        return load_table(parquet) if parquet.exists() else load_record(base.with_suffix(".json"))

    def _anchor(self, context: dg.OutputContext | dg.InputContext) -> Path:
        """Findings come out of every intake, also where a problem stops the cohort."""
        return self._workspace.tables_folder / context.partition_key / "findings"

    def _base(self, context: dg.OutputContext | dg.InputContext) -> Path:
        return self._workspace.tables_folder / context.partition_key / context.asset_key.path[-1]
