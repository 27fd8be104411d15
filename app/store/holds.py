"""Safeguarding holds: children who must not be shown, whatever their family answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from app.db import new_id
from app.store import Store, audit
from app.tables import HoldRow


class HoldLevel(StrEnum):
    """How far a hold goes."""

    NO_PUBLISH = "no_publish"
    NO_NAME = "no_name"
    NO_LOCATION = "no_location"


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold without its reason, which ``reason_sealed`` gives for the safeguarding lead alone."""

    id: str
    pupil: str
    level: HoldLevel
    set_by: str
    set_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


def put_on(store: Store, pupil_id: str, level: HoldLevel, reason_sealed: bytes, *, by: str, now: datetime) -> Hold:
    """Set a hold; the reason comes sealed by the vault."""
    hold_id = new_id(now)
    audit.append(store, audit.Action.HOLD_SET, hold_id, {"pupil": pupil_id}, by=by, now=now)
    store.session.execute(
        insert(HoldRow).values(
            id=hold_id,
            school_id=store.school_id,
            pupil_id=pupil_id,
            level=str(level),
            set_by=by,
            set_at=now,
            reason_sealed=reason_sealed,
        )
    )
    return Hold(hold_id, pupil_id, level, by, now, None, None)


def lift(store: Store, hold_id: str, *, by: str, now: datetime) -> bool:
    """End a hold; False if there is none of that id that still holds."""
    store.take_turn()
    lifted = store.session.execute(
        update(HoldRow)
        .where(HoldRow.school_id == store.school_id, HoldRow.id == hold_id, HoldRow.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
        .returning(HoldRow.pupil_id)
    ).all()
    if not lifted:
        return False
    audit.append(store, audit.Action.HOLD_LIFT, hold_id, {"pupil": lifted[0].pupil_id}, by=by, now=now)
    return True


def standing(store: Store) -> tuple[Hold, ...]:
    """All holds that hold, oldest first."""
    query = select(HoldRow).where(HoldRow.school_id == store.school_id, HoldRow.lifted_at.is_(None))
    return tuple(_hold(row) for row in store.session.scalars(query.order_by(HoldRow.set_at, HoldRow.id)))


def of_pupil(store: Store, pupil_id: str) -> tuple[Hold, ...]:
    """All holds ever set on a child, oldest first."""
    query = select(HoldRow).where(HoldRow.school_id == store.school_id, HoldRow.pupil_id == pupil_id)
    return tuple(_hold(row) for row in store.session.scalars(query.order_by(HoldRow.set_at, HoldRow.id)))


def read_reason(store: Store, hold_id: str, *, by: str, now: datetime) -> bytes | None:
    """The sealed reason; reading it is audited. None if there is no such hold."""
    audit.append(store, audit.Action.HOLD_READ, hold_id, by=by, now=now)
    query = select(HoldRow.reason_sealed).where(HoldRow.school_id == store.school_id, HoldRow.id == hold_id)
    return store.session.scalars(query).one_or_none()


def _hold(row: HoldRow) -> Hold:
    return Hold(row.id, row.pupil_id, HoldLevel(row.level), row.set_by, row.set_at, row.lifted_by, row.lifted_at)
