"""The yearly round in a browser: opened, worded, printed, followed up; and one child's answers, where returns go in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, Fault, FledglingError, Malformed
from app.register.forms import FIRST_WORDING
from app.register.record import CHANNELS
from app.store import Store, people, roster
from app.store.permissions import PermissionAnswer
from app.web.api.pages import page_after
from app.web.pages.printing import forms_page
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schemas import UNSTORABLE
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving
from app.web.slips import HEADINGS, chase_csv, forms_csv, told_day

router = APIRouter(route_class=PageRoute)

LISTED = 50
_SHORT = 200  # characters
_ANSWERS = {
    PermissionAnswer.GRANTED: "Yes",
    PermissionAnswer.REFUSED: "No",
    PermissionAnswer.WITHDRAWN: "A yes is taken back",
    PermissionAnswer.NOT_ANSWERED: "No answer after all",
}
STATES = {
    "granted": "yes",
    "refused": "no",
    "withdrawn": "no: taken back",
    "not_answered": "not answered",
    "expired": "expired",
}
"""Where an answer stands, in plain words."""


def _with_register(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


Registering = Annotated[Visitor, Depends(_with_register)]
Cursor = Annotated[str | None, Query(max_length=400)]


@router.get("/permission-round")
def show_round(service: Serving, visitor: Registering, now: Now) -> Response:
    """How the round stands, and its forms."""
    return _round(service, visitor, now)


def _round(service: Service, visitor: Visitor, now: datetime, problem: FledglingError | None = None) -> Response:
    state = register.read_round(office_of(service, visitor.principal.school_id), now)
    return render(
        "permission_round.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_faults(problem),
        round=state,
        wording=state.form.wording if state.form else FIRST_WORDING,
        day=told_day,
    )


def _faults(problem: FledglingError | None) -> list[str]:
    if problem is None:
        return []
    return [problem.detail, *(f"{fault.pointer.removeprefix('#/')}: {fault.detail}" for fault in problem.errors)]


@router.post("/permission-round")
def open_round(service: Serving, visitor: Registering, form: Posted, now: Now) -> Response:
    """Open it, or set its days anew."""
    office = office_of(service, visitor.principal.school_id)
    try:
        opened_on, due_on = _day(form, "opened_on"), _day(form, "due_on")
        register.open_round(office, opened_on=opened_on, due_on=due_on, by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _round(service, visitor, now, problem)
    return RedirectResponse("/permission-round", SEE_OTHER)


def _day(form: FormData, name: str) -> date:
    try:
        return date.fromisoformat(field(form, name))
    except ValueError:
        fault = Fault(f"#/{name}", "is not a day such as 2026-09-30")
        raise Malformed("The day is not one.", errors=(fault,)) from None


@router.post("/permission-round/form")
def keep_form(service: Serving, visitor: Registering, form: Posted, now: Now) -> Response:
    """Another wording."""
    office = office_of(service, visitor.principal.school_id)
    try:
        register.keep_form(office, printable(field(form, "wording")), by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _round(service, visitor, now, problem)
    return RedirectResponse("/permission-round", SEE_OTHER)


@router.get("/permission-round/forms")
def print_forms(service: Serving, visitor: Registering, now: Now) -> Response:
    """The slips, to print."""
    office = office_of(service, visitor.principal.school_id)
    return forms_page(register.read_forms(office, now), visitor.school_name, office.policy)


@router.get("/permission-round/forms.csv")
def save_forms(service: Serving, visitor: Registering, now: Now) -> Response:
    """The slips as a file."""
    office = office_of(service, visitor.principal.school_id)
    return _file(forms_csv(register.read_forms(office, now)), "permission-forms.csv")


@router.get("/permission-round/unanswered")
def show_unanswered(service: Serving, visitor: Registering, now: Now, cursor: Cursor = None) -> Response:
    """Whose family has not answered."""
    every = register.unanswered(office_of(service, visitor.principal.school_id), now)
    page, following = page_after(every, cursor, LISTED, lambda slip: slip.pupil.id)
    slips = [(register.called(one.pupil), one) for one in page]
    return render("unanswered.html", visitor, slips=slips, count=len(every), next=following, day=told_day)


@router.get("/permission-round/unanswered.csv")
def save_unanswered(service: Serving, visitor: Registering, now: Now) -> Response:
    """The chase list as a file."""
    office = office_of(service, visitor.principal.school_id)
    return _file(chase_csv(register.unanswered(office, now)), "permissions-not-answered.csv")


def _file(data: bytes, name: str) -> Response:
    return Response(data, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


# ---------------------------------------------------------------- one child


@router.get("/pupils")
def find(
    service: Serving,
    visitor: Registering,
    q: Annotated[str, Query(max_length=200)] = "",
    cursor: Cursor = None,
) -> Response:
    """The roll, by name."""
    with service.database.read() as session:
        every = roster.search(Store(session, visitor.principal.school_id), printable(q), limit=1_000_000)
    page, following = page_after(every, cursor, LISTED, lambda pupil: pupil.id)
    return render(
        "pupils.html", visitor, q=printable(q), children=[register.called(one) for one in page], next=following
    )


@router.get("/pupils/{pupil_id}")
def show_pupil(service: Serving, visitor: Registering, pupil_id: str, now: Now, done: bool = False) -> Response:
    """A child's answers; looking is audited."""
    return _pupil(service, visitor, pupil_id, now, done=done)


