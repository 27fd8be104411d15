"""Data-protection impact assessments of face matching: without one, no face is compared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select

from app.db import new_id
from app.store import Store, audit
from app.tables import DpiaRow


@dataclass(frozen=True, slots=True)
class Dpia:
    """An assessment as the school has approved it. ``version`` is numbers with dots, such as ``2.1``.

    ``id``, ``recorded_by`` and ``recorded_at`` are given when it is recorded.
    """

    reference: str
    version: str
    assessed_on: date
    dpo_opinion: str
    approved_by: str
    review_due: date
    id: str = ""
    recorded_by: str = ""
    recorded_at: datetime | None = None

    @property
    def generation(self) -> str:
        """The major number: families are asked anew when it changes."""
        return generation(self.version)


def generation(version: str) -> str:
    """The major number of a version."""
    return version.partition(".")[0]


def add(store: Store, dpia: Dpia, *, by: str, now: datetime) -> None:
    """Put an assessment in force; earlier ones stay on record."""
    dpia_id = new_id(now)
    audit.append(store, audit.Action.DPIA_RECORD, dpia_id, {"version": dpia.version}, by=by, now=now)
    store.session.execute(
        insert(DpiaRow).values(
            id=dpia_id,
            school_id=store.school_id,
            reference=dpia.reference,
            version=dpia.version,
            assessed_on=dpia.assessed_on,
            dpo_opinion=dpia.dpo_opinion,
            approved_by=dpia.approved_by,
            review_due=dpia.review_due,
            recorded_by=by,
            recorded_at=now,
        )
    )


def current(store: Store) -> Dpia | None:
    """The assessment in force, or None: then no face is compared."""
    newest = (DpiaRow.recorded_at.desc(), DpiaRow.id.desc())
    query = select(DpiaRow).where(DpiaRow.school_id == store.school_id).order_by(*newest).limit(1)
    row = store.session.scalars(query).one_or_none()
    if row is None:
        return None
    return Dpia(
        row.reference,
        row.version,
        row.assessed_on,
        row.dpo_opinion,
        row.approved_by,
        row.review_due,
        row.id,
        row.recorded_by,
        row.recorded_at,
    )
