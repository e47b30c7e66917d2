"""The Dagster instance of a workspace: an SQLite folder, telemetry and pop-ups off."""

import os
import shutil

import dagster as dg
from dagster import DagsterError
from filelock import FileLock
from sqlalchemy.exc import SQLAlchemyError

from pipeline.defs.partitions import COHORTS
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

_FINISHED = "finished"
"""Stands in the home once its databases were made to the end."""


def open_instance(workspace: Workspace) -> dg.DagsterInstance:
    """The instance of the workspace, made on first use.

    Sets DAGSTER_HOME for this process. Made by one process before any other starts, because two
    processes that first touch an empty home can leave its database unusable (dagster #27390). So can
    a process that is killed there: a home that was never finished is made anew. It holds the history
    of runs only, and without its mark there was none.
    """
    home = workspace.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    os.environ["DAGSTER_HOME"] = str(home)
    os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
    finished = home / _FINISHED
    with FileLock(home.parent / "dagster-home.lock"):
        _write_settings(workspace)
        if not finished.is_file():
            if not _can_be_used():
                shutil.rmtree(home)
                home.mkdir()
                _write_settings(workspace)
                _can_be_used()
            write_text(finished, "")
    return dg.DagsterInstance.get()


def _write_settings(workspace: Workspace) -> None:
    settings = workspace.dagster_home / "dagster.yaml"
    if not settings.is_file() or settings.read_text(encoding="utf-8") != _SETTINGS:
        write_text(settings, _SETTINGS)


def _can_be_used() -> bool:
    """Whether the databases have all their tables; an empty home gets them by asking."""
    try:
        with dg.DagsterInstance.get() as instance:
            instance.get_dynamic_partitions(str(COHORTS.name))
            instance.get_runs(limit=1)
    except (DagsterError, SQLAlchemyError):
        return False
    return True
