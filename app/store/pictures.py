"""Stored pictures whose time is over: which they are, and noting that their files are gone. The drafts stay."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select, update

from app.domain import MOVES, Stage
from app.store import Store, audit, drafts, everywhere
from app.tables import DraftPhotoRow, DraftRow, PhotoRow

_UNDER_WAY = (Stage.APPROVED, Stage.SCHEDULED, Stage.PUBLISHING)


def due(store: Store, *, unused_since: datetime, published_since: datetime) -> tuple[str, ...]:
    """Ids of photos whose file is there and not needed: their drafts were published before ``published_since``, or
    came to nothing, or lay untouched, since before ``unused_since``. What is about to be published is needed."""
    waiting = _in_draft(
        (DraftRow.stage != str(Stage.PUBLISHED))
        & ((DraftRow.updated_at >= unused_since) | DraftRow.stage.in_(_UNDER_WAY))
    )
    shown = _in_draft((DraftRow.stage == str(Stage.PUBLISHED)) & (DraftRow.updated_at >= published_since))
    query = select(PhotoRow.id).where(
        PhotoRow.school_id == store.school_id,
        PhotoRow.purged_at.is_(None),
        exists().where(DraftPhotoRow.photo_id == PhotoRow.id),
        ~waiting,
        ~shown,
    )
    return tuple(store.session.scalars(query.order_by(PhotoRow.id)))


def purge(store: Store, photo_ids: Collection[str], *, by: str, now: datetime) -> tuple[str, ...]:
    """Note that these pictures are gone; returns the SHA-256s whose files nothing needs: delete them after the commit.

    A draft that has lost a picture can be neither vetted nor approved any more: it expires, unless it was published.
    """
    if not photo_ids:
        return ()
    audit.append(store, audit.Action.PHOTOS_DELETE, store.school_id, {"photos": sorted(photo_ids)}, by=by, now=now)
    these = (PhotoRow.school_id == store.school_id, PhotoRow.id.in_(photo_ids))
    gone = set(store.session.scalars(update(PhotoRow).where(*these).values(purged_at=now).returning(PhotoRow.sha256)))
    _expire(store, photo_ids, by=by, now=now)
    needed = select(PhotoRow.sha256).where(PhotoRow.sha256.in_(gone), PhotoRow.purged_at.is_(None))
    return tuple(sorted(gone - set(everywhere(store.session).scalars(needed))))


def _expire(store: Store, photo_ids: Collection[str], *, by: str, now: datetime) -> None:
    with_photo = exists().where(DraftPhotoRow.draft_id == DraftRow.id, DraftPhotoRow.photo_id.in_(photo_ids))
    query = select(DraftRow.id, DraftRow.stage).where(DraftRow.school_id == store.school_id, with_photo)
    for row in store.session.execute(query.order_by(DraftRow.id)).all():
        stage = Stage(row.stage)
        if Stage.EXPIRED in MOVES[stage]:
            drafts.move(store, row.id, stage, Stage.EXPIRED, by=by, now=now)


def _in_draft(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(DraftPhotoRow.photo_id == PhotoRow.id, DraftRow.id == DraftPhotoRow.draft_id, condition)
