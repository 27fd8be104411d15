"""Whether a face in a photo is a child's, as people who looked answered; nothing is ever changed.

An answer is of one revision of a draft: in the next, the face may be another.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select

from app.db import new_id
from app.store import Store, audit
from app.tables import ComparisonRow


class Likeness(StrEnum):
    """What somebody says who compared a face with a child's picture."""

    SAME = "same"
    DIFFERENT = "different"
    CANT_TELL = "cant-tell"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One answer; ``photo`` and ``face`` count from 0, in the order of the verdict on that revision."""

    draft_id: str
    revision: int
    photo: int
    face: int
    pupil: str
    answer: Likeness
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """Which face was compared with which child."""

    photo: int
    face: int
    pupil: str


def add(
    store: Store, draft_id: str, compared: Compared, answer: Likeness, *, revision: int, by: str, now: datetime
) -> Comparison:
    """Keep an answer; one's earlier ones stay on record, and the latest counts."""
    detail = {
        "revision": revision,
        "photo": compared.photo,
        "face": compared.face,
        "pupil": compared.pupil,
        "answer": str(answer),
    }
    audit.append(store, audit.Action.FACES_COMPARE, draft_id, detail, by=by, now=now)
    store.session.execute(
        insert(ComparisonRow).values(
            id=new_id(now),
            school_id=store.school_id,
            draft_id=draft_id,
            revision=revision,
            photo=compared.photo,
            face=compared.face,
            pupil_id=compared.pupil,
            answer=str(answer),
            answered_by=by,
            answered_at=now,
        )
    )
    return Comparison(draft_id, revision, compared.photo, compared.face, compared.pupil, answer, by, now)


def of_pupil(store: Store, draft_id: str, pupil_id: str) -> tuple[Comparison, ...]:
    """All answers about a child in a draft, earlier ones too, oldest first."""
    query = select(ComparisonRow).where(
        ComparisonRow.school_id == store.school_id,
        ComparisonRow.draft_id == draft_id,
        ComparisonRow.pupil_id == pupil_id,
    )
    rows = store.session.scalars(query.order_by(ComparisonRow.answered_at, ComparisonRow.id))
    return tuple(_comparison(row) for row in rows)


def latest(store: Store, draft_id: str, revision: int) -> tuple[Comparison, ...]:
    """The last answer of each person on each face and child of that revision, oldest first."""
    query = (
        select(ComparisonRow)
        .where(
            ComparisonRow.school_id == store.school_id,
            ComparisonRow.draft_id == draft_id,
            ComparisonRow.revision == revision,
        )
        .order_by(ComparisonRow.answered_at, ComparisonRow.id)
    )
    found: dict[tuple[int, int, str, str], Comparison] = {}
    for row in store.session.scalars(query):
        key = (row.photo, row.face, row.pupil_id, row.answered_by)
        found.pop(key, None)  # so that the newest stands last
        found[key] = _comparison(row)
    return tuple(found.values())


def _comparison(row: ComparisonRow) -> Comparison:
    return Comparison(
        row.draft_id,
        row.revision,
        row.photo,
        row.face,
        row.pupil_id,
        Likeness(row.answer),
        row.answered_by,
        row.answered_at,
    )
