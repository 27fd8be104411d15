"""The people of the school: who may sign in, as what, and what an administrator does about it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import RedirectResponse, Response

from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.store import Store, accounts, departures, identities, people, presence, second_factors
from app.store.departures import Departure
from app.store.people import Person
from app.web import invitations, staffing
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, Administering, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

ROLE_WORDS = {
    "colleague": "Colleague: may ask for the right to post",
    "author": "Author: writes posts",
    "approver": "Approver: writes and decides",
    "office": "Office: writes, keeps the register",
    "dsl": "Safeguarding lead: decides, keeps the register, sets holds",
    "dpo": "Data protection officer: reads the record, changes nothing",
    "administrator": "Administrator: everything but holds",
    "trust": "Trust: sees how all schools stand, makes new ones",
}
"""The roles in plain words, the least first."""

_GIVEN = {role: words for role, words in ROLE_WORDS.items() if role in staffing.GIVEN_HERE}


def _reader(visitor: Visiting) -> Visitor:
    if not visitor.principal.may(Scope.REVIEW):
        visitor.need(Scope.ADMIN)
    return visitor


Reading = Annotated[Visitor, Depends(_reader)]


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody as the page shows them. ``posts_to`` are handles; ``elsewhere``: signs in by the school's own account."""

    person: Person
    seen_at: datetime | None
    second_factor: bool
    posts_to: tuple[str, ...]
    elsewhere: bool


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form that adds somebody."""

    name: str = ""
    email: str = ""
    role: str = "author"


@router.get("/people")
def show_all(service: Serving, visitor: Reading) -> Response:
    """Everybody: role, active or not, last seen, second factor, posts to which accounts; and passwords to change."""
    return _list(service, visitor)


def _list(
    service: Service, visitor: Visitor, *, problem: FledglingError | None = None, typed: Typed | None = None
) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        listed, due = _listed(store, people.every(store)), departures.open_ones(store)
    listed.sort(key=lambda one: (not one.person.active, one.person.name.casefold()))
    return render(
        "people.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        typed=typed or Typed(),
        listed=listed,
        due=[(one, _name_in(listed, one)) for one in due],
        roles=ROLE_WORDS,
        given=_GIVEN,
        by_provider=bool(service.settings.oidc_roles),
    )


def _listed(store: Store, every: Iterable[Person]) -> list[Listed]:
    seen, secured, own = presence.last_seen(store), second_factors.having(store), accounts.every(store)
    linked = {one.person_id for one in identities.every(store)}
    return [
        Listed(
            person,
            seen.get(person.id),
            person.id in secured,
            staffing.accounts_of(person, own),
            person.id in linked,
        )
        for person in every
    ]


def _name_in(listed: Iterable[Listed], departure: Departure) -> str:
    return next((one.person.name for one in listed if one.person.id == departure.person_id), "somebody")


@router.post("/people")
def add(request: Request, service: Serving, visitor: Administering, form: Posted, now: Now) -> Response:
    """Add somebody, and show the link by which they choose a password: once, to hand over."""
    typed = Typed(printable(field(form, "name")).strip(), printable(field(form, "email")).strip(), field(form, "role"))
    principal = visitor.principal
    try:
        _check(typed)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            person = people.add(
                store, typed.name, typed.email, typed.role, staffing.NO_PASSWORD, by=principal.id, now=now
            )
    except (Conflict, Malformed) as problem:
        return _list(service, visitor, problem=problem, typed=typed)
    return _invited(request, service, visitor, person, now)


def _check(typed: Typed) -> None:
    staffing.check_newcomer(typed.name, typed.email)
    _check_role(typed.role)


def _check_role(role: str) -> None:
    if role not in _GIVEN:
        raise Malformed("Choose one of the roles.", slug="no-such-role")


def _invited(request: Request, service: Service, visitor: Visitor, person: Person, now: datetime) -> Response:
    made = invitations.invite(service, person, str(request.base_url), by=visitor.principal.id, now=now)
    return render("person_invited.html", visitor, one=person, made=made)


@router.get("/people/{person_id}")
def show_one(service: Serving, visitor: Administering, person_id: str) -> Response:
    """Somebody, and what can be done."""
    return _one(service, visitor, person_id)


def _one(service: Service, visitor: Visitor, person_id: str, *, problem: FledglingError | None = None) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        person = staffing.require(store, person_id)
        (listed,) = _listed(store, [person])
        last = staffing.is_last_administrator(store, person)
    return render(
        "person.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        one=listed,
        myself=person.id == visitor.principal.id,
        last_administrator=last,
        of_trust=person.role == staffing.TRUST,
        roles=ROLE_WORDS,
        given=_GIVEN,
        by_provider=listed.elsewhere and bool(service.settings.oidc_roles),
    )


@router.post("/people/{person_id}/role")
def change_role(service: Serving, visitor: Administering, person_id: str, form: Posted, now: Now) -> Response:
    """Give them another role."""
    try:
        role = field(form, "role")
        _check_role(role)
        office = office_of(service, visitor.principal.school_id)
        staffing.change_role(office, person_id, role, by=visitor.principal.id, now=now)
    except (Conflict, Malformed) as problem:
        return _one(service, visitor, person_id, problem=problem)
    return _back(person_id)


@router.post("/people/{person_id}/leave")
def leave(service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now) -> Response:
    """They have left."""
    try:
        office = office_of(service, visitor.principal.school_id)
        staffing.leave(office, person_id, by=visitor.principal.id, now=now)
    except Conflict as problem:
        return _one(service, visitor, person_id, problem=problem)
    return RedirectResponse("/people", SEE_OTHER)


@router.post("/people/{person_id}/return")
def come_back(service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now) -> Response:
    """Let them in again."""
    try:
        office = office_of(service, visitor.principal.school_id)
        staffing.come_back(office, person_id, by=visitor.principal.id, now=now)
    except Conflict as problem:
        return _one(service, visitor, person_id, problem=problem)
    return _back(person_id)


@contextmanager
def _writing(service: Service, visitor: Visitor, person_id: str) -> Iterator[Store]:
    """A transaction of the visitor's school in which that person is there; NotFound otherwise, Conflict for the trust's."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        store.take_turn()
        staffing.refuse_for_trust(staffing.require(store, person_id))
        yield store


