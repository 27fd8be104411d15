"""The feeds whose new items become drafts, and which items were seen."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.errors import Conflict, NotFound
from app.store import Store, audit, claims
from app.tables import FeedItemRow, FeedRow

READING = timedelta(minutes=5)
"""How long reading a feed may take before another process does."""


class FeedState(StrEnum):
    """Whether a feed is read."""

    ACTIVE = "active"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed. ``word`` says in one word why it could not be read last, ``failures`` how often in a row."""

    id: str
    school_id: str
    url: str
    account: str
    state: FeedState
    etag: str
    last_modified: str
    next_at: datetime
    failures: int
    word: str
    read_at: datetime | None
    created_by: str
    created_at: datetime


def add(store: Store, url: str, account: str, *, by: str, now: datetime) -> Feed:
    """Read that feed from now on. Conflict where it is read already."""
    feed_id = new_id(now)
    audit.append(store, audit.Action.FEED_PUT, feed_id, by=by, now=now)
    had = next((one for one in every(store) if one.url == url), None)
    if had is not None and had.state is FeedState.ACTIVE:
        raise Conflict("That feed is read already.", slug="feed-exists")
    if had is not None:
        _set(store, had.id, state=FeedState.ACTIVE.value, account=account, failures=0, word="", next_at=now)
        return get(store, had.id)
    values = {
        "id": feed_id,
        "school_id": store.school_id,
        "url": url,
        "account": account,
        "state": FeedState.ACTIVE.value,
        "etag": "",
        "last_modified": "",
        "next_at": now,
        "failures": 0,
        "word": "",
        "created_by": by,
        "created_at": now,
    }
    store.session.execute(insert(FeedRow).values(values))
    return get(store, feed_id)


def get(store: Store, feed_id: str) -> Feed:
    """The feed of that id. NotFound if there is none."""
    query = select(FeedRow).where(FeedRow.school_id == store.school_id, FeedRow.id == feed_id)
    row = store.session.scalars(query).one_or_none()
    if row is None:
        raise NotFound("There is no such feed.")
    return _feed(row)


def every(store: Store) -> tuple[Feed, ...]:
    """All feeds, those that ended too, oldest first."""
    rows = store.session.scalars(select(FeedRow).where(FeedRow.school_id == store.school_id).order_by(FeedRow.id))
    return tuple(_feed(row) for row in rows)


def end(store: Store, feed_id: str, *, word: str = "", by: str, now: datetime) -> None:
    """Read a feed no more."""
    audit.append(store, audit.Action.FEED_END, feed_id, {"why": word} if word else {}, by=by, now=now)
    _set(store, feed_id, state=FeedState.ENDED.value, word=word)


def due(session: Session, limit: int, now: datetime) -> tuple[Feed, ...]:
    """Feeds of all schools that are due and that nobody reads just now."""
    return tuple(_feed(row) for row in claims.due(session, FeedRow, FeedState.ACTIVE.value, limit=limit, now=now))


def claim(store: Store, feed: Feed, now: datetime) -> bool:
    """Whether this process reads it: nobody else is at it, and it is still due."""
    claimed = store.session.execute(
        update(FeedRow)
        .where(
            FeedRow.school_id == store.school_id,
            FeedRow.id == feed.id,
            FeedRow.state == FeedState.ACTIVE.value,
            FeedRow.next_at == feed.next_at,
            claims.free(FeedRow, now),
        )
        .values(claimed_until=now + READING)
        .returning(FeedRow.id)
    ).all()
    return bool(claimed)


def note_read(store: Store, feed_id: str, *, marks: tuple[str, str] | None, next_at: datetime, now: datetime) -> None:
    """It was read; ``marks`` are the ETag and date to ask with next time, None where they stay."""
    kept = {} if marks is None else {"etag": marks[0], "last_modified": marks[1]}
    _set(store, feed_id, **kept, next_at=next_at, read_at=now, claimed_until=None, failures=0, word="")


def note_failed(store: Store, feed: Feed, word: str, *, next_at: datetime) -> None:
    """It could not be read."""
    _set(store, feed.id, next_at=next_at, claimed_until=None, failures=feed.failures + 1, word=word)


def unseen(store: Store, feed_id: str, keys: Collection[str]) -> frozenset[str]:
    """Those of the items' keys that were not seen yet."""
    hashes = {_hash(key): key for key in keys}
    query = select(FeedItemRow.item_hash).where(
        FeedItemRow.school_id == store.school_id,
        FeedItemRow.feed_id == feed_id,
        FeedItemRow.item_hash.in_(list(hashes)),
    )
    seen = set(store.session.scalars(query))
    return frozenset(key for hashed, key in hashes.items() if hashed not in seen)


def see(store: Store, feed_id: str, key: str, draft_id: str, *, word: str = "", now: datetime) -> None:
    """Note that an item was seen, and the draft it became; ``word`` says why it became none, or not whole."""
    store.session.execute(
        insert(FeedItemRow).values(
            school_id=store.school_id,
            feed_id=feed_id,
            item_hash=_hash(key),
            draft_id=draft_id,
            word=word,
            seen_at=now,
        )
    )


def _set(store: Store, feed_id: str, **values: object) -> None:
    store.session.execute(
        update(FeedRow).where(FeedRow.school_id == store.school_id, FeedRow.id == feed_id).values(values)
    )


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _feed(row: FeedRow) -> Feed:
    return Feed(
        id=row.id,
        school_id=row.school_id,
        url=row.url,
        account=row.account,
        state=FeedState(row.state),
        etag=row.etag,
        last_modified=row.last_modified,
        next_at=row.next_at,
        failures=row.failures,
        word=row.word,
        read_at=row.read_at,
        created_by=row.created_by,
        created_at=row.created_at,
    )
