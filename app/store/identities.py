"""Who people are at their school's own sign-in: the issuer, and the subject that it gave them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from app.db import new_id
from app.store import Store, audit
from app.tables import IdentityRow


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as an issuer knows them; ``used_at`` is when they last signed in by it."""

    id: str
    person_id: str
    issuer: str
    subject: str
    linked_at: datetime
    used_at: datetime


def find(store: Store, issuer: str, subject: str) -> Identity | None:
    """Who of this school that is, or None."""
    query = select(IdentityRow).where(
        IdentityRow.school_id == store.school_id, IdentityRow.issuer == issuer, IdentityRow.subject == subject
    )
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _identity(row)


def link(store: Store, person_id: str, issuer: str, subject: str, *, by: str, now: datetime) -> Identity:
    """Remember that this is the person whom the issuer calls so; call it only where ``find`` knows nobody."""
    added = Identity(new_id(now), person_id, issuer, subject, now, now)
    audit.append(store, audit.Action.IDENTITY_LINK, person_id, {"identity": added.id, "issuer": issuer}, by=by, now=now)
    store.session.execute(
        insert(IdentityRow).values(
            id=added.id,
            school_id=store.school_id,
            person_id=person_id,
            issuer=issuer,
            subject=subject,
            linked_at=now,
            used_at=now,
        )
    )
    return added


def touch(store: Store, identity_id: str, *, now: datetime) -> None:
    """Note that somebody signed in by it; opening the session is what is audited."""
    store.session.execute(
        update(IdentityRow)
        .where(IdentityRow.school_id == store.school_id, IdentityRow.id == identity_id)
        .values(used_at=now)
    )


def unlink(store: Store, person_id: str, *, by: str, now: datetime) -> bool:
    """Forget who a person is elsewhere; False if nothing was known."""
    store.take_turn()
    gone = store.session.scalars(
        delete(IdentityRow)
        .where(IdentityRow.school_id == store.school_id, IdentityRow.person_id == person_id)
        .returning(IdentityRow.id)
    ).all()
    if not gone:
        return False
    audit.append(store, audit.Action.IDENTITY_UNLINK, person_id, {"identities": sorted(gone)}, by=by, now=now)
    return True


def every(store: Store) -> tuple[Identity, ...]:
    """All that are linked, oldest first."""
    query = select(IdentityRow).where(IdentityRow.school_id == store.school_id)
    rows = store.session.scalars(query.order_by(IdentityRow.linked_at, IdentityRow.id))
    return tuple(_identity(row) for row in rows)


def _identity(row: IdentityRow) -> Identity:
    return Identity(row.id, row.person_id, row.issuer, row.subject, row.linked_at, row.used_at)
