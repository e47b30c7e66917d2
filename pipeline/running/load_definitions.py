"""Everything in `pipeline/defs`, loaded once for a run of this process or for the server."""

from pathlib import Path

import dagster as dg


def load_definitions() -> dg.Definitions:
    """All assets, checks, jobs, sensors and resources of Stance."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parents[1])
