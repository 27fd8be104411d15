"""What the families of children who left had answered: kept sealed for a while, as evidence, after the child's record went."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select

from app.store import Store
from app.tables import LeaverRow


@dataclass(frozen=True, slots=True)
class Leaver:
    """A child who left; ``answers_sealed`` holds the answers of the family and nobody's name."""

    pupil: str
    left_on: date
    answers_sealed: bytes


def keep(store: Store, leaver: Leaver) -> None:
    """Keep what a family answered; the erasure of the child's record has written the audit line."""
    store.session.execute(
        insert(LeaverRow).values(
            school_id=store.school_id,
            pupil=leaver.pupil,
            left_on=leaver.left_on,
            answers_sealed=leaver.answers_sealed,
        )
    )


def find(store: Store, pupil_id: str) -> Leaver | None:
    """What is kept of that leaver, or None."""
    query = select(LeaverRow).where(LeaverRow.school_id == store.school_id, LeaverRow.pupil == pupil_id)
    row = store.session.scalars(query).one_or_none()
    return None if row is None else Leaver(row.pupil, row.left_on, row.answers_sealed)


def forget(store: Store, pupils: Collection[str]) -> None:
    """Remove what is kept of those leavers."""
    store.session.execute(delete(LeaverRow).where(LeaverRow.school_id == store.school_id, LeaverRow.pupil.in_(pupils)))


def count_before(store: Store, left_before: date) -> int:
    """How many are kept who left before that day."""
    query = select(func.count()).select_from(LeaverRow)
    return store.session.scalars(
        query.where(LeaverRow.school_id == store.school_id, LeaverRow.left_on < left_before)
    ).one()


def forget_before(store: Store, left_before: date) -> None:
    """Remove what is kept of those who left before that day."""
    store.session.execute(
        delete(LeaverRow).where(LeaverRow.school_id == store.school_id, LeaverRow.left_on < left_before)
    )
