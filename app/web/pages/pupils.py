"""The pupils in a browser: found, listed by class, and each with their names, answers, face on record and requests.

Whether a child may be shown is told, and never why not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.responses import RedirectResponse, Response

from app import register
from app.domain import Pupil
from app.errors import Conflict, FledglingError, Malformed
from app.register import Office, folder, held
from app.register.record import CHANNELS
from app.register.version import is_guarded
from app.register.wishes import read_wishes
from app.store import Store, holds, imports, roster
from app.web.api.keeping import Zip
from app.web.api.pages import page_after
from app.web.face_schemas import in_words
from app.web.pages import doings
from app.web.pages.answering import ANSWERS, STATES, faults_told, record_all
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving
from app.web.slips import HEADINGS, told_day

router = APIRouter(route_class=PageRoute)

LISTED = 50
_ROLL = 1_000_000  # more pupils than any school has


def _reading(visitor: Visiting) -> Visitor:
    """The office and the safeguarding lead; the data protection officer to read alone."""
    if not visitor.principal.may(Scope.REGISTER):
        visitor.need(Scope.AUDIT)
    return visitor


def _with_register(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


def _exporting(visitor: Visiting) -> Visitor:
    """Whoever answers requests for a child's data."""
    if not _may_export(visitor):
        visitor.need(Scope.ADMIN)
    return visitor


def _may_export(visitor: Visitor) -> bool:
    return any(visitor.principal.may(scope) for scope in (Scope.AUDIT, Scope.SAFEGUARDING, Scope.ADMIN))


Reading = Annotated[Visitor, Depends(_reading)]
Registering = Annotated[Visitor, Depends(_with_register)]
Exporting = Annotated[Visitor, Depends(_exporting)]
Cursor = Annotated[str | None, Query(max_length=400)]
Short = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True)
class Sought:
    """What the list is narrowed to; ``shown`` is ``yes``, ``no`` or empty, ``left`` takes in those who left."""

    q: str = ""
    class_name: str = ""
    year: str = ""
    shown: str = ""
    left: bool = False

    @property
    def query(self) -> str:
        """The same as a query string, without what is empty."""
        given = (("q", self.q), ("class_name", self.class_name), ("year", self.year), ("shown", self.shown))
        return urlencode(
            [*((name, value) for name, value in given if value), *([("left", "true")] if self.left else [])]
        )

    def takes(self, pupil: Pupil, may_be_shown: bool) -> bool:
        """Whether the list has that child."""
        return (
            (self.left or pupil.left_on is None)
            and (not self.class_name or pupil.class_name == self.class_name)
            and (not self.year or pupil.year == self.year)
            and (self.shown not in {"yes", "no"} or may_be_shown is (self.shown == "yes"))
        )


def _sought(q: Short = "", class_name: Short = "", year: Short = "", shown: Short = "", left: bool = False) -> Sought:
    return Sought(printable(q), printable(class_name), printable(year), shown, left)


def may_be_shown(office: Office, store: Store, pupils: Sequence[Pupil], now: datetime) -> frozenset[str]:
    """Those of the pupils who may be shown now; nothing of why the others may not."""
    day = office.day(now)
    wishes = read_wishes(store, office.policy, day, {hold.pupil for hold in holds.standing(store)})
    here = [pupil for pupil in pupils if is_guarded(pupil, office.policy, day)]
    not_shown = {child.pupil for child in register.not_shown(here, wishes, office.policy, day)}
    return frozenset(pupil.id for pupil in here if pupil.id not in not_shown)


def classes_of(pupils: Iterable[Pupil]) -> list[str]:
    """The classes of those on roll, by name."""
    return sorted(
        {pupil.class_name for pupil in pupils if pupil.left_on is None and pupil.class_name}, key=str.casefold
    )


@router.get("/pupils")
def find(
    service: Serving,
    visitor: Reading,
    now: Now,
    sought: Annotated[Sought, Depends(_sought)],
    cursor: Cursor = None,
    erased: bool = False,
) -> Response:
    """The roll, by name."""
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        store = Store(session, office.school_id)
        every = roster.every(store)
        shown = may_be_shown(office, store, every, now)
        found = roster.search(store, sought.q, limit=_ROLL) if sought.q.strip() else every
    listed = [one for one in found if sought.takes(one, one.id in shown)]
    page, following = page_after(listed, cursor, LISTED, lambda pupil: pupil.id)
    return render(
        "pupils.html",
        visitor,
        sought=sought,
        children=[(register.called(one), one, one.id in shown) for one in page],
        total=len(listed),
        roll=len(every),
        classes=classes_of(every),
        years=sorted({one.year for one in every if one.left_on is None and one.year}, key=_by_year),
        next=following,
        erased=erased,
        day=told_day,
    )


def _by_year(year: str) -> tuple[int, str]:
    return (int(year) if year.isascii() and year.isdigit() else -1 if year.upper() == "N" else 0, year)


