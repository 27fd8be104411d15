"""Allowed phrases in a browser: allowed at a finding of a draft, listed, taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import APIRouter, Query
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import desk, register
from app.errors import Conflict, FledglingError, Malformed
from app.store import Store, people
from app.store.phrases import About
from app.web.pages.draft_page import Allowing, draft_for, show_draft
from app.web.pages.rendering import Visitor, in_plain_words, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, field
from app.web.phrase_schemas import PhraseIn, WithdrawalIn
from app.web.problems import faults_of
from app.web.schoolwork import names_of, office_of, workplace_of
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 20

Read = TypeVar("Read", bound=BaseModel)

Cursor = Annotated[str | None, Query(max_length=400)]


@router.post("/drafts/{draft_id}/allowed-phrases")
def allow(service: Serving, visitor: Reviewing, draft_id: str, form: Posted, now: Now) -> Response:
    """Allow a phrase, vet the draft again, show it; where that cannot be, the page again with the reason."""
    principal = visitor.principal
    with service.database.read() as session:
        draft_for(Store(session, principal.school_id), visitor, draft_id)
    try:
        _allow(service, visitor, form, now)
        desk.revet(workplace_of(service, principal.school_id), draft_id, by=principal.id, now=now)
    except (Conflict, Malformed) as problem:
        allowing = Allowing(field(form, "place"), field(form, "phrase"), field(form, "reason"))
        return show_draft(service, visitor, draft_id, problem=problem, allowing=allowing)
    return RedirectResponse(f"/drafts/{draft_id}", SEE_OTHER)


def _allow(service: Service, visitor: Visitor, form: FormData, now: datetime) -> None:
    taken = _read(PhraseIn, form)
    principal = visitor.principal
    names = names_of(service, principal.school_id, now)
    wanted = register.Wanted(taken.phrase, About(taken.about), taken.reason)
    register.allow_phrase(office_of(service, principal.school_id), names, wanted, by=principal.id, now=now)


def _read(model: type[Read], form: FormData) -> Read:
    """The form as that model; Malformed, in words for people, where it does not fit."""
    try:
        return model.model_validate({name: field(form, name) for name in model.model_fields})
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The form cannot be taken as it is ({said}).", errors=faults) from None


@router.get("/allowed-phrases")
def show(service: Serving, visitor: Reviewing, now: Now, withdrawn: bool = False, cursor: Cursor = None) -> Response:
    """The school's phrases, latest first: who allowed each, when and why, and whether it is in force."""
    return _list(service, visitor, now, withdrawn=withdrawn, cursor=cursor)


@router.post("/allowed-phrases/{phrase_id}/withdraw")
def withdraw(service: Serving, visitor: Reviewing, phrase_id: str, form: Posted, now: Now) -> Response:
    """Take a phrase back."""
    principal = visitor.principal
    names = names_of(service, principal.school_id, now)
    try:
        reason = _read(WithdrawalIn, form).reason
        office = office_of(service, principal.school_id)
        register.withdraw_phrase(office, names, phrase_id, reason, by=principal.id, now=now)
    except (Conflict, Malformed) as problem:
        return _list(service, visitor, now, problem=problem)
    return RedirectResponse("/allowed-phrases", SEE_OTHER)


def _list(
    service: Service,
    visitor: Visitor,
    now: datetime,
    *,
    withdrawn: bool = False,
    cursor: str | None = None,
    problem: FledglingError | None = None,
) -> Response:
    school_id = visitor.principal.school_id
    office, names = office_of(service, school_id), names_of(service, school_id, now)
    page = register.list_phrases(office, names, withdrawn=withdrawn, limit=LISTED, cursor=cursor)
    return render(
        "allowed_phrases.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        items=page.items,
        next=page.next,
        withdrawn=withdrawn,
        who=_who(service, school_id, page.items),
        of_policy=office.policy.allowed_phrases,
        unused=register.unused_phrases(office, names),
    )


def _who(service: Service, school_id: str, items: Iterable[register.ListedPhrase]) -> dict[str, str]:
    """The names of those who allowed or withdrew, by id."""
    ids = {by for one in items for by in (one.phrase.allowed_by, one.phrase.withdrawn_by) if by}
    with service.database.read() as session:
        store = Store(session, school_id)
        found = {one: people.find(store, one) for one in ids}
    return {one: person.name if person else "a program (by key)" for one, person in found.items()}
