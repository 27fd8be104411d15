"""Who is calling and what they may do: an API key with scopes, or a person's session with a role."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from app.errors import NotAllowed, NotSignedIn
from app.policy import SignIn
from app.store import Store, keys, people, second_factors
from app.store.people import Person, SignedIn
from app.web.schoolwork import policy_of
from app.web.service import Now, Service, Serving

COOKIE = "fledgling_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The session's cookie where the service is reached by https: no other host and no plain connection can set it."""

LOCKED_FOR = timedelta(hours=12)
"""For how long after its end a session is still known, so that its person need not type address and form again."""


class Scope(StrEnum):
    """What a key or role may do."""

    DRAFTS = "drafts:write"
    REVIEW = "review:write"
    REGISTER = "register:write"
    AUDIT = "audit:read"
    ADMIN = "admin"
    SAFEGUARDING = "safeguarding:write"
    TRUST = "trust"


PEOPLE_ONLY = frozenset({Scope.SAFEGUARDING, Scope.TRUST})
"""What no key stands for, nor any role but the one that names it: why a child is not shown is one person's to know, and
no administrator of one school looks at the others."""

EVERYTHING = frozenset(Scope) - PEOPLE_ONLY

ROLES: dict[str, frozenset[Scope]] = {
    "colleague": frozenset(),
    "author": frozenset({Scope.DRAFTS}),
    "approver": frozenset({Scope.DRAFTS, Scope.REVIEW}),
    "office": frozenset({Scope.DRAFTS, Scope.REGISTER}),
    "dsl": frozenset({Scope.DRAFTS, Scope.REVIEW, Scope.REGISTER, Scope.SAFEGUARDING}),
    "dpo": frozenset({Scope.AUDIT}),
    "administrator": EVERYTHING,
    "trust": frozenset({Scope.TRUST}),
}
"""The roles of people and the scopes each stands for. ``admin`` in a key stands for all scopes."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is calling. ``id`` is what audit lines and drafts keep; ``csrf`` and ``session`` only for a person."""

    id: str
    kind: Literal["key", "person"]
    school_id: str
    scopes: frozenset[Scope]
    name: str = ""
    csrf: str = ""
    session: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether this scope is among theirs."""
        return scope in self.scopes

    def need(self, scope: Scope) -> None:
        """Raise NotAllowed without that scope."""
        if scope not in self.scopes:
            raise NotAllowed(f"This needs the scope {scope.value}.")


_bearer = HTTPBearer(auto_error=False, scheme_name="key", description="A key made by `python -m app key create`.")
_cookie = APIKeyCookie(name=COOKIE, auto_error=False, scheme_name="session", description="A person's session.")


def caller(
    request: Request,
    service: Serving,
    now: Now,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    _: Annotated[str | None, Depends(_cookie)],
) -> Principal:
    """Who is calling; NotSignedIn for nobody, and for a key or session that no longer holds."""
    if bearer is not None:
        return _by_key(service, bearer.credentials, now)
    if request.headers.get("authorization"):
        raise NotSignedIn("The Authorization header is not of the form: Bearer <key>.")
    if cookie := session_token(service, request):
        principal = _by_session(service, cookie, now)
        # A page of another site can send the cookie along; it cannot know the token.
        if request.method not in {"GET", "HEAD"} and request.headers.get("x-csrf-token") != principal.csrf:
            raise NotAllowed("A signed-in page sends its token as X-CSRF-Token.", slug="csrf-token-missing")
        return principal
    raise NotSignedIn("This needs a key (Authorization: Bearer …) or a signed-in person.")


Caller = Annotated[Principal, Depends(caller)]


def holding(scope: Scope) -> Callable[[Principal], Awaitable[Principal]]:
    """A dependency: the caller, who must hold that scope."""

    async def check(principal: Caller) -> Principal:
        principal.need(scope)
        return principal

    return check


async def _staff(principal: Caller) -> Principal:
    if not principal.may(Scope.REGISTER):
        principal.need(Scope.DRAFTS)
    return principal


Author = Annotated[Principal, Security(holding(Scope.DRAFTS), scopes=[Scope.DRAFTS])]
Approver = Annotated[Principal, Security(holding(Scope.REVIEW), scopes=[Scope.REVIEW])]
Registrar = Annotated[Principal, Security(holding(Scope.REGISTER), scopes=[Scope.REGISTER])]
Lead = Annotated[Principal, Security(holding(Scope.SAFEGUARDING), scopes=[Scope.SAFEGUARDING])]
Staff = Annotated[Principal, Security(_staff, scopes=[Scope.DRAFTS, Scope.REGISTER])]
Administrator = Annotated[Principal, Security(holding(Scope.ADMIN), scopes=[Scope.ADMIN])]


def _by_key(service: Service, secret: str, now: datetime) -> Principal:
    with service.database.read() as session:
        key = keys.find(session, secret, now)
    if key is None:
        raise NotSignedIn("The key is unknown, expired or revoked.")
    if keys.is_due_for_touch(key, now):
        with service.database.write() as session:
            keys.touch(Store(session, key.school_id), key.id, now=now)
    scopes = frozenset(scope for scope in EVERYTHING if scope.value in key.scopes)
    return Principal(key.id, "key", key.school_id, EVERYTHING if Scope.ADMIN in scopes else scopes, name=key.name)


def _by_session(service: Service, token: str, now: datetime) -> Principal:
    principal = person_of(service, token, now)
    if principal is None:
        raise NotSignedIn("The session has ended; sign in again.")
    return principal


class Owes(StrEnum):
    """What somebody who has given a password must still do before anything else."""

    CODE = "code"
    ENROLMENT = "enrolment"
    PASSWORD = "password"  # noqa: S105 - a word


@dataclass(frozen=True, slots=True)
class Arrival:
    """A session that holds, whose it is, and what it still owes."""

    principal: Principal
    signed_in: SignedIn
    owes: Owes | None


def is_secure(service: Service) -> bool:
    """Whether the service is reached by https."""
    return service.settings.public_url.lower().startswith("https:")


def cookie_name(service: Service) -> str:
    """The name of the session's cookie."""
    return SECURE_COOKIE if is_secure(service) else COOKIE


