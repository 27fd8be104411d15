"""The way in, for all pages along it: whose session this is and what it owes, its cookie, and where it leads."""

from __future__ import annotations

import hmac
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, Query, Request
from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, Response

from app.errors import NotAllowed, NotSignedIn
from app.store import Store, people
from app.store.people import Person
from app.web.intake import read_form
from app.web.pages.kept import own_path
from app.web.pages.navigation import home
from app.web.pages.rendering import printable, render
from app.web.pages.throttle import remember
from app.web.pages.visiting import field
from app.web.security import Arrival, Owes, arrival_of, cookie_name, is_secure, session_token
from app.web.service import Now, Service, Serving

_BROWSERS = (
    ("Edge", r"Edg(e|A|iOS)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"Chrome/|CriOS/"),
    ("Safari", r"Safari/"),
)
_DEVICES = (
    ("an iPhone", "iPhone"),
    ("an iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("a Chromebook", "CrOS"),
    ("a Mac", "Macintosh"),
    ("Linux", "Linux"),
)
_OWED_AT = {Owes.CODE: "/second-factor", Owes.ENROLMENT: "/second-factor", Owes.PASSWORD: "/new-password"}

Next = Annotated[str, Query(alias="next", max_length=2000)]


def perhaps_arriving(request: Request, service: Serving, now: Now) -> Arrival | None:
    """The session of this browser, whatever it still owes, or None."""
    return arrival_of(service, session_token(service, request), now)


PerhapsArriving = Annotated[Arrival | None, Depends(perhaps_arriving)]


def _arriving(arrival: PerhapsArriving) -> Arrival:
    if arrival is None:
        raise NotSignedIn("This page is for people who are signed in.")
    return arrival


Arriving = Annotated[Arrival, Depends(_arriving)]


async def _sent(request: Request, arrival: Arriving) -> AsyncIterator[FormData]:
    async with read_form(request) as form:
        token = field(form, "csrf").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(token, arrival.principal.csrf.encode()):
            raise NotAllowed(
                "This form was not sent from a page of yours that is still open. Go back, reload, try again.",
                slug="csrf-token-missing",
            )
        yield form


Sent = Annotated[FormData, Depends(_sent, scope="function")]
"""The form of a session that may still owe something; it holds the session's token."""


def refuse_other_sites(request: Request, service: Service) -> None:
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


def enter(
    request: Request,
    answer: Response,
    service: Service,
    person: Person,
    *,
    second_factor_at: datetime | None = None,
    now: datetime,
) -> str:
    """Open a new session for a person, put it into the answer, and end the one that this browser had; its token."""
    old = session_token(service, request)
    until = now + timedelta(hours=service.settings.session_hours)
    with service.database.write() as session:
        if old:
            people.close_by_token(session, old, now=now)
        _, token = people.open_session(
            Store(session, person.school_id),
            person.id,
            expires_at=until,
            second_factor_at=second_factor_at,
            browser=browser_of(request.headers.get("user-agent", "")),
            now=now,
        )
    set_cookie(answer, service, token)
    remember(answer, service, request, person.email)
    return token


def set_cookie(answer: Response, service: Service, token: str) -> None:
    """Put a session's token into the answer."""
    # No age: on a shared computer closing the browser signs out; the session itself ends by the clock.
    answer.set_cookie(cookie_name(service), token, path="/", secure=is_secure(service), httponly=True, samesite="lax")


def onward(arrival: Arrival | None, page: str) -> str:
    """Where a session leads: to what it owes, else to the page that was wanted, else to its person's work."""
    wanted = own_path(page)
    if arrival is None:
        return "/sign-in"
    if arrival.owes is None:
        return wanted or home(arrival.principal.scopes).path
    return _OWED_AT[arrival.owes] + (f"?next={quote(wanted, safe='/')}" if wanted else "")


def browser_of(agent: str) -> str:
    """The family of browser and device, as far as it says, and no more: "Firefox on Windows"."""
    family = next((name for name, pattern in _BROWSERS if re.search(pattern, agent)), "")
    device = next((name for name, word in _DEVICES if word in agent), "")
    return f"{family or 'A browser'} on {device}" if device else family


def page(
    template: str, arrival: Arrival | None, *, status: int = 200, next_page: str = "", **values: object
) -> HTMLResponse:
    """A page on the way in: without the menu, and with the token of the session, if there is one."""
    csrf = arrival.principal.csrf if arrival else ""
    shown = {"next_page": own_path(next_page), "faults": (), **values}
    return render(template, None, status=status, csrf=csrf, **shown)


def typed_password(form: FormData, name: str) -> str:
    """A password as it was typed, or nothing where it could not be kept."""
    value = form.get(name)
    return value if isinstance(value, str) and printable(value) == value else ""
