"""Photos of a post that is being written: each sent by itself and looked at at once, shown to whoever sent it alone."""

from __future__ import annotations

import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.responses import Response

from app import desk
from app.desk import Taken
from app.domain import Box, hash_of
from app.errors import Fault, FledglingError, Malformed, NotFound, TooMany
from app.store import Store, photos
from app.store.photos import StoredPhoto
from app.store.photos import Upload as Filed
from app.web.drafting import begin_to_look, photo_until, take_photo
from app.web.intake import Upload, read_upload, safe_name
from app.web.pages.compose_page import SCREEN_PX, photos_html, picture_token
from app.web.pages.composing import Attached, own_photos
from app.web.pages.rendering import Visitor
from app.web.pages.visiting import PageRoute, Posted, Writing, field
from app.web.problems import answer_to
from app.web.repeats import once
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_FACE_PX = 160


class PhotoKept(BaseModel):
    """A photo that was taken in; ``card`` is how the form shows it."""

    id: str
    card: str


Came = tuple[Upload, str] | FledglingError
"""A photo that was sent and the key of its sending, or what is wrong with it."""


async def _one_photo(visitor: Writing, form: Posted) -> Came:  # noqa: ARG001 - the role is checked before the form is read
    part = form.get("file")
    if not isinstance(part, UploadFile) or len(form.getlist("file")) != 1:
        return Malformed("One photo is sent at a time.", errors=(Fault("#/file", "is not one file"),))
    try:
        return Upload(await read_upload(part), safe_name(part.filename), ""), field(form, "key")
    except FledglingError as error:
        return error


@router.post("/compose/photos")
def take_in(service: Serving, visitor: Writing, came: Annotated[Came, Depends(_one_photo)], now: Now) -> Response:
    """Keep one photo and begin to look at it. The same key and bytes get the same photo, however often they are sent.

    For the page's script: problems are told as of the API.
    """
    try:
        if isinstance(came, FledglingError):
            raise came
        photo_id = _kept_once(service, visitor, *came, now)
        made = PhotoKept(id=photo_id, card=photos_html(service, visitor, [Attached(photo_id)]))
    except FledglingError as error:
        return answer_to(error)
    return Response(made.model_dump_json(), 201, media_type="application/json")


def _kept_once(service: Service, visitor: Visitor, upload: Upload, key: str, now: datetime) -> str:
    body = hash_of(upload.data, upload.file_name.encode("utf-8", "surrogatepass"))
    repeat = f"compose photo {key}" if re.fullmatch("[0-9a-f]{32}", key) else None
    with once(service, visitor.principal, repeat, route="POST /compose/photos", body_hash=body) as attempt:
        if attempt.again:
            return str(json.loads(bytes(attempt.again.body))["id"])
        taken = take_photo(service, upload)
        with service.database.write() as session:
            store = Store(session, visitor.principal.school_id)
            kept = photos.add(
                store, taken.upload, expires_at=photo_until(service, now), by=visitor.principal.id, now=now
            )
            attempt.answer(store, 201, PhotoKept(id=kept.id, card=""))
    begin_to_look(service, visitor.principal.school_id, taken.submitted, now)
    return kept.id


def keep_photos(service: Service, visitor: Visitor, taken: Sequence[Taken], now: datetime) -> list[StoredPhoto]:
    """Note photos that came with a form, whose files are written already, as uploads of the visitor's."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        until = photo_until(service, now)
        return [photos.add(store, one.upload, expires_at=until, by=visitor.principal.id, now=now) for one in taken]


def cover(service: Service, visitor: Visitor, attached: Attached, box: Box, now: datetime) -> Attached:
    """A copy of the photo with that face covered, in its place; it remembers what it is a copy of."""
    found = own_photos(service, visitor, [attached.id]).get(attached.id)
    if found is None:
        raise Malformed("The photo is not there any more.", slug="photo-unknown")
    clean = service.eyes.cover(desk.stored(found, service.files), [box])
    service.files.put(clean.sha256, clean.data)
    photo = replace(found.photo, sha256=clean.sha256, alt_text=attached.alt_text, id=None)
    upload = Filed(photo, found.width, found.height, len(clean.data), clean.media_type)
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        kept = photos.add(store, upload, expires_at=photo_until(service, now), by=visitor.principal.id, now=now)
    return Attached(kept.id, attached.alt_text, (*attached.before, attached.id))


@router.get("/compose/photos/{token}/{photo_id}")
def show(
    service: Serving,
    visitor: Writing,
    token: str,
    photo_id: str,
    size: Annotated[int | None, Query(ge=1, le=SCREEN_PX)] = None,
    box: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """A photo that the visitor may put into a post: whole, with a long side of ``size`` pixels, or a face of it."""
    said, meant = token.encode("utf-8", "surrogatepass"), picture_token(visitor, photo_id).encode()
    found = own_photos(service, visitor, [photo_id]).get(photo_id) if hmac.compare_digest(said, meant) else None
    if found is None:
        raise NotFound("There is no such photo.")
    data, media_type = service.files.get(found.photo.sha256), found.media_type
    try:
        if box:
            size_px = (found.width, found.height)
            data, media_type = service.eyes.strip(data, [_box_in(box, found)], size_px, _FACE_PX), "image/jpeg"
        elif size:
            data, media_type = service.eyes.smaller(data, size), "image/jpeg"
    except TooMany:  # the whole photo does as well
        pass
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return Response(data, media_type=media_type, headers=headers)


def _box_in(box: str, photo: StoredPhoto) -> Box:
    """The rectangle that was asked for, inside the photo."""
    asked = re.fullmatch(r"(\d{1,6}),(\d{1,6}),(\d{1,6}),(\d{1,6})", box)
    left, top, right, bottom = (int(side) for side in asked.groups()) if asked else (0, 0, 0, 0)
    if not (0 <= left < right <= photo.width and 0 <= top < bottom <= photo.height):
        raise NotFound("The photo has no such part.")
    return Box(left, top, right, bottom)
