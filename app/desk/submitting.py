"""Taking drafts in: photos are opened and cleaned, and a draft is kept with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.db import Database
from app.domain import Draft, Photo, stage_of
from app.errors import Conflict
from app.store import Store, drafts, photos, verdicts
from app.store.drafts import StoredDraft
from app.store.photos import StoredPhoto, Upload
from app.vault import PhotoFiles
from app.vetting import Eyes, Submitted, Vetted
from app.vision.clean import CleanPhoto

_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo as it was taken in: how it is filed, and its publishable copy."""

    upload: Upload
    clean: CleanPhoto

    @property
    def submitted(self) -> Submitted:
        """The photo for vetting."""
        return Submitted(self.upload.photo, self.upload.width, self.upload.height, lambda: self.clean.data)


def take(eyes: Eyes, data: bytes, *, file_name: str, alt_text: str) -> Taken:
    """Open a photo as it came and make the copy that would be published. Raises PhotoRefused."""
    opened = eyes.open(data)
    clean = opened.clean
    photo = Photo(
        sha256=clean.sha256,
        alt_text=alt_text,
        file_name=file_name,
        metadata=opened.metadata,
        dropped=opened.dropped,
        doubts=tuple(doubt.value for doubt in opened.doubts),
    )
    return Taken(Upload(photo, opened.width, opened.height, len(clean.data), clean.media_type), clean)


def stored(photo: StoredPhoto, files: PhotoFiles, alt_text: str | None = None) -> Submitted:
    """A stored photo for vetting; its file is read only when somebody looks."""
    one = photo.photo if alt_text is None else replace(photo.photo, alt_text=alt_text)
    return Submitted(one, photo.width, photo.height, lambda: files.get(one.sha256))


def delete_unused(database: Database, school_id: str, files: PhotoFiles, *, by: str, now: datetime) -> int:
    """Delete the photos that no draft took in time, with their files; returns how many photos.

    A file that was written in the last hour stays: somebody may just be uploading the same picture.
    """
    deleted = 0
    while True:
        with database.read() as session:
            ids = photos.expired(Store(session, school_id), limit=_AT_ONCE, now=now)
        if not ids:
            return deleted
        with database.write() as session:
            unneeded = photos.remove(Store(session, school_id), ids, by=by, now=now)
        for sha256 in unneeded:
            files.delete_older(sha256, now - timedelta(hours=1))
        deleted += len(ids)


def submit(store: Store, draft: Draft, taken: Sequence[Taken], vetted: Vetted, *, kind: str, now: datetime) -> str:
    """Keep a draft, its photos and its verdict, all in the caller's transaction; returns the draft's id.

    ``taken`` are photos that came with the draft, whose files are written already; their ids are filled in here.
    """
    author = draft.author or ""
    new = iter(photos.add(store, one.upload, expires_at=now, by=author, now=now) for one in taken)
    filled = replace(
        draft, photos=tuple(photo if photo.id else replace(photo, id=next(new).id) for photo in draft.photos)
    )
    added = drafts.add(store, filled, author_kind=kind, by=author, now=now)
    keep_verdict(store, added, vetted, by=author, now=now)
    return added.id


def keep_verdict(store: Store, draft: StoredDraft, vetted: Vetted, *, by: str, now: datetime) -> None:
    """Keep a verdict and move the draft where it leads; Conflict where the draft moved on."""
    add_verdict(store, draft, vetted, by=by, now=now)
    stage = stage_of(vetted.verdict.answer)
    if stage is not draft.stage and not drafts.move(store, draft.id, draft.stage, stage, by=by, now=now):
        raise Conflict("The draft moved on meanwhile.", slug="wrong-stage")


def add_verdict(store: Store, draft: StoredDraft, vetted: Vetted, *, by: str, now: datetime) -> None:
    """Keep a verdict on a draft that stays where it is."""
    verdicts.add(
        store,
        draft.id,
        vetted.verdict,
        vetted.evidence,
        revision=draft.revision,
        register_version=vetted.register_version,
        by=by,
        now=now,
    )