def _back(person_id: str) -> Response:
    return RedirectResponse(f"/people/{person_id}", SEE_OTHER)


@router.post("/people/{person_id}/end-sessions")
def end_sessions(service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now) -> Response:
    """Sign them out everywhere."""
    with _writing(service, visitor, person_id) as store:
        presence.end_sessions(store, person_id, by=visitor.principal.id, now=now)
    return _back(person_id)


@router.post("/people/{person_id}/reset-second-factor")
def reset_second_factor(service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now) -> Response:
    """They have lost their phone: they set up another at their next sign-in, and are signed out until then."""
    if person_id == visitor.principal.id:
        problem = Conflict("Nobody resets their own second factor here. Ask another administrator.", slug="own-factor")
        return _one(service, visitor, person_id, problem=problem)
    with _writing(service, visitor, person_id) as store:
        second_factors.remove(store, person_id, by=visitor.principal.id, now=now)
        presence.end_sessions(store, person_id, by=visitor.principal.id, now=now)
    return _back(person_id)


@router.post("/people/{person_id}/forget-account")
def forget_account(service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now) -> Response:
    """Their account at the provider is another now: the next sign-in links by address again."""
    with _writing(service, visitor, person_id) as store:
        identities.unlink(store, person_id, by=visitor.principal.id, now=now)
    return _back(person_id)


@router.post("/people/{person_id}/invite")
def invite(
    request: Request, service: Serving, visitor: Administering, person_id: str, _form: Posted, now: Now
) -> Response:
    """A new link by which they choose a password."""
    with service.database.read() as session:
        person = staffing.require(Store(session, visitor.principal.school_id), person_id)
    staffing.refuse_for_trust(person)
    if not person.active:
        problem = Conflict("They have left. Let them in again first.", slug="has-left")
        return _one(service, visitor, person_id, problem=problem)
    return _invited(request, service, visitor, person, now)


@router.post("/people/departures/{departure_id}")
def passwords_changed(service: Serving, visitor: Administering, departure_id: str, _form: Posted, now: Now) -> Response:
    """The passwords that somebody who left may know were changed."""
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        if not departures.confirm(store, departure_id, by=visitor.principal.id, now=now):
            raise NotFound("There is no such notice, or it was seen to already.")
    return RedirectResponse("/people", SEE_OTHER)