def _pupil(
    service: Service,
    visitor: Visitor,
    pupil_id: str,
    now: datetime,
    *,
    done: bool = False,
    note: str = "",
    problem: FledglingError | None = None,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    record = register.read_record(office, pupil_id, by=visitor.principal.id, now=now)
    form = register.read_round(office, now).form
    return render(
        "pupil.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_faults(problem),
        done=done,
        note=note,
        child=register.called(record.pupil),
        record=record,
        who=_who(service, visitor, {one.recorded_by for one in record.history}),
        headings=HEADINGS,
        states=STATES,
        answers=_ANSWERS,
        channels=CHANNELS,
        form_name=f"form {form.version}" if form else "",
        day=told_day,
    )


def _who(service: Service, visitor: Visitor, ids: Iterable[str]) -> dict[str, str]:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        found = {one: people.find(store, one) for one in ids}
    return {one: person.name if person else "a program" for one, person in found.items()}


@router.post("/pupils/{pupil_id}/permission")
def record_return(service: Serving, visitor: Registering, pupil_id: str, form: Posted, now: Now) -> Response:
    """Record what came back: one person's answer, for one channel or for each on the slip."""
    office = office_of(service, visitor.principal.school_id)
    try:
        notes = {
            register.record_permission(office, pupil_id, word, by=visitor.principal.id, now=now).note
            for word in _words(form)
        }
    except (Malformed, Conflict) as problem:
        return _pupil(service, visitor, pupil_id, now, problem=problem)
    if note := " ".join(sorted(notes - {""})):
        return _pupil(service, visitor, pupil_id, now, done=True, note=note)
    return RedirectResponse(f"/pupils/{pupil_id}?done=true", SEE_OTHER)


def _words(form: FormData) -> list[register.Word]:
    """The answers given, one a channel; what was left blank is not recorded."""
    told_by, signed = field(form, "told_by").strip(), field(form, "form").strip()
    if max(len(told_by), len(signed)) > _SHORT or UNSTORABLE.search(told_by + signed):
        raise Malformed("Who said it and on which form are told in 200 characters at most.")
    told_on = _day(form, "told_on") if field(form, "told_on") else None
    given = [(channel, field(form, channel)) for channel in CHANNELS]
    known = {answer.value for answer in PermissionAnswer}
    words = [
        register.Word(PermissionAnswer(answer), channel, told_by, told_on, signed)
        for channel, answer in given
        if answer in known
    ]
    if not words:
        raise Malformed("No answer was chosen: choose one for at least one way of publishing.")
    return words
