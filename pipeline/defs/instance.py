"""The Dagster instance of a workspace: an SQLite folder, telemetry and pop-ups off."""

import os

import dagster as dg

from pipeline.workspace.atomic import write_text
from pipeline.workspace.layout import Workspace

_SETTINGS = """\
# Written by Stance. No telemetry, no pop-ups; runs one after another on this machine.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


def open_instance(workspace: Workspace) -> dg.DagsterInstance:
    """The instance of the workspace, made on first use.

    Sets DAGSTER_HOME for this process. Made by one process before any server starts, because two
    processes that first touch an empty home can leave its database unusable (dagster #27390).
    """
    home = workspace.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    settings = home / "dagster.yaml"
    if not settings.is_file() or settings.read_text(encoding="utf-8") != _SETTINGS:
        write_text(settings, _SETTINGS)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    return dg.DagsterInstance.get()
