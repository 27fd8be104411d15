"""Who is away on which days, and who stands in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import aliased

from app.db import new_id
from app.errors import Conflict, Fault, Malformed, NotFound
from app.store import Store, audit
from app.tables import DeputyRow, PersonRow

LONGEST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, both included, on which somebody is away. ``both``: they wish to be told as well as their deputy.

    ``deputy_id`` is None and ``deputy`` empty where nobody stands in.
    """

    id: str
    person_id: str
    name: str
    deputy_id: str | None
    deputy: str
    begins_on: date
    ends_on: date
    both: bool


@dataclass(frozen=True, slots=True)
class Naming:
    """An absence as it is asked for."""

    person_id: str
    deputy_id: str | None
    begins_on: date
    ends_on: date
    both: bool = False


def name(store: Store, naming: Naming, *, today: date, by: str, now: datetime) -> Absence:
    """Put an absence on record. Malformed for days that cannot be, Conflict where the person is away then already.

    NotFound for people who are not there or no longer active.
    """
    _check_days(naming, today)
    store.take_turn()
    for person_id in filter(None, (naming.person_id, naming.deputy_id)):
        active = select(PersonRow.active).where(PersonRow.school_id == store.school_id, PersonRow.id == person_id)
        if not store.session.scalars(active).one_or_none():
            raise NotFound("There is no such person.")
    for other in coming(store, today):
        if (
            other.person_id == naming.person_id
            and other.begins_on <= naming.ends_on
            and naming.begins_on <= other.ends_on
        ):
            raise Conflict("There is an entry for some of these days already; end that one first.", slug="away-already")
    absence_id = new_id(now)
    detail = {
        "person": naming.person_id,
        "deputy": naming.deputy_id,
        "begins_on": naming.begins_on.isoformat(),
        "ends_on": naming.ends_on.isoformat(),
    }
    audit.append(store, audit.Action.DEPUTY_NAME, absence_id, detail, by=by, now=now)
    store.session.execute(
        insert(DeputyRow).values(
            id=absence_id,
            school_id=store.school_id,
            person_id=naming.person_id,
            deputy_id=naming.deputy_id,
            begins_on=naming.begins_on,
            ends_on=naming.ends_on,
            both=naming.both,
            named_by=by,
            named_at=now,
        )
    )
    return next(one for one in coming(store, today) if one.id == absence_id)


def _check_days(naming: Naming, today: date) -> None:
    if naming.deputy_id == naming.person_id:
        raise Malformed("Nobody is their own deputy.", slug="own-deputy", errors=(Fault("#/deputy", "is the same"),))
    if naming.ends_on < naming.begins_on:
        fault = Fault("#/ends_on", "lies before the first")
        raise Malformed("The last day lies before the first.", slug="days-malformed", errors=(fault,))
    if naming.ends_on < today:
        fault = Fault("#/ends_on", "has passed")
        raise Malformed("The last day has passed already.", slug="days-malformed", errors=(fault,))
    if (naming.ends_on - naming.begins_on).days >= LONGEST_DAYS:
        fault = Fault("#/ends_on", "is too far off")
        raise Malformed("A deputy is named for a year at most.", slug="days-malformed", errors=(fault,))


def end(store: Store, absence_id: str, *, whose: str | None, by: str, now: datetime) -> None:
    """End an absence before its time. NotFound where it is not there, has ended, or is not that person's (None: anybody's)."""
    store.take_turn()
    query = select(DeputyRow.person_id).where(
        DeputyRow.school_id == store.school_id, DeputyRow.id == absence_id, DeputyRow.ended_at.is_(None)
    )
    person_id = store.session.scalars(query).one_or_none()
    if person_id is None or (whose is not None and person_id != whose):
        raise NotFound("There is no such entry, or it has ended.")
    audit.append(store, audit.Action.DEPUTY_END, absence_id, {"person": person_id}, by=by, now=now)
    store.session.execute(
        update(DeputyRow).where(DeputyRow.school_id == store.school_id, DeputyRow.id == absence_id).values(ended_at=now)
    )


def current(store: Store, today: date) -> tuple[Absence, ...]:
    """Who is away today, the first who comes back first."""
    return tuple(one for one in coming(store, today) if one.begins_on <= today)


def coming(store: Store, today: date) -> tuple[Absence, ...]:
    """Who is away today or will be, the first who comes back first; only of people who are still active."""
    query = _absences(store).where(DeputyRow.ends_on >= today, DeputyRow.ended_at.is_(None))
    return tuple(
        Absence(
            row.id,
            row.person_id,
            person,
            row.deputy_id if active else None,
            (deputy or "") if active else "",
            row.begins_on,
            row.ends_on,
            row.both,
        )
        for row, person, deputy, active in store.session.execute(query)
    )


def _absences(store: Store) -> Any:
    person, deputy = aliased(PersonRow), aliased(PersonRow)
    return (
        select(DeputyRow, person.name, deputy.name, deputy.active)
        .join(person, person.id == DeputyRow.person_id)
        .outerjoin(deputy, deputy.id == DeputyRow.deputy_id)
        .where(DeputyRow.school_id == store.school_id, person.active)
        .order_by(DeputyRow.ends_on, DeputyRow.id)
    )
