"""Looking things up in the audit trail: by person, by what was done, by what it was done to, by time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, or_, select

from app.errors import Fault, Malformed
from app.store import Store
from app.store.audit import ROWS_AT_ONCE, AuditLine
from app.store.paging import Page, cut
from app.tables import AuditRow


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are asked for; what is empty or None does not matter. ``until`` is the instant after the last.

    ``subject`` is an id: of what a line is about, or among its details.
    """

    actor: str = ""
    actions: Collection[str] = ()
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


def page(store: Store, asked: Asked, *, limit: int, cursor: str | None = None) -> Page[AuditLine]:
    """The lines asked for, newest first; the cursor is that of `app.store.audit.page`."""
    query = select(AuditRow).where(*_those(store, asked)).order_by(AuditRow.seq.desc())
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
            raise Malformed("The cursor is not one of ours.", errors=(Fault("#/cursor", "not a cursor"),))
        query = query.where(AuditRow.seq < int(cursor))
    rows, more = cut(store.session.scalars(query.limit(limit + 1)).all(), limit)
    return Page(tuple(_line(row) for row in rows), str(rows[-1].seq) if more else None)


def every(store: Store, asked: Asked) -> Iterator[AuditLine]:
    """All lines asked for, oldest first, some at a time."""
    query = select(AuditRow).where(*_those(store, asked)).order_by(AuditRow.seq)
    for row in store.session.scalars(query.execution_options(yield_per=ROWS_AT_ONCE)):
        yield _line(row)


def actors(store: Store) -> tuple[str, ...]:
    """Whoever did anything, in no order that means anything."""
    query = select(AuditRow.actor).where(AuditRow.school_id == store.school_id).distinct().order_by(AuditRow.actor)
    return tuple(store.session.scalars(query))


def _those(store: Store, asked: Asked) -> tuple[ColumnElement[bool], ...]:
    wanted = [AuditRow.school_id == store.school_id]
    if asked.actor:
        wanted.append(AuditRow.actor == asked.actor)
    if asked.actions:
        wanted.append(AuditRow.action.in_(sorted(asked.actions)))
    if asked.subject:
        among = cast(AuditRow.detail, Text).contains(asked.subject, autoescape=True)
        wanted.append(or_(AuditRow.subject == asked.subject, among))
    if asked.since is not None:
        wanted.append(AuditRow.at >= asked.since)
    if asked.until is not None:
        wanted.append(AuditRow.at < asked.until)
    return tuple(wanted)


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(row.seq, row.at, row.actor, row.action, row.subject, row.detail, row.previous_hash, row.hash)
