"""The one job: everything from the files of a cohort to its report."""

import dagster as dg

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
