"""Every row of every table, out and in again, in a form that belongs to neither database.

What is read here is of all schools: it is for copies of a whole installation, and for nothing else. Values are plain JSON
values, text as it is stored, so that a copy comes back exactly, on the other kind of database too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from alembic.runtime.migration import MigrationContext
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.errors import SetUpError
from app.store import Store, audit, everywhere
from app.tables import Base, OneTimeLinkRow, PhotoRow, ReferencePhotoRow, SchoolRow, SessionRow
from app.tables.base import Code, Document, Instant, Words

_ROWS_AT_ONCE = 500
_ENGINE_SCHEMA = "dbos"
_TEXT, _INSTANT, _DAY, _NUMBER, _FRACTION, _TRUTH, _BYTES, _DOCUMENT = (
    *("text", "instant", "day", "number", "fraction", "truth", "bytes", "document"),
)
_KINDS: tuple[tuple[type[Any], str], ...] = (
    (Code, _TEXT),
    (Words, _TEXT),
    (Instant, _INSTANT),
    (Document, _DOCUMENT),
    (sa.Date, _DAY),
    (sa.Boolean, _TRUTH),
    (sa.Integer, _NUMBER),
    (sa.Float, _FRACTION),
    (sa.LargeBinary, _BYTES),
)
_STORED: dict[str, Any] = {
    _TEXT: sa.Text(),
    _INSTANT: Instant(),
    _DAY: sa.Date(),
    _NUMBER: sa.Integer(),
    _FRACTION: sa.Double(),
    _TRUTH: sa.Boolean(),
    _BYTES: sa.LargeBinary(),
    _DOCUMENT: sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql"),
}
_OUT: dict[str, Callable[[Any], Any]] = {
    _INSTANT: datetime.isoformat,
    _DAY: date.isoformat,
    _BYTES: lambda value: base64.b64encode(value).decode(),
}
_IN: dict[str, Callable[[Any], Any]] = {
    _INSTANT: datetime.fromisoformat,
    _DAY: date.fromisoformat,
    _BYTES: lambda value: base64.b64decode(value, validate=True),
    _DOCUMENT: lambda value: sa.JSON.NULL if (read := json.loads(value)) is None else read,
}
Row = Sequence[Any]
"""The values of a row, in the order of its table's columns."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its name, and the kinds of its columns by name, in order."""

    name: str
    columns: Mapping[str, str]


def shapes() -> tuple[Shape, ...]:
    """All tables, each after those that it refers to."""
    return tuple(
        Shape(table.name, {column.name: _kind(column.type) for column in table.columns})
        for table in Base.metadata.sorted_tables
    )


def revision(session: Session) -> str:
    """The migration that the tables are at."""
    return MigrationContext.configure(session.connection()).get_current_revision() or ""


def rows(session: Session, shape: Shape) -> Iterator[Row]:
    """Every row of a table, by its primary key."""
    table = Base.metadata.tables[shape.name]
    columns = [
        sa.cast(table.c[name], sa.Text) if kind == _DOCUMENT else sa.type_coerce(table.c[name], _STORED[kind])
        for name, kind in shape.columns.items()
    ]
    query = sa.select(*columns).order_by(*table.primary_key.columns).execution_options(yield_per=_ROWS_AT_ONCE)
    turned = [_OUT.get(kind) for kind in shape.columns.values()]
    for row in everywhere(session).execute(query):
        yield [
            turn(value) if turn is not None and value is not None else value
            for turn, value in zip(turned, row, strict=True)
        ]


def put(connection: sa.Connection, shape: Shape, found: Sequence[Row]) -> None:
    """Write rows into an empty table of that name, whatever the code's own idea of it is by now."""
    stored = sa.table(shape.name, *(sa.column(name, _STORED[kind]) for name, kind in shape.columns.items()))
    turned = [(name, _IN.get(kind)) for name, kind in shape.columns.items()]
    written = [
        {
            name: turn(value) if turn is not None and value is not None else value
            for (name, turn), value in zip(turned, row, strict=True)
        }
        for row in found
    ]
    if written:
        connection.execute(sa.insert(stored), written)


def photo_hashes(session: Session) -> tuple[str, ...]:
    """The pictures that drafts and uploads refer to, by SHA-256."""
    query = sa.select(PhotoRow.sha256).where(PhotoRow.purged_at.is_(None)).distinct().order_by(PhotoRow.sha256)
    return tuple(everywhere(session).scalars(query))


def reference_hashes(session: Session) -> tuple[tuple[str, str], ...]:
    """The reference photos: child and SHA-256."""
    columns = (ReferencePhotoRow.pupil_id, ReferencePhotoRow.sha256)
    return tuple(
        (row.pupil_id, row.sha256) for row in everywhere(session).execute(sa.select(*columns).order_by(*columns))
    )


def count(connection: sa.Connection, name: str) -> int:
    """How many rows the table of that name holds."""
    return int(connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one())


def holds_schools(session: Session) -> bool:
    """Whether the database has a school, at whatever migration it is."""
    connection = everywhere(session).connection()
    if not sa.inspect(connection).has_table(SchoolRow.__tablename__):
        return False
    return connection.execute(sa.select(sa.exists().where(SchoolRow.id.is_not(None)))).scalar_one()


def others_connected(connection: sa.Connection) -> int:
    """How many others are connected to this PostgreSQL database."""
    query = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    return int(connection.execute(sa.text(query)).scalar_one())


def clear(connection: sa.Connection) -> None:
    """Drop all tables of ours and the job engine's, with all that is in them; PostgreSQL only."""
    there = set(sa.inspect(connection).get_table_names())
    quoted = connection.dialect.identifier_preparer.quote
    ours = [quoted(name) for name in (*Base.metadata.tables, "alembic_version") if name in there]
    if ours:
        connection.execute(sa.text(f"DROP TABLE {', '.join(ours)} CASCADE"))
    functions = (
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = current_schema() AND p.proname LIKE 'fledgling\\_%'"
    )
    for (function,) in connection.execute(sa.text(functions)).all():
        connection.execute(sa.text(f"DROP FUNCTION {function} CASCADE"))
    connection.execute(sa.text(f"DROP SCHEMA IF EXISTS {_ENGINE_SCHEMA} CASCADE"))


def note_copy(store: Store, copy_id: str, *, by: str, now: datetime) -> None:
    """Note that a copy of everything was made."""
    audit.append(store, audit.Action.BACKUP_MAKE, store.school_id, {"backup": copy_id}, by=by, now=now)


def come_back(store: Store, copy_id: str, copied_at: datetime, *, by: str, now: datetime) -> None:
    """Note that the school came back as it was; nobody's session or link for a password holds any more.

    They may have been ended since the copy was made.
    """
    detail = {"backup": copy_id, "made_at": copied_at.isoformat()}
    audit.append(store, audit.Action.BACKUP_RESTORE, store.school_id, detail, by=by, now=now)
    for row, ended in ((SessionRow, SessionRow.revoked_at), (OneTimeLinkRow, OneTimeLinkRow.used_at)):
        these = (row.school_id == store.school_id, ended.is_(None))
        store.session.execute(sa.update(row).where(*these).values({ended: now}))


def _kind(column: sa.types.TypeEngine[Any]) -> str:
    for known, kind in _KINDS:
        if isinstance(column, known):
            return kind
    raise SetUpError(f"A column's kind, {type(column).__name__}, is not one that copies know.")
