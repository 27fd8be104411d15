"""The addresses that are told what happens, and what became of each telling."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert, literal, select, tuple_, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.errors import NotFound
from app.store import Store, audit, claims
from app.store.outbox import OutgoingEvent
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.tables import DeliveryRow, WebhookRow
from app.tables.base import Code, Instant

CALLING = timedelta(seconds=60)
"""How long a call may take before another process makes it."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given-up"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """An address that is told; ``types`` empty means everything. ``why_ended`` is one word."""

    id: str
    school_id: str
    url: str
    types: frozenset[str]
    secrets: bytes = field(repr=False)
    active: bool
    why_ended: str
    heard_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one address. ``status`` is the last answer's, 0 for none; ``word`` why it failed."""

    id: str
    school_id: str
    webhook_id: str
    event_id: str
    type: str
    body: str
    state: DeliveryState
    tries: int
    next_at: datetime | None
    status: int
    word: str
    created_at: datetime
    ended_at: datetime | None


def add(store: Store, url: str, types: Collection[str], secrets: bytes, *, by: str, now: datetime) -> StoredWebhook:
    """Tell that address from now on."""
    webhook_id = new_id(now)
    audit.append(store, audit.Action.WEBHOOK_PUT, webhook_id, {"types": sorted(types)}, by=by, now=now)
    values = {
        "id": webhook_id,
        "school_id": store.school_id,
        "url": url,
        "types": sorted(types),
        "secrets": secrets,
        "active": True,
        "why_ended": "",
        "created_by": by,
        "created_at": now,
    }
    store.session.execute(insert(WebhookRow).values(values))
    return get(store, webhook_id)


def get(store: Store, webhook_id: str) -> StoredWebhook:
    """The address of that id. NotFound if there is none."""
    row = store.session.scalars(
        select(WebhookRow).where(WebhookRow.school_id == store.school_id, WebhookRow.id == webhook_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such webhook.")
    return _webhook(row)


def every(store: Store) -> tuple[StoredWebhook, ...]:
    """All addresses, those that ended too, oldest first."""
    rows = store.session.scalars(
        select(WebhookRow).where(WebhookRow.school_id == store.school_id).order_by(WebhookRow.id)
    )
    return tuple(_webhook(row) for row in rows)


def change_secrets(store: Store, webhook_id: str, secrets: bytes, *, by: str, now: datetime) -> None:
    """Other secrets for an address."""
    audit.append(store, audit.Action.WEBHOOK_PUT, webhook_id, {"changed": ["secret"]}, by=by, now=now)
    store.session.execute(
        update(WebhookRow)
        .where(WebhookRow.school_id == store.school_id, WebhookRow.id == webhook_id)
        .values(secrets=secrets)
    )


def set_active(store: Store, webhook_id: str, *, active: bool, why: str = "", by: str, now: datetime) -> None:
    """Tell an address again, or no more; what still waits for it is stopped."""
    action = audit.Action.WEBHOOK_PUT if active else audit.Action.WEBHOOK_END
    audit.append(store, action, webhook_id, {"why": why} if why else {}, by=by, now=now)
    store.session.execute(
        update(WebhookRow)
        .where(WebhookRow.school_id == store.school_id, WebhookRow.id == webhook_id)
        .values(active=active, why_ended=why)
    )
    if not active:
        store.session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.school_id == store.school_id,
                DeliveryRow.webhook_id == webhook_id,
                DeliveryRow.state == DeliveryState.WAITING.value,
            )
            .values(state=DeliveryState.STOPPED.value, next_at=None, ended_at=now)
        )


def put_in_line(store: Store, event: OutgoingEvent, webhook_id: str, body: str, now: datetime) -> None:
    """An event is to be delivered to an address; nothing where it is already."""
    known = select(DeliveryRow.id).where(
        DeliveryRow.school_id == store.school_id,
        DeliveryRow.event_id == event.id,
        DeliveryRow.webhook_id == webhook_id,
    )
    if store.session.scalars(known).first() is not None:
        return
    store.session.execute(
        insert(DeliveryRow).values(
            id=new_id(now),
            school_id=store.school_id,
            webhook_id=webhook_id,
            event_id=event.id,
            type=str(event.type),
            body=body,
            state=DeliveryState.WAITING.value,
            tries=0,
            next_at=now,
            status=0,
            word="",
            created_at=now,
        )
    )


