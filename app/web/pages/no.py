"""Somebody says no: any member of staff finds the child and records it, in two presses, and it counts at once.

Nothing is shown here but what staff know anyway, the name and the class; and nothing can be recorded here but a no.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import FledglingError, Malformed, TooMany
from app.store.permissions import PermissionAnswer
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.throttle import Throttle
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Serving

router = APIRouter(route_class=PageRoute)

SEARCHES = 30
"""How many searches one person makes in `WINDOW`: enough for any class, and too few to copy the roll."""

WINDOW = timedelta(minutes=5)

TELLERS = {
    "mother": "The mother",
    "father": "The father",
    "carer": "Another carer or relative",
    "child": "The child",
    register.NOT_NOTED: "Somebody else, or I am not sure",
}
"""Who may say no, as it is recorded, and as it is asked."""


def _staff(visitor: Visiting) -> Visitor:
    if not visitor.principal.may(Scope.REGISTER):
        visitor.need(Scope.DRAFTS)
    return visitor


Staff = Annotated[Visitor, Depends(_staff)]


def _throttle(request: Request) -> Throttle:
    """The service's count of searches; made with the first of them."""
    state = request.app.state
    if not hasattr(state, "search_throttle"):
        state.search_throttle = Throttle(SEARCHES, WINDOW)
    throttle: Throttle = state.search_throttle
    return throttle


Searches = Annotated[Throttle, Depends(_throttle)]


@router.get("/say-no")
def search(
    service: Serving,
    visitor: Staff,
    searches: Searches,
    now: Now,
    q: Annotated[str, Query(max_length=200)] = "",
    done: bool = False,
) -> Response:
    """The search, and the children found."""
    try:
        found = _found(visitor, searches, q, office_of(service, visitor.principal.school_id), now) if q else ()
    except (Malformed, TooMany) as problem:
        return _page(visitor, q, (), problem=problem)
    return _page(visitor, q, found, done=done)


def _found(
    visitor: Visitor, searches: Throttle, q: str, office: register.Office, now: datetime
) -> tuple[register.Called, ...]:
    if searches.must_wait(visitor.principal.id, now):
        raise TooMany("That was a great many searches. Wait five minutes, or ask the office.")
    searches.note(visitor.principal.id, now)
    return register.find_called(office, printable(q))


def _page(
    visitor: Visitor,
    q: str,
    found: tuple[register.Called, ...],
    *,
    done: bool = False,
    problem: FledglingError | None = None,
) -> Response:
    return render(
        "say_no.html",
        visitor,
        status=problem.status if problem else 200,
        q=printable(q),
        found=found,
        done=done,
        faults=[problem.detail] if problem else [],
    )


@router.get("/say-no/{pupil_id}")
def confirm(service: Serving, visitor: Staff, pupil_id: str) -> Response:
    """The child, and the button."""
    child = register.child_called(office_of(service, visitor.principal.school_id), pupil_id)
    return render("say_no_confirm.html", visitor, child=child, tellers=TELLERS)


@router.post("/say-no/{pupil_id}")
def record(service: Serving, visitor: Staff, pupil_id: str, form: Posted, now: Now) -> Response:
    """Record the no; whoever is not among those asked for counts as not noted."""
    office = office_of(service, visitor.principal.school_id)
    register.child_called(office, pupil_id)
    told_by = field(form, "told_by")
    teller = told_by if told_by in TELLERS else register.NOT_NOTED
    word = register.Word(PermissionAnswer.REFUSED, told_by=teller, told_on=office.day(now), form="said to staff")
    register.record_permission(office, pupil_id, word, by=visitor.principal.id, now=now)
    return RedirectResponse("/say-no?done=true", SEE_OTHER)
