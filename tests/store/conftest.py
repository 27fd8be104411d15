"""A school on each kind of database, and the doings that most tests of the store begin with."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from app.db import Database
from app.store import Store, schools

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Opened:
    """A school in a database, to be opened for reading or writing."""

    database: Database
    school_id: str

    @contextmanager
    def read(self) -> Iterator[Store]:
        with self.database.read() as session:
            yield Store(session, self.school_id)

    @contextmanager
    def write(self) -> Iterator[Store]:
        with self.database.write() as session:
            yield Store(session, self.school_id)


def open_school(database: Database, name: str) -> Opened:
    with database.write() as session:
        return Opened(database, schools.create(session, name, by="test", now=NOW).id)


@pytest.fixture
def school(database: Database) -> Opened:
    return open_school(database, "Whitehouse Primary School")


@pytest.fixture
def other_school(database: Database, school: Opened) -> Opened:
    return open_school(database, "Another School")
