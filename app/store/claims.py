"""Work that several processes look for, so that one of them does it: what is due, and what nobody is at."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.store import everywhere
from app.tables import DeliveryRow, FeedRow

Row = TypeVar("Row", FeedRow, DeliveryRow)


def due(session: Session, kind: type[Row], state: str, *, limit: int, now: datetime) -> tuple[Row, ...]:
    """Rows of all schools in that state that are due and that nobody is at, longest waiting first."""
    these = (kind.state == state, kind.next_at <= now, free(kind, now))
    query = select(kind).where(*these).order_by(kind.next_at, kind.id).limit(limit)
    return tuple(everywhere(session).scalars(query))


def free(kind: type[FeedRow | DeliveryRow], now: datetime) -> ColumnElement[bool]:
    """That nobody is at a row: it was never claimed, or whoever claimed it had until before now."""
    return or_(kind.claimed_until.is_(None), kind.claimed_until <= now)
