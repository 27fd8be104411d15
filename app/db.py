"""The database: SQLite in one file, or PostgreSQL by URL, read and written in short sessions.

On SQLite all writes go one after another through a single connection, each begun with BEGIN
IMMEDIATE under a lock: SQLite's own busy wait is unfair (p99 1 s against 76 ms, measured).
Reading sessions are read-only and see one snapshot on both databases.

On PostgreSQL a wall stands between schools: row-level security shows a transaction the rows of the school it stands at,
and none before it stands at one (docs/decisions/0010-two-walls.md).
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.errors import SetUpError, Unavailable

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
LOCK_WAIT_S = 10.0
_UPGRADE_LOCK = 0x666C6564  # any number that nothing else in the database locks
_READERS_KEPT = 20
_READERS_MORE = 40  # as many as the web server has threads, so that none waits for a connection
_WAITING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
EVERYWHERE = "*"
"""Where a transaction stands that sees all schools."""

STANDS_AT = "stands at"
"""What a session's ``info`` says it by."""

_STAND = text("SELECT set_config('fledgling.school', :school, true)")  # until the transaction ends
_SESSION_OPTIONS = {
    "populate_existing": True,
    "synchronize_session": False,
}  # rows become records at once; none is kept


def new_id(now: datetime) -> str:
    """An opaque id, 32 hex digits, that sorts by the millisecond it was made in (after UUIDv7)."""
    return f"{int(now.timestamp() * 1000):012x}{secrets.token_hex(10)}"


class _Standing(Session):
    """A session that knows at which school its transaction stands."""


@event.listens_for(_Standing, "after_transaction_end")
def _stand_nowhere(session: Session, _: object) -> None:
    # A savepoint's too: rolled back, the transaction stands again where it stood before.
    session.info.pop(STANDS_AT, None)


def stand_at(session: Session, school_id: str) -> Session:
    """The session, its transaction standing at that school, or ``EVERYWHERE``. SQLite has no wall and is not asked."""
    if session.info.get(STANDS_AT) != school_id:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(_STAND, {"school": school_id})
        session.info[STANDS_AT] = school_id
    return session


class Database:
    """One database and its connections; safe to share between threads.

    Raises Unavailable from ``read`` and ``write`` when it cannot be reached or stays locked.
    """

    def __init__(self, url: str) -> None:
        self.url = _url(url)
        self.info: dict[str, object] = {}  # what every session carries along, such as the way to the job engine
        if self.url.get_backend_name() == "sqlite":
            self.file: Path | None = _file_of(url)
            self._turn: AbstractContextManager[object] = _Turn()
            self._writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE", kept=1, more=0)
            self._reader = _sqlite_engine(url, begin="BEGIN", kept=_READERS_KEPT, more=_READERS_MORE)
            event.listen(self._reader, "connect", _only_read)
        else:
            self.file = None
            self._turn = nullcontext()
            self._writer = create_engine(
                url,
                pool_size=_READERS_KEPT,
                max_overflow=_READERS_MORE,
                pool_pre_ping=True,
                connect_args={"connect_timeout": 10},
            )
            self._reader = self._writer.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def __repr__(self) -> str:
        return f"Database({self.url.render_as_string(hide_password=True)!r})"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one snapshot and cannot write."""
        with (
            _told_when_unavailable(),
            _Standing(self._reader, autoflush=False, execution_options=_SESSION_OPTIONS, info=self.info) as session,
        ):
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back if anything was raised.

        Keep it short, and never open one inside another: on SQLite the second would wait for the first.
        """
        with (
            _told_when_unavailable(),
            self._turn,
            _Standing(
                self._writer,
                autoflush=False,
                expire_on_commit=False,
                execution_options=_SESSION_OPTIONS,
                info=self.info,
            ) as session,
            session.begin(),
        ):
            yield session

    def upgrade(self) -> None:
        """Bring the tables to the newest migration; makes the SQLite file, readable by its owner alone."""
        with self.migrating() as config:
            command.upgrade(config, "head")

    @contextmanager
    def migrating(self) -> Iterator[Config]:
        """Alembic's configuration, with a connection that nobody else migrates on; committed at the end."""
        if self.file is not None:
            self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.file.touch(mode=0o600)
        with _told_when_unavailable(), self._turn, self._writer.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _UPGRADE_LOCK})
                connection.execute(_STAND, {"school": EVERYWHERE})
            config = _migrations()
            config.attributes["connection"] = connection
            yield config

    def settle(self) -> None:
        """Let go of older versions of rows: on SQLite they lie in the journal until it is folded into the file.

        Does as much as others who are reading let it. On PostgreSQL its own vacuum does it.
        """
        if self.file is None:
            return
        with _told_when_unavailable(), self._turn:
            connection = self._writer.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()
            finally:
                connection.close()

    def is_current(self) -> bool:
        """Whether the tables are at the newest migration; False too where there are none yet."""
        if self.file is not None and not self.file.exists():
            return False
        heads = set(ScriptDirectory.from_config(_migrations()).get_heads())
        with _told_when_unavailable(), self._reader.connect() as connection:
            return set(MigrationContext.configure(connection).get_current_heads()) == heads

    def is_walled(self) -> bool:
        """Whether the wall binds us. PostgreSQL lets superusers, and roles that bypass row-level security, through."""
        if self.file is not None:
            return True
        query = text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        with _told_when_unavailable(), self._reader.connect() as connection:
            return not connection.execute(query).scalar_one()

    def dispose(self) -> None:
        """Close all connections."""
        self._reader.dispose()
        self._writer.dispose()


