"""Schools, and the version of their register."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import new_id
from app.errors import Conflict
from app.store import Store, audit, everywhere, keep_short
from app.tables import SchoolRow


@dataclass(frozen=True, slots=True)
class School:
    """A school. ``register_version`` counts the changes of roster, staff, permissions and the rest."""

    id: str
    name: str
    slug: str
    created_at: datetime
    register_version: int
    roster_as_of: datetime | None
    purged_on: date | None = None


def create(session: Session, name: str, slug: str = "", *, by: str, now: datetime) -> School:
    """Add a school; without a slug it gets one made of its name. Conflict if the slug is taken."""
    school_id = new_id(now)
    slug = keep_short("The slug", slug or slug_of(name))
    store = Store(session, school_id)
    try:
        with session.begin_nested():
            store.session.execute(
                insert(SchoolRow).values(
                    id=school_id,
                    name=name,
                    slug=slug,
                    created_at=now,
                    register_version=0,
                    register_digest="",
                    audit_seq=0,
                    audit_hash="",
                )
            )
    except IntegrityError:
        raise Conflict(f"There is a school called {slug!r} already.", slug="school-exists") from None
    audit.append(store, audit.Action.SCHOOL_CREATE, school_id, by=by, now=now)
    return get(store)


def slug_of(name: str) -> str:
    """The name in lower-case ASCII letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")[:60] or "school"


def get(store: Store) -> School:
    """The school the store is opened for."""
    return _school(store.session.scalars(select(SchoolRow).where(SchoolRow.id == store.school_id)).one())


def every(session: Session) -> tuple[School, ...]:
    """All schools, oldest first."""
    return tuple(
        _school(row)
        for row in everywhere(session).scalars(select(SchoolRow).order_by(SchoolRow.created_at, SchoolRow.id))
    )


def find(session: Session, slug: str) -> School | None:
    """The school of that slug, or None."""
    row = everywhere(session).scalars(select(SchoolRow).where(SchoolRow.slug == slug)).one_or_none()
    return None if row is None else _school(row)


def register_version(store: Store) -> int:
    """The version of the register; a verdict holds the one it was made with."""
    return store.session.scalars(select(SchoolRow.register_version).where(SchoolRow.id == store.school_id)).one()


def set_register_version(store: Store, digest: str) -> int:
    """The register's version now that its content has that digest: one more, unless the digest is the same."""
    store.take_turn()
    store.session.execute(
        update(SchoolRow)
        .where(SchoolRow.id == store.school_id, SchoolRow.register_digest != digest)
        .values(register_version=SchoolRow.register_version + 1, register_digest=digest)
    )
    return register_version(store)


def note_purge(store: Store, counts: Mapping[str, int], on: date, *, by: str, now: datetime) -> None:
    """Write down what was purged that day, by kind; days on which nothing was are written down too."""
    audit.append(store, audit.Action.SCHOOL_PURGE, store.school_id, dict(counts), by=by, now=now)
    store.session.execute(update(SchoolRow).where(SchoolRow.id == store.school_id).values(purged_on=on))


def _school(row: SchoolRow) -> School:
    return School(row.id, row.name, row.slug, row.created_at, row.register_version, row.roster_as_of, row.purged_on)
