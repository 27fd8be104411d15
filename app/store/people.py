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
from app.store import Store, audit, everywhere, keep_short
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
    password_set_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, and whose it is. ``second_factor_at``: when a code was given; None while none was."""

    id: str
    person: Person
    csrf: str
    seen_at: datetime
    expires_at: datetime
    created_at: datetime
    second_factor_at: datetime | None = None
    browser: str = ""


def fold_email(email: str) -> str:
    """An e-mail address as we compare it."""
    return email.strip().casefold()


def add(store: Store, name: str, email: str, role: str, password_hash: str, *, by: str, now: datetime) -> Person:
    """Add a person; Conflict if the address is taken in this school. An empty hash: they have no password yet."""
    person_id, email = new_id(now), keep_short("The e-mail address", fold_email(email))
    audit.append(store, audit.Action.PERSON_ADD, person_id, {"role": role}, by=by, now=now)
    person = Person(person_id, store.school_id, name, email, role, password_hash, True, now, now)
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
                    password_set_at=now,
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
    dated = {"password_set_at": now} if password_hash is not None else {}
    store.take_turn()
    if find(store, person_id) is None:
        return False
    audit.append(store, audit.Action.PERSON_CHANGE, person_id, {"changed": sorted(changes)}, by=by, now=now)
    store.session.execute(
        update(PersonRow)
        .where(PersonRow.school_id == store.school_id, PersonRow.id == person_id)
        .values(changes | dated)
    )
    store.session.execute(
        update(SessionRow)
        .where(
            SessionRow.school_id == store.school_id, SessionRow.person_id == person_id, SessionRow.revoked_at.is_(None)
        )
        .values(revoked_at=now)
    )
    return True


def hash_anew(store: Store, person_id: str, password_hash: str) -> None:
    """Keep the same password hashed with newer parameters; nothing else changes, and nothing is audited."""
    store.session.execute(
        update(PersonRow)
        .where(PersonRow.school_id == store.school_id, PersonRow.id == person_id)
        .values(password_hash=password_hash)
    )


def open_session(
    store: Store,
    person_id: str,
    *,
    expires_at: datetime,
    second_factor_at: datetime | None = None,
    browser: str = "",
    now: datetime,
) -> tuple[SignedIn, str]:
    """Sign a person in; the token is returned here and never again.

    ``second_factor_at`` is given where they have shown a second factor already.
    """
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
            second_factor_at=second_factor_at,
            browser=browser,
        )
    )
    this = (PersonRow.school_id == store.school_id, PersonRow.id == person_id)
    person = store.session.scalars(select(PersonRow).where(*this)).one()
    return SignedIn(session_id, _person(person), csrf, now, expires_at, now, second_factor_at, browser), token


def find_session(session: Session, token: str, *, idle: timedelta, now: datetime) -> SignedIn | None:
    """The session of whichever school has that token.

    None once it is closed or expired, has lain idle for that long, or its person is no longer active.
    """
    return _session(
        session, token, SessionRow.expires_at > now, SessionRow.seen_at > now - idle, SessionRow.revoked_at.is_(None)
    )


def find_locked(session: Session, token: str, *, idle: timedelta, since: datetime, now: datetime) -> SignedIn | None:
    """The session of that token that has lain idle or expired, unless that was before ``since`` or it was closed."""
    return _session(
        session,
        token,
        or_(SessionRow.expires_at <= now, SessionRow.seen_at <= now - idle),
        SessionRow.expires_at > since,
        SessionRow.revoked_at.is_(None),
    )


def confirm_session(store: Store, session_id: str, *, by: str, now: datetime) -> tuple[str, str]:
    """A second factor was shown: the session gets a new token and a new csrf token, which are returned in that order."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    audit.append(store, audit.Action.SESSION_CONFIRM, session_id, by=by, now=now)
    store.session.execute(
        update(SessionRow)
        .where(SessionRow.school_id == store.school_id, SessionRow.id == session_id)
        .values(token_hash=_hash(token), csrf=csrf, second_factor_at=now, seen_at=now)
    )
    return token, csrf


def sessions_of(store: Store, person_id: str, *, idle: timedelta, now: datetime) -> tuple[SignedIn, ...]:
    """The sessions of a person that hold, the one used last first."""
    query = (
        select(SessionRow, PersonRow)
        .join(PersonRow, PersonRow.id == SessionRow.person_id)
        .where(
            SessionRow.school_id == store.school_id,
            SessionRow.person_id == person_id,
            SessionRow.revoked_at.is_(None),
            SessionRow.expires_at > now,
            SessionRow.seen_at > now - idle,
        )
    )
    ordered = query.order_by(SessionRow.seen_at.desc(), SessionRow.id)
    return tuple(_signed_in(row, person) for row, person in store.session.execute(ordered))


def close_others(store: Store, person_id: str, *, but: str, by: str, now: datetime) -> int:
    """End all sessions of a person but one; how many were ended. Those that had expired are not counted."""
    store.take_turn()
    where = (
        SessionRow.school_id == store.school_id,
        SessionRow.person_id == person_id,
        SessionRow.id != but,
        SessionRow.revoked_at.is_(None),
    )
    closed = store.session.scalars(
        select(SessionRow.id).where(*where, SessionRow.expires_at > now).order_by(SessionRow.id)
    ).all()
    for session_id in closed:
        audit.append(store, audit.Action.SESSION_CLOSE, session_id, {"elsewhere": True}, by=by, now=now)
    store.session.execute(update(SessionRow).where(*where).values(revoked_at=now))
    return len(closed)


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


def close_by_token(session: Session, token: str, *, now: datetime) -> None:
    """End the session of that token, whichever school's it is: its browser has begun another."""
    row = everywhere(session).scalars(select(SessionRow).where(SessionRow.token_hash == _hash(token))).one_or_none()
    if row is not None:
        close_session(Store(session, row.school_id), row.id, by=row.person_id, now=now)


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


def _session(session: Session, token: str, *conditions: ColumnElement[bool]) -> SignedIn | None:
    query = (
        select(SessionRow, PersonRow)
        .join(PersonRow, PersonRow.id == SessionRow.person_id)
        .where(SessionRow.token_hash == _hash(token), PersonRow.active, *conditions)
    )
    found = everywhere(session).execute(query).one_or_none()
    return None if found is None else _signed_in(*found)


def _signed_in(row: SessionRow, person: PersonRow) -> SignedIn:
    return SignedIn(
        row.id,
        _person(person),
        row.csrf,
        row.seen_at,
        row.expires_at,
        row.created_at,
        row.second_factor_at,
        row.browser,
    )


def _only(store: Store, condition: ColumnElement[bool]) -> Person | None:
    query = select(PersonRow).where(PersonRow.school_id == store.school_id, condition)
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _person(row)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _person(row: PersonRow) -> Person:
    return Person(
        row.id,
        row.school_id,
        row.name,
        row.email,
        row.role,
        row.password_hash,
        row.active,
        row.created_at,
        row.password_set_at,
    )
