"""Posts that somebody is still writing, and the photos these need.

Only their writer sees them and nothing is decided by them, so they are not audited: a line each second would drown
the rest. What stands in them comes and goes sealed. Whoever writes two at once keeps two: no form overwrites another's.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select, update

from app.db import new_id
from app.errors import Conflict, NotFound
from app.store import Store
from app.store.photos import StoredPhoto, find_each
from app.tables import DraftPhotoRow, DraftRow, PhotoRow, UnfinishedRow

KEPT_FOR = timedelta(days=30)
"""After that long without a change a post is thrown away, with its photos."""

LET_GO_AFTER = timedelta(days=1)
"""A photo taken out of a post stays that long, as one that was never in any."""

MOST = 50
"""So many a person may have."""


@dataclass(frozen=True, slots=True)
class Written:
    """A form as it is to be kept. ``id`` is empty for one not kept yet; ``revision`` is the one that was changed."""

    id: str
    revision: int
    tab: str
    sealed: bytes
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A post on record that was not sent yet."""

    id: str
    revision: int
    tab: str
    sealed: bytes
    photos: tuple[str, ...]
    created_at: datetime
    updated_at: datetime


def save(store: Store, written: Written, *, by: str, now: datetime) -> Unfinished:
    """Keep what somebody wrote; where another of their forms changed it meanwhile, as a post of its own.

    NotFound where the post was sent or thrown away, Conflict where the person has too many.
    """
    store.take_turn()
    known = find(store, written.id, by=by) if written.id else None
    if written.id and known is None:
        raise NotFound("The post was sent or thrown away meanwhile.", slug="unfinished-gone")
    photos = tuple(photos_of(store, written.photos, by=by))
    if known is not None and (known.tab == written.tab or known.revision == written.revision):
        dropped = set(known.photos) - set(photos)
        store.session.execute(
            update(UnfinishedRow)
            .where(*_theirs(store, by), UnfinishedRow.id == known.id)
            .values(
                revision=known.revision + 1,
                tab=written.tab,
                sealed=written.sealed,
                photos=list(photos),
                updated_at=now,
            )
        )
        _expire(store, dropped, now + LET_GO_AFTER, by=by)
        kept_id = known.id
    else:
        kept_id = _add(store, written, photos, by=by, now=now)
    _needed(store, photos, now + KEPT_FOR, by=by)
    return _get(store, kept_id, by=by)


def _add(store: Store, written: Written, photos: Collection[str], *, by: str, now: datetime) -> str:
    count = select(func.count()).select_from(UnfinishedRow).where(*_theirs(store, by))
    if store.session.scalars(count).one() >= MOST:
        raise Conflict(f"There are {MOST} unfinished posts: finish one or throw it away.", slug="unfinished-too-many")
    kept_id = new_id(now)
    store.session.execute(
        insert(UnfinishedRow).values(
            id=kept_id,
            school_id=store.school_id,
            person_id=by,
            tab=written.tab,
            revision=1,
            sealed=written.sealed,
            photos=list(photos),
            created_at=now,
            updated_at=now,
        )
    )
    return kept_id


def find(store: Store, unfinished_id: str, *, by: str) -> Unfinished | None:
    """The post of that id if it is theirs, or None."""
    query = select(UnfinishedRow).where(*_theirs(store, by), UnfinishedRow.id == unfinished_id)
    row = store.session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    return None if row is None else _unfinished(row)


def _get(store: Store, unfinished_id: str, *, by: str) -> Unfinished:
    found = find(store, unfinished_id, by=by)
    if found is None:
        raise NotFound("There is no such unfinished post.", slug="unfinished-gone")
    return found


def every(store: Store, *, by: str) -> tuple[Unfinished, ...]:
    """Theirs, the one changed last first."""
    query = select(UnfinishedRow).where(*_theirs(store, by))
    rows = store.session.scalars(query.order_by(UnfinishedRow.updated_at.desc(), UnfinishedRow.id.desc()))
    return tuple(_unfinished(row) for row in rows)


def finish(store: Store, unfinished_id: str, tab: str, *, by: str) -> None:
    """Forget a post as it was sent: the one of that id, and what that form kept."""
    those = (
        or_(UnfinishedRow.id == unfinished_id, UnfinishedRow.tab == tab) if tab else UnfinishedRow.id == unfinished_id
    )
    store.session.execute(delete(UnfinishedRow).where(*_theirs(store, by), those))


def throw_away(store: Store, unfinished_id: str, *, by: str, now: datetime) -> None:
    """Forget a post; photos that nothing else needs expire at once. NotFound where it is not theirs."""
    store.take_turn()
    found = _get(store, unfinished_id, by=by)
    store.session.execute(delete(UnfinishedRow).where(*_theirs(store, by), UnfinishedRow.id == unfinished_id))
    _expire(store, found.photos, now, by=by)


def forget_before(store: Store, instant: datetime) -> int:
    """Forget what was last changed before that instant, whose photos have expired by then; returns how many."""
    those = (UnfinishedRow.school_id == store.school_id, UnfinishedRow.updated_at <= instant)
    return len(store.session.scalars(delete(UnfinishedRow).where(*those).returning(UnfinishedRow.id)).all())


def photos_of(store: Store, photo_ids: Collection[str], *, by: str) -> dict[str, StoredPhoto]:
    """Those of the photos that this person may put into a post, by id, in that order.

    They are the person's own uploads and those in a draft of theirs, as long as the pictures are there.
    """
    if not photo_ids:
        return {}
    in_own_draft = exists().where(
        DraftPhotoRow.photo_id == PhotoRow.id, DraftRow.id == DraftPhotoRow.draft_id, DraftRow.author == by
    )
    query = select(PhotoRow.id).where(
        PhotoRow.school_id == store.school_id,
        PhotoRow.id.in_(photo_ids),
        PhotoRow.purged_at.is_(None),
        or_(PhotoRow.uploaded_by == by, in_own_draft),
    )
    found = find_each(store, store.session.scalars(query).all())
    return {photo_id: found[photo_id] for photo_id in photo_ids if photo_id in found}


def _needed(store: Store, photo_ids: Collection[str], until: datetime, *, by: str) -> None:
    """Photos of a post stay as long as it does; those of a draft (without an end) stay as they are."""
    if photo_ids:
        mine = (PhotoRow.id.in_(photo_ids), PhotoRow.uploaded_by == by, PhotoRow.expires_at < until)
        store.session.execute(
            update(PhotoRow).where(PhotoRow.school_id == store.school_id, *mine).values(expires_at=until)
        )


def _expire(store: Store, photo_ids: Collection[str], until: datetime, *, by: str) -> None:
    """Let go of photos that no other post of the person needs."""
    needed = {photo_id for one in every(store, by=by) for photo_id in one.photos}
    if spare := set(photo_ids) - needed:
        mine = (PhotoRow.id.in_(spare), PhotoRow.uploaded_by == by, PhotoRow.expires_at > until)
        store.session.execute(
            update(PhotoRow).where(PhotoRow.school_id == store.school_id, *mine).values(expires_at=until)
        )


def _theirs(store: Store, by: str) -> tuple[ColumnElement[bool], ...]:
    return (UnfinishedRow.school_id == store.school_id, UnfinishedRow.person_id == by)


def _unfinished(row: UnfinishedRow) -> Unfinished:
    return Unfinished(row.id, row.revision, row.tab, row.sealed, tuple(row.photos), row.created_at, row.updated_at)
