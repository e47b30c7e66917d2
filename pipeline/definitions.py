"""The Dagster entry point: everything in `pipeline/defs`."""

import dagster as dg

from pipeline.running.run_cohort import load_definitions


@dg.definitions
def defs() -> dg.Definitions:
    """All assets, checks, jobs, sensors and resources of Stance."""
    return load_definitions()