@router.get("/pupils/class-list")
def class_list(service: Serving, visitor: Registering, now: Now, class_name: Short = "") -> Response:
    """A class, or all of them, to print: who may be shown and who must not."""
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        store = Store(session, office.school_id)
        every = [one for one in roster.every(store) if one.left_on is None]
        shown = may_be_shown(office, store, every, now)
    wanted = printable(class_name)
    lists = [
        (name, [(register.called(one), one.id in shown) for one in every if one.class_name == name])
        for name in ([wanted] if wanted else [*classes_of(every), ""])
    ]
    return render(
        "class_list.html", visitor, lists=[(name, ones) for name, ones in lists if ones], wanted=wanted, now=now
    )


@router.get("/pupils/{pupil_id}")
def show_pupil(service: Serving, visitor: Reading, pupil_id: str, now: Now, done: bool = False) -> Response:
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
    typed: dict[str, str] | None = None,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    record = register.read_record(office, pupil_id, by=visitor.principal.id, now=now)
    faces = register.read_faces(office, pupil_id, now)
    form = register.read_round(office, now).form
    with service.database.read() as session:
        store = Store(session, office.school_id)
        told, joined = imports.transfer_names(store).get(pupil_id), roster.joined(store).get(pupil_id)
        names = doings.names_of(store)
    return render(
        "pupil.html",
        visitor,
        status=problem.status if problem else 200,
        faults=faults_told(problem),
        done=done,
        note=note,
        child=register.called(record.pupil),
        pupil=record.pupil,
        guarded=_guarded(record.pupil, told),
        joined=joined,
        record=record,
        faces=faces,
        why_not=[in_words(one) for one in faces.why_not],
        who={one.recorded_by: doings.called(names, one.recorded_by) for one in record.history},
        headings=HEADINGS,
        states=STATES,
        answers=ANSWERS,
        channels=CHANNELS,
        typed=typed or {"told_by": "", "told_on": "", "form": f"form {form.version}" if form else ""},
        may_export=_may_export(visitor),
        day=told_day,
        today=office.day(now),
    )


def _guarded(pupil: Pupil, told: imports.TransferNames | None) -> list[str]:
    """Every name that posts are looked through for, each once."""
    beside = (told.preferred_first, told.preferred_surname, told.middle, *told.former) if told else ()
    names = (
        f"{pupil.legal_first} {pupil.legal_surname}",
        *((f"{pupil.preferred_first or pupil.legal_first} {pupil.preferred_surname or pupil.legal_surname}",)),
        pupil.middle,
        *pupil.former,
        *beside,
    )
    return [name for name in dict.fromkeys(names) if name]


@router.post("/pupils/{pupil_id}/permission")
def record_return(service: Serving, visitor: Registering, pupil_id: str, form: Posted, now: Now) -> Response:
    """Record what came back: one person's answer, for one channel or for each on the slip."""
    office = office_of(service, visitor.principal.school_id)
    try:
        note = record_all(office, pupil_id, form, by=visitor.principal.id, now=now)
    except (Malformed, Conflict) as problem:
        typed = {name: printable(field(form, name)) for name in ("told_by", "told_on", "form", *CHANNELS)}
        return _pupil(service, visitor, pupil_id, now, problem=problem, typed=typed)
    if note:
        return _pupil(service, visitor, pupil_id, now, done=True, note=note)
    return RedirectResponse(f"/pupils/{pupil_id}?done=true", SEE_OTHER)


@router.post("/pupils/{pupil_id}/export")
def export(service: Serving, visitor: Exporting, pupil_id: str, form: Posted, now: Now) -> Response:
    """All that is held about the child, as a zip; with holds for the safeguarding lead alone. Audited."""
    with_holds = bool(field(form, "with_holds"))
    if with_holds:
        visitor.need(Scope.SAFEGUARDING)
    office = office_of(service, visitor.principal.school_id)
    made = held.gather(office, pupil_id, with_holds=with_holds, by=visitor.principal.id, now=now)
    headers = {"Content-Disposition": 'attachment; filename="held.zip"', "Cache-Control": "no-store"}
    return Zip(folder.zipped(made), headers=headers)


@router.post("/pupils/{pupil_id}/erase")
def erase(service: Serving, visitor: Registering, pupil_id: str, form: Posted, now: Now) -> Response:
    """Erase the child with all that is held; the name must be typed."""
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        pupil = roster.find(Store(session, office.school_id), pupil_id)
    if pupil is not None and _same(field(form, "name")) != _same(register.called(pupil).name):
        problem = Malformed(
            "Nothing was erased: the name that was typed is not this child's. Type it as it stands at the top."
        )
        return _pupil(service, visitor, pupil_id, now, problem=problem)
    register.erase_pupil(office, pupil_id, by=visitor.principal.id, now=now)
    return RedirectResponse("/pupils?erased=true", SEE_OTHER)


def _same(name: str) -> str:
    return " ".join(name.casefold().split())
