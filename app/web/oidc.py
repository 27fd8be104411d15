"""Who may come in by the school's own sign-in (Microsoft, Google …), as whom, and with which role.

What is trusted: the issuer that the settings name, and no other. An address counts where the provider says that it
is verified; Microsoft does not say it, so there it counts where the token is of the tenant that the issuer names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.errors import NotAllowed, SetUpError
from app.integrations.openid import OpenIdProvider, Registration, is_safe_address
from app.settings import Settings
from app.store import INDEXED_CHARACTERS, Store, identities, people, posting_requests, schools
from app.store.people import Person, fold_email
from app.store.schools import School
from app.web.pages.rendering import printable
from app.web.service import Service
from app.web.staffing import NO_PASSWORD, TRUST, is_last_administrator

CALLBACK = "/sign-in/provider/callback"
ACTOR = "provider"
"""Who the audit trail says it was where a sign-in at the provider changed somebody's role or added them."""

GREATEST_FIRST = ("administrator", "dsl", "approver", "office", "dpo", "author", "colleague")
"""Where somebody's groups map to several roles, the first of these counts."""

_GOOGLE = frozenset({"https://accounts.google.com", "accounts.google.com"})
_TENANT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NAME_CHARACTERS = 200
_UNVERIFIED = (
    "The sign-in does not say that your e-mail address is verified, so nobody can tell who you are here. "
    "Ask your school's administrator."
)


class NotLetIn(NotAllowed):
    """The provider knows them, and they are not let in here; says what to do."""

    slug = "not-let-in"


class SeveralSchools(Exception):
    """The provider knows them, and several schools here do: they choose one."""

    def __init__(self, choice: tuple[School, ...]) -> None:
        super().__init__("several schools")
        self.choice = choice


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody as the provider's proven token has them. ``email`` is empty where no address can be trusted."""

    issuer: str
    subject: str
    email: str
    name: str
    groups: frozenset[str]
    second_factor: bool


def is_offered(settings: Settings) -> bool:
    """Whether people may sign in by a provider: the sign-in page then shows the button ``settings.oidc_label``."""
    return bool(settings.oidc_issuer) and not missing(settings)


def missing(settings: Settings) -> tuple[str, ...]:
    """What is wrong with the settings, in words for whoever set them; nothing where no provider is named."""
    if not settings.oidc_issuer:
        return ()
    asked = {
        "FLEDGLING_OIDC_ISSUER must be an https address": is_safe_address(settings.oidc_issuer),
        "FLEDGLING_OIDC_CLIENT_ID is missing": settings.oidc_client_id,
        "FLEDGLING_OIDC_CLIENT_SECRET is missing": settings.oidc_client_secret,
        "FLEDGLING_OIDC_DOMAIN is missing: without it anybody with an account there could come in": _domains(settings),
        "FLEDGLING_PUBLIC_URL is missing": settings.public_url,
        f"FLEDGLING_OIDC_ROLES names a role that is none of {', '.join(GREATEST_FIRST)}": set(
            settings.oidc_roles.values()
        ).issubset(GREATEST_FIRST),
    }
    return tuple(words for words, given in asked.items() if not given)


def check(settings: Settings) -> None:
    """SetUpError where a provider is named and the rest is not as it must be."""
    if faults := missing(settings):
        raise SetUpError(f"Signing in by a provider is not set up: {'; '.join(faults)}.", slug="provider-not-set-up")


def provider_of(settings: Settings) -> OpenIdProvider:
    """The provider of the settings; SetUpError where there is none or they are not whole."""
    if not settings.oidc_issuer:
        raise SetUpError("No provider is set up.", slug="provider-not-set-up")
    check(settings)
    secret = settings.oidc_client_secret
    return OpenIdProvider(
        Registration(
            settings.oidc_issuer,
            settings.oidc_client_id,
            secret.get_secret_value() if secret else "",
            settings.public_url.rstrip("/") + CALLBACK,
        )
    )


def read_claims(claims: Mapping[str, Any], settings: Settings) -> Known:
    """Who that is; NotLetIn for somebody of another school, domain or tenant."""
    email = _email(claims, settings)
    _require_domain(claims, email, settings)
    told = [*_strings(claims.get("groups")), *_strings(claims.get("roles"))]
    name = claims.get("name")
    shown = printable(name).strip()[:_NAME_CHARACTERS] if isinstance(name, str) else ""
    return Known(
        str(claims["iss"]),
        str(claims["sub"]),
        email,
        shown or email.partition("@")[0],
        frozenset(told),
        settings.oidc_second_factor == "provider" or "mfa" in _strings(claims.get("amr")),
    )


def _strings(value: object) -> list[str]:
    given = value if isinstance(value, list) else [value]
    return [one for one in given if isinstance(one, str)]


def _domains(settings: Settings) -> frozenset[str]:
    return frozenset(one.strip().lower() for one in settings.oidc_domain.split(",") if one.strip())


def _email(claims: Mapping[str, Any], settings: Settings) -> str:
    """The address, where it can be trusted; otherwise nothing."""
    verified = claims.get("email_verified")
    email = claims.get("email")
    if verified is None and _is_of_tenant(claims, settings) and claims.get("xms_edov") not in (False, "0", 0, "false"):
        verified = True
        email = email or claims.get("preferred_username")
    if verified not in (True, "true") or not isinstance(email, str):
        return ""
    folded = fold_email(email)
    fits = len(folded) <= INDEXED_CHARACTERS and _ADDRESS.fullmatch(folded) and printable(folded) == folded
    return folded if fits else ""


