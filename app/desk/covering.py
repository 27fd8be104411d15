"""Covering parts of a photo: a copy takes its place, and the draft is vetted as it is then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from app.desk.again import Workplace, refuse_unvettable, submitted_of
from app.desk.submitting import keep_verdict
from app.domain import Box
from app.errors import Conflict, NotFound
from app.store import Store, drafts, photos
from app.store.photos import Upload
from app.vetting import Submitted, vet
from app.vision.clean import CleanPhoto
from app.vision.cover import SOLID, Style

UNCOVERED_STAYS = timedelta(hours=24)
"""How long the picture as it was can be looked at beside its covered copy; as long as any upload that no draft has."""


def cover_photo(
    at: Workplace,
    draft_id: str,
    number: int,
    boxes: Sequence[Box],
    *,
    style: Style = SOLID,
    digest: str = "",
    by: str,
    now: datetime,
) -> None:
    """Put a covered copy in the place of a photo and vet the draft as it is then, all or nothing.

    Boxes are pixels of the upright photo as it came. Malformed where a box covers nothing; Conflict where the draft is
    not the one of ``digest`` (empty: whatever it is).
    """
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, draft_id)
        submitted = submitted_of(store, draft, at.files)
    _refuse_unfit(draft, number, digest)
    before = submitted[number].photo.id or ""
    copy, submitted[number] = _covered(at, submitted[number], boxes, style)
    changed = replace(draft.draft, photos=tuple(one.photo for one in submitted))
    vetted = vet(changed, submitted, at.register.snapshot(now), at.eyes, at.register.policy, now)
    with at.database.write() as session:
        store = Store(session, at.school_id)
        added = photos.add(store, copy, expires_at=now, by=by, now=now)
        kept = tuple(replace(photo, id=photo.id or added.id) for photo in changed.photos)
        kept_draft = replace(changed, photos=kept)
        if not drafts.revise(store, draft_id, kept_draft, expected=draft.revision, by=by, now=now):
            raise Conflict("The draft changed meanwhile.", slug="wrong-stage")
        photos.keep_until(store, before, now + UNCOVERED_STAYS)
        keep_verdict(store, drafts.get(store, draft_id), vetted, by=by, now=now)


def preview_cover(
    at: Workplace, draft_id: str, number: int, boxes: Sequence[Box], *, style: Style = SOLID
) -> CleanPhoto:
    """What ``cover_photo`` would put in the photo's place; nothing is kept. Raises as it does."""
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, draft_id)
        submitted = submitted_of(store, draft, at.files)
    _refuse_unfit(draft, number, "")
    return at.eyes.cover(submitted[number], boxes, style)


def _refuse_unfit(draft: drafts.StoredDraft, number: int, digest: str) -> None:
    if not 0 <= number < len(draft.draft.photos):
        raise NotFound("The draft has no such photo.")
    if digest and digest != draft.digest:
        raise Conflict("The draft is not the one that was looked at; look again.", slug="other-digest")
    refuse_unvettable(draft)


def _covered(at: Workplace, photo: Submitted, boxes: Sequence[Box], style: Style) -> tuple[Upload, Submitted]:
    """The covered copy, its file written: how it is filed, and how it is vetted."""
    clean = at.eyes.cover(photo, boxes, style)
    at.files.put(clean.sha256, clean.data)
    new = replace(photo.photo, sha256=clean.sha256, id=None)
    upload = Upload(new, photo.width, photo.height, len(clean.data), clean.media_type)
    return upload, Submitted(new, photo.width, photo.height, lambda: clean.data)