def _url(url: str) -> URL:
    """The URL, of a database that can be used. SetUpError without quoting it, since it may hold a password."""
    try:
        made = make_url(url)
    except ArgumentError:
        raise SetUpError("FLEDGLING_DATABASE_URL is not a database URL.", slug="database-url") from None
    if made.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SetUpError("The database is SQLite or PostgreSQL (postgresql+psycopg://…).", slug="database-url")
    return made


class _Turn:
    """The one place at SQLite's writing desk, given to whoever has waited longest.

    A plain lock lets newcomers in first. It is not bound to a thread: a request may leave on another than it came.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = threading.Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=LOCK_WAIT_S):
            return
        with self._guard:
            if called not in self._waiting:  # called just as the wait ended
                return
            self._waiting.remove(called)
        raise Unavailable("The database is busy; try again shortly.", slug="database-busy")

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _file_of(url: str) -> Path:
    database = make_url(url).database
    if not database or database == ":memory:" or database.startswith("file:"):
        raise SetUpError("SQLite needs a plain file name: sqlite:///path/to/file.db")
    return Path(database)


def _sqlite_engine(url: str, *, begin: str, kept: int, more: int) -> Engine:
    # isolation_level None: the driver begins nothing by itself, we do. (autocommit=False would do
    # the same, but needs Python 3.12 and cannot say IMMEDIATE.)
    engine = create_engine(
        url, pool_size=kept, max_overflow=more, connect_args={"isolation_level": None, "timeout": LOCK_WAIT_S}
    )
    event.listen(engine, "connect", _prepare)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a decision that was answered must survive a power cut
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA secure_delete = ON")  # what was erased is overwritten, not left in free pages
    cursor.close()


def _only_read(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only = ON")
    cursor.close()


@contextmanager
def _told_when_unavailable() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database is busy; try again shortly.", slug="database-busy") from error
    except DBAPIError as error:
        if not _is_unavailable(error):
            raise
        raise Unavailable("The database cannot be reached or is busy.", slug="database-unavailable") from error


def _is_unavailable(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", 0)  # absent when the driver itself raised
        return (code & 0xFF) in _WAITING or code == sqlite3.SQLITE_CANTOPEN
    return isinstance(error, OperationalError)
