"""Repeated requests: the same Idempotency-Key and body get the first answer again. Not audited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.store import Store, keep_short
from app.tables import IdempotencyRow

GIVEN_UP_AFTER = timedelta(minutes=10)
"""A request that has not ended by then died with its process; its key may be used again."""

_RUNNING, _DONE = "running", "done"


class Standing(StrEnum):
    """What a request finds under its key."""

    NEW = "new"
    RUNNING = "running"
    DONE = "done"
    OTHER = "other"  # another route or body


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer to give again."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Begun:
    """How a request stands; ``answer`` only when it is DONE."""

    standing: Standing
    answer: KeptAnswer | None = None


def begin(store: Store, principal: str, key: str, *, route: str, body_hash: str, now: datetime) -> Begun:
    """Claim the key for this request, or say what stands under it. Commit before the work begins."""
    keep_short("The Idempotency-Key", key)
    values = {"route": route, "body_hash": body_hash, "state": _RUNNING, "headers": {}, "created_at": now}
    those = _those(store, principal, key)
    row = store.session.scalars(select(IdempotencyRow).where(*those).with_for_update()).one_or_none()
    if row is None:
        return _claim(store, {"principal": principal, "key": key, **values})
    if row.state == _RUNNING and now - row.created_at >= GIVEN_UP_AFTER:
        store.session.execute(update(IdempotencyRow).where(*those).values(values))
        return Begun(Standing.NEW)
    if (row.route, row.body_hash) != (route, body_hash):
        return Begun(Standing.OTHER)
    if row.state == _RUNNING:
        return Begun(Standing.RUNNING)
    return Begun(Standing.DONE, KeptAnswer(row.status or 0, row.headers, row.body or b""))


def finish(store: Store, principal: str, key: str, answer: KeptAnswer) -> None:
    """Keep the answer, best in the transaction that did the work."""
    store.session.execute(
        update(IdempotencyRow)
        .where(*_those(store, principal, key))
        .values(state=_DONE, status=answer.status, headers=dict(answer.headers), body=answer.body)
    )


def forget(store: Store, principal: str, key: str) -> None:
    """Give the key free: the work came to nothing and may be tried again."""
    store.session.execute(delete(IdempotencyRow).where(*_those(store, principal, key)))


def count_before(store: Store, instant: datetime) -> int:
    """How many answers ``forget_before`` would drop."""
    query = select(func.count()).select_from(IdempotencyRow)
    return store.session.scalars(
        query.where(IdempotencyRow.school_id == store.school_id, IdempotencyRow.created_at < instant)
    ).one()


def forget_before(store: Store, instant: datetime) -> None:
    """Drop what the school kept from before that instant."""
    store.session.execute(
        delete(IdempotencyRow).where(IdempotencyRow.school_id == store.school_id, IdempotencyRow.created_at < instant)
    )


def _claim(store: Store, values: dict[str, Any]) -> Begun:
    try:
        with store.session.begin_nested():
            store.session.execute(insert(IdempotencyRow).values(school_id=store.school_id, **values))
    except IntegrityError:  # another request claimed it between our look and now
        return Begun(Standing.RUNNING)
    return Begun(Standing.NEW)


def _those(store: Store, principal: str, key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        IdempotencyRow.school_id == store.school_id,
        IdempotencyRow.principal == principal,
        IdempotencyRow.key == key,
    )
