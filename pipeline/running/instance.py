"""The Dagster instance of a workspace, telemetry and pop-ups off: its run history, and its UI.

The UI is one command, serves this computer only and has every cohort already there.
"""

import os
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Final

import dagster as dg
from dagster import DagsterError
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from filelock import FileLock
from sqlalchemy import Engine, event
from sqlalchemy.exc import SQLAlchemyError

from pipeline.defs.partitions import COHORTS, register_cohorts
from pipeline.workspace.atomic import write_text
from pipeline.workspace.errors import EnvironmentProblem
from pipeline.workspace.layout import WORKSPACE_VARIABLE, Workspace

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


_STORAGES: Final = (sqlite_event_log, sqlite_run_storage)


@contextmanager
def history_held_open() -> Iterator[None]:
    """Hold each database of the history open, and let it write to disk once, not at every event.

    Dagster opens, commits and closes a database for each of a run's several hundred events. As the
    only user of a database it thereby also empties the write-ahead log into it every time, with two
    or three waits for the disk. A connection that stays open leaves that to the end, and
    `synchronous=NORMAL` leaves out the wait at each commit: a killed process loses nothing, a power
    cut at worst the last events of a history, never the database
    (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """
    held: set[str] = set()
    with ExitStack() as stack:
        stack.enter_context(_engines_kept())

        def opened(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA synchronous=NORMAL")
            ((_, _, path),) = connection.execute("PRAGMA database_list")
            if path in held or connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                return
            kept = stack.enter_context(closing(sqlite3.connect(path, check_same_thread=False)))
            # A connection joins the write-ahead log with its first question, not when it is made.
            kept.execute("SELECT name FROM sqlite_master").fetchall()
            held.add(path)

        event.listen(Engine, "connect", opened)
        stack.callback(event.remove, Engine, "connect", opened)
        yield


@contextmanager
def _engines_kept() -> Iterator[None]:
    """One engine for each database: Dagster makes one for every event and every question.

    A new engine has to compile each of Dagster's statements again, which took an eighth of a run.
    Dagster offers no setting for it, so that the function its storages make engines with is wrapped.
    """
    namespaces = [vars(storage) for storage in _STORAGES]
    create_engine = namespaces[0]["create_engine"]
    engines: dict[str, Engine] = {}

    def kept(url: str, **options: Any) -> Engine:
        if url not in engines:
            engines[url] = create_engine(url, **options)
        return engines[url]

    try:
        for namespace in namespaces:
            namespace["create_engine"] = kept
        yield
    finally:
        for namespace in namespaces:
            namespace["create_engine"] = create_engine
        for engine in engines.values():
            engine.dispose()


HOST = "127.0.0.1"
_CODE_LOCATION = """\
load_from:
  - python_module:
      module_name: pipeline.definitions
      location_name: stance
"""


def serve_ui(workspace: Workspace, *, port: int) -> None:
    """Start the UI and stay until it is stopped with Ctrl-C; this process becomes the server.

    Raises EnvironmentProblem when the port is taken: two servers on one home disturb each other.
    """
    if not _is_free(port):
        raise EnvironmentProblem(
            f"Port {port} on this computer is taken, perhaps by another `stance ui`.",
            f"Stop that one, or use another port: stance ui --port {port + 1}",
        )
    with open_instance(workspace) as instance:
        register_cohorts(instance, workspace)
        cohorts = instance.get_dynamic_partitions("cohort")
    os.environ[WORKSPACE_VARIABLE] = str(workspace.root)
    # `dagster dev` recommends another command of Dagster's at every start; that is no news to a user.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:Function `dev_command`")
    location = workspace.dagster_home / "workspace.yaml"
    write_text(location, _CODE_LOCATION)
    print(
        f"Stance UI: http://{HOST}:{port}/asset-groups  ({len(cohorts)} cohort(s); stop with Ctrl-C)",
        flush=True,
    )
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(location)]
    command += ["-h", HOST, "-p", str(port), "--log-level", "warning"]
    # A shell that starts a program in the background lets it ignore Ctrl-C; Dagster would keep that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.execv(sys.executable, command)  # noqa: S606 - fixed program, no shell


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
