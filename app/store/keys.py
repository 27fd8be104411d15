"""API keys: made of 256 random bits, shown once, kept as a SHA-256 alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.store import Store, audit, everywhere
from app.tables import KeyRow

SECRET_PREFIX = "fl_"  # noqa: S105 - what secret scanners may look for, not a secret
_SHOWN_CHARACTERS = 8
_TOUCHED_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its secret; ``prefix`` is what the secret begins with."""

    id: str
    school_id: str
    name: str
    prefix: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


def create(
    store: Store, name: str, scopes: Collection[str], *, expires_at: datetime | None = None, by: str, now: datetime
) -> tuple[Key, str]:
    """Make a key; the secret is returned here and never again."""
    key_id, secret = new_id(now), SECRET_PREFIX + secrets.token_urlsafe(32)
    audit.append(store, audit.Action.KEY_CREATE, key_id, {"scopes": sorted(scopes)}, by=by, now=now)
    store.session.execute(
        insert(KeyRow).values(
            id=key_id,
            school_id=store.school_id,
            name=name,
            hash=_hash(secret),
            prefix=secret[:_SHOWN_CHARACTERS],
            scopes=sorted(scopes),
            created_at=now,
            expires_at=expires_at,
        )
    )
    this = (KeyRow.school_id == store.school_id, KeyRow.id == key_id)
    row = store.session.scalars(select(KeyRow).where(*this)).one()
    return _key(row), secret


def find(session: Session, secret: str, now: datetime) -> Key | None:
    """The key of whichever school has that secret, while it holds; None if revoked, expired or unknown."""
    query = select(KeyRow).where(
        KeyRow.hash == _hash(secret),
        KeyRow.revoked_at.is_(None),
        or_(KeyRow.expires_at.is_(None), KeyRow.expires_at > now),
    )
    row = everywhere(session).scalars(query).one_or_none()
    return None if row is None else _key(row)


def every(store: Store) -> tuple[Key, ...]:
    """All keys, revoked and expired ones too, oldest first."""
    query = select(KeyRow).where(KeyRow.school_id == store.school_id).order_by(KeyRow.created_at, KeyRow.id)
    return tuple(_key(row) for row in store.session.scalars(query))


def revoke(store: Store, key_id: str, *, by: str, now: datetime) -> bool:
    """End a key at once; False if there is none of that id that was not revoked before."""
    store.take_turn()
    revoked = store.session.execute(
        update(KeyRow)
        .where(KeyRow.school_id == store.school_id, KeyRow.id == key_id, KeyRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(KeyRow.id)
    ).all()
    if not revoked:
        return False
    audit.append(store, audit.Action.KEY_REVOKE, key_id, by=by, now=now)
    return True


def is_due_for_touch(key: Key, now: datetime) -> bool:
    """Whether the key's last use is worth writing down again: once in five minutes spares most writes."""
    return key.last_used_at is None or now - key.last_used_at >= _TOUCHED_EVERY


def touch(store: Store, key_id: str, *, now: datetime) -> None:
    """Note that the key was used, in a transaction of its own; not audited."""
    store.session.execute(
        update(KeyRow).where(KeyRow.school_id == store.school_id, KeyRow.id == key_id).values(last_used_at=now)
    )


def _hash(secret: str) -> str:
    # A fast hash is enough for 256 random bits; there is nothing to guess.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _key(row: KeyRow) -> Key:
    return Key(
        row.id,
        row.school_id,
        row.name,
        row.prefix,
        frozenset(row.scopes),
        row.created_at,
        row.expires_at,
        row.revoked_at,
        row.last_used_at,
    )
