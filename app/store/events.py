"""The school's calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from app.domain import Event
from app.store import Store, audit, keep_short
from app.tables import EventRow


def replace(store: Store, events: Sequence[Event], *, by: str, now: datetime) -> None:
    """Make these the whole calendar; their ids must differ."""
    audit.append(store, audit.Action.EVENTS_REPLACE, store.school_id, {"events": len(events)}, by=by, now=now)
    store.session.execute(delete(EventRow).where(EventRow.school_id == store.school_id))
    rows = [
        {
            "school_id": store.school_id,
            "id": keep_short("An event's id", event.id),
            "title": event.title,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "place": event.place,
            "synonyms": list(event.synonyms),
        }
        for event in events
    ]
    if rows:
        store.session.execute(insert(EventRow), rows)


def every(store: Store) -> tuple[Event, ...]:
    """All events, earliest first."""
    query = select(EventRow).where(EventRow.school_id == store.school_id)
    return tuple(_event(row) for row in store.session.scalars(query.order_by(EventRow.starts_at, EventRow.id)))


def find(store: Store, event_id: str) -> Event | None:
    """The event of that id, or None."""
    query = select(EventRow).where(EventRow.school_id == store.school_id, EventRow.id == event_id)
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _event(row)


def _event(row: EventRow) -> Event:
    return Event(row.id, row.title, row.starts_at, row.ends_at, row.place, tuple(row.synonyms))
