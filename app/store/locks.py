"""One approver an item: who holds a draft while they look at it.

A lock lasts a quarter of an hour unless it is renewed. Claiming, renewing and releasing are not audited, as opening
a page is not; taking a draft over from somebody is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from app.errors import NotFound
from app.store import Store, audit
from app.tables import DraftLockRow, DraftRow, PersonRow

LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lock:
    """A draft that somebody is looking at; ``name`` is theirs."""

    draft_id: str
    person_id: str
    name: str
    since: datetime
    until: datetime


def claim(store: Store, draft_id: str, *, by: str, now: datetime) -> Lock:
    """The lock in force: one's own, made or renewed, or that of somebody else, left as it is.

    NotFound where there is no such draft or no such person: a key looks at nothing and holds nothing.
    """
    store.take_turn()
    held = find(store, draft_id, now=now)
    if held is not None and held.person_id != by:
        return held
    return _hold(store, draft_id, held.since if held else now, by=by, now=now)


def release(store: Store, draft_id: str, *, by: str, now: datetime) -> None:
    """Let go of the draft where it is one's own; nothing happens where it is not."""
    store.session.execute(
        delete(DraftLockRow).where(
            DraftLockRow.school_id == store.school_id,
            DraftLockRow.draft_id == draft_id,
            (DraftLockRow.person_id == by) | (DraftLockRow.until <= now),
        )
    )


def take_over(store: Store, draft_id: str, *, by: str, now: datetime) -> Lock:
    """Hold the draft, whoever held it until now. NotFound as for ``claim``."""
    store.take_turn()
    held = find(store, draft_id, now=now)
    if held is None or held.person_id == by:
        return claim(store, draft_id, by=by, now=now)
    _check(store, draft_id, by)
    audit.append(store, audit.Action.LOCK_TAKE_OVER, draft_id, {"from": held.person_id}, by=by, now=now)
    return _hold(store, draft_id, now, by=by, now=now)


def find(store: Store, draft_id: str, *, now: datetime) -> Lock | None:
    """The lock in force, or None."""
    return holders(store, [draft_id], now).get(draft_id)


def holders(store: Store, draft_ids: Collection[str], now: datetime) -> dict[str, Lock]:
    """The locks in force on those of the drafts that somebody is looking at, by the draft's id."""
    query = (
        select(DraftLockRow, PersonRow.name)
        .join(PersonRow, PersonRow.id == DraftLockRow.person_id)
        .where(
            DraftLockRow.school_id == store.school_id,
            DraftLockRow.draft_id.in_(draft_ids),
            DraftLockRow.until > now,
        )
    )
    return {
        row.draft_id: Lock(row.draft_id, row.person_id, name, row.since, row.until)
        for row, name in store.session.execute(query)
    }


def _hold(store: Store, draft_id: str, since: datetime, *, by: str, now: datetime) -> Lock:
    name = _check(store, draft_id, by)
    outdated = (DraftLockRow.draft_id == draft_id) | (DraftLockRow.until <= now)
    store.session.execute(delete(DraftLockRow).where(DraftLockRow.school_id == store.school_id, outdated))
    lock = Lock(draft_id, by, name, since, now + LASTS)
    store.session.execute(
        insert(DraftLockRow).values(
            school_id=store.school_id, draft_id=draft_id, person_id=by, since=since, until=lock.until
        )
    )
    return lock


def _check(store: Store, draft_id: str, person_id: str) -> str:
    """The person's name, once both are known to be of this school."""
    draft = select(DraftRow.id).where(DraftRow.school_id == store.school_id, DraftRow.id == draft_id)
    if store.session.scalars(draft).one_or_none() is None:
        raise NotFound("There is no such draft.")
    person = select(PersonRow.name).where(PersonRow.school_id == store.school_id, PersonRow.id == person_id)
    name = store.session.scalars(person).one_or_none()
    if name is None:
        raise NotFound("Only a person can look at a draft.")
    return name
