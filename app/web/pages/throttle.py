"""Guessing passwords and codes is slowed down, in the database; searching names is, in memory, and bounded."""

from __future__ import annotations

import hmac
import ipaddress
import re
import secrets
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import Response

from app.store import sign_ins
from app.store.sign_ins import Counter
from app.web.security import is_secure
from app.web.service import Service

FAILURES = 5
"""How often an address, or a person's code, may be wrong before one has to wait."""

FROM_ONE_PLACE = 60
"""The same for one client: behind a school's one address sit all its staff."""

PLACE_FORGOTTEN = timedelta(hours=1)

WINDOW = timedelta(minutes=5)
ADDRESSES = 10_000
"""How many addresses are remembered at most; those that failed longest ago are forgotten first."""

_KNOWN = "fledgling_known"
_KNOWN_FOR_S = 180 * 86_400
_KNOWN_PEOPLE = 5
_KNOWN_ONE = re.compile("[0-9a-f]{16}-[0-9a-f]{64}")


def to_sign_in(service: Service, request: Request, email: str) -> tuple[Counter, ...]:
    """What an attempt with that address counts by.

    A browser in which somebody of that address has signed in before counts by itself alone: no stranger, be it one in the
    same building, makes its owner wait.
    """
    known = _known(service, request, email)
    if known:
        return (_counter(service, "known browser", known + email, FAILURES),)
    return (_counter(service, "address", email, FAILURES), from_here(service, request))


def from_here(service: Service, request: Request) -> Counter:
    """What anything from the same client counts by; of an IPv6 address the network, which a client has to itself."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        place = host
    else:
        place = host if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
    return _counter(service, "client", place, FROM_ONE_PLACE, PLACE_FORGOTTEN)


def of_person(service: Service, person_id: str) -> Counter:
    """What codes and passwords count by that somebody types who has given a password already."""
    return _counter(service, "person", person_id, FAILURES)


def of_letters(service: Service, email: str) -> Counter:
    """What asking for a letter to that address counts by; each counts, as nothing there is right or wrong."""
    return _counter(service, "letter", email, 3)


def begin(service: Service, counters: Iterable[Counter], now: datetime) -> timedelta:
    """Count an attempt; how long one has to wait before it would be looked at, or no time at all."""
    with service.database.write() as session:
        return sign_ins.begin(session, counters, now=now)


def was_right(service: Service, counters: Iterable[Counter], now: datetime) -> None:
    """It was right: its person's failures are forgotten; of the client's only this one is taken back."""
    counters = tuple(counters)
    own = {one.mark for one in counters if one.free != FROM_ONE_PLACE}
    with service.database.write() as session:
        sign_ins.was_right(session, counters, forgiven=own, now=now)


def in_minutes(wait: timedelta) -> int:
    """A wait in whole minutes, one at least."""
    return max(1, -int(-wait.total_seconds() // 60))


def remember(answer: Response, service: Service, request: Request, email: str) -> None:
    """Let this browser be known as one in which somebody of that address has signed in. It opens nothing by itself."""
    if _known(service, request, email):
        return
    made = secrets.token_hex(8)
    before = _KNOWN_ONE.findall(request.cookies.get(_cookie(service), ""))[-_KNOWN_PEOPLE + 1 :]
    answer.set_cookie(
        _cookie(service),
        ".".join([*before, f"{made}-{_proof(service, made, email)}"]),
        max_age=_KNOWN_FOR_S,
        path="/",
        secure=is_secure(service),
        httponly=True,
        samesite="lax",
    )


def _known(service: Service, request: Request, email: str) -> str:
    for one in _KNOWN_ONE.findall(request.cookies.get(_cookie(service), "")[:1000]):
        made, _, proof = str(one).partition("-")
        if hmac.compare_digest(proof, _proof(service, made, email)):
            return made
    return ""


def _cookie(service: Service) -> str:
    return f"__Host-{_KNOWN}" if is_secure(service) else _KNOWN


def _proof(service: Service, made: str, email: str) -> str:
    return service.vault.mark(f"{made} {email}", "known browser")


def _counter(service: Service, what: str, which: str, free: int, forgotten: timedelta = sign_ins.FORGOTTEN) -> Counter:
    return Counter(service.vault.mark(f"{what} {which}", "sign-in failures"), free, forgotten)


class Throttle:
    """Whatever is to be done no more than ``limit`` times in ``window`` by one person, in this process; safe to share
    between threads."""

    def __init__(self, limit: int, window: timedelta = WINDOW) -> None:
        self._limit, self._window = limit, window
        self._done: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def must_wait(self, who: str, now: datetime) -> bool:
        """Whether they did it too often lately."""
        with self._lock:
            times = self._done.get(who)
            return times is not None and len(times) == self._limit and now - times[0] < self._window

    def note(self, who: str, now: datetime) -> None:
        """Remember that they did it; only the last few times count."""
        with self._lock:
            self._done.setdefault(who, deque(maxlen=self._limit)).append(now)
            self._done.move_to_end(who)
            while len(self._done) > ADDRESSES:
                self._done.popitem(last=False)
