"""The people who sign in, and their sessions."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import new_id
from app.errors import Conflict
from app.store import Store, audit, keep_short
from app.tables import PersonRow, SessionRow


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may sign in while ``active``."""

    id: str
    school_id: str
    name: str
    email: str
    role: str
    password_hash: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that holds, and whose it is."""

    id: str
    person: Person
    csrf: str
    seen_at: datetime
    expires_at: datetime


def fold_email(email: str) -> str:
    """An e-mail address as we compare it."""
    return email.strip().casefold()


def add(store: Store, name: str, email: str, role: str, password_hash: str, *, by: str, now: datetime) -> Person:
    """Add a person; Conflict if the address is taken in this school."""
    person_id, email = new_id(now), keep_short("The e-mail address", fold_email(email))
    audit.append(store, audit.Action.PERSON_ADD, person_id, {"role": role}, by=by, now=now)
    person = Person(person_id, store.school_id, name, email, role, password_hash, active=True, created_at=now)
    try:
        with store.session.begin_nested():
            store.session.execute(
                insert(PersonRow).values(
                    id=person_id,
                    school_id=store.school_id,
                    name=name,
                    email=email,
                    role=role,
                    password_hash=password_hash,
                    active=True,
                    created_at=now,
                )
            )
    except IntegrityError:
        raise Conflict("Somebody has that e-mail address already.", slug="person-exists") from None
    return person


def find(store: Store, person_id: str) -> Person | None:
    """The person of that id, active or not."""
    return _only(store, PersonRow.id == person_id)


def find_by_email(store: Store, email: str) -> Person | None:
    """The person of that address, active or not; blanks around it and its case do not matter."""
    return _only(store, PersonRow.email == fold_email(email))


def every(store: Store) -> tuple[Person, ...]:
    """All people, oldest first."""
    query = select(PersonRow).where(PersonRow.school_id == store.school_id)
    return tuple(_person(row) for row in store.session.scalars(query.order_by(PersonRow.created_at, PersonRow.id)))


def change(
    store: Store,
    person_id: str,
    *,
    role: str | None = None,
    active: bool | None = None,
    password_hash: str | None = None,
    by: str,
    now: datetime,
) -> bool:
    """Change what is not None and end the person's sessions; False if there is nobody of that id."""
    given = {"role": role, "active": active, "password_hash": password_hash}
    changes = {column: value for column, value in given.items() if value is not None}
    store.take_turn()
    if find(store, person_id) is None:
        return False
    audit.append(store, audit.Action.PERSON_CHANGE, person_id, {"changed": sorted(changes)}, by=by, now=now)
    store.session.execute(
        update(PersonRow).where(PersonRow.school_id == store.school_id, PersonRow.id == person_id).values(changes)
    )
    store.session.execute(
        update(SessionRow)
        .where(SessionRow.person_id == person_id, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return True


def open_session(store: Store, person_id: str, *, expires_at: datetime, now: datetime) -> tuple[SignedIn, str]:
    """Sign a person in; the token is returned here and never again."""
    session_id, token, csrf = new_id(now), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    audit.append(store, audit.Action.SESSION_OPEN, session_id, by=person_id, now=now)
    store.session.execute(
        insert(SessionRow).values(
            id=session_id,
            school_id=store.school_id,
            token_hash=_hash(token),
            person_id=person_id,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=expires_at,
        )
    )
    person = store.session.scalars(select(PersonRow).where(PersonRow.id == person_id)).one()
    return SignedIn(session_id, _person(person), csrf, now, expires_at), token


def find_session(session: Session, token: str, *, idle: timedelta, now: datetime) -> SignedIn | None:
    """The session of whichever school has that token.

    None once it is closed or expired, has lain idle for that long, or its person is no longer active.
    """
    query = (
        select(SessionRow, PersonRow)
        .join(PersonRow, PersonRow.id == SessionRow.person_id)
        .where(
            SessionRow.token_hash == _hash(token),
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > now,
            SessionRow.seen_at > now - idle,
            PersonRow.active,
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, person = found
    return SignedIn(row.id, _person(person), row.csrf, row.seen_at, row.expires_at)


def touch_session(store: Store, session_id: str, *, now: datetime) -> None:
    """Note that the session was used, in a transaction of its own; not audited."""
    store.session.execute(
        update(SessionRow)
        .where(SessionRow.school_id == store.school_id, SessionRow.id == session_id)
        .values(seen_at=now)
    )


def close_session(store: Store, session_id: str, *, by: str, now: datetime) -> None:
    """Sign out; does nothing if the session is closed already."""
    store.take_turn()
    closed = store.session.execute(
        update(SessionRow)
        .where(SessionRow.school_id == store.school_id, SessionRow.id == session_id, SessionRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(SessionRow.id)
    ).all()
    if closed:
        audit.append(store, audit.Action.SESSION_CLOSE, session_id, by=by, now=now)


def count_sessions_before(store: Store, instant: datetime) -> int:
    """How many sessions ``forget_sessions_before`` would remove."""
    query = select(func.count()).select_from(SessionRow)
    return store.session.scalars(query.where(*_ended_before(store, instant))).one()


def forget_sessions_before(store: Store, instant: datetime) -> None:
    """Remove the sessions that had ended before that instant. Opening and closing them stays in the audit trail."""
    store.session.execute(delete(SessionRow).where(*_ended_before(store, instant)))


def _ended_before(store: Store, instant: datetime) -> tuple[ColumnElement[bool], ...]:
    ended = or_(SessionRow.expires_at < instant, SessionRow.revoked_at < instant)
    return (SessionRow.school_id == store.school_id, ended)


def _only(store: Store, condition: ColumnElement[bool]) -> Person | None:
    query = select(PersonRow).where(PersonRow.school_id == store.school_id, condition)
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _person(row)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _person(row: PersonRow) -> Person:
    return Person(row.id, row.school_id, row.name, row.email, row.role, row.password_hash, row.active, row.created_at)
