"""Fixtures of fresh, migrated databases: SQLite in a file, and PostgreSQL where one can be reached.

PostgreSQL is looked for at ``FLEDGLING_TEST_POSTGRES_URL``; without it those tests are skipped, but
fail where ``CI`` is true. Each worker has a database of its own, emptied before each test, and a plain role that owns it:
superusers walk through the wall between schools. What looks at rows past the store says ``everywhere`` first.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, Connection, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.db import Database
from app.store import everywhere
from app.tables import Base

DEFAULT_POSTGRES = "postgresql+psycopg://root@127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    database.dispose()  # the last connection to close folds the journal into the file
    return file


@pytest.fixture(scope="session")
def postgres_server() -> URL:
    """A PostgreSQL server on which databases may be made."""
    url = make_url(os.environ.get("FLEDGLING_TEST_POSTGRES_URL", DEFAULT_POSTGRES))
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError as error:
        reason = f"no PostgreSQL at {url.render_as_string()}: {str(error.orig).splitlines()[0]}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    finally:
        engine.dispose()
    return url


@pytest.fixture(scope="session")
def empty_postgres_url(postgres_server: URL) -> Iterator[str]:
    """The URL of an empty PostgreSQL database that is this worker's alone, for tests of migrations."""
    with _made_on(postgres_server, f"fledgling_bare_{_worker()}") as url:
        yield url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """The URL of a migrated PostgreSQL database that is this worker's alone; not emptied."""
    with _made_on(postgres_server, f"fledgling_test_{_worker()}") as url:
        database = Database(url)
        database.upgrade()
        database.dispose()
        yield url


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh, migrated SQLite database, for tests that need no second one."""
    file = tmp_path / "fledgling.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """A migrated PostgreSQL database, emptied; skipped where there is no PostgreSQL."""
    database = Database(postgres_url)
    _empty(database)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh, migrated database; each test runs on both kinds."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


def tamper(database: Database, statement: str, **values: object) -> None:
    """Run SQL that the audit triggers would refuse, as somebody with the database's own password could."""
    with database.write() as session:
        if database.file is None:
            session.execute(text("SET LOCAL session_replication_role = replica"))
            everywhere(session).execute(text(statement), values)
            return
        triggers = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
        for name, _ in triggers:
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text(statement), values)
        for _, sql in triggers:
            session.execute(text(sql))


def _empty(database: Database) -> None:
    # TRUNCATE of thirty tables takes 50 ms and more; deleting from the few that hold rows does not.
    with database.write() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        everywhere(session).execute(
            text("; ".join(f"DELETE FROM {table.name}" for table in Base.metadata.sorted_tables))
        )


def _worker() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@contextmanager
def _made_on(server: URL, name: str) -> Iterator[str]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    password = secrets.token_hex(16)
    with engine.connect() as connection:
        _drop(connection, name)
        connection.execute(text(f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{password}'"))
        # For emptying tables and tampering, which the audit trail's triggers refuse.
        connection.execute(text(f'GRANT SET ON PARAMETER session_replication_role TO "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}" OWNER "{name}" TEMPLATE template0'))
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))  # its rows need not last
    try:
        plain = server.set(username=name, password=password, database=name)
        yield plain.render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            _drop(connection, name)
        engine.dispose()


def _drop(connection: Connection, name: str) -> None:
    connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    if connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": name}).first():
        connection.execute(text(f'REVOKE SET ON PARAMETER session_replication_role FROM "{name}"'))
        connection.execute(text(f'DROP ROLE "{name}"'))
