"""The yearly round in a browser: opened, worded, printed, followed up class by class, and the slips that come back typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, FledglingError, Malformed, NotFound
from app.register import Called, Office, Slip
from app.register.forms import FIRST_WORDING
from app.register.record import CHANNELS
from app.store import Store, roster
from app.web.api.pages import page_after
from app.web.pages.answering import TELLERS, faults_told, read_day, record_all
from app.web.pages.printing import forms_page
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving
from app.web.slips import HEADINGS, chase_csv, forms_csv, told_day

router = APIRouter(route_class=PageRoute)

LISTED = 100


def _with_register(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


Registering = Annotated[Visitor, Depends(_with_register)]
Cursor = Annotated[str | None, Query(max_length=400)]
OfClass = Annotated[str | None, Query(max_length=200)]

_ALL = "*"
"""What the choice of a class sends for all of them; an empty name is that of the children without a class."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one class has answered."""

    class_name: str
    asked: int
    answered: int

    @property
    def missing(self) -> int:
        """How many have not."""
        return self.asked - self.answered


@router.get("/permission-round")
def show_round(service: Serving, visitor: Registering, now: Now) -> Response:
    """How the round stands, class by class, and its forms."""
    return _round(service, visitor, now)


def _round(
    service: Service, visitor: Visitor, now: datetime, problem: FledglingError | None = None, wording: str | None = None
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    state = register.read_round(office, now)
    silent = register.unanswered(office, now)
    late = [one for one in silent if state.days and one.due_on and one.due_on > state.days[1]]
    known = state.form.wording if state.form else FIRST_WORDING
    return render(
        "permission_round.html",
        visitor,
        status=problem.status if problem else 200,
        faults=faults_told(problem),
        round=state,
        classes=_progress(service, office, silent),
        overdue=sum(one.overdue for one in silent),
        came_later=[(register.called(one.pupil), one) for one in late],
        wording=known if wording is None else wording,
        day=told_day,
    )


def _progress(service: Service, office: Office, silent: Sequence[Slip]) -> list[Progress]:
    with service.database.read() as session:
        on_roll = [one for one in roster.every(Store(session, office.school_id)) if one.left_on is None]
    asked: dict[str, int] = {}
    for one in sorted(on_roll, key=lambda one: one.class_name.casefold()):
        asked[one.class_name] = asked.get(one.class_name, 0) + 1
    missing = dict.fromkeys(asked, 0)
    for slip in silent:
        missing[slip.pupil.class_name] = missing.get(slip.pupil.class_name, 0) + 1
    return [Progress(name, count, count - missing[name]) for name, count in asked.items()]


@router.post("/permission-round")
def open_round(service: Serving, visitor: Registering, form: Posted, now: Now) -> Response:
    """Open it, or set its days anew."""
    office = office_of(service, visitor.principal.school_id)
    try:
        opened_on, due_on = read_day(form, "opened_on"), read_day(form, "due_on")
        register.open_round(office, opened_on=opened_on, due_on=due_on, by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _round(service, visitor, now, problem)
    return RedirectResponse("/permission-round", SEE_OTHER)


@router.post("/permission-round/form")
def keep_form(service: Serving, visitor: Registering, form: Posted, now: Now) -> Response:
    """Another wording."""
    office = office_of(service, visitor.principal.school_id)
    wording = printable(field(form, "wording"))
    try:
        register.keep_form(office, wording, by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _round(service, visitor, now, problem, wording)
    return RedirectResponse("/permission-round", SEE_OTHER)


@router.get("/permission-round/forms")
def print_forms(service: Serving, visitor: Registering, now: Now, class_name: OfClass = None) -> Response:
    """The slips, to print: of one class, or of all."""
    office = office_of(service, visitor.principal.school_id)
    forms = register.read_forms(office, now)
    return forms_page(forms, visitor.school_name, office.policy, class_name)


@router.get("/permission-round/forms.csv")
def save_forms(service: Serving, visitor: Registering, now: Now) -> Response:
    """The slips as a file."""
    office = office_of(service, visitor.principal.school_id)
    return _file(forms_csv(register.read_forms(office, now)), "permission-forms.csv")


def _of_class(slips: Sequence[Slip], class_name: str | None) -> list[Slip]:
    return [one for one in slips if class_name is None or one.pupil.class_name == class_name]


@router.get("/permission-round/unanswered")
def show_unanswered(
    service: Serving, visitor: Registering, now: Now, class_name: OfClass = None, cursor: Cursor = None
) -> Response:
    """Whose family has not answered: of one class, or of all."""
    silent = register.unanswered(office_of(service, visitor.principal.school_id), now)
    class_name = None if class_name == _ALL else class_name
    every = _of_class(silent, class_name)
    listed = [one.pupil.class_name for one in silent] + ([class_name] if class_name is not None else [])
    page, following = page_after(every, cursor, LISTED, lambda slip: slip.pupil.id)
    return render(
        "unanswered.html",
        visitor,
        slips=[(register.called(one.pupil), one) for one in page],
        total=len(every),
        classes=list(dict.fromkeys(listed)),
        class_name=class_name,
        query=urlencode({"class_name": class_name}) if class_name is not None else "",
        next=following,
        day=told_day,
    )


@router.get("/permission-round/unanswered.csv")
def save_unanswered(service: Serving, visitor: Registering, now: Now, class_name: OfClass = None) -> Response:
    """The chase list as a file."""
    silent = register.unanswered(office_of(service, visitor.principal.school_id), now)
    return _file(chase_csv(_of_class(silent, class_name)), "permissions-not-answered.csv")


def _file(data: bytes, name: str) -> Response:
    return Response(data, media_type="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


# ---------------------------------------------------------------- slips that come back


@dataclass(frozen=True, slots=True)
class Desk:
    """One class's slips on the table: its children in order, who has not answered, and whose slip is in hand."""

    class_name: str
    children: tuple[Called, ...]
    silent: frozenset[str]
    now: Called | None
    following: Called | None


@router.get("/permission-round/answers")
def enter(
    service: Serving,
    visitor: Registering,
    now: Now,
    class_name: OfClass = None,
    pupil: Annotated[str, Query(max_length=100)] = "",
    done: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """One class's slips, one child at a time; after each the next who has not answered."""
    return _entry(service, visitor, now, class_name, pupil, done=done)


def _entry(
    service: Service,
    visitor: Visitor,
    now: datetime,
    class_name: str | None,
    pupil_id: str,
    *,
    done: str = "",
    note: str = "",
    problem: FledglingError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    state = register.read_round(office, now)
    with service.database.read() as session:
        every = [one for one in roster.every(Store(session, office.school_id)) if one.left_on is None]
    silent = frozenset(one.pupil.id for one in register.unanswered(office, now))
    classes = sorted({one.class_name for one in every}, key=str.casefold)
    named = {one.id: register.called(one) for one in every}
    if pupil_id and pupil_id not in named:
        raise NotFound("There is no such pupil.")
    if class_name is None and pupil_id:
        class_name = named[pupil_id].class_name
    if class_name is None:
        missing = {one.class_name for one in every if one.id in silent}
        class_name = next((name for name in classes if name in missing), classes[0] if classes else "")
    here = tuple(named[one.id] for one in every if one.class_name == class_name)
    return render(
        "permission_answers.html",
        visitor,
        status=problem.status if problem else 200,
        faults=faults_told(problem),
        round=state,
        classes=classes,
        table=_table(class_name, here, silent, pupil_id, done),
        done=named.get(done),
        note=note,
        channels=CHANNELS,
        headings=HEADINGS,
        tellers=TELLERS,
        typed=typed or {},
        form_name=f"form {state.form.version}" if state.form else "",
        today=office.day(now),
    )


def _table(class_name: str, here: tuple[Called, ...], silent: frozenset[str], pupil_id: str, done: str) -> Desk:
    """The child asked for; else the next after the one just ``done`` who has not answered, from the top again at the end."""
    ids = [one.id for one in here]
    current = ids.index(pupil_id) if pupil_id in ids else None
    if current is None:
        current = _next(ids, silent, ids.index(done) if done in ids else -1)
    following = _next(ids, silent, current) if current is not None else None
    return Desk(
        class_name,
        here,
        silent,
        here[current] if current is not None else None,
        here[following] if following is not None and following != current else None,
    )


def _next(ids: Sequence[str], silent: frozenset[str], after: int) -> int | None:
    order = [*range(after + 1, len(ids)), *range(after + 1)]
    return next((place for place in order if ids[place] in silent), None)


@router.post("/permission-round/answers/{pupil_id}")
def take_slip(service: Serving, visitor: Registering, pupil_id: str, form: Posted, now: Now) -> Response:
    """Record one slip, and lead to the next child of the class."""
    office = office_of(service, visitor.principal.school_id)
    class_name = printable(field(form, "class_name"))
    try:
        note = record_all(office, pupil_id, form, by=visitor.principal.id, now=now)
    except (Malformed, Conflict) as problem:
        typed = {name: printable(field(form, name)) for name in ("told_by", "told_on", "form", *CHANNELS)}
        return _entry(service, visitor, now, class_name, pupil_id, problem=problem, typed=typed)
    if note:
        return _entry(service, visitor, now, class_name, "", done=pupil_id, note=note)
    return RedirectResponse(
        f"/permission-round/answers?{urlencode({'class_name': class_name, 'done': pupil_id})}", SEE_OTHER
    )
