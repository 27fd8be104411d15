"""All SQL, in the words of the domain: one module per aggregate, opened for one school.

Functions take a ``Store`` first; those that change something take ``by`` (the id of a person or
key, or a word for the service itself) and ``now``, and write their audit line in the same
transaction. They write it *first*: that makes a school's writers queue in one order, so that none
deadlocks and what is read after it holds until the commit. Records come back, never rows.

The few functions that look over all schools take a ``session`` and go through ``everywhere``: without it, or a ``Store``,
PostgreSQL shows no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.db import EVERYWHERE, stand_at
from app.errors import Malformed
from app.tables import Base, SchoolRow

INDEXED_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Store:
    """One school's rows, as one session sees them. Several may be open on one session, in turn."""

    _session: Session
    school_id: str

    @property
    def session(self) -> Session:
        """The session, standing at this school."""
        return stand_at(self._session, self.school_id)

    def insert(self, kind: type[Base], row: Mapping[str, Any]) -> None:
        """Add one row: as ``session.execute`` would, in half the time, for what every draft does several times."""
        self.session.connection().execute(insert(kind), dict(row))

    def take_turn(self) -> None:
        """Wait until no other transaction changes this school. ``audit.append`` does it too; SQLite always has."""
        self.session.execute(select(SchoolRow.id).where(SchoolRow.id == self.school_id).with_for_update(key_share=True))


def everywhere(session: Session) -> Session:
    """The session, standing where it sees the rows of all schools."""
    return stand_at(session, EVERYWHERE)


def keep_short(what: str, value: str) -> str:
    """``value``, or Malformed where it is longer than what an index can hold."""
    if len(value) > INDEXED_CHARACTERS:
        raise Malformed(f"{what} is longer than {INDEXED_CHARACTERS} characters.")
    return value
