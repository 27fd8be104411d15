"""What others are to be told: events noted in the transaction of what happened, handed on after its commit.

They hold ids and words of a vocabulary, never texts or names: whoever is told asks for the rest with a key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.store import Store, everywhere
from app.tables import OutgoingEventRow


class EventType(StrEnum):
    """What can happen that others are told of."""

    DRAFT_VETTED = "draft.vetted"
    DRAFT_DECIDED = "draft.decided"
    DRAFT_PUBLISHED = "draft.published"
    DRAFT_PUBLISH_FAILED = "draft.publish-failed"
    DRAFT_WITHDRAWN = "draft.withdrawn"
    PERMISSION_CHANGED = "permission.changed"
    WEBHOOK_TEST = "webhook.test"


@dataclass(frozen=True, slots=True)
class OutgoingEvent:
    """Something that happened; the id is for ever its own, so that who hears of it twice can tell."""

    id: str
    school_id: str
    type: EventType
    data: Mapping[str, Any]
    created_at: datetime


def add(store: Store, type_: EventType, data: Mapping[str, Any], now: datetime) -> OutgoingEvent:
    """Note that something happened, in the transaction in which it did."""
    event = OutgoingEvent(new_id(now), store.school_id, type_, dict(data), now)
    row = {"id": event.id, "school_id": event.school_id, "type": str(event.type), "data": event.data, "created_at": now}
    store.insert(OutgoingEventRow, row)
    return event


def waiting(session: Session, limit: int) -> tuple[OutgoingEvent, ...]:
    """Events of all schools that were not handed on yet, oldest first."""
    query = select(OutgoingEventRow).where(OutgoingEventRow.handed_on_at.is_(None)).order_by(OutgoingEventRow.id)
    return tuple(_event(row) for row in everywhere(session).scalars(query.limit(limit)))


def of_school(store: Store) -> tuple[OutgoingEvent, ...]:
    """All events of the school that are still on record, oldest first."""
    query = select(OutgoingEventRow).where(OutgoingEventRow.school_id == store.school_id)
    return tuple(_event(row) for row in store.session.scalars(query.order_by(OutgoingEventRow.id)))


def hand_on(store: Store, event_ids: Sequence[str], now: datetime) -> None:
    """Note that delivery has these events now."""
    this = (OutgoingEventRow.school_id == store.school_id, OutgoingEventRow.id.in_(event_ids))
    store.session.execute(update(OutgoingEventRow).where(*this).values(handed_on_at=now))


def _event(row: OutgoingEventRow) -> OutgoingEvent:
    return OutgoingEvent(row.id, row.school_id, EventType(row.type), row.data, row.created_at)
