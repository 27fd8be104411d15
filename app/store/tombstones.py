"""Children who were erased on request: enough to erase them again after a backup was restored, and no more.

The UPN is kept as a keyed hash alone (``vault.Vault.mark``), so that a roster file that names the child is noticed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from app.store import Store
from app.tables import TombstoneRow


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A child who was erased; ``pupil`` was our own id for them."""

    pupil: str
    upn_mark: str
    erased_at: datetime


def add(store: Store, tombstone: Tombstone) -> None:
    """Keep a tombstone; does nothing where there is one of that id. The erasure has written the audit line."""
    if tombstone.pupil in {one.pupil for one in every(store)}:
        return
    store.session.execute(
        insert(TombstoneRow).values(
            school_id=store.school_id,
            pupil=tombstone.pupil,
            upn_mark=tombstone.upn_mark,
            erased_at=tombstone.erased_at,
        )
    )


def every(store: Store) -> tuple[Tombstone, ...]:
    """All tombstones of the school, oldest first."""
    query = select(TombstoneRow).where(TombstoneRow.school_id == store.school_id)
    return tuple(
        Tombstone(row.pupil, row.upn_mark, row.erased_at)
        for row in store.session.scalars(query.order_by(TombstoneRow.erased_at, TombstoneRow.pupil))
    )


def marked(store: Store, marks: Collection[str]) -> frozenset[str]:
    """Those of the marks that belong to a child who was erased."""
    return frozenset(marks) & {one.upn_mark for one in every(store)}
