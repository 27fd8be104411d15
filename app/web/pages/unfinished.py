"""Posts that are not sent yet: kept while they are written, listed, taken up again or thrown away."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from app.errors import FledglingError, Malformed, NotFound
from app.store import Store, unfinished
from app.store.unfinished import Unfinished, Written
from app.web.drafting import keep_files
from app.web.pages.compose_page import sealed, show_form
from app.web.pages.composing import Attached, Sending, Typed, intake_of, judged
from app.web.pages.photos_page import keep_photos
from app.web.pages.rendering import Visitor
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Writing
from app.web.problems import answer_to
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LONGEST = 40_000
"""Code points of text, ten times what a post may have: what is too long is kept too, to be cut."""


class Saved(BaseModel):
    """How a post was kept. ``apart``: another form of the same person had changed it, so this is one of its own."""

    id: str
    revision: int
    apart: bool


class Session(BaseModel):
    """Whose session it is, and the token that its forms carry."""

    person: str
    csrf: str


@router.post("/compose/save")
def save(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """Keep what stands in the form, for the page's script; problems are told as of the API."""
    try:
        made = _keep(service, visitor, sent.typed, now)
    except FledglingError as error:
        return answer_to(error)
    apart = bool(sent.typed.unfinished) and made.id != sent.typed.unfinished
    told = Saved(id=made.id, revision=made.revision, apart=apart)
    return Response(told.model_dump_json(), media_type="application/json")


@router.post("/compose/keep")
def keep(service: Serving, visitor: Writing, sent: Sending, now: Now) -> Response:
    """Keep what stands in the form, its photos too, and leave it."""
    typed = sent.typed
    try:
        if isinstance(sent.uploads, FledglingError):
            raise sent.uploads
        if sent.uploads:
            alone = replace(typed, text="", event_id="", publish_at="", photos=())
            done = judged(service, visitor, intake_of(visitor, alone, sent.uploads), now)
            keep_files(service, done.assembled)
            stored = keep_photos(service, visitor, done.assembled.taken, now)
            came = tuple(Attached(one.id, one.photo.alt_text) for one in stored)
            typed = replace(typed, photos=(*typed.photos, *came), alt_texts=("",) * len(typed.alt_texts))
        if typed.worth_keeping:
            _keep_here(service, visitor, typed, now)
    except FledglingError as error:
        return show_form(service, visitor, typed, now, faults=[error.detail], status=error.status)
    return RedirectResponse("/compose", SEE_OTHER)


def _keep_here(service: Service, visitor: Visitor, typed: Typed, now: datetime) -> None:
    """Keep it even where it was sent or thrown away elsewhere: whoever pressed the button wants to have it."""
    try:
        _keep(service, visitor, typed, now)
    except NotFound:
        _keep(service, visitor, replace(typed, unfinished=""), now)


def _keep(service: Service, visitor: Visitor, typed: Typed, now: datetime) -> Unfinished:
    if len(typed.text) > LONGEST:
        raise Malformed(f"More than {LONGEST:,} characters are not kept.", slug="text-too-long")
    needed = tuple(dict.fromkeys(each for one in typed.photos for each in (one.id, *one.before)))
    written = Written(typed.unfinished, typed.revision, typed.tab, sealed(service, visitor, typed), needed)
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        return unfinished.save(store, written, by=visitor.principal.id, now=now)


@router.post("/compose/unfinished/{unfinished_id}/throw-away")
def throw_away(service: Serving, visitor: Writing, unfinished_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Forget an unfinished post, with its photos."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        unfinished.throw_away(store, unfinished_id, by=visitor.principal.id, now=now)
    return RedirectResponse("/compose", SEE_OTHER)


@router.get("/compose/session")
def session_of(visitor: Writing) -> Response:
    """Who is signed in, for a page that was open before; it goes on where that is the same person."""
    told = Session(person=visitor.principal.id, csrf=visitor.principal.csrf)
    return Response(told.model_dump_json(), media_type="application/json")
