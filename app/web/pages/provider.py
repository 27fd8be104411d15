"""Signing in by the school's own account at Microsoft, Google or another OpenID Connect provider."""

from __future__ import annotations

import hmac
import json
import logging
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from app.errors import NotFound
from app.integrations.openid import OpenIdProvider, ProviderRefused, ProviderSilent, Secrets
from app.store.people import Person
from app.vault import SealBroken
from app.web import oidc
from app.web.oidc import Known, NotLetIn, SeveralSchools
from app.web.pages import entering, kept
from app.web.pages.rendering import render
from app.web.pages.visiting import SEE_OTHER, PageRoute
from app.web.security import is_secure
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)
_log = logging.getLogger(__name__)

COOKIE = "fledgling_provider"
UNDER_WAY = timedelta(minutes=10)
"""For how long a sign-in that was begun can be finished."""

_REMEMBERED = 10_000
_PURPOSE = "sign-in at a provider"
_ANSWER_CHARACTERS = 4_000

_WORDS = {
    "lost": (
        400,
        "This sign-in cannot be finished",
        "It was begun in another window or browser, more than ten minutes ago, or it was finished already.",
    ),
    "refused": (403, "You were not signed in", "The sign-in was stopped, or your account may not be used here."),
    "unproven": (
        403,
        "You were not signed in",
        "The answer that came back does not prove who you are. Nothing was changed.",
    ),
    "silent": (
        503,
        "The sign-in does not answer",
        "The school's sign-in cannot be reached just now. Wait a little, or sign in with a password if you have one.",
    ),
}


class Door:
    """The provider of one running application, and which sign-ins were finished: none is finished twice."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self.provider = provider
        self._finished: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def finish(self, state: str) -> bool:
        """Whether the sign-in of that state was not finished before; it is from now on."""
        with self._lock:
            if state in self._finished:
                return False
            self._finished[state] = None
            while len(self._finished) > _REMEMBERED:
                self._finished.popitem(last=False)
            return True


async def _door(request: Request, service: Serving) -> Door:
    if not oidc.is_offered(service.settings):
        for fault in oidc.missing(service.settings):
            _log.error("signing in by a provider is not offered: %s", fault)
        raise NotFound("Signing in by another account is not set up here.")
    state = request.app.state
    if not hasattr(state, "provider_door"):
        state.provider_door = Door(oidc.provider_of(service.settings))
    door: Door = state.provider_door
    return door


AtDoor = Annotated[Door, Depends(_door)]


@dataclass(frozen=True, slots=True)
class UnderWay:
    """A sign-in that this browser has begun; ``next`` is the page that it wanted, ``school`` the one chosen of several."""

    secrets: Secrets
    next: str
    school: str = ""


@router.get("/sign-in/provider")
def begin(
    service: Serving,
    door: AtDoor,
    now: Now,
    next: Annotated[str, Query(max_length=500)] = "",  # noqa: A002
    school: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Send the browser to the provider, and remember in a sealed cookie what its answer must match."""
    begun = Secrets(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    try:
        address = door.provider.address(begun, now)
    except ProviderSilent as error:
        return _told("silent", str(error))
    except ProviderRefused as error:
        return _told("unproven", error.why)
    answer = RedirectResponse(address, SEE_OTHER)
    answer.set_cookie(
        COOKIE,
        _sealed(service, UnderWay(begun, kept.own_path(next), school), now),
        max_age=int(UNDER_WAY.total_seconds()),
        path="/sign-in/provider",
        secure=is_secure(service),
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/sign-in/provider/callback")
def finish(request: Request, service: Serving, door: AtDoor, now: Now) -> Response:
    """What the provider answers: a code, exchanged for the proof of who that is; or that it says no."""
    answer = _finish(request, service, door, now)
    answer.delete_cookie(COOKIE, path="/sign-in/provider", secure=is_secure(service), httponly=True, samesite="lax")
    return answer


def _finish(request: Request, service: Service, door: Door, now: datetime) -> Response:
    given = {name: request.query_params.get(name) for name in ("state", "code", "error", "iss")}
    begun = _opened(service, request.cookies.get(COOKIE), now)
    state = given["state"] or ""
    if begun is None or not hmac.compare_digest(state.encode("utf-8", "surrogatepass"), begun.secrets.state.encode()):
        return _told("lost", "no such sign-in is under way")
    if not door.finish(state):
        return _told("lost", "it was finished before")
    try:
        door.provider.check_sender(given["iss"], now)
        code = given["code"]
        if given["error"] is not None or not code or len(code) > _ANSWER_CHARACTERS:
            return _told("refused", "the provider gave no code")
        known = oidc.read_claims(door.provider.identify(code, begun.secrets, now), service.settings)
        person = oidc.admit(service, known, now, begun.school)
    except ProviderSilent as error:
        return _told("silent", str(error))
    except ProviderRefused as error:
        return _told("unproven", error.why)
    except SeveralSchools as several:
        return render("which_school.html", None, choice=several.choice, next_page=begun.next)
    except NotLetIn as error:
        return _page(error.status, "You were not let in", error.detail)
    return _welcome(request, service, person, known, begun.next, now)


def _welcome(request: Request, service: Service, person: Person, known: Known, page: str, now: datetime) -> Response:
    answer = RedirectResponse(page or "/", SEE_OTHER)
    second_factor_at = now if known.second_factor else None
    entering.enter(request, answer, service, person, second_factor_at=second_factor_at, now=now)
    return answer


def _told(what: str, why: str) -> Response:
    _log.warning("sign-in by provider, %s: %s", what, why)
    return _page(*_WORDS[what])


def _page(status: int, title: str, words: str) -> Response:
    return render("provider.html", None, status=status, title=title, words=words)


def _sealed(service: Service, begun: UnderWay, now: datetime) -> str:
    told = [begun.secrets.state, begun.secrets.nonce, begun.secrets.verifier, begun.next, begun.school, now.timestamp()]
    return urlsafe_b64encode(service.vault.seal(json.dumps(told).encode(), _PURPOSE)).decode()


def _opened(service: Service, cookie: str | None, now: datetime) -> UnderWay | None:
    """The sign-in that the cookie tells of, unless it is none of ours or too old."""
    try:
        sealed = urlsafe_b64decode((cookie or "").encode("ascii"))
        state, nonce, verifier, page, school, begun_at = json.loads(service.vault.open(sealed, _PURPOSE))
    except (ValueError, SealBroken):
        return None
    if not 0 <= now.timestamp() - begun_at < UNDER_WAY.total_seconds():
        return None
    return UnderWay(Secrets(state, nonce, verifier), page, school)
