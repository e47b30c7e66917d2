"""Cohorts as partitions. A cohort gets its partition when its folder is seen, never by hand."""

import dagster as dg

from pipeline.workspace.layout import Workspace

COHORTS = dg.DynamicPartitionsDefinition(name="cohort")


def register_cohorts(instance: dg.DagsterInstance, workspace: Workspace) -> list[str]:
    """Register every cohort folder of the workspace as a partition; answers the new ones."""
    known = set(instance.get_dynamic_partitions("cohort"))
    new = [cohort for cohort in workspace.cohorts() if cohort not in known]
    if new:
        instance.add_dynamic_partitions("cohort", new)
    return new
