"""All SQL, in the words of the domain: one module per aggregate, opened for one school.

Functions take a ``Store`` first; those that change something take ``by`` (the id of a person or
key, or a word for the service itself) and ``now``, and write their audit line in the same
transaction. They write it *first*: that makes a school's writers queue in one order, so that none
deadlocks and what is read after it holds until the commit. Records come back, never rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.errors import Malformed
from app.tables import SchoolRow

INDEXED_CHARACTERS = 255


@dataclass(frozen=True, slots=True)
class Store:
    """One school's rows, as one session sees them."""

    session: Session
    school_id: str

    def take_turn(self) -> None:
        """Wait until no other transaction changes this school. ``audit.append`` does it too; SQLite always has."""
        self.session.execute(select(SchoolRow.id).where(SchoolRow.id == self.school_id).with_for_update(key_share=True))


def keep_short(what: str, value: str) -> str:
    """``value``, or Malformed where it is longer than what an index can hold."""
    if len(value) > INDEXED_CHARACTERS:
        raise Malformed(f"{what} is longer than {INDEXED_CHARACTERS} characters.")
    return value
