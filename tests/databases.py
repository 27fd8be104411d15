"""Fixtures of fresh, migrated databases: SQLite in a file, and PostgreSQL where one can be reached.

PostgreSQL is looked for at ``FLEDGLING_TEST_POSTGRES_URL``; without it those tests are skipped, but
fail where ``CI`` is true. Each worker has a database of its own, emptied before each test.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from app.db import Database
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
            session.execute(text(statement), values)
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
        session.execute(text("; ".join(f"DELETE FROM {table.name}" for table in Base.metadata.sorted_tables)))


def _worker() -> str:
    return f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"


@contextmanager
def _made_on(server: URL, name: str) -> Iterator[str]:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()
