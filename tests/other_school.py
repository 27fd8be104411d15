"""Another school, with one row in every table: what its columns of words hold would show wherever it came out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.store import everywhere
from app.tables import Base
from app.tables.base import Document, Instant
from tests.walls import WALLED

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
THEIRS = "of the other school"


def their_id(table: str) -> str:
    return f"theirs-{table}"


def fill(session: Session) -> None:
    """Another school, and one row of it in every table."""
    for table in Base.metadata.sorted_tables:
        if table in WALLED:
            everywhere(session).execute(sa.insert(table), [{one.name: _value_in(one) for one in table.columns}])


def _value_in(column: sa.Column[Any]) -> Any:
    for key in column.foreign_keys:
        return their_id(key.column.table.name)
    if column.primary_key and isinstance(column.type, sa.TypeDecorator) and column.name == "id":
        return their_id(column.table.name)
    kinds: tuple[tuple[type, Any], ...] = (
        (Instant, NOW),
        (Document, [THEIRS]),
        (sa.Date, NOW.date()),
        (sa.Boolean, True),
        (sa.Integer, 1),
        (sa.Float, 1.0),
        (sa.LargeBinary, THEIRS.encode()),
    )
    return next((value for kind, value in kinds if isinstance(column.type, kind)), THEIRS)


def their_rows(session: Session, table: sa.Table) -> list[tuple[Any, ...]]:
    """What the other school's rows of that table hold."""
    query = sa.select(table).where(_of(table) == their_id("schools"))
    return [tuple(row) for row in everywhere(session).execute(query)]


def _of(table: sa.Table) -> sa.Column[Any]:
    return table.c.id if table.name == "schools" else table.c.school_id
