"""Safeguarding holds in a browser, for the safeguarding lead alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, FledglingError, Malformed
from app.store import Store, people, roster
from app.store.holds import HoldLevel
from app.web.pages.rendering import Visitor, in_plain_words, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.permission_schemas import HoldIn
from app.web.problems import faults_of
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving
from app.web.slips import told_day

router = APIRouter(route_class=PageRoute)

LEVELS = {
    "no_publish": "Never show",
    "no_name": "Never show, and never name, whatever phrase is allowed",
    "no_location": "Never show, and never say where the class is",
}
"""How far a hold goes, in plain words."""

_DONE = {
    "hold": "A hold was set",
    "lift": "A hold was lifted",
    "end": "A no of nobody knows whom was ended",
    "reason": "A reason was read",
}


def _lead(visitor: Visiting) -> Visitor:
    visitor.need(Scope.SAFEGUARDING)
    return visitor


Leading = Annotated[Visitor, Depends(_lead)]


@router.get("/holds")
def show_all(service: Serving, visitor: Leading, now: Now, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The holds that stand, and a search for the child whom another is for."""
    school_id = visitor.principal.school_id
    standing = register.list_holds(office_of(service, school_id))
    with service.database.read() as session:
        store = Store(session, school_id)
        children = {pupil.id: register.called(pupil) for pupil in roster.every(store)}
        found = roster.search(store, printable(q), limit=20) if q.strip() else ()
    return render(
        "holds.html",
        visitor,
        holds=[(children[one.pupil], one) for one in standing if one.pupil in children],
        found=[register.called(one) for one in found],
        q=printable(q),
        levels=LEVELS,
        today=visitor.policy.day_of(now),
        day=told_day,
    )


@router.get("/pupils/{pupil_id}/holds")
def show_child(service: Serving, visitor: Leading, pupil_id: str) -> Response:
    """A child's holds, and what was done about them."""
    return _child(service, visitor, pupil_id)


def _child(
    service: Service,
    visitor: Visitor,
    pupil_id: str,
    *,
    problem: FledglingError | None = None,
    reason: tuple[str, str] = ("", ""),
) -> Response:
    """The page; ``reason`` is a hold's id and its reason, once it is asked for."""
    office = office_of(service, visitor.principal.school_id)
    holds, history = register.holds_of(office, pupil_id), register.hold_history(office, pupil_id)
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        pupil = roster.find(store, pupil_id)
        ids = {by for one in holds for by in (one.set_by, one.lifted_by) if by} | {one.by for one in history}
        found = {one: people.find(store, one) for one in ids}
    return render(
        "pupil_holds.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail, *(fault.detail for fault in problem.errors)] if problem else [],
        child=register.called(pupil) if pupil else None,
        holds=holds,
        history=history,
        who={one: person.name if person else "a program" for one, person in found.items()},
        levels=LEVELS,
        done=_DONE,
        reason=reason,
        day=told_day,
    )


@router.post("/pupils/{pupil_id}/holds")
def set_hold(service: Serving, visitor: Leading, pupil_id: str, form: Posted, now: Now) -> Response:
    """Set a hold."""
    office = office_of(service, visitor.principal.school_id)
    try:
        wanted = _wanted(form)
        register.set_hold(
            office,
            pupil_id,
            wanted.reason,
            level=HoldLevel(wanted.level),
            review_on=wanted.review_on,
            by=visitor.principal.id,
            now=now,
        )
    except Malformed as problem:
        return _child(service, visitor, pupil_id, problem=problem)
    return RedirectResponse(f"/pupils/{pupil_id}/holds", SEE_OTHER)


def _wanted(form: FormData) -> HoldIn:
    try:
        return HoldIn.model_validate(
            {
                "level": field(form, "level"),
                "reason": field(form, "reason"),
                "review_on": field(form, "review_on") or None,
            }
        )
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The hold cannot be set as it is ({said}).") from None


@router.post("/pupils/{pupil_id}/holds/{hold_id}/reason")
def read_reason(service: Serving, visitor: Leading, pupil_id: str, hold_id: str, _form: Posted, now: Now) -> Response:
    """The page with the reason on it; a press, not a link, as it is audited."""
    office = office_of(service, visitor.principal.school_id)
    reason = register.read_hold_reason(office, pupil_id, hold_id, by=visitor.principal.id, now=now)
    return _child(service, visitor, pupil_id, reason=(hold_id, reason))


@router.post("/pupils/{pupil_id}/holds/{hold_id}/lift")
def lift(service: Serving, visitor: Leading, pupil_id: str, hold_id: str, _form: Posted, now: Now) -> Response:
    """Lift a hold."""
    register.lift_hold(office_of(service, visitor.principal.school_id), hold_id, by=visitor.principal.id, now=now)
    return RedirectResponse(f"/pupils/{pupil_id}/holds", SEE_OTHER)


@router.post("/pupils/{pupil_id}/unnamed-no/end")
def end_unnamed_no(service: Serving, visitor: Leading, pupil_id: str, _form: Posted, now: Now) -> Response:
    """End a no of which nobody noted who gave it."""
    office = office_of(service, visitor.principal.school_id)
    try:
        register.end_unnamed_no(office, pupil_id, by=visitor.principal.id, now=now)
    except Conflict as problem:
        return _child(service, visitor, pupil_id, problem=problem)
    return RedirectResponse(f"/pupils/{pupil_id}/holds", SEE_OTHER)
