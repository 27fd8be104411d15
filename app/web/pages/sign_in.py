"""Signing in with address and password, signing out, and where the front door leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.errors import NotAllowed
from app.store import INDEXED_CHARACTERS, Store, people, schools
from app.store.people import Person, fold_email
from app.web.intake import read_form
from app.web.pages.rendering import printable, render
from app.web.pages.throttle import WINDOW, Throttle
from app.web.pages.visiting import SEE_OTHER, PageRoute, PerhapsVisiting, Posted, Visiting, field
from app.web.passwords import matches
from app.web.security import COOKIE
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

_TOO_MANY = 429


@router.get("/")
def front_door(visitor: PerhapsVisiting) -> Response:
    """To work, or to the sign-in page."""
    return RedirectResponse("/compose" if visitor else "/sign-in", SEE_OTHER)


@router.get("/sign-in")
def show_sign_in(visitor: PerhapsVisiting) -> Response:
    """The form; whoever is signed in already goes to work."""
    return RedirectResponse("/compose", SEE_OTHER) if visitor else _form()


@dataclass(frozen=True, slots=True)
class Credentials:
    """An address, folded, and a password as typed."""

    email: str
    password: str


async def _credentials(request: Request, service: Serving) -> Credentials:
    _refuse_other_sites(request, service)
    async with read_form(request) as form:
        password = form.get("password")
        return Credentials(fold_email(field(form, "email")), password if isinstance(password, str) else "")


def _refuse_other_sites(request: Request, service: Service) -> None:
    """There is no session yet that could hold a token; what browsers say of themselves stands in for it."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site in {"same-origin", "none"}:
            return
        raise NotAllowed("Sign in on the page of this service itself.")
    origin = request.headers.get("origin")
    ours = {request.headers.get("host", ""), urlsplit(service.settings.public_url).netloc}
    if origin is not None and _host_of(origin) not in ours:
        raise NotAllowed("Sign in on the page of this service itself.")


def _host_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc or origin
    except ValueError:
        return origin


def _throttle(request: Request) -> Throttle:
    """One for each running application."""
    state = request.app.state
    if not hasattr(state, "sign_in_throttle"):
        state.sign_in_throttle = Throttle()
    throttle: Throttle = state.sign_in_throttle
    return throttle


@router.post("/sign-in")
def sign_in(
    service: Serving,
    given: Annotated[Credentials, Depends(_credentials)],
    throttle: Annotated[Throttle, Depends(_throttle)],
    now: Now,
) -> Response:
    """Open a session. An unknown address gets the same answer as a wrong password, after the same time."""
    if throttle.must_wait(given.email, now):
        answer = _form(status=_TOO_MANY, email=given.email, must_wait=True)
        answer.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
        return answer
    person = _who(service, given)
    if person is None:
        throttle.note_failure(given.email, now)
        return _form(status=403, email=given.email, failed=True)
    throttle.forget(given.email)
    answer = RedirectResponse("/compose", SEE_OTHER)
    _set_cookie(answer, service, _open_session(service, person, now))
    return answer


def _form(*, status: int = 200, email: str = "", failed: bool = False, must_wait: bool = False) -> Response:
    minutes = int(WINDOW.total_seconds()) // 60
    return render(
        "sign_in.html", None, status=status, email=printable(email), failed=failed, must_wait=must_wait, minutes=minutes
    )


def _who(service: Service, given: Credentials) -> Person | None:
    """The person with that address and password, in the first school that has them."""
    password = printable(given.password)
    candidates = _of_address(service, given.email) if password == given.password else []
    if not candidates:
        matches(None, password)
        return None
    return next((person for person in candidates if matches(person.password_hash, password)), None)


def _of_address(service: Service, email: str) -> list[Person]:
    if printable(email) != email or len(email) > INDEXED_CHARACTERS:
        return []
    with service.database.read() as session:
        found = [people.find_by_email(Store(session, school.id), email) for school in schools.every(session)]
    return [person for person in found if person is not None and person.active]


def _open_session(service: Service, person: Person, now: datetime) -> str:
    until = now + timedelta(hours=service.settings.session_hours)
    with service.database.write() as session:
        _, token = people.open_session(Store(session, person.school_id), person.id, expires_at=until, now=now)
    return token


def _set_cookie(answer: Response, service: Service, token: str) -> None:
    # No age: on a shared computer closing the browser signs out; the session itself ends by the clock.
    answer.set_cookie(COOKIE, token, path="/", secure=_is_secure(service), httponly=True, samesite="lax")


def _is_secure(service: Service) -> bool:
    return service.settings.public_url.lower().startswith("https")


@router.post("/sign-out")
def sign_out(service: Serving, visitor: Visiting, form: Posted, now: Now) -> Response:  # noqa: ARG001 - checks the token
    """Close the session."""
    principal = visitor.principal
    with service.database.write() as session:
        people.close_session(Store(session, principal.school_id), principal.session, by=principal.id, now=now)
    answer = RedirectResponse("/sign-in", SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/", secure=_is_secure(service), httponly=True, samesite="lax")
    return answer
