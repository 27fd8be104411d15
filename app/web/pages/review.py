"""One's own drafts, the queue, a draft's page and photos, and the decisions of approvers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk
from app.desk import Deciding
from app.errors import Conflict, Malformed, NotAllowed, NotFound
from app.store import Store, drafts, photos
from app.store.verdicts import DecisionKind
from app.web.dossiers import queue_items
from app.web.pages.draft_page import Answered, draft_for, show_draft
from app.web.pages.rendering import Visitor, in_plain_words, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, Visiting, Writing, field
from app.web.problems import faults_of
from app.web.schemas import DecisionIn, QueueItem
from app.web.schoolwork import workplace_of
from app.web.service import Now, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 20
_ANSWER = "answer-"

Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/drafts")
def list_own(service: Serving, visitor: Writing, cursor: Cursor = None) -> Response:
    """What the visitor wrote, newest first."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        page = drafts.by_author(store, visitor.principal.id, limit=LISTED, cursor=cursor)
        items = queue_items(store, page.items)
    return _list(visitor, "My drafts", "You have written nothing yet.", items, page.next, "Older")


@router.get("/queue")
def show_queue(service: Serving, visitor: Reviewing, cursor: Cursor = None) -> Response:
    """What waits for an approver, longest waiting first."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        page = drafts.queue(store, limit=LISTED, cursor=cursor)
        items = queue_items(store, page.items)
    return _list(visitor, "Queue", "Nothing waits.", items, page.next, "More")


def _list(
    visitor: Visitor, title: str, nothing: str, items: list[QueueItem], cursor: str | None, more: str
) -> Response:
    return render("list.html", visitor, title=title, nothing=nothing, items=items, next=cursor, more=more)


@router.get("/drafts/{draft_id}")
def show(service: Serving, visitor: Visiting, draft_id: str) -> Response:
    """One's own drafts; all of them for those who review."""
    return show_draft(service, visitor, draft_id)


@router.get("/drafts/{draft_id}/photos/{number}")
def show_photo(service: Serving, visitor: Visiting, draft_id: str, number: int) -> Response:
    """The photo as it would be published, counted from 0."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        shown = draft_for(store, visitor, draft_id).draft.photos
        if not 0 <= number < len(shown):
            raise NotFound("The draft has no such photo.")
        photo_id = shown[number].id or ""
        kept = photos.find_each(store, [photo_id])[photo_id]
    if kept.purged_at is not None:
        raise NotFound("The picture was deleted, as its time was over.", slug="photo-purged")
    headers = {"Cache-Control": "no-store", "Cross-Origin-Resource-Policy": "same-origin"}
    return Response(service.files.get(kept.photo.sha256), media_type=kept.media_type, headers=headers)


@router.post("/drafts/{draft_id}/decision")
def decide(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Decide on the draft as it was looked at; where that cannot be, the page again with the reason."""
    try:
        deciding = _deciding(form)
        with service.database.write() as session:
            store = Store(session, visitor.principal.school_id)
            desk.decide(store, draft_id, deciding, by=visitor.principal.id, now=now)
    except (Conflict, Malformed, NotAllowed) as problem:
        return show_draft(service, visitor, draft_id, problem=problem, answered=_answered(form))
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)


def _deciding(form: FormData) -> Deciding:
    answered = _answered(form)
    given = {
        "decision": field(form, "decision"),
        "digest": field(form, "digest"),
        "reason": answered.reason,
        "answers": answered.answers,
    }
    try:
        taken = DecisionIn.model_validate(given)
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The form cannot be taken as it is ({said}).", errors=faults) from None
    return Deciding(DecisionKind(taken.decision), taken.digest, taken.reason, dict(taken.answers))


def _answered(form: FormData) -> Answered:
    names = [name for name in form if name.startswith(_ANSWER)]
    answers = {name.removeprefix(_ANSWER): field(form, name) for name in names}
    return Answered(field(form, "reason"), answers)


@router.post("/drafts/{draft_id}/vet")
def vet_again(service: Serving, visitor: Visiting, draft_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Vet the draft with the register and policy of now, then show it."""
    principal = visitor.principal
    with service.database.read() as session:
        draft_for(Store(session, principal.school_id), visitor, draft_id)
    try:
        desk.revet(workplace_of(service, principal.school_id), draft_id, by=principal.id, now=now)
    except Conflict as problem:
        return show_draft(service, visitor, draft_id, problem=problem)
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)