def session_token(service: Service, request: Request) -> str | None:
    """What the session's cookie holds, if there is one."""
    return request.cookies.get(cookie_name(service))


def arrival_of(service: Service, token: str | None, now: datetime) -> Arrival | None:
    """The session of that token and what it owes, or None; notes that the person is there."""
    if not token:
        return None
    idle = timedelta(minutes=service.settings.idle_minutes)
    with service.database.read() as session:
        found = people.find_session(session, token, idle=idle, now=now)
        if found is None:
            return None
        enrolled = second_factors.find(Store(session, found.person.school_id), found.person.id) is not None
    if now - found.seen_at > timedelta(minutes=1):
        with service.database.write() as session:
            people.touch_session(Store(session, found.person.school_id), found.id, now=now)
    person = found.person
    scopes = ROLES.get(person.role, frozenset())
    principal = Principal(
        person.id, "person", person.school_id, scopes, name=person.name, csrf=found.csrf, session=found.id
    )
    rules = policy_of(service, person.school_id).sign_in
    return Arrival(principal, found, _owed(found, rules, enrolled=enrolled, now=now))


def _owed(found: SignedIn, rules: SignIn, *, enrolled: bool, now: datetime) -> Owes | None:
    if found.second_factor_at is None:
        if enrolled:
            return Owes.CODE
        if rules.asks(found.person.role):
            return Owes.ENROLMENT
    return Owes.PASSWORD if is_too_old(found.person, rules, now) else None


def is_too_old(person: Person, rules: SignIn, now: datetime) -> bool:
    """Whether the policy wants their password changed because of its age. Who has none owes none."""
    if not rules.password_change_days or not person.password_hash:
        return False
    return now - (person.password_set_at or person.created_at) > timedelta(days=rules.password_change_days)


def person_of(service: Service, token: str | None, now: datetime) -> Principal | None:
    """The person whose session has that token, or None, as for one that still owes a code; notes that they are there."""
    arrival = arrival_of(service, token, now)
    return arrival.principal if arrival is not None and arrival.owes is None else None


def locked_of(service: Service, request: Request, now: datetime) -> SignedIn | None:
    """The session that this browser had, where it has ended by itself: nobody touched it, or its hours were over."""
    token = session_token(service, request)
    if not token:
        return None
    idle = timedelta(minutes=service.settings.idle_minutes)
    with service.database.read() as session:
        return people.find_locked(session, token, idle=idle, since=now - LOCKED_FOR, now=now)
