"""Drafts: their photos and stages, and page by page the queue and an author's own.

What was said of them, by the machine and by people, is in ``app.store.verdicts``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update

from app.db import new_id
from app.domain import MOVES, QUEUED, Draft, Photo, Stage
from app.errors import NotFound
from app.store import Store, audit, outbox
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.store.photos import as_photo
from app.store.queue import Sieve, through
from app.tables import DraftPhotoRow, DraftRow, PhotoRow


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft on record; ``revision`` counts from 1 and ``digest`` is that of this revision."""

    id: str
    draft: Draft
    author_kind: str
    stage: Stage
    revision: int
    digest: str
    created_at: datetime
    updated_at: datetime


def add(store: Store, draft: Draft, *, author_kind: str, by: str, now: datetime) -> StoredDraft:
    """Take in a draft at stage RECEIVED; its photos' ids must be on record (else NotFound) and are kept from then on."""
    draft_id = new_id(now)
    detail = {"digest": draft.digest, "photos": [photo.sha256 for photo in draft.photos]}
    audit.append(store, audit.Action.DRAFT_ADD, draft_id, detail, by=by, now=now)
    row = {
        "id": draft_id,
        "school_id": store.school_id,
        "author_kind": author_kind,
        "stage": str(Stage.RECEIVED),
        "revision": 1,
        "created_at": now,
        "updated_at": now,
        **_values(draft),
    }
    store.insert(DraftRow, row)
    if not draft.photos:
        return StoredDraft(draft_id, draft, author_kind, Stage.RECEIVED, 1, draft.digest, now, now)
    _attach(store, draft_id, draft.photos)
    return get(store, draft_id)


def find(store: Store, draft_id: str) -> StoredDraft | None:
    """The draft of that id, or None."""
    query = select(DraftRow).where(DraftRow.school_id == store.school_id, DraftRow.id == draft_id)
    return next(iter(_with_photos(store, store.session.scalars(query).all())), None)


def get(store: Store, draft_id: str) -> StoredDraft:
    """The draft of that id; NotFound if there is none."""
    found = find(store, draft_id)
    if found is None:
        raise NotFound("There is no such draft.")
    return found


def revise(store: Store, draft_id: str, draft: Draft, *, expected: int, by: str, now: datetime) -> bool:
    """Put another content in a draft's place, as its next revision; its stage stays until it is vetted again.

    False if its revision is not ``expected`` any more. Photos that no draft has now expire at once.
    """
    store.take_turn()
    revised = store.session.execute(
        update(DraftRow)
        .where(DraftRow.school_id == store.school_id, DraftRow.id == draft_id, DraftRow.revision == expected)
        .values(revision=expected + 1, updated_at=now, **_values(draft))
        .returning(DraftRow.id)
    ).all()
    if not revised:
        return False
    detail = {"revision": expected + 1, "digest": draft.digest, "photos": [photo.sha256 for photo in draft.photos]}
    audit.append(store, audit.Action.DRAFT_REVISE, draft_id, detail, by=by, now=now)
    of_draft = (DraftPhotoRow.school_id == store.school_id, DraftPhotoRow.draft_id == draft_id)
    before = store.session.scalars(select(DraftPhotoRow.photo_id).where(*of_draft)).all()
    store.session.execute(delete(DraftPhotoRow).where(*of_draft))
    _attach(store, draft_id, draft.photos)
    in_use = select(DraftPhotoRow.photo_id).where(DraftPhotoRow.school_id == store.school_id)
    let_go = (PhotoRow.school_id == store.school_id, PhotoRow.id.in_(before), PhotoRow.id.not_in(in_use))
    store.session.execute(update(PhotoRow).where(*let_go).values(expires_at=now))
    return True


def move(store: Store, draft_id: str, expected: Stage, to: Stage, *, by: str, now: datetime) -> bool:
    """Move a draft from one stage to another; False if it is not at ``expected`` (any more), and nothing is done.

    ValueError for a move that ``domain.MOVES`` does not know.
    """
    if to not in MOVES[expected]:
        raise ValueError(f"a draft cannot move from {expected} to {to}")
    store.take_turn()
    moved = store.session.execute(
        update(DraftRow)
        .where(DraftRow.school_id == store.school_id, DraftRow.id == draft_id, DraftRow.stage == str(expected))
        .values(stage=str(to), updated_at=now)
        .returning(DraftRow.id)
    ).all()
    if not moved:
        return False
    audit.append(store, audit.Action.DRAFT_MOVE, draft_id, {"from": str(expected), "to": str(to)}, by=by, now=now)
    if to is Stage.WITHDRAWN:
        told = {"draft_id": draft_id, "was": str(expected)}
        outbox.add(store, outbox.EventType.DRAFT_WITHDRAWN, told, now)
    return True


