"""Covering faces and other parts of a photo from a draft's page: chosen, looked at first, then done and vetted again."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk
from app.domain import Box
from app.errors import Conflict, Fault, FledglingError, Malformed, NotFound
from app.store import Store, looks
from app.store.looks import Look
from app.vision.cover import Style
from app.web.pages.boxes import MOST, read_boxes, write_box
from app.web.pages.draft_access import draft_for
from app.web.pages.draft_page import show_draft
from app.web.pages.pictures import covered_path
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import workplace_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_SIDES = ("left", "top", "right", "bottom")


@dataclass(frozen=True, slots=True)
class Covering:
    """What is to be covered of one photo of a draft, as it stands."""

    boxes: tuple[Box, ...]
    faces: tuple[int, ...]  # those among the boxes that are faces, counted from 0
    style: Style
    digest: str


@router.post("/drafts/{draft_id}/photos/{number}/cover")
def cover(service: Serving, visitor: Visiting, draft_id: str, number: int, form: Posted, now: Now) -> Response:
    """Show what would be covered, or cover it and vet the draft again; where that cannot be, the page with the reason."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        draft = draft_for(store, visitor, draft_id)
        look = looks.of_revision(store, draft_id, draft.revision)
    if look is None or not 0 <= number < len(draft.draft.photos):
        raise NotFound("The draft has no such photo.")
    at = workplace_of(service, visitor.principal.school_id)
    try:
        wanted = _read(form, look, number)
        if wanted.digest != draft.digest:
            raise Conflict("The draft is not the one that was looked at; look again.", slug="other-digest")
        if field(form, "step") == "preview":
            desk.preview_cover(at, draft_id, number, wanted.boxes, style=wanted.style)
            return _preview(visitor, draft_id, number, look, wanted)
        desk.cover_photo(
            at,
            draft_id,
            number,
            wanted.boxes,
            style=wanted.style,
            digest=wanted.digest,
            by=visitor.principal.id,
            now=now,
        )
    except FledglingError as problem:
        return _refused(service, visitor, draft_id, problem, form)
    return RedirectResponse(f"/drafts/{draft_id}?seen={look.id}#photo-{number}", SEE_OTHER)


def _refused(service: Service, visitor: Visitor, draft_id: str, problem: FledglingError, form: FormData) -> Response:
    if problem.status not in {409, 413, 415, 422, 429, 503}:
        raise problem
    return show_draft(service, visitor, draft_id, problem=problem, seen=field(form, "seen"))


def _read(form: FormData, look: Look, number: int) -> Covering:
    """What the form asks for: faces by their number, boxes as written, and one box in four fields."""
    seen = look.evidence.photos
    known = seen[number].faces if number < len(seen) else ()
    faces = sorted({_face(one, len(known)) for one in form.getlist("face") if isinstance(one, str)})
    written = [one for one in form.getlist("box") if isinstance(one, str) and one.strip()]
    sides = [field(form, side).strip() for side in _SIDES]
    if any(sides):
        written.append(",".join(sides))
    if len(written) + len(faces) > MOST or not (written or faces):
        read_boxes(written[:0] if not (written or faces) else ["0,0,1,1"] * (MOST + 1))
    boxes = (*(known[face].box for face in faces), *(read_boxes(written) if written else ()))
    try:
        style = Style(field(form, "style") or Style.SOLID)
    except ValueError:
        fault = Fault("#/style", "is not one that is offered")
        raise Malformed("Choose how to cover it.", slug="style-unknown", errors=(fault,)) from None
    return Covering(boxes, tuple(faces), style, field(form, "digest"))


def _face(written: str, count: int) -> int:
    if written.isascii() and written.isdigit() and len(written) < 5 and int(written) < count:
        return int(written)
    raise Malformed("That face is not in the photo.", slug="face-unknown", errors=(Fault("#/face", "is not there"),))


def _preview(visitor: Visitor, draft_id: str, number: int, look: Look, wanted: Covering) -> Response:
    query = urlencode([*(("box", write_box(box)) for box in wanted.boxes), ("style", wanted.style.value)])
    photo = look.evidence.photos[number] if number < len(look.evidence.photos) else None
    return render(
        "draft_cover.html",
        visitor,
        draft_id=draft_id,
        number=number,
        seen=look.id,
        wanted=wanted,
        others=[write_box(box) for box in wanted.boxes[len(wanted.faces) :]],
        size=(photo.width, photo.height) if photo else None,
        picture=f"{covered_path(visitor, draft_id, number, look.revision)}?{query}",
    )
