"""Safeguarding holds: children who must not be shown, whatever their family answered.

A hold is set and lifted with an answer in the register of permissions, and that answer's audit line is the hold's own:
nobody but the safeguarding lead can tell the one from the other. Nothing here writes another line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from app.db import new_id
from app.store import Store
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
    review_on: date | None = None
    answer_id: str = ""


@dataclass(frozen=True, slots=True)
class HoldWanted:
    """A hold to set: its reason comes sealed by the vault; ``answer_id`` is the answer that it looks like."""

    pupil: str
    level: HoldLevel
    reason_sealed: bytes
    review_on: date | None = None
    answer_id: str = ""


def put_on(store: Store, wanted: HoldWanted, *, by: str, now: datetime) -> Hold:
    """Set a hold, after its answer was recorded in the same transaction."""
    hold_id = new_id(now)
    store.session.execute(
        insert(HoldRow).values(
            id=hold_id,
            school_id=store.school_id,
            pupil_id=wanted.pupil,
            level=str(wanted.level),
            set_by=by,
            set_at=now,
            reason_sealed=wanted.reason_sealed,
            review_on=wanted.review_on,
            answer_id=wanted.answer_id,
        )
    )
    return Hold(hold_id, wanted.pupil, wanted.level, by, now, None, None, wanted.review_on, wanted.answer_id)


def lift(store: Store, hold_id: str, *, by: str, now: datetime) -> bool:
    """End a hold; False if there is none of that id that still holds."""
    lifted = store.session.execute(
        update(HoldRow)
        .where(HoldRow.school_id == store.school_id, HoldRow.id == hold_id, HoldRow.lifted_at.is_(None))
        .values(lifted_at=now, lifted_by=by)
        .returning(HoldRow.id)
    ).all()
    return bool(lifted)


def stand_for(store: Store, pupil_id: str, answer_id: str) -> None:
    """Make that answer the one which the child's holds look like."""
    store.session.execute(
        update(HoldRow)
        .where(HoldRow.school_id == store.school_id, HoldRow.pupil_id == pupil_id, HoldRow.lifted_at.is_(None))
        .values(answer_id=answer_id)
    )


def standing(store: Store) -> tuple[Hold, ...]:
    """All holds that hold, oldest first."""
    query = select(HoldRow).where(HoldRow.school_id == store.school_id, HoldRow.lifted_at.is_(None))
    return tuple(_hold(row) for row in store.session.scalars(query.order_by(HoldRow.set_at, HoldRow.id)))


def of_pupil(store: Store, pupil_id: str) -> tuple[Hold, ...]:
    """All holds ever set on a child, oldest first."""
    query = select(HoldRow).where(HoldRow.school_id == store.school_id, HoldRow.pupil_id == pupil_id)
    return tuple(_hold(row) for row in store.session.scalars(query.order_by(HoldRow.set_at, HoldRow.id)))


def sealed_reason(store: Store, hold_id: str) -> bytes | None:
    """The sealed reason; whoever opens it writes an audit line. None if there is no such hold."""
    query = select(HoldRow.reason_sealed).where(HoldRow.school_id == store.school_id, HoldRow.id == hold_id)
    return store.session.scalars(query).one_or_none()


def sealed_reasons(store: Store) -> tuple[tuple[str, str, bytes], ...]:
    """Hold, pupil and sealed reason of every hold there ever was; nothing is opened by it."""
    query = select(HoldRow.id, HoldRow.pupil_id, HoldRow.reason_sealed).where(HoldRow.school_id == store.school_id)
    return tuple((row.id, row.pupil_id, row.reason_sealed) for row in store.session.execute(query.order_by(HoldRow.id)))


def seal_reason_anew(store: Store, hold_id: str, reason_sealed: bytes) -> None:
    """Put another seal around the same reason."""
    this = (HoldRow.school_id == store.school_id, HoldRow.id == hold_id)
    store.session.execute(update(HoldRow).where(*this).values(reason_sealed=reason_sealed))


def _hold(row: HoldRow) -> Hold:
    return Hold(
        row.id,
        row.pupil_id,
        HoldLevel(row.level),
        row.set_by,
        row.set_at,
        row.lifted_by,
        row.lifted_at,
        row.review_on,
        row.answer_id,
    )
