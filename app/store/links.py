"""Links by which a person sets a password: made for one person, good once and for a while, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.store import Store, audit, everywhere, people
from app.store.people import Person
from app.tables import OneTimeLinkRow


class Purpose(StrEnum):
    """What a link is for."""

    WELCOME = "welcome"  # somebody new, or somebody who was given a new start by an administrator
    RESET = "reset"  # somebody who forgot the password and asked for it by mail


LASTS = {Purpose.WELCOME: timedelta(hours=72), Purpose.RESET: timedelta(hours=2)}


@dataclass(frozen=True, slots=True)
class Link:
    """A link that holds, and whom it is for."""

    id: str
    person: Person
    purpose: Purpose
    expires_at: datetime


def create(store: Store, person_id: str, purpose: Purpose, *, by: str, now: datetime) -> str:
    """Make a link for a person in place of any other for the same purpose; its token is returned here and never again.

    The page is ``path_of(token)``, below the address of the service.
    """
    link_id, token = new_id(now), secrets.token_urlsafe(32)
    detail = {"link": link_id, "purpose": purpose.value}
    audit.append(store, audit.Action.LINK_CREATE, person_id, detail, by=by, now=now)
    store.session.execute(
        delete(OneTimeLinkRow).where(
            OneTimeLinkRow.school_id == store.school_id,
            OneTimeLinkRow.person_id == person_id,
            # What a stranger can ask for must not spoil the link that an administrator has handed over.
            or_(OneTimeLinkRow.purpose == purpose.value, OneTimeLinkRow.expires_at <= now),
        )
    )
    store.session.execute(
        insert(OneTimeLinkRow).values(
            id=link_id,
            school_id=store.school_id,
            person_id=person_id,
            purpose=purpose.value,
            token_hash=_hash(token),
            created_at=now,
            created_by=by,
            expires_at=now + LASTS[purpose],
        )
    )
    return token


def path_of(token: str) -> str:
    """The path of the page that a token opens."""
    return f"/welcome/{token}"


def find(session: Session, token: str, *, now: datetime) -> Link | None:
    """The link of whichever school has that token, while it holds and its person is active. Looking uses nothing up."""
    query = select(OneTimeLinkRow).where(
        OneTimeLinkRow.token_hash == _hash(token), OneTimeLinkRow.used_at.is_(None), OneTimeLinkRow.expires_at > now
    )
    row = everywhere(session).scalars(query).one_or_none()
    person = None if row is None else people.find(Store(session, row.school_id), row.person_id)
    if row is None or person is None or not person.active:
        return None
    return Link(row.id, person, Purpose(row.purpose), row.expires_at)


def use(store: Store, link: Link, password_hash: str, *, now: datetime) -> bool:
    """Set the password, and end the person's sessions and other links; False if the link has been used since."""
    store.take_turn()
    used = store.session.execute(
        update(OneTimeLinkRow)
        .where(
            OneTimeLinkRow.school_id == store.school_id,
            OneTimeLinkRow.id == link.id,
            OneTimeLinkRow.used_at.is_(None),
            OneTimeLinkRow.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLinkRow.id)
    ).all()
    if not used:
        return False
    audit.append(store, audit.Action.LINK_USE, link.person.id, {"link": link.id}, by=link.person.id, now=now)
    store.session.execute(
        delete(OneTimeLinkRow).where(
            OneTimeLinkRow.school_id == store.school_id,
            OneTimeLinkRow.person_id == link.person.id,
            OneTimeLinkRow.used_at.is_(None),
        )
    )
    return people.change(store, link.person.id, password_hash=password_hash, by=link.person.id, now=now)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