def queue(
    store: Store, *, limit: int, cursor: str | None = None, stages: Collection[Stage] = QUEUED
) -> Page[StoredDraft]:
    """The drafts that wait for an approver, or stand at other ``stages``: longest waiting first."""
    query = select(DraftRow).where(
        DraftRow.school_id == store.school_id, DraftRow.stage.in_([str(stage) for stage in stages])
    )
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) > _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at, DraftRow.id), limit)


def waiting(store: Store, sieve: Sieve, *, limit: int, cursor: str | None = None) -> Page[StoredDraft]:
    """The drafts that wait for an approver and pass the sieve, longest waiting first."""
    query = select(DraftRow).where(DraftRow.school_id == store.school_id, *through(store, sieve))
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) > _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at, DraftRow.id), limit)


def by_author(store: Store, author: str, *, limit: int, cursor: str | None = None) -> Page[StoredDraft]:
    """The drafts of a person or key, newest first."""
    query = select(DraftRow).where(DraftRow.school_id == store.school_id, DraftRow.author == author)
    if cursor is not None:
        query = query.where(tuple_(DraftRow.created_at, DraftRow.id) < _place(cursor))
    return _page(store, query.order_by(DraftRow.created_at.desc(), DraftRow.id.desc()), limit)


def _place(cursor: str) -> Any:
    return tuple_(*read_cursor(cursor), types=[DraftRow.created_at.type, DraftRow.id.type])


def _page(store: Store, query: Any, limit: int) -> Page[StoredDraft]:
    rows, more = cut(store.session.scalars(query.limit(limit + 1)).all(), limit)
    return Page(_with_photos(store, rows), write_cursor(rows[-1].created_at, rows[-1].id) if more else None)


def _attach(store: Store, draft_id: str, photos: Sequence[Photo]) -> None:
    if not photos:
        return
    wanted = {photo.id for photo in photos}
    kept = store.session.execute(
        update(PhotoRow)
        .where(PhotoRow.school_id == store.school_id, PhotoRow.id.in_(wanted))
        .values(expires_at=None)
        .returning(PhotoRow.id)
    ).all()
    if {row.id for row in kept} != wanted:
        raise NotFound("A photo of the draft is not on record (any more).", slug="photo-unknown")
    rows = [
        {
            "school_id": store.school_id,
            "draft_id": draft_id,
            "position": position,
            "photo_id": photo.id,
            "alt_text": photo.alt_text,
        }
        for position, photo in enumerate(photos)
    ]
    store.session.execute(insert(DraftPhotoRow), rows)


def _with_photos(store: Store, rows: Sequence[DraftRow]) -> tuple[StoredDraft, ...]:
    photos: dict[str, list[Photo]] = {row.id: [] for row in rows}
    if photos:
        query = (
            select(DraftPhotoRow, PhotoRow)
            .join(PhotoRow, PhotoRow.id == DraftPhotoRow.photo_id)
            .where(DraftPhotoRow.school_id == store.school_id, DraftPhotoRow.draft_id.in_(photos))
            .order_by(DraftPhotoRow.draft_id, DraftPhotoRow.position)
        )
        for place, photo in store.session.execute(query):
            photos[place.draft_id].append(as_photo(photo, place.alt_text))
    return tuple(_stored(row, photos[row.id]) for row in rows)


def _stored(row: DraftRow, photos: Iterable[Photo]) -> StoredDraft:
    draft = Draft(
        text=row.text,
        photos=tuple(photos),
        account=row.account,
        author=row.author,
        classes=tuple(row.classes),
        outsiders=row.outsiders,
        event_id=row.event_id,
        reply_to=row.reply_to,
        repost_of=row.repost_of,
        publish_at=row.publish_at,
        source_url=row.source_url,
    )
    return StoredDraft(
        row.id,
        draft,
        row.author_kind,
        Stage(row.stage),
        row.revision,
        row.digest,
        row.created_at,
        row.updated_at,
    )


def _values(draft: Draft) -> dict[str, Any]:
    return {
        "author": draft.author,
        "text": draft.text,
        "account": draft.account,
        "classes": list(draft.classes),
        "outsiders": draft.outsiders,
        "event_id": draft.event_id,
        "reply_to": draft.reply_to,
        "repost_of": draft.repost_of,
        "publish_at": draft.publish_at,
        "source_url": draft.source_url,
        "digest": draft.digest,
    }
