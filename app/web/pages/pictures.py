"""Pictures on pages, at paths that cannot be guessed: each is made for one session and one picture, and ends with it.

A path holds a keyed hash over what it shows, with a key of the session (``Visitor.picture_key``) that is made with the
vault's. Whoever has a path needs the session's cookie as well, and the right to that draft: it is checked at every call.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app import desk
from app.domain import Box
from app.errors import NotFound
from app.register.likeness import open_likeness
from app.store import Store, audit, drafts, looks, photos
from app.store.looks import Look
from app.store.photos import StoredPhoto
from app.vision.cover import Style
from app.web.pages.boxes import read_boxes
from app.web.pages.draft_access import draft_for
from app.web.pages.rendering import Visitor
from app.web.pages.visiting import PageRoute, Reviewing, Visiting
from app.web.roll_calls import FACE_PX
from app.web.schoolwork import office_of, workplace_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LARGE_FACE_PX = 256
"""The side of a face that is compared with another."""

_MARK_CHARACTERS = 40
_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Content-Disposition": "inline",
}


class Size(StrEnum):
    """How large a photo is shown: as it would be published, to fill a screen, or beside a line of a list."""

    FULL = "full"
    SCREEN = "screen"
    SMALL = "small"


_LONG_SIDES_PX = {Size.SCREEN: 1280, Size.SMALL: 240}

# ---------------------------------------------------------------- paths


def picture_path(visitor: Visitor, draft_id: str, number: int, size: Size = Size.FULL, *, revision: int = 0) -> str:
    """The path of a draft's photo, counted from 0; of its revision now, or of the one given."""
    return _marked(visitor, f"{draft_id}/{revision}/{number}/{size}")


def faces_path(visitor: Visitor, draft_id: str, number: int, revision: int) -> str:
    """The path of all faces of a photo side by side, each ``FACE_PX`` wide, in the report's order."""
    return _marked(visitor, f"{draft_id}/{revision}/{number}/faces")


def face_path(visitor: Visitor, draft_id: str, number: int, revision: int, face: int) -> str:
    """The path of one face of a photo, large."""
    return _marked(visitor, f"{draft_id}/{revision}/{number}/faces/{face}")


def child_path(visitor: Visitor, draft_id: str, pupil_id: str) -> str:
    """The path of the picture on record of a child whom the draft asks about; scaled like a face, and as large."""
    return _marked(visitor, f"{draft_id}/children/{pupil_id}")


def covered_path(visitor: Visitor, draft_id: str, number: int, revision: int) -> str:
    """The path of a photo as it would be with parts covered; ``box`` and ``style`` follow as a query."""
    return _marked(visitor, f"{draft_id}/{revision}/{number}/covered")


def _marked(visitor: Visitor, what: str) -> str:
    return f"/pictures/{_mark(visitor, what)}/{what}"


def _mark(visitor: Visitor, what: str) -> str:
    if not visitor.picture_key:
        raise ValueError("a visitor without a key for pictures is shown none")
    said = what.encode("utf-8", "surrogatepass")
    return hmac.new(visitor.picture_key.encode(), said, hashlib.sha256).hexdigest()[:_MARK_CHARACTERS]


def _refuse_forged(visitor: Visitor, mark: str, what: str) -> None:
    if not hmac.compare_digest(mark.encode("utf-8", "surrogatepass"), _mark(visitor, what).encode()):
        raise NotFound("There is no such picture.")


# ---------------------------------------------------------------- pictures of drafts


@router.get("/pictures/{mark}/{draft_id}/{revision}/{number}/faces")
def show_faces(
    service: Serving, visitor: Reviewing, mark: str, draft_id: str, revision: int, number: int, now: Now
) -> Response:
    """All faces of one photo side by side; looking at them is audited."""
    _refuse_forged(visitor, mark, f"{draft_id}/{revision}/{number}/faces")
    kept, boxes = _faces(service, visitor, draft_id, revision, number, now)
    size = (kept.width, kept.height)
    return _jpeg(service.eyes.strip(service.files.get(kept.photo.sha256), boxes, size, FACE_PX))


@router.get("/pictures/{mark}/{draft_id}/{revision}/{number}/faces/{face}")
def show_face(
    service: Serving, visitor: Reviewing, mark: str, draft_id: str, revision: int, number: int, face: int, now: Now
) -> Response:
    """One face, large; looking at it is audited."""
    _refuse_forged(visitor, mark, f"{draft_id}/{revision}/{number}/faces/{face}")
    kept, boxes = _faces(service, visitor, draft_id, revision, number, now)
    if not 0 <= face < len(boxes):
        raise NotFound("There is no such face in this photo.")
    size = (kept.width, kept.height)
    return _jpeg(service.eyes.strip(service.files.get(kept.photo.sha256), [boxes[face]], size, LARGE_FACE_PX))


