"""The school's accounts on X: their classes and posters, and how each was opened and closed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import register
from app.domain import Account, fold_handle
from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.register import posting
from app.store import Store, keys, openings, people, roster
from app.store.people import Person
from app.web import staffing
from app.web.pages.posting_rights import REASON_CHARACTERS, reason_of
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, Administering, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)


def _reader(visitor: Visiting) -> Visitor:
    if not visitor.principal.may(Scope.REVIEW) and not visitor.principal.may(Scope.REGISTER):
        visitor.need(Scope.ADMIN)
    return visitor


Reading = Annotated[Visitor, Depends(_reader)]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stood in the form that was sent; ``about`` is empty for a new account."""

    about: str = ""
    handle: str = ""
    classes: tuple[str, ...] = ()
    posters: tuple[str, ...] = ()
    reason: str = ""


@router.get("/accounts")
def show(service: Serving, visitor: Reading) -> Response:
    """All accounts, open and closed, with who decided so."""
    return _page(service, visitor)


def _page(
    service: Service, visitor: Visitor, *, problem: FledglingError | None = None, typed: Typed | None = None
) -> Response:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        known, made, everybody = openings.known(store), openings.decisions(store), people.every(store)
        classes = sorted({one.class_name for one in roster.every(store) if one.class_name and one.left_on is None})
        programs = {key.id: key.name for key in keys.every(store)}
    names = {person.id: _called(person) for person in everybody}
    return render(
        "accounts.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_words(problem),
        typed=typed or Typed(),
        open=[one for one in known if one.closed_at is None],
        closed=[one for one in known if one.closed_at is not None],
        decisions=made,
        names={**{one: f"{name} (a program)" for one, name in programs.items()}, **names},
        classes=classes,
        writers=[person for person in everybody if person.active and staffing.may_write(person.role)],
        longest=REASON_CHARACTERS,
    )


def _called(person: Person) -> str:
    return person.name if person.active else f"{person.name} (has left)"


def _words(problem: FledglingError | None) -> list[str]:
    if problem is None:
        return []
    return [problem.detail, *(fault.detail for fault in problem.errors)]


def _typed(form: FormData, about: str = "") -> Typed:
    return Typed(
        about,
        fold_handle(printable(field(form, "handle"))).strip(),
        _chosen(form, "classes"),
        _chosen(form, "posters"),
        printable(field(form, "reason")),
    )


def _chosen(form: FormData, name: str) -> tuple[str, ...]:
    given = (printable(one).strip() for one in form.getlist(name) if isinstance(one, str))
    return tuple(dict.fromkeys(one for one in given if one))


@router.post("/accounts")
def open_account(service: Serving, visitor: Administering, form: Posted, now: Now) -> Response:
    """Open a new account, or one again that was closed."""
    typed = _typed(form)
    try:
        office = office_of(service, visitor.principal.school_id)
        account = Account(typed.handle, typed.classes, typed.posters)
        posting.open_account(office, account, reason_of(field(form, "reason")), by=visitor.principal.id, now=now)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, problem=problem, typed=typed)
    return RedirectResponse("/accounts", SEE_OTHER)


@router.post("/accounts/{handle}")
def change_account(service: Serving, visitor: Administering, handle: str, form: Posted, now: Now) -> Response:
    """Change an account's classes and posters."""
    typed = _typed(form, handle)
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        if handle not in {one.account.handle for one in openings.known(store) if one.closed_at is None}:
            raise NotFound("The school has no such account that is open.")
    try:
        office = office_of(service, visitor.principal.school_id)
        account = Account(handle, typed.classes, typed.posters)
        register.put_accounts(office, [account], by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _page(service, visitor, problem=problem, typed=typed)
    return RedirectResponse("/accounts", SEE_OTHER)


@router.post("/accounts/{handle}/close")
def close_account(service: Serving, visitor: Administering, handle: str, form: Posted, now: Now) -> Response:
    """Close an account."""
    try:
        office = office_of(service, visitor.principal.school_id)
        reason = reason_of(field(form, "reason"))
        posting.close_account(office, fold_handle(handle), reason, by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _page(service, visitor, problem=problem, typed=_typed(form, handle))
    return RedirectResponse("/accounts", SEE_OTHER)
