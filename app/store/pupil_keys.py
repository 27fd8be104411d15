"""Each child's own keys, wrapped: one for the face, one for the reasons of holds, so that one can go without the other."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, delete, insert, select

from app.db import new_id
from app.store import Store
from app.tables import PupilKeyRow


class KeyPurpose(StrEnum):
    """What a key seals."""

    FACES = "faces"
    HOLDS = "holds"


def find(store: Store, pupil_id: str, purpose: KeyPurpose) -> bytes | None:
    """The child's wrapped key for that purpose, or None."""
    return every(store, purpose, pupil_id).get(pupil_id)


def every(store: Store, purpose: KeyPurpose, pupil_id: str = "") -> dict[str, bytes]:
    """All wrapped keys for that purpose, or one child's, by pupil."""
    query = select(PupilKeyRow.pupil_id, PupilKeyRow.wrapped).where(
        PupilKeyRow.school_id == store.school_id, PupilKeyRow.purpose == str(purpose)
    )
    if pupil_id:
        query = query.where(PupilKeyRow.pupil_id == pupil_id)
    return {row.pupil_id: row.wrapped for row in store.session.execute(query)}


def whose(pupils: Select[str]) -> Select[str]:
    """The query for those of the pupils who have any key."""
    return select(PupilKeyRow.pupil_id).where(PupilKeyRow.pupil_id.in_(pupils)).distinct()


def keep(store: Store, pupil_id: str, purpose: KeyPurpose, wrapped: bytes, *, now: datetime) -> None:
    """Keep a child's first key for that purpose. It is audited with what it is made for."""
    store.session.execute(
        insert(PupilKeyRow).values(
            id=new_id(now),
            school_id=store.school_id,
            pupil_id=pupil_id,
            purpose=str(purpose),
            wrapped=wrapped,
            created_at=now,
        )
    )


def drop(store: Store, pupil_id: str, purpose: KeyPurpose) -> bytes | None:
    """Remove a child's key; returns it as it was wrapped, or None where there was none."""
    gone = store.session.scalars(
        delete(PupilKeyRow)
        .where(
            PupilKeyRow.school_id == store.school_id,
            PupilKeyRow.pupil_id == pupil_id,
            PupilKeyRow.purpose == str(purpose),
        )
        .returning(PupilKeyRow.wrapped)
    ).all()
    return gone[0] if gone else None
