"""Uploaded photos: what is known of each; the pictures themselves are in ``vault.PhotoFiles``."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, insert, select, update

from app.db import new_id
from app.domain import Photo
from app.store import Store, audit, everywhere
from app.tables import DraftPhotoRow, PhotoRow


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo as it was taken in; ``photo.sha256`` is of the bytes that are kept and would be published."""

    photo: Photo
    width: int
    height: int
    bytes: int
    media_type: str


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """An upload on record. ``photo.id`` is set; ``expires_at`` is None once a draft has it.

    The picture itself is there until ``purged_at``.
    """

    photo: Photo
    width: int
    height: int
    bytes: int
    media_type: str
    uploaded_by: str
    created_at: datetime
    expires_at: datetime | None
    purged_at: datetime | None = None

    @property
    def id(self) -> str:
        """The id that a draft names the photo by."""
        return self.photo.id or ""


def add(store: Store, upload: Upload, *, expires_at: datetime, by: str, now: datetime) -> StoredPhoto:
    """Note an upload whose file is stored already; each gets an id, alike pictures too."""
    photo_id = new_id(now)
    audit.append(store, audit.Action.PHOTO_ADD, photo_id, {"sha256": upload.photo.sha256}, by=by, now=now)
    store.session.execute(
        insert(PhotoRow).values(
            id=photo_id,
            school_id=store.school_id,
            sha256=upload.photo.sha256,
            width=upload.width,
            height=upload.height,
            bytes=upload.bytes,
            media_type=upload.media_type,
            file_name=upload.photo.file_name,
            texts=[list(pair) for pair in upload.photo.metadata],
            dropped=list(upload.photo.dropped),
            doubts=list(upload.photo.doubts),
            alt_text=upload.photo.alt_text,
            uploaded_by=by,
            created_at=now,
            expires_at=expires_at,
        )
    )
    return find_each(store, [photo_id])[photo_id]


def find(store: Store, photo_id: str) -> StoredPhoto | None:
    """The photo of that id, or None."""
    return find_each(store, [photo_id]).get(photo_id)


def find_picture(store: Store, sha256: str) -> StoredPhoto | None:
    """An upload of that very picture that is still there, the newest, or None."""
    query = select(PhotoRow).where(
        PhotoRow.school_id == store.school_id, PhotoRow.sha256 == sha256, PhotoRow.purged_at.is_(None)
    )
    row = store.session.scalars(query.order_by(PhotoRow.created_at.desc(), PhotoRow.id.desc()).limit(1)).first()
    return None if row is None else _stored(row)


def find_each(store: Store, photo_ids: Collection[str]) -> dict[str, StoredPhoto]:
    """Those of the photos that there are, by id."""
    if not photo_ids:
        return {}
    query = select(PhotoRow).where(PhotoRow.school_id == store.school_id, PhotoRow.id.in_(photo_ids))
    return {row.id: _stored(row) for row in store.session.scalars(query)}


def expired(store: Store, *, limit: int, now: datetime) -> tuple[str, ...]:
    """Ids of photos that no draft has and whose time is over, oldest first."""
    query = select(PhotoRow.id).where(PhotoRow.school_id == store.school_id, PhotoRow.expires_at <= now, ~_in_a_draft())
    return tuple(store.session.scalars(query.order_by(PhotoRow.expires_at).limit(limit)))


def keep_until(store: Store, photo_id: str, instant: datetime) -> None:
    """Keep a photo that no draft has (any more) until then."""
    store.session.execute(
        update(PhotoRow)
        .where(PhotoRow.school_id == store.school_id, PhotoRow.id == photo_id, ~_in_a_draft())
        .values(expires_at=instant)
    )


def remove(store: Store, photo_ids: Collection[str], *, by: str, now: datetime) -> tuple[str, ...]:
    """Remove those of the photos that no draft has.

    Returns the SHA-256s whose files no upload of any school needs any more: delete them after the commit.
    """
    store.take_turn()
    removed = store.session.execute(
        delete(PhotoRow)
        .where(PhotoRow.school_id == store.school_id, PhotoRow.id.in_(photo_ids), ~_in_a_draft())
        .returning(PhotoRow.id, PhotoRow.sha256)
    ).all()
    if not removed:
        return ()
    ids = sorted(row.id for row in removed)
    audit.append(store, audit.Action.PHOTOS_DELETE, store.school_id, {"photos": ids}, by=by, now=now)
    hashes = {row.sha256 for row in removed}
    used = everywhere(store.session).scalars(
        select(PhotoRow.sha256).where(PhotoRow.sha256.in_(hashes), PhotoRow.purged_at.is_(None))
    )
    return tuple(sorted(hashes - set(used)))


def as_photo(row: PhotoRow, alt_text: str) -> Photo:
    """The domain's photo, with the alt text it has where it is used."""
    return Photo(
        sha256=row.sha256,
        alt_text=alt_text,
        file_name=row.file_name,
        metadata=tuple((tag, words) for tag, words in row.texts),
        dropped=tuple(row.dropped),
        id=row.id,
        doubts=tuple(row.doubts),
    )


def _in_a_draft() -> ColumnElement[bool]:
    return exists().where(DraftPhotoRow.photo_id == PhotoRow.id)


def _stored(row: PhotoRow) -> StoredPhoto:
    return StoredPhoto(
        as_photo(row, row.alt_text),
        row.width,
        row.height,
        row.bytes,
        row.media_type,
        row.uploaded_by,
        row.created_at,
        row.expires_at,
        row.purged_at,
    )
