"""How each account of the school goes out: by hand, as a dry run, or connected to X. Secrets come and go sealed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, delete, insert, or_, select, update

from app.db import new_id
from app.domain import fold_handle
from app.store import Store, audit
from app.tables import ConnectingRow, ConnectionRow

RENEWING = timedelta(seconds=60)
"""How long one process has for fetching new tokens before another may try."""
CONNECTING = timedelta(minutes=15)
"""How long somebody may take at X."""


class Way(StrEnum):
    """How posts of an account go out."""

    DRY_RUN = "dry-run"
    MANUAL = "manual"
    OAUTH1 = "oauth1"
    OAUTH2 = "oauth2"


@dataclass(frozen=True, slots=True)
class Connection:
    """An account's way out. ``trouble`` is why it does not work at present, in one word; empty where it does."""

    handle: str
    way: Way
    user_id: str = ""
    secrets: bytes | None = field(default=None, repr=False)
    scopes: frozenset[str] = frozenset()
    expires_at: datetime | None = None
    trouble: str = ""
    version: int = 0
    chosen_by: str = ""
    chosen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Connecting:
    """Somebody who comes back from X."""

    person_id: str
    handle: str
    sealed: bytes = field(repr=False)


def find(store: Store, handle: str) -> Connection | None:
    """The account's way out, or None where nobody has chosen one."""
    row = store.session.scalars(select(ConnectionRow).where(*_of(store, handle))).one_or_none()
    return None if row is None else _connection(row)


def every(store: Store) -> tuple[Connection, ...]:
    """All that were chosen, by handle."""
    rows = store.session.scalars(
        select(ConnectionRow).where(ConnectionRow.school_id == store.school_id).order_by(ConnectionRow.handle)
    )
    return tuple(_connection(row) for row in rows)


def put(
    store: Store,
    handle: str,
    way: Way,
    *,
    user_id: str = "",
    secrets: bytes | None = None,
    scopes: Collection[str] = (),
    expires_at: datetime | None = None,
    by: str,
    now: datetime,
) -> None:
    """Choose an account's way out, in the place of the one it had."""
    audit.append(store, audit.Action.CONNECTION_PUT, fold_handle(handle), {"way": way.value}, by=by, now=now)
    had = find(store, handle)
    values = {
        "way": way.value,
        "user_id": user_id,
        "secrets": secrets,
        "scopes": sorted(scopes),
        "expires_at": expires_at,
        "trouble": "",
        "renewing": "",
        "renewing_until": None,
        "version": (had.version if had else 0) + 1,
        "chosen_by": by,
        "chosen_at": now,
    }
    if had is None:
        store.session.execute(
            insert(ConnectionRow).values(
                id=new_id(now), school_id=store.school_id, handle=fold_handle(handle), **values
            )
        )
    else:
        store.session.execute(update(ConnectionRow).where(*_of(store, handle)).values(values))


def note_trouble(store: Store, handle: str, trouble: str, *, by: str, now: datetime) -> None:
    """Note that the way out does not work any more, and why in one word; nothing where that is known already."""
    store.take_turn()
    had = find(store, handle)
    if had is None or had.trouble == trouble:
        return
    audit.append(store, audit.Action.CONNECTION_END, fold_handle(handle), {"trouble": trouble}, by=by, now=now)
    store.session.execute(
        update(ConnectionRow).where(*_of(store, handle)).values(trouble=trouble, renewing="", renewing_until=None)
    )


def claim_renewal(store: Store, handle: str, version: int, *, by: str, now: datetime) -> bool:
    """Whether ``by`` may fetch new tokens in the place of those of that version: nobody else is at it, nor has done it."""
    store.take_turn()
    claimed = store.session.execute(
        update(ConnectionRow)
        .where(
            *_of(store, handle),
            ConnectionRow.version == version,
            ConnectionRow.trouble == "",
            or_(ConnectionRow.renewing_until.is_(None), ConnectionRow.renewing_until < now),
        )
        .values(renewing=by, renewing_until=now + RENEWING)
        .returning(ConnectionRow.id)
    ).all()
    return bool(claimed)


def renew(
    store: Store,
    handle: str,
    version: int,
    *,
    secrets: bytes,
    scopes: Collection[str],
    expires_at: datetime,
    by: str,
    now: datetime,
) -> bool:
    """Keep new tokens, before anybody uses them; False where the connection was changed meanwhile."""
    audit.append(store, audit.Action.CONNECTION_RENEW, fold_handle(handle), by=by, now=now)
    kept = store.session.execute(
        update(ConnectionRow)
        .where(*_of(store, handle), ConnectionRow.version == version, ConnectionRow.renewing == by)
        .values(
            secrets=secrets,
            scopes=sorted(scopes),
            expires_at=expires_at,
            version=version + 1,
            renewing="",
            renewing_until=None,
        )
        .returning(ConnectionRow.id)
    ).all()
    return bool(kept)


def release_renewal(store: Store, handle: str, *, by: str) -> None:
    """Let another try: nothing was fetched."""
    store.session.execute(
        update(ConnectionRow)
        .where(*_of(store, handle), ConnectionRow.renewing == by)
        .values(renewing="", renewing_until=None)
    )


def lead_away(store: Store, state: str, person_id: str, handle: str, sealed: bytes, *, now: datetime) -> None:
    """Remember who is at X to connect which account; those who stayed away too long are forgotten."""
    store.session.execute(
        delete(ConnectingRow).where(ConnectingRow.school_id == store.school_id, ConnectingRow.expires_at <= now)
    )
    store.session.execute(
        insert(ConnectingRow).values(
            state_hash=_hash(state),
            school_id=store.school_id,
            person_id=person_id,
            handle=fold_handle(handle),
            sealed=sealed,
            expires_at=now + CONNECTING,
        )
    )


def take_back(store: Store, state: str, person_id: str, *, now: datetime) -> Connecting | None:
    """What was remembered for that person, once; None where it is not theirs, not known or too old."""
    rows = store.session.execute(
        delete(ConnectingRow)
        .where(
            ConnectingRow.school_id == store.school_id,
            ConnectingRow.state_hash == _hash(state),
            ConnectingRow.person_id == person_id,
            ConnectingRow.expires_at > now,
        )
        .returning(ConnectingRow.person_id, ConnectingRow.handle, ConnectingRow.sealed)
    ).all()
    return Connecting(rows[0].person_id, rows[0].handle, rows[0].sealed) if rows else None


def _of(store: Store, handle: str) -> tuple[ColumnElement[bool], ...]:
    return (ConnectionRow.school_id == store.school_id, ConnectionRow.handle == fold_handle(handle))


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).hexdigest()


def _connection(row: ConnectionRow) -> Connection:
    return Connection(
        handle=row.handle,
        way=Way(row.way),
        user_id=row.user_id,
        secrets=row.secrets,
        scopes=frozenset(row.scopes),
        expires_at=row.expires_at,
        trouble=row.trouble,
        version=row.version,
        chosen_by=row.chosen_by,
        chosen_at=row.chosen_at,
    )