@router.get("/pictures/{mark}/{draft_id}/{revision}/{number}/covered")
def show_covered(
    service: Serving,
    visitor: Visiting,
    mark: str,
    draft_id: str,
    revision: int,
    number: int,
    box: Annotated[list[str], Query(max_length=100)],
    style: Style = Style.SOLID,
) -> Response:
    """The photo as it would be with those boxes covered; nothing is kept."""
    _refuse_forged(visitor, mark, f"{draft_id}/{revision}/{number}/covered")
    _photo(service, visitor, draft_id, revision, number)
    at = workplace_of(service, visitor.principal.school_id)
    covered = desk.preview_cover(at, draft_id, number, read_boxes(box), style=style)
    return _jpeg(service.eyes.smaller(covered.data, _LONG_SIDES_PX[Size.SCREEN]))


@router.get("/pictures/{mark}/{draft_id}/children/{pupil_id}")
def show_child(service: Serving, visitor: Reviewing, mark: str, draft_id: str, pupil_id: str, now: Now) -> Response:
    """The face of a child whom the draft asks about; of nobody else, whatever is on record. Looking is audited."""
    _refuse_forged(visitor, mark, f"{draft_id}/children/{pupil_id}")
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        look = looks.of_revision(store, draft_id, drafts.get(store, draft_id).revision)
    if look is None or pupil_id not in desk.asked_about(look.verdict, look.evidence):
        raise NotFound("The draft does not ask for this child.")
    office = office_of(service, visitor.principal.school_id)
    likeness = open_likeness(office, pupil_id, draft_id, by=visitor.principal.id, now=now)
    return _jpeg(service.eyes.strip(likeness.data, [likeness.face], None, LARGE_FACE_PX))


@router.get("/pictures/{mark}/{draft_id}/{revision}/{number}/{size}")
def show_photo(
    service: Serving, visitor: Visiting, mark: str, draft_id: str, revision: int, number: int, size: Size
) -> Response:
    """The photo as it would be published, or smaller; of an earlier revision as long as its picture is there."""
    _refuse_forged(visitor, mark, f"{draft_id}/{revision}/{number}/{size}")
    return _picture(service, _photo(service, visitor, draft_id, revision, number), size)


def _photo(service: Service, visitor: Visitor, draft_id: str, revision: int, number: int) -> StoredPhoto:
    """The photo on record, where the visitor may see the draft; NotFound otherwise."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        draft = draft_for(store, visitor, draft_id)
        earlier = None if revision in (0, draft.revision) else looks.of_revision(store, draft_id, revision)
        if revision not in (0, draft.revision) and earlier is None:
            raise NotFound("There is no such picture.")
        # A verdict may be older than the ids of its photos; what it looked at has a hash.
        shown = earlier.evidence.draft.photos if earlier else draft.draft.photos
        if not 0 <= number < len(shown):
            raise NotFound("The draft has no such photo.")
        one = shown[number]
        kept = photos.find_picture(store, one.sha256) if earlier else photos.find(store, one.id or "")
    if kept is None or kept.purged_at is not None:
        raise NotFound("The picture was deleted, as its time was over.", slug="photo-purged")
    return kept


def _faces(
    service: Service, visitor: Visitor, draft_id: str, revision: int, number: int, now: datetime
) -> tuple[StoredPhoto, list[Box]]:
    kept = _photo(service, visitor, draft_id, revision, number)
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        boxes = _boxes(looks.of_revision(store, draft_id, revision), number)
        detail = {"photo": number}
        audit.append(store, audit.Action.FACES_READ, draft_id, detail, by=visitor.principal.id, now=now)
    return kept, boxes


def _boxes(look: Look | None, number: int) -> list[Box]:
    seen = look.evidence.photos if look else ()
    faces = seen[number].faces if number < len(seen) else ()
    if not faces:
        raise NotFound("No face was seen in this photo.")
    return [face.box for face in faces]


def _picture(service: Service, kept: StoredPhoto, size: Size) -> Response:
    data = service.files.get(kept.photo.sha256)
    if size is Size.FULL:
        return Response(data, media_type=kept.media_type, headers=_HEADERS)
    return _jpeg(service.eyes.smaller(data, _LONG_SIDES_PX[size]))


def _jpeg(data: bytes) -> Response:
    return Response(data, media_type="image/jpeg", headers=_HEADERS)
