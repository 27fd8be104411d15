"""One's own account: who one is here, password, second factor, and where one is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.store import Store, people, schools, second_factors
from app.store.people import Person
from app.web.pages import entering
from app.web.pages.entering import Arriving, Next, Sent
from app.web.pages.rendering import Visitor, render
from app.web.pages.second_factor import unproved
from app.web.pages.visiting import SEE_OTHER, PageRoute, Visiting, field
from app.web.passwords import hash_password, matches, why_not
from app.web.schoolwork import policy_of
from app.web.security import Arrival, Owes, arrival_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_MALFORMED = 422
_WRONG = {
    "proof": "That was not your present password, or not a code that counts. Nothing was changed.",
    "wait": "That was wrong too often. Wait a quarter of an hour, then try again. Nothing was changed.",
}
_DONE = {
    "password": "Your password is changed. You are signed out everywhere else.",
    "off": "The second factor is off.",
    "others": "You are signed out everywhere else.",
}


@router.get("/account")
def show(service: Serving, visitor: Visiting, arrival: Arriving, now: Now, done: str = "", wrong: str = "") -> Response:
    """Name, role, password, second factor, sessions."""
    faults = [_WRONG[wrong]] if wrong in _WRONG else []
    return _account(service, visitor, arrival, now, faults, done=_DONE.get(done, ""))


def _account(
    service: Service, visitor: Visitor, arrival: Arrival, now: datetime, faults: Sequence[str], *, done: str = ""
) -> Response:
    person = arrival.signed_in.person
    idle = timedelta(minutes=service.settings.idle_minutes)
    rules = visitor.policy.sign_in
    with service.database.read() as session:
        store = Store(session, person.school_id)
        factor = second_factors.find(store, person.id)
        left = second_factors.codes_left(store, person.id)
        sessions = people.sessions_of(store, person.id, idle=idle, now=now)
    return render(
        "account.html",
        visitor,
        status=_MALFORMED if faults else 200,
        faults=faults,
        done=done,
        me=person,
        least=rules.password_min_length,
        required=rules.asks(person.role),
        factor=factor,
        codes_left=left,
        sessions=sessions,
    )


@router.post("/account/password")
def change_password(
    request: Request,
    service: Serving,
    visitor: Visiting,
    arrival: Arriving,
    form: Sent,
    now: Now,
) -> Response:
    """Change one's password; the present one is needed, and every other session ends."""
    fault = _unchangeable(service, arrival, form, now)
    if fault:
        return _account(service, visitor, arrival, now, [fault])
    answer = RedirectResponse("/account?done=password", SEE_OTHER)
    _change(request, answer, service, arrival, entering.typed_password(form, "new_password"), now)
    return answer


@router.get("/new-password")
def show_new_password(service: Serving, arrival: Arriving, next_page: Next = "") -> Response:
    """For whoever must change the password before anything else."""
    if arrival.owes is not Owes.PASSWORD:
        return RedirectResponse(entering.onward(arrival, next_page), SEE_OTHER)
    return _new_password(service, arrival, next_page, ())


@router.post("/new-password")
def set_new_password(request: Request, service: Serving, arrival: Arriving, form: Sent, now: Now) -> Response:
    """Change it, and go on to where one wanted to."""
    next_page = field(form, "next")
    if arrival.owes is not Owes.PASSWORD:
        return RedirectResponse(entering.onward(arrival, next_page), SEE_OTHER)
    fault = _unchangeable(service, arrival, form, now)
    if fault:
        return _new_password(service, arrival, next_page, [fault])
    answer = RedirectResponse("/", SEE_OTHER)
    token = _change(request, answer, service, arrival, entering.typed_password(form, "new_password"), now)
    answer.headers["location"] = entering.onward(arrival_of(service, token, now), next_page)
    return answer


def _new_password(service: Service, arrival: Arrival, next_page: str, faults: Sequence[str]) -> Response:
    person = arrival.signed_in.person
    rules = policy_of(service, person.school_id).sign_in
    return entering.page(
        "new_password.html",
        arrival,
        status=_MALFORMED if faults else 200,
        next_page=next_page,
        faults=faults,
        least=rules.password_min_length,
        days=rules.password_change_days,
        email=person.email,
    )


def _unchangeable(service: Service, arrival: Arrival, form: FormData, now: datetime) -> str:
    """Why the password is not changed, in words; empty where it can be."""
    person = arrival.signed_in.person
    if not person.password_hash:
        return "You sign in by the school's own account, so there is no password here to change."
    new = entering.typed_password(form, "new_password")
    if fault := why_not_for(service, person, new):
        return fault
    if fault := unproved(service, arrival, form, now):
        return fault
    return "That is your present password. Choose another." if matches(person.password_hash, new) else ""


def why_not_for(service: Service, person: Person, password: str) -> str:
    """Why that person's password cannot be that one, by the school's policy; empty where it can."""
    with service.database.read() as session:
        school = schools.get(Store(session, person.school_id)).name
    local, _, domain = person.email.partition("@")
    least = policy_of(service, person.school_id).sign_in.password_min_length
    return why_not(password, least, own=(person.name, local), school=(school, domain.partition(".")[0]))


def _change(
    request: Request, answer: Response, service: Service, arrival: Arrival, password: str, now: datetime
) -> str:
    person = arrival.signed_in.person
    hashed = hash_password(password)
    with service.database.write() as session:
        people.change(Store(session, person.school_id), person.id, password_hash=hashed, by=person.id, now=now)
    shown_at = arrival.signed_in.second_factor_at
    return entering.enter(request, answer, service, person, second_factor_at=shown_at, now=now)


@router.post("/account/sessions")
def end_others(service: Serving, arrival: Arriving, visitor: Visiting, _form: Sent, now: Now) -> Response:
    """Sign out everywhere else."""
    principal = visitor.principal
    with service.database.write() as session:
        store = Store(session, principal.school_id)
        people.close_others(store, principal.id, but=arrival.signed_in.id, by=principal.id, now=now)
    return RedirectResponse("/account?done=others", SEE_OTHER)
