"""Setting a password by a link that works once, and asking for such a link when the password is forgotten."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from app.db import new_id
from app.errors import SetUpError
from app.integrations import mail
from app.integrations.mail import Letter, Outcome
from app.store import INDEXED_CHARACTERS, Store, links, schools
from app.store.links import Link, Purpose
from app.store.people import Person, fold_email
from app.web.intake import read_form
from app.web.pages import entering, throttle
from app.web.pages.my_account import why_not_for
from app.web.pages.rendering import printable
from app.web.pages.sign_in import people_of_address
from app.web.pages.visiting import SEE_OTHER, PageRoute, field
from app.web.passwords import hash_password
from app.web.schoolwork import policy_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)
_log = logging.getLogger(__name__)

ACTOR = "sign-in"
"""Who the audit trail says made a link that somebody asked for by mail."""

_GONE, _MALFORMED, _TOO_MANY = 404, 422, 429
_QUIET = {"Referrer-Policy": "no-referrer"}


@router.get("/welcome/{token}")
def show(request: Request, service: Serving, token: str, now: Now) -> Response:
    """The form in which a password is chosen. Looking at it uses nothing up: programs that read mail look at links too."""
    link = _find(service, token, now)
    return _useless(service, request, now) if link is None else _form(service, link, token)


async def _chosen(request: Request, service: Serving) -> str:
    entering.refuse_other_sites(request, service)
    async with read_form(request) as form:
        return entering.typed_password(form, "new_password")


@router.post("/welcome/{token}")
def choose(
    request: Request, service: Serving, token: str, password: Annotated[str, Depends(_chosen)], now: Now
) -> Response:
    """Set the password; the link is used up, and whoever was signed in as that person is no more."""
    link = _find(service, token, now)
    if link is None:
        return _useless(service, request, now)
    if fault := why_not_for(service, link.person, password):
        return _form(service, link, token, fault)
    hashed = hash_password(password)
    with service.database.write() as session:
        used = links.use(Store(session, link.person.school_id), link, hashed, now=now)
    if not used:
        return _useless(service, request, now)
    return RedirectResponse("/sign-in?done=password", SEE_OTHER, headers=_QUIET)


def _find(service: Service, token: str, now: datetime) -> Link | None:
    with service.database.read() as session:
        return links.find(session, token, now=now)


def _form(service: Service, link: Link, token: str, fault: str = "") -> Response:
    person = link.person
    with service.database.read() as session:
        school = schools.get(Store(session, person.school_id)).name
    answer = entering.page(
        "welcome.html",
        None,
        status=_MALFORMED if fault else 200,
        faults=[fault] if fault else [],
        school=school,
        email=person.email,
        path=links.path_of(token),
        least=policy_of(service, person.school_id).sign_in.password_min_length,
        forgotten=link.purpose is Purpose.RESET,
    )
    answer.headers.update(_QUIET)
    return answer


def _useless(service: Service, request: Request, now: datetime) -> Response:
    """Unknown, used and expired links get the same answer; whoever tries many has to wait."""
    wait = throttle.begin(service, [throttle.from_here(service, request)], now)
    answer = entering.page(
        "link_useless.html",
        None,
        status=_TOO_MANY if wait else _GONE,
        wait_minutes=throttle.in_minutes(wait) if wait else 0,
        mail=can_mail(service),
    )
    answer.headers.update(_QUIET)
    return answer


def can_mail(service: Service) -> bool:
    """Whether letters with links go out: there is a server, and the service knows its own address."""
    return bool(service.settings.smtp_host and service.settings.public_url)


@router.get("/forgotten")
def show_forgotten(service: Serving) -> Response:
    """Asks for the address; where no letters go out, says whom to ask."""
    return entering.page("forgotten.html", None, mail=can_mail(service), sent=False)


async def _address(request: Request, service: Serving) -> str:
    entering.refuse_other_sites(request, service)
    async with read_form(request) as form:
        return printable(fold_email(field(form, "email")))[:INDEXED_CHARACTERS]


@router.post("/forgotten")
def ask(request: Request, service: Serving, email: Annotated[str, Depends(_address)], now: Now) -> Response:
    """Say that a letter is under way to that address if it is somebody's; the answer is the same if it is nobody's."""
    answer = entering.page("forgotten.html", None, mail=can_mail(service), sent=True)
    counters = [throttle.of_letters(service, email), throttle.from_here(service, request)]
    if can_mail(service) and not throttle.begin(service, counters, now):
        # Afterwards, so that the time to the answer tells nothing either.
        answer.background = BackgroundTask(_send_links, service, email, now)
    return answer


def _send_links(service: Service, email: str, now: datetime) -> None:
    try:
        for person in people_of_address(service, email):
            if not person.password_hash:  # they come in by the school's own account, or by an administrator's link
                continue
            with service.database.write() as session:
                store = Store(session, person.school_id)
                token = links.create(store, person.id, Purpose.RESET, by=ACTOR, now=now)
                school = schools.get(store).name
            link = service.settings.public_url.rstrip("/") + links.path_of(token)
            body = _forgotten(school, link)
            _mail(service, person, f"A new password for Fledgling at {school}", body, now)
    except Exception as error:  # noqa: BLE001 - the answer is sent; nothing of the address goes to the log
        _log.error("a letter with a link was not sent: %s", type(error).__name__)


def _forgotten(school: str, link: str) -> str:
    return (
        f"Somebody asked for a new password for your sign-in to Fledgling at {school}.\n\n"
        f"If it was you, choose one here:\n\n{link}\n\n"
        "The link works once, and for two hours. If it was not you, do nothing: your password stays as it is.\n"
    )


def _mail(service: Service, person: Person, subject: str, body: str, now: datetime) -> None:
    try:
        server = mail.server_of(service.settings)
    except SetUpError as error:
        _log.error("a letter with a link was not sent: %s", error.slug)
        return
    if server is not None:
        sent = mail.send(server, Letter(new_id(now), person.email, subject, body, now))
        if sent.outcome is not Outcome.SENT:
            _log.warning("a letter with a link was not sent, or perhaps not: %s", sent.fault)
