"""Who left, and whether the passwords they may have known were changed since."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from app.db import new_id
from app.store import Store, audit
from app.tables import DepartureRow


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody left who could post to ``accounts``; ``changed_at`` is None until their passwords are changed."""

    id: str
    person_id: str
    accounts: tuple[str, ...]
    left_at: datetime
    noted_by: str
    changed_at: datetime | None = None
    changed_by: str = ""


def note(store: Store, person_id: str, accounts: Sequence[str], *, by: str, now: datetime) -> Departure:
    """Write down that somebody left, and that the passwords of those accounts must be changed."""
    noted = Departure(new_id(now), person_id, tuple(accounts), now, by)
    detail = {"departure": noted.id, "passwords_to_change": list(accounts)}
    audit.append(store, audit.Action.PERSON_LEAVE, person_id, detail, by=by, now=now)
    store.session.execute(
        insert(DepartureRow).values(
            id=noted.id,
            school_id=store.school_id,
            person_id=person_id,
            accounts=list(accounts),
            left_at=now,
            noted_by=by,
            changed_by="",
        )
    )
    return noted


def confirm(store: Store, departure_id: str, *, by: str, now: datetime) -> bool:
    """The passwords were changed; False if that is not asked for, or was said already."""
    store.take_turn()
    changed = store.session.execute(
        update(DepartureRow)
        .where(
            DepartureRow.school_id == store.school_id,
            DepartureRow.id == departure_id,
            DepartureRow.changed_at.is_(None),
        )
        .values(changed_at=now, changed_by=by)
        .returning(DepartureRow.person_id)
    ).all()
    if not changed:
        return False
    audit.append(store, audit.Action.DEPARTURE_CONFIRM, departure_id, {"left": changed[0].person_id}, by=by, now=now)
    return True


def open_ones(store: Store) -> tuple[Departure, ...]:
    """Those after which a password is still to be changed, oldest first."""
    return tuple(one for one in every(store) if one.accounts and one.changed_at is None)


def every(store: Store) -> tuple[Departure, ...]:
    """All departures, oldest first."""
    query = select(DepartureRow).where(DepartureRow.school_id == store.school_id)
    rows = store.session.scalars(query.order_by(DepartureRow.left_at, DepartureRow.id))
    return tuple(
        Departure(row.id, row.person_id, tuple(row.accounts), row.left_at, row.noted_by, row.changed_at, row.changed_by)
        for row in rows
    )
