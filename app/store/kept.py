"""Forms that came when their session had ended: sealed, for that person and page, taken back once. Not audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, insert, select

from app.db import new_id
from app.store import Store
from app.tables import KeptFormRow

FORMS = 10
"""How many a person has at most; the oldest go first."""


def put(store: Store, person_id: str, path: str, sealed: bytes, *, until: datetime, now: datetime) -> None:
    """Keep a form in place of what was kept for that page."""
    store.take_turn()
    own = (KeptFormRow.school_id == store.school_id, KeptFormRow.person_id == person_id)
    store.session.execute(delete(KeptFormRow).where(*own, KeptFormRow.path == path))
    store.session.execute(
        insert(KeptFormRow).values(
            id=new_id(now), school_id=store.school_id, person_id=person_id, path=path, sealed=sealed, expires_at=until
        )
    )
    newest = select(KeptFormRow.id).where(*own).order_by(KeptFormRow.expires_at.desc(), KeptFormRow.id.desc())
    kept = store.session.scalars(newest.limit(FORMS)).all()
    store.session.execute(delete(KeptFormRow).where(*own, KeptFormRow.id.not_in(kept)))
    forget_expired(store, now=now)


def is_there(store: Store, person_id: str, path: str, *, now: datetime) -> bool:
    """Whether a form is kept for that person and page."""
    query = select(KeptFormRow.id).where(
        KeptFormRow.school_id == store.school_id,
        KeptFormRow.person_id == person_id,
        KeptFormRow.path == path,
        KeptFormRow.expires_at > now,
    )
    return store.session.scalars(query).first() is not None


def take(store: Store, person_id: str, path: str, *, now: datetime) -> bytes | None:
    """What was kept for that person and page; it is gone afterwards. None where nothing was, or it is too old."""
    found = store.session.execute(
        delete(KeptFormRow)
        .where(KeptFormRow.school_id == store.school_id, KeptFormRow.person_id == person_id, KeptFormRow.path == path)
        .returning(KeptFormRow.sealed, KeptFormRow.expires_at)
    ).one_or_none()
    return found.sealed if found is not None and found.expires_at > now else None


def forget_expired(store: Store, *, now: datetime) -> None:
    """Remove what nobody came back for."""
    store.session.execute(
        delete(KeptFormRow).where(KeptFormRow.school_id == store.school_id, KeptFormRow.expires_at <= now)
    )
