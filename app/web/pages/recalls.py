"""Published drafts to take down, in a browser: for approvers and the safeguarding lead."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk
from app.errors import Conflict, FledglingError, Malformed, NotAllowed
from app.publishing import people as published
from app.register import Called, called
from app.store import Store, drafts, recalls, roster
from app.store.recalls import Recall, RecallOutcome
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, field
from app.web.problems import faults_of
from app.web.recall_schemas import REASON_CHARACTERS, RecallOutcomeIn
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 20
_WHY = {
    "class": "by the classes declared",
    "roll-call": "a child was once asked about for it",
    "match": "by a likeness",
}
_OUTCOMES = {"taken_down": "Taken down", "kept": "Kept"}

Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/recalls")
def show_list(service: Serving, visitor: Reviewing, cursor: Cursor = None) -> Response:
    """Those to decide on, oldest first, and those decided on last."""
    return _page(service, visitor, cursor=cursor)


def _page(
    service: Service,
    visitor: Visitor,
    *,
    cursor: str | None = None,
    problem: FledglingError | None = None,
    sent: tuple[str, str] = ("", ""),
) -> Response:
    """The page; ``sent`` is the recall and the reason of a form that was not taken."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        page = recalls.open_recalls(store, limit=LISTED, cursor=cursor)
        ended = recalls.closed_recalls(store, limit=LISTED)
        texts = {one.draft: drafts.get(store, one.draft).draft.text for one in (*page.items, *ended.items)}
        names = _names(store, page.items)
    return render(
        "recalls.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail, *(in_plain_words(fault.detail) for fault in problem.errors)] if problem else [],
        open=page.items,
        next=page.next,
        ended=ended.items,
        texts=texts,
        names=names,
        why=_WHY,
        outcomes=_OUTCOMES,
        longest=REASON_CHARACTERS,
        sent=(sent[0], printable(sent[1])),
    )


def _names(store: Store, listed: Iterable[Recall]) -> dict[str, Called]:
    wanted = {pupil for one in listed for pupil in one.pupils}
    return {pupil.id: called(pupil) for pupil in roster.every(store) if pupil.id in wanted} if wanted else {}


@router.post("/recalls/{recall_id}")
def end(service: Serving, visitor: Reviewing, recall_id: str, form: Posted, now: Now) -> Response:
    """Taken down, or kept and why."""
    try:
        taken = _taken(form)
        with service.database.write() as session:
            store = Store(session, visitor.principal.school_id)
            outcome = RecallOutcome(taken.outcome)
            me = visitor.principal.id
            ended = desk.end_recall(store, recall_id, outcome, taken.reason, by=me, now=now)
            if outcome is RecallOutcome.TAKEN_DOWN:
                published.note_recalled(store, ended.draft, taken.reason, by=me, now=now)
    except (Conflict, Malformed, NotAllowed) as problem:
        return _page(service, visitor, problem=problem, sent=(recall_id, field(form, "reason")))
    return RedirectResponse("/recalls", SEE_OTHER)


def _taken(form: FormData) -> RecallOutcomeIn:
    try:
        return RecallOutcomeIn.model_validate({"outcome": field(form, "outcome"), "reason": field(form, "reason")})
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        raise Malformed("The form cannot be taken as it is.", errors=faults) from None
