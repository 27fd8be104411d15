"""Faces on record, in a browser: the list, a child's page, and what the office records there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, Fault, FledglingError, Malformed, TooLarge, Unsupported
from app.store import Store, roster
from app.store.biometrics import Actor, BiometricDecision, Notice
from app.store.biometrics import Response as Said
from app.web.face_schemas import NoticeIn, in_words
from app.web.intake import read_upload
from app.web.pages.rendering import Visitor, in_plain_words, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.problems import faults_of
from app.web.schemas import BiometricIn, day_of
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 50
"""How many children a search shows."""

Read = TypeVar("Read", bound=BaseModel)
_Doing = Callable[[], object]


def _reading(visitor: Visiting) -> Visitor:
    """The office and the safeguarding lead; the data protection officer to read alone."""
    if not visitor.principal.may(Scope.REGISTER):
        visitor.need(Scope.AUDIT)
    return visitor


def _recording(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


Reading = Annotated[Visitor, Depends(_reading)]
Recording = Annotated[Visitor, Depends(_recording)]
Search = Annotated[str, Query(max_length=200)]


@router.get("/faces")
def show_list(service: Serving, visitor: Reading, now: Now, q: Search = "") -> Response:
    """Children of whom anything is on record, or whom a search finds; and what is to be done."""
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        found = roster.search(Store(session, visitor.principal.school_id), q, limit=LISTED) if q.strip() else ()
    with service.database.read() as session:
        names = {one.id: one for one in roster.every(Store(session, visitor.principal.school_id))}
    return render(
        "faces.html",
        visitor,
        q=q,
        found=found,
        enrolled=register.enrolled_pupils(office),
        names=names,
        ask_anew=register.to_ask_anew(office, now),
        due=register.photos_due(office, now),
        dpia=register.read_dpia(office),
        today=office.day(now),
    )


@router.get("/faces/{pupil_id}")
def show_child(service: Serving, visitor: Reading, pupil_id: str, now: Now) -> Response:
    """Contacts, notices, answers, validity with what is lacking, photos with their age."""
    return _page(service, visitor, pupil_id, now)


def _page(
    service: Service, visitor: Visitor, pupil_id: str, now: Now, problem: FledglingError | None = None
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    record = register.read_faces(office, pupil_id, now)
    faults = [] if problem is None else [problem.detail, *(fault.detail for fault in problem.errors)]
    return render(
        "face.html",
        visitor,
        status=problem.status if problem else 200,
        faults=faults,
        record=record,
        pupil=record.pupil,
        why_not=[in_words(one) for one in record.why_not],
        today=office.day(now),
    )


def _doing(service: Service, visitor: Visitor, pupil_id: str, now: Now, do: _Doing) -> Response:
    """Do it and show the page; where it cannot be done, the page with the reason."""
    try:
        do()
    except (Conflict, Malformed, TooLarge, Unsupported) as problem:
        return _page(service, visitor, pupil_id, now, problem)
    return RedirectResponse(f"/faces/{pupil_id}", SEE_OTHER)


@router.post("/faces/{pupil_id}/notices")
def notice(service: Serving, visitor: Recording, pupil_id: str, form: Posted, now: Now) -> Response:
    """Somebody with parental responsibility: known, told on a day, or exempt."""
    office = office_of(service, visitor.principal.school_id)

    def do() -> None:
        taken = _read(NoticeIn, form)
        given = Notice(pupil_id, taken.contact, taken.sent_on, taken.exemption or "")
        register.record_notices(office, pupil_id, [given], by=visitor.principal.id, now=now)

    return _doing(service, visitor, pupil_id, now, do)


@router.post("/faces/{pupil_id}/responses")
def response(service: Serving, visitor: Recording, pupil_id: str, form: Posted, now: Now) -> Response:
    """What somebody answered."""
    office = office_of(service, visitor.principal.school_id)

    def do() -> None:
        said = _read(BiometricIn, form, in_writing=bool(field(form, "in_writing")))
        given = Said(
            pupil_id,
            Actor(said.actor),
            BiometricDecision(said.decision),
            said.in_writing,
            said.received_on,
            contact=said.contact.strip(),
        )
        register.record_response(office, pupil_id, given, by=visitor.principal.id, now=now)

    return _doing(service, visitor, pupil_id, now, do)


@router.post("/faces/{pupil_id}/refusal")
def refusal(service: Serving, visitor: Recording, pupil_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """The child does not want it, in whatever form: one step, at once."""
    office = office_of(service, visitor.principal.school_id)
    said = Said(pupil_id, Actor.CHILD, BiometricDecision.OBJECT, in_writing=False, received_on=office.day(now))
    return _doing(
        service,
        visitor,
        pupil_id,
        now,
        lambda: register.record_response(office, pupil_id, said, by=visitor.principal.id, now=now),
    )


async def _sent(form: Posted) -> tuple[bytes, str]:
    """The photo of the form and the day it was taken; no bytes where none was chosen."""
    part = form.get("file")
    return (await read_upload(part) if isinstance(part, UploadFile) else b""), field(form, "taken_on")


@router.post("/faces/{pupil_id}/photos")
def add_photo(
    service: Serving,
    visitor: Recording,
    pupil_id: str,
    sent: Annotated[tuple[bytes, str], Depends(_sent)],
    now: Now,
) -> Response:
    """Put a photo on record."""
    office = office_of(service, visitor.principal.school_id)

    def do() -> None:
        data, day = sent
        if not data:
            raise Malformed("Choose a photo first.")
        taken_on = _day(day)
        register.add_reference_photo(
            office, pupil_id, data, service.eyes, taken_on=taken_on, by=visitor.principal.id, now=now
        )

    return _doing(service, visitor, pupil_id, now, do)


@router.post("/faces/{pupil_id}/photos/{photo_id}/remove")
def remove_photo(
    service: Serving,
    visitor: Recording,
    pupil_id: str,
    photo_id: str,
    form: Posted,  # noqa: ARG001
    now: Now,
) -> Response:
    """Take a photo off record."""
    office = office_of(service, visitor.principal.school_id)
    return _doing(
        service,
        visitor,
        pupil_id,
        now,
        lambda: register.remove_reference_photo(office, pupil_id, photo_id, by=visitor.principal.id, now=now),
    )


def _day(value: str) -> date | None:
    if not value.strip():
        return None
    try:
        return day_of(value.strip())
    except ValueError:
        raise Malformed("The day is not one.", errors=(Fault("#/taken_on", "is not a day"),)) from None


def _read(model: type[Read], form: FormData, **others: object) -> Read:
    """The form as that model, fields left empty apart; Malformed, in words for people, where it does not fit."""
    given = {name: field(form, name) for name in model.model_fields if field(form, name).strip()}
    try:
        return model.model_validate({**given, **others})
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The form cannot be taken as it is ({said}).") from None
