"""Watches every statement of the store in every test: it must hold the id of the school that its session stands at.

That is the first wall between schools, on both databases. A statement over all schools must have gone through
``everywhere``. The test in which one did neither fails at its end and names the function.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from sqlalchemy import ClauseElement, Connection, Engine, Table, event
from sqlalchemy.orm import Session
from sqlalchemy.sql import visitors

from app.db import EVERYWHERE, STANDS_AT
from app.tables import Base

WALLED = frozenset(
    table for table in Base.metadata.tables.values() if "school_id" in table.c or table.name == "schools"
)

_tables_of: dict[Hashable, bool] = {}
_sessions: WeakKeyDictionary[Connection, Session] = WeakKeyDictionary()
_through: list[str] = []


@event.listens_for(Session, "after_begin")
def _note(session: Session, _: object, connection: Connection) -> None:
    _sessions[connection] = session


@event.listens_for(Engine, "before_execute")
def _watch(connection: Connection, statement: Any, several: Any, single: Any, _: object) -> None:
    session = _sessions.get(connection)
    at = session.info.get(STANDS_AT) if session is not None else None
    if session is None or at == EVERYWHERE or not isinstance(statement, ClauseElement):
        return
    key = statement._generate_cache_key()
    if not _is_walled(statement, None if key is None else key.key):
        return
    who = _function()
    if who is None:  # a test looks for itself
        return
    bound = [one.value for one in key.bindparams] if key is not None else list(statement.compile().params.values())
    given = [*several, single] if single or not several else several
    if at is None or not (at in bound or all(at in one.values() for one in given)):
        _through.append(f"{who}: {statement}")


def _is_walled(statement: Any, key: Hashable) -> bool:
    known = _tables_of.get(key) if key is not None else None
    if known is None:
        named = {one for one in visitors.iterate(statement) if isinstance(one, Table)}
        known = not WALLED.isdisjoint(named | {getattr(statement, "table", None)})
        if key is not None:
            _tables_of[key] = known
    return known


def _function() -> str | None:
    """The function of the store that executes just now."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if "/app/store/" in name and not frame.f_code.co_name.startswith("<"):
            return f"{name.rpartition('/')[2]} {frame.f_code.co_name}"
        frame = frame.f_back
    return None


def noticed() -> list[str]:
    """What went by without a school since this was last asked."""
    found, _through[:] = sorted(set(_through)), []
    return found


@pytest.fixture(autouse=True)
def _walls() -> Iterator[None]:
    noticed()
    yield
    found = noticed()
    assert not found, "statements that are not bound to one school:\n" + "\n".join(found)
