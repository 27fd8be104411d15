"""The right to post: asked for by whoever lacks it, granted or declined by an approver; both stay on record."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import RedirectResponse, Response

from app.domain import fold_handle
from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.store import Store, accounts, people, posting_requests
from app.web import staffing
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schemas import UNSTORABLE
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

REASON_CHARACTERS = 500


def _answerer(visitor: Visiting) -> Visitor:
    if not visitor.principal.may(Scope.REVIEW):
        visitor.need(Scope.ADMIN)
    return visitor


Answering = Annotated[Visitor, Depends(_answerer)]


def reason_of(text: str) -> str:
    """A reason as it is kept; Malformed where there is none, or it is too long or cannot be kept."""
    if not text.strip():
        raise Malformed("Say why: the reason is empty.", slug="reason-missing")
    if len(text) > REASON_CHARACTERS:
        raise Malformed(f"The reason has more than {REASON_CHARACTERS} characters.", slug="reason-too-long")
    if UNSTORABLE.search(text):
        raise Malformed("The reason holds characters that cannot be kept.", slug="reason-malformed")
    return text.strip()


@router.get("/ask-to-post")
def show_own(service: Serving, visitor: Visiting) -> Response:
    """One's own requests with their answers, and the form for another."""
    return _own(service, visitor)


def _own(
    service: Service, visitor: Visitor, *, problem: FledglingError | None = None, typed: tuple[str, str] = ("", "")
) -> Response:
    principal = visitor.principal
    with service.database.read() as session:
        store = Store(session, principal.school_id)
        person, every = staffing.require(store, principal.id), accounts.every(store)
        mine = posting_requests.of_person(store, principal.id)
    rights = staffing.accounts_of(person, every)
    return render(
        "ask_to_post.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        rights=rights,
        lacking=[one.handle for one in every if one.handle not in rights],
        reads_alone=person.role in staffing.READING_ALONE,
        mine=mine,
        typed=typed,
        longest=REASON_CHARACTERS,
    )


@router.post("/ask-to-post")
def ask(service: Serving, visitor: Visiting, form: Posted, now: Now) -> Response:
    """Ask."""
    handle, reason = fold_handle(printable(field(form, "account"))), field(form, "reason")
    try:
        office = office_of(service, visitor.principal.school_id)
        staffing.ask_to_post(office, handle, reason_of(reason), by=visitor.principal.id, now=now)
    except (Conflict, Malformed, NotFound) as problem:
        return _own(service, visitor, problem=problem, typed=(handle, printable(reason)))
    return RedirectResponse("/ask-to-post", SEE_OTHER)


@router.get("/posting-requests")
def show_waiting(service: Serving, visitor: Answering) -> Response:
    """The requests that wait, oldest first, and those answered last."""
    return _waiting(service, visitor)


def _waiting(
    service: Service, visitor: Visitor, *, problem: FledglingError | None = None, typed: tuple[str, str] = ("", "")
) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        waiting, decided = posting_requests.waiting(store), posting_requests.decided(store)
        who = {person.id: person for person in people.every(store)}
        handles = [one.handle for one in accounts.every(store)]
    return render(
        "posting_requests.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        waiting=waiting,
        decided=decided,
        who=who,
        handles=handles,
        typed=typed,
        longest=REASON_CHARACTERS,
    )


@router.post("/posting-requests/{request_id}")
def answer(service: Serving, visitor: Answering, request_id: str, form: Posted, now: Now) -> Response:
    """Grant or decline, with a reason."""
    office = office_of(service, visitor.principal.school_id)
    reason, by = field(form, "reason"), visitor.principal.id
    try:
        if field(form, "decision") == "grant":
            handle = fold_handle(printable(field(form, "account")))
            staffing.grant(office, request_id, handle, reason_of(reason), by=by, now=now)
        elif field(form, "decision") == "decline":
            staffing.decline(office, request_id, reason_of(reason), by=by, now=now)
        else:
            raise Malformed("Press one of the two buttons: grant or decline.", slug="decision-missing")
    except (Conflict, Malformed) as problem:
        return _waiting(service, visitor, problem=problem, typed=(request_id, printable(reason)))
    return RedirectResponse("/posting-requests", SEE_OTHER)
