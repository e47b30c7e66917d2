"""The databases of Dagster's run history, held open while a run writes to them."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any, Final

from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import Engine, event

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
