"""The history of runs, held open while a run writes: whole at the end, and what a kill leaves is whole too."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import NullPool, create_engine, text

from pipeline.running.instance import history_held_open


def _engine(path):
    """As Dagster makes it: every connection is closed after use."""
    return create_engine(f"sqlite:///{path}", poolclass=NullPool)


def _write(path, value):
    with _engine(path).begin() as connection:
        connection.execute(text("INSERT INTO events VALUES (:value)"), {"value": value})


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE events (value INTEGER)")
    made.close()
    return path


def _log(database):
    return database.with_name("history.db-wal")


def test_the_log_is_emptied_once_at_the_end(database):
    with history_held_open():
        for value in range(3):
            _write(database, value)
            assert _log(database).stat().st_size > 0
    assert not _log(database).exists()
    with sqlite3.connect(f"file:{database}?immutable=1", uri=True) as read:
        assert read.execute("SELECT value FROM events").fetchall() == [(0,), (1,), (2,)]
    read.close()


def test_other_databases_and_later_connections_are_left_alone(tmp_path, database):
    with history_held_open():
        _write(database, 1)
        with _engine(tmp_path / "plain.db").begin() as plain:
            plain.execute(text("CREATE TABLE events (value INTEGER)"))
    with _engine(database).connect() as later:
        assert later.execute(text("PRAGMA synchronous")).scalar() == 2


def test_one_engine_serves_a_database_until_the_end(database):
    url = f"sqlite:///{database}"
    own = sqlite_event_log.create_engine, sqlite_run_storage.create_engine
    with pytest.raises(ZeroDivisionError), history_held_open():
        kept = sqlite_event_log.create_engine(url, poolclass=NullPool)
        assert sqlite_run_storage.create_engine(url, poolclass=NullPool) is kept
        raise ZeroDivisionError
    assert (sqlite_event_log.create_engine, sqlite_run_storage.create_engine) == own
    assert sqlite_event_log.create_engine(url, poolclass=NullPool) is not kept


KILLED = """
import os, signal, sys
from sqlalchemy import NullPool, create_engine, text
from pipeline.running.instance import history_held_open
with history_held_open():
    for value in range(50):
        with create_engine(f"sqlite:///{sys.argv[1]}").begin() as connection:
            connection.execute(text("INSERT INTO events VALUES (:value)"), {"value": value})
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_killed_process_loses_nothing(database):
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(database)],
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert ended.returncode == -signal.SIGKILL
    with sqlite3.connect(database) as read:
        assert read.execute("SELECT count(*) FROM events").fetchone() == (50,)
        assert read.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    read.close()