def due(session: Session, limit: int, now: datetime) -> tuple[Delivery, ...]:
    """Deliveries of all schools that are due and that nobody is at, longest waiting first."""
    found = claims.due(session, DeliveryRow, DeliveryState.WAITING.value, limit=limit, now=now)
    return tuple(_delivery(row) for row in found)


def claim(store: Store, delivery: Delivery, now: datetime) -> bool:
    """Whether this process makes that call: nobody else is at it, and it stands as it was read."""
    claimed = store.session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.school_id == store.school_id,
            DeliveryRow.id == delivery.id,
            DeliveryRow.state == DeliveryState.WAITING.value,
            DeliveryRow.tries == delivery.tries,
            claims.free(DeliveryRow, now),
        )
        .values(claimed_until=now + CALLING)
        .returning(DeliveryRow.id)
    ).all()
    return bool(claimed)


def note(
    store: Store,
    delivery: Delivery,
    state: DeliveryState,
    *,
    status: int,
    word: str,
    next_at: datetime | None,
    now: datetime,
) -> None:
    """What became of a call; nothing where the delivery was stopped meanwhile."""
    done = state is not DeliveryState.WAITING
    store.session.execute(
        update(DeliveryRow)
        .where(
            DeliveryRow.school_id == store.school_id,
            DeliveryRow.id == delivery.id,
            DeliveryRow.state == DeliveryState.WAITING.value,
        )
        .values(
            state=state.value,
            tries=delivery.tries + 1,
            status=status,
            word=word,
            next_at=next_at,
            claimed_until=None,
            ended_at=now if done else None,
        )
    )
    if state is DeliveryState.DELIVERED:
        store.session.execute(
            update(WebhookRow)
            .where(WebhookRow.school_id == store.school_id, WebhookRow.id == delivery.webhook_id)
            .values(heard_at=now)
        )


def again(store: Store, delivery_id: str, *, by: str, now: datetime) -> None:
    """Deliver once more what was delivered, given up or stopped. NotFound where there is no such delivery."""
    found = delivery(store, delivery_id)
    audit.append(store, audit.Action.WEBHOOK_PUT, found.webhook_id, {"again": found.event_id}, by=by, now=now)
    store.session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.school_id == store.school_id, DeliveryRow.id == delivery_id)
        .values(state=DeliveryState.WAITING.value, tries=0, next_at=now, claimed_until=None, ended_at=None, word="")
    )


def delivery(store: Store, delivery_id: str) -> Delivery:
    """The delivery of that id. NotFound if there is none."""
    row = store.session.scalars(
        select(DeliveryRow).where(DeliveryRow.school_id == store.school_id, DeliveryRow.id == delivery_id)
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such delivery.")
    return _delivery(row)


def deliveries(store: Store, webhook_id: str, *, limit: int, cursor: str | None = None) -> Page[Delivery]:
    """What became of the events for an address, newest first."""
    query = select(DeliveryRow).where(DeliveryRow.school_id == store.school_id, DeliveryRow.webhook_id == webhook_id)
    place = tuple_(DeliveryRow.created_at, DeliveryRow.id)
    if cursor is not None:
        at, row_id = read_cursor(cursor)
        query = query.where(place < tuple_(literal(at, Instant()), literal(row_id, Code())))
    rows = store.session.scalars(
        query.order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc()).limit(limit + 1)
    ).all()
    shown, more = cut(rows, limit)
    following = write_cursor(shown[-1].created_at, shown[-1].id) if more else None
    return Page(tuple(_delivery(row) for row in shown), following)


def _webhook(row: WebhookRow) -> StoredWebhook:
    return StoredWebhook(
        id=row.id,
        school_id=row.school_id,
        url=row.url,
        types=frozenset(row.types),
        secrets=row.secrets,
        active=row.active,
        why_ended=row.why_ended,
        heard_at=row.heard_at,
        created_at=row.created_at,
    )


def _delivery(row: DeliveryRow) -> Delivery:
    return Delivery(
        id=row.id,
        school_id=row.school_id,
        webhook_id=row.webhook_id,
        event_id=row.event_id,
        type=row.type,
        body=row.body,
        state=DeliveryState(row.state),
        tries=row.tries,
        next_at=row.next_at,
        status=row.status,
        word=row.word,
        created_at=row.created_at,
        ended_at=row.ended_at,
    )
