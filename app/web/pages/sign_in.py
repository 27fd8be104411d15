"""Signing in with address and password, signing out, and where the front door leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.store import INDEXED_CHARACTERS, Store, people, schools
from app.store.people import Person, fold_email
from app.web import oidc
from app.web.intake import read_form
from app.web.pages import entering, throttle
from app.web.pages.entering import Arriving, Next, PerhapsArriving, Sent
from app.web.pages.rendering import printable
from app.web.pages.visiting import SEE_OTHER, PageRoute, field
from app.web.passwords import hash_password, is_outdated, matches
from app.web.security import arrival_of, cookie_name, is_secure, locked_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_TOO_MANY = 429


@router.get("/")
def front_door(arrival: PerhapsArriving) -> Response:
    """To work, or to the sign-in page."""
    return RedirectResponse(entering.onward(arrival, ""), SEE_OTHER)


@router.get("/sign-in")
def show_sign_in(
    request: Request,
    service: Serving,
    arrival: PerhapsArriving,
    now: Now,
    next_page: Next = "",
    done: str = "",
) -> Response:
    """The form; whoever is signed in already goes on. Whose session has lain idle finds it locked, their address filled in."""
    if arrival is not None:
        return RedirectResponse(entering.onward(arrival, next_page), SEE_OTHER)
    locked = locked_of(service, request, now)
    if locked is None:
        return _form(service, next_page=next_page, done=done)
    idle = now < locked.expires_at
    return _form(
        service,
        next_page=next_page,
        email=locked.person.email,
        locked_minutes=service.settings.idle_minutes if idle else 0,
        expired_hours=0 if idle else service.settings.session_hours,
    )


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address, folded, a password as typed, the page that was wanted, and the school where it had to be said."""

    email: str
    password: str
    next_page: str
    school: str


async def _credentials(request: Request, service: Serving) -> Credentials:
    entering.refuse_other_sites(request, service)
    async with read_form(request) as form:
        password = form.get("password")
        return Credentials(
            fold_email(field(form, "email")),
            password if isinstance(password, str) else "",
            field(form, "next"),
            field(form, "school"),
        )


@router.post("/sign-in")
def sign_in(
    request: Request, service: Serving, given: Annotated[Credentials, Depends(_credentials)], now: Now
) -> Response:
    """Open a session. An unknown address gets the same answer as a wrong password, after the same time.

    Who has the same address and password at several schools is asked which they mean.
    """
    email = printable(given.email)[:INDEXED_CHARACTERS]
    counters = throttle.to_sign_in(service, request, email)
    if wait := throttle.begin(service, counters, now):
        return _must_wait(service, given, wait)
    matching = _matching(service, given)
    if not matching:
        return _form(service, status=403, email=given.email, next_page=given.next_page, failed=True)
    throttle.was_right(service, counters, now)
    if len(matching) > 1:
        return _which_school(service, given, matching)
    (person,) = matching
    if is_outdated(person.password_hash):
        with service.database.write() as session:
            people.hash_anew(Store(session, person.school_id), person.id, hash_password(given.password))
    answer = RedirectResponse("/", SEE_OTHER)
    token = entering.enter(request, answer, service, person, now=now)
    answer.headers["location"] = entering.onward(arrival_of(service, token, now), given.next_page)
    return answer


def _must_wait(service: Service, given: Credentials, wait: timedelta) -> Response:
    answer = _form(
        service,
        status=_TOO_MANY,
        email=given.email,
        next_page=given.next_page,
        wait_minutes=throttle.in_minutes(wait),
    )
    answer.headers["Retry-After"] = str(int(wait.total_seconds()))
    return answer


def _which_school(service: Service, given: Credentials, matching: list[Person]) -> Response:
    with service.database.read() as session:
        choice = [schools.get(Store(session, person.school_id)) for person in matching]
    return _form(service, email=given.email, next_page=given.next_page, choice=choice)


def _form(service: Service, *, status: int = 200, email: str = "", next_page: str = "", **told: object) -> Response:
    usual = {"failed": False, "wait_minutes": 0, "locked_minutes": 0, "expired_hours": 0, "done": "", "choice": ()}
    settings = service.settings
    return entering.page(
        "sign_in.html",
        None,
        status=status,
        email=printable(email),
        next_page=next_page,
        provider=settings.oidc_label if oidc.is_offered(settings) else "",
        **(usual | told),
    )


def _matching(service: Service, given: Credentials) -> list[Person]:
    """The people with that address and password, one at most in each school; of the school that was chosen alone."""
    password = printable(given.password)
    candidates = people_of_address(service, given.email) if password == given.password else []
    candidates = [person for person in candidates if given.school in {"", person.school_id}]
    if not candidates:
        matches(None, password)
    return [person for person in candidates if matches(person.password_hash, password)]


def people_of_address(service: Service, email: str) -> list[Person]:
    """Everybody of that address who may sign in, one at most in each school."""
    if printable(email) != email or len(email) > INDEXED_CHARACTERS:
        return []
    with service.database.read() as session:
        found = [people.find_by_email(Store(session, school.id), email) for school in schools.every(session)]
    return [person for person in found if person is not None and person.active]


@router.post("/sign-out")
def sign_out(service: Serving, arrival: Arriving, _form: Sent, now: Now) -> Response:
    """Close the session, and have the browser forget what it keeps of these pages."""
    principal = arrival.principal
    _close(service, principal.school_id, principal.session, principal.id, now)
    answer = RedirectResponse("/sign-in?done=out", SEE_OTHER)
    answer.delete_cookie(cookie_name(service), path="/", secure=is_secure(service), httponly=True, samesite="lax")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _close(service: Service, school_id: str, session_id: str, by: str, now: datetime) -> None:
    with service.database.write() as session:
        people.close_session(Store(session, school_id), session_id, by=by, now=now)
