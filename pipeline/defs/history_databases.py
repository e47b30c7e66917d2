"""The databases of Dagster's run history, held open while a run writes to them."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from sqlalchemy import Engine, event


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