def _is_of_tenant(claims: Mapping[str, Any], settings: Settings) -> bool:
    """Whether it is a token of Microsoft's for the one tenant whose issuer the settings name."""
    tenant = claims.get("tid")
    return isinstance(tenant, str) and bool(_TENANT.fullmatch(tenant)) and f"/{tenant}/" in settings.oidc_issuer


def _require_domain(claims: Mapping[str, Any], email: str, settings: Settings) -> None:
    allowed = _domains(settings)
    tenants = {one for one in allowed if _TENANT.fullmatch(one)}
    mail = allowed - tenants
    hosted = claims.get("hd")
    if tenants and claims.get("tid") not in tenants:
        raise _elsewhere()
    if mail and isinstance(hosted, str):
        if hosted.lower() not in mail:
            raise _elsewhere()
    elif mail and not email and claims["iss"] not in _GOOGLE:
        raise NotLetIn(_UNVERIFIED)
    elif mail and (claims["iss"] in _GOOGLE or email.rpartition("@")[2] not in mail):
        # A private Google account can bear any address; only one of the school's says so (hd).
        raise _elsewhere()


def _elsewhere() -> NotLetIn:
    return NotLetIn("That is not an account of this school. Sign in with the one that the school gave you.")


def admit(service: Service, known: Known, now: datetime, school_id: str = "") -> Person:
    """The person, known by the provider's own id first, then by address, else new; their role follows their groups.

    ``school_id`` is the school that they chose, where several know them; SeveralSchools where they have not chosen yet.
    """
    school_id = _school_of(service, known, school_id)
    with service.database.write() as session:
        store = Store(session, school_id)
        store.take_turn()
        identity = identities.find(store, known.issuer, known.subject)
        if identity is not None:
            identities.touch(store, identity.id, now=now)
            person = people.find(store, identity.person_id)
        else:
            person = _by_address(store, known, now) or _added(store, known, service.settings, now)
        if person is None or not person.active:
            raise NotLetIn("Your account here is closed. The school's administrator can open it again.")
        return _with_role(store, person, known, service.settings, now)


def _school_of(service: Service, known: Known, chosen: str) -> str:
    with service.database.read() as session:
        every = schools.every(session)
        found = {one: person for one in every if (person := _known_at(Store(session, one.id), known)) is not None}
    if not found and len(every) == 1:
        return every[0].id
    if not found:
        raise NotLetIn("Nobody here has your address yet. Ask your school's administrator to add you, then try again.")
    # Where all have let them go, one of them says so.
    left = tuple(one for one, person in found.items() if person.active) or tuple(found)[:1]
    if len(left) > 1 and chosen not in {one.id for one in left}:
        raise SeveralSchools(left)
    return left[0].id if len(left) == 1 else chosen


def _known_at(store: Store, known: Known) -> Person | None:
    identity = identities.find(store, known.issuer, known.subject)
    if identity is not None:
        return people.find(store, identity.person_id)
    return people.find_by_email(store, known.email) if known.email else None


def _by_address(store: Store, known: Known, now: datetime) -> Person | None:
    """The person of that address, linked from now on; None where there is nobody."""
    if not known.email:
        raise NotLetIn(_UNVERIFIED)
    person = people.find_by_email(store, known.email)
    if person is None or not person.active:
        return person
    if any(one.person_id == person.id and one.issuer == known.issuer for one in identities.every(store)):
        raise NotLetIn(
            "Your address is known here with another account of your school's. Addresses are given anew when people "
            "leave; the school's administrator can look at who you are and forget the old account."
        )
    identities.link(store, person.id, known.issuer, known.subject, by=ACTOR, now=now)
    return person


def _added(store: Store, known: Known, settings: Settings, now: datetime) -> Person:
    role = _role_of(known, settings) or "colleague"
    person = people.add(store, known.name, known.email, role, NO_PASSWORD, by=ACTOR, now=now)
    identities.link(store, person.id, known.issuer, known.subject, by=ACTOR, now=now)
    return person


def _role_of(known: Known, settings: Settings) -> str | None:
    """The greatest role that a group of theirs maps to, or None."""
    mapped = {settings.oidc_roles[group] for group in known.groups if group in settings.oidc_roles}
    return next((role for role in GREATEST_FIRST if role in mapped), None)


def _with_role(store: Store, person: Person, known: Known, settings: Settings, now: datetime) -> Person:
    """The person with the role that their groups give, up or down; the last administrator keeps theirs.

    Whom the school granted the right to post stays an author though no group says so, unless they were lowered since.
    """
    if not settings.oidc_roles or person.role == TRUST:
        return person
    role = _role_of(known, settings)
    if role is None:
        granted = person.role != "colleague" and posting_requests.was_granted(store, person.id)
        role = "author" if granted else "colleague"
    if role == person.role or is_last_administrator(store, person):
        return person
    people.change(store, person.id, role=role, by=ACTOR, now=now)
    return people.find(store, person.id) or person
