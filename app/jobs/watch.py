"""Who works, and what becomes of the work of those who died.

Each engine has a name and holds a lock on it for as long as it lives: a lock of the file system beside an SQLite file,
an advisory lock of PostgreSQL otherwise, which the server lets go of when the connection is gone. Whoever gets the lock
of a name that has work in hand knows that its holder is dead, and takes the work over.

The SQL here is about locks and the engine's own tables, never about the school's.
"""

from __future__ import annotations

import fcntl
import logging
import socket
import threading
import zlib
from collections.abc import Callable
from typing import IO, Protocol

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.db import Database
from app.errors import SetUpError

EMBEDDED = "embedded"
_LOCKS = 0x666C65  # "fle": the first half of the keys of our locks
_SLOTS = 64
_LOOK_EVERY_S = 1.0
_KEEPALIVES = {"keepalives": 1, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}

_log = logging.getLogger(__name__)

Recover = Callable[[list[str]], None]


class Post(Protocol):
    """An engine's place, held until it is left or the process dies."""

    @property
    def name(self) -> str:
        """The name that is held."""
        ...

    def watch(self, recover: Recover) -> None:
        """From now on take over the work of those who died."""
        ...

    def stop_watching(self) -> None:
        """Take over nothing more."""
        ...

    def leave(self) -> None:
        """Let go of the name."""
        ...


def stand(database: Database, name: str = "") -> Post:
    """Take the name, on PostgreSQL by default the host's first free one. SetUpError where somebody living has it."""
    if database.file is not None:
        return FilePost(database)
    return ServerPost(database, name)


def at_work(database: Database) -> bool:
    """Whether any worker holds a name on this PostgreSQL database now."""
    query = (
        "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :a AND objsubid = 2 AND granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    with database.read() as session:
        return bool(session.execute(text(query), {"a": _LOCKS}).scalar())


class FilePost:
    """The one place beside an SQLite file."""

    name = EMBEDDED

    def __init__(self, database: Database) -> None:
        assert database.file is not None  # noqa: S101 - asked before
        path = database.file.with_name(f"{database.file.name}.lock")
        self._file: IO[bytes] = path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._file.close()
            raise SetUpError(
                f"Another process serves {database.file} already: end that one first. "
                "Several processes at once need PostgreSQL (FLEDGLING_DATABASE_URL).",
                slug="already-running",
            ) from None

    def watch(self, recover: Recover) -> None:
        """Nobody else can work on the file; what was left undone is taken up at the launch."""

    def stop_watching(self) -> None:
        """There is nothing to stop."""

    def leave(self) -> None:
        """Let others serve the file."""
        self._file.close()


class ServerPost:
    """A name among the workers on a PostgreSQL database, on a connection that is kept for it alone."""

    def __init__(self, database: Database, name: str) -> None:
        self._engine = create_engine(
            database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT", connect_args=_KEEPALIVES
        )
        self._connection: Connection | None = self._engine.connect()
        self._ending = threading.Event()
        self._watcher: threading.Thread | None = None
        wanted = [name] if name else [f"{socket.gethostname()}-{slot}" for slot in range(_SLOTS)]
        taken = next((one for one in wanted if _locked(self._connection, one)), None)
        if taken is None:
            self._connection.close()
            raise SetUpError(
                f"Another worker called {name} is at work: give this one another --name."
                if name
                else f"{_SLOTS} workers are at work on this host already.",
                slug="already-running",
            )
        self.name = taken

    def watch(self, recover: Recover) -> None:
        """Look every second, in a thread of its own."""
        self._watcher = threading.Thread(target=self._look, args=(recover,), name="watcher", daemon=True)
        self._watcher.start()

    def stop_watching(self) -> None:
        """End the thread."""
        self._ending.set()
        if self._watcher is not None:
            self._watcher.join()

    def leave(self) -> None:
        """Let go of the name, with its connection."""
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()

    def _look(self, recover: Recover) -> None:
        while not self._ending.wait(_LOOK_EVERY_S):
            try:
                if self._connection is None:
                    self._connection = self._engine.connect()
                    if not _locked(self._connection, self.name):
                        _log.error("the name %s is held by another worker now", self.name)
                self._take_over(self._connection, recover)
            except SQLAlchemyError as error:
                _log.warning("the watcher lost its connection: %s", type(error).__name__)
                self._forget()
            except Exception as error:  # noqa: BLE001 - the next look tries again
                _log.error("taking over failed: %s", type(error).__name__)

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def _take_over(self, connection: Connection, recover: Recover) -> None:
        query = "SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE status = 'PENDING' AND executor_id <> :own"
        for (name,) in connection.execute(text(query), {"own": self.name}).all():
            if not _locked(connection, name):
                continue
            try:
                _log.warning("the worker %s is gone; its work is taken over", name)
                recover([name])
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:a, :b)"), _key(name))


def _locked(connection: Connection, name: str) -> bool:
    return bool(connection.execute(text("SELECT pg_try_advisory_lock(:a, :b)"), _key(name)).scalar())


def _key(name: str) -> dict[str, int]:
    return {"a": _LOCKS, "b": zlib.crc32(name.encode()) - 2**31}
