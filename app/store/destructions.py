"""What of children was destroyed: the record, which outlives the child's own, and the shredding of their keys.

Whatever a key sealed is noise once the key is gone, also where a copy of the sealed bytes is left behind.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, tuple_

from app.db import new_id
from app.store import Store, pupil_keys
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.store.pupil_keys import KeyPurpose
from app.tables import DestructionRow, HoldRow, ReferencePhotoRow, TemplateRow

_SEALS: dict[KeyPurpose, tuple[tuple[str, type[TemplateRow | ReferencePhotoRow | HoldRow]], ...]] = {
    KeyPurpose.FACES: (("templates", TemplateRow), ("reference-photos", ReferencePhotoRow)),
    KeyPurpose.HOLDS: (("hold-reasons", HoldRow),),
}
"""What each key seals."""

_OF_HOLDS = frozenset({"hold-reasons", "holds-key"})
"""What tells that there was a hold, which is for nobody to know who reads the list."""


@dataclass(frozen=True, slots=True)
class Destruction:
    """So many things of one kind, of one child. ``proof``: SHA-256 of the wrapped key that went with them, or empty."""

    id: str
    pupil: str
    what: str
    how_many: int
    trigger: str
    proof: str
    destroyed_by: str
    destroyed_at: datetime


def shred(store: Store, pupil_id: str, purpose: KeyPurpose, *, why: str, by: str, now: datetime) -> str:
    """Destroy a child's key and record what it sealed; to be called before those rows are deleted, which is the caller's.

    Returns the proof, empty where there was no key. The caller has written the audit line.
    """
    wrapped = pupil_keys.drop(store, pupil_id, purpose)
    proof = hashlib.sha256(wrapped).hexdigest() if wrapped is not None else ""
    counted = [(what, _count(store, pupil_id, table)) for what, table in _SEALS[purpose]]
    gone = [(what, count) for what, count in counted if count] or ([(f"{purpose}-key", 1)] if proof else [])
    for what, count in gone:
        record(store, pupil_id, what, count, why=why, proof=proof, by=by, now=now)
    return proof


def record(
    store: Store, pupil_id: str, what: str, how_many: int, *, why: str, proof: str = "", by: str, now: datetime
) -> None:
    """Note that so many things of a child were destroyed, and why, in a word."""
    store.session.execute(
        insert(DestructionRow).values(
            id=new_id(now),
            school_id=store.school_id,
            pupil_id=pupil_id,
            what=what,
            how_many=how_many,
            trigger=why,
            proof=proof,
            destroyed_by=by,
            destroyed_at=now,
        )
    )


def page(store: Store, *, limit: int, cursor: str | None = None) -> Page[Destruction]:
    """The record of faces, newest first; that of holds stays in the table."""
    order = (DestructionRow.destroyed_at, DestructionRow.id)
    query = select(DestructionRow).where(
        DestructionRow.school_id == store.school_id, DestructionRow.what.not_in(_OF_HOLDS)
    )
    if cursor is not None:
        query = query.where(tuple_(*order) < tuple_(*read_cursor(cursor)))
    rows, more = cut(
        store.session.scalars(query.order_by(*(one.desc() for one in order)).limit(limit + 1)).all(), limit
    )
    following = write_cursor(rows[-1].destroyed_at, rows[-1].id) if more else None
    return Page(tuple(_destruction(row) for row in rows), following)


def _count(store: Store, pupil_id: str, table: type[TemplateRow | ReferencePhotoRow | HoldRow]) -> int:
    query = (
        select(func.count()).select_from(table).where(table.school_id == store.school_id, table.pupil_id == pupil_id)
    )
    return store.session.scalars(query).one()


def _destruction(row: DestructionRow) -> Destruction:
    return Destruction(
        row.id, row.pupil_id, row.what, row.how_many, row.trigger, row.proof, row.destroyed_by, row.destroyed_at
    )
