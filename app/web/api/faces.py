"""Faces on record: who was told and what they said, reference photos and their age, what is due, what was destroyed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Security
from starlette.responses import Response

from app import register
from app.errors import NotFound
from app.store import Store, destructions
from app.store.biometrics import Notice
from app.store.dpias import Dpia
from app.web.api.pages import Cursor, Limit
from app.web.api.register import Confirm
from app.web.docs import errors
from app.web.face_schemas import (
    DestructionPage,
    DpiaIn,
    DpiaOut,
    DueOut,
    FacesOut,
    NoticesIn,
    PhotoList,
    StandingOut,
    destruction_out,
    dpia_out,
    faces_out,
    photo_out,
    standing_out,
)
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schoolwork import office_of
from app.web.security import Administrator, Principal, Registrar, Scope, holding
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["register"])

Auditor = Annotated[Principal, Security(holding(Scope.AUDIT), scopes=[Scope.AUDIT])]


@router.put(
    "/dpia",
    operation_id="record_dpia",
    summary="Record the data-protection impact assessment that face matching needs",
    response_model=DpiaOut,
    responses=errors(409),
)
def put_dpia(service: Serving, principal: Administrator, body: DpiaIn, now: Now, confirm: Confirm = False) -> DpiaOut:
    """Until there is one, no face is compared and none put on record.

    When the first number of the version changes, notices and consents given before do not count any more: all faces on
    record are destroyed at once, which is 409 until `?confirm=true`.
    """
    office = office_of(service, principal.school_id)
    wanted = Dpia(body.reference, body.version, body.date_, body.dpo_opinion, body.approved_by, body.review_due)
    made = register.record_dpia(office, wanted, confirm=confirm, by=principal.id, now=now)
    return dpia_out(made, register.to_ask_anew(office, now), office.day(now))


@router.get(
    "/dpia",
    operation_id="read_dpia",
    summary="The assessment in force",
    response_model=DpiaOut,
    responses=errors(404),
)
def get_dpia(service: Serving, principal: Administrator, now: Now) -> DpiaOut:
    """404 where there is none: matching is off, whatever the policy says."""
    office = office_of(service, principal.school_id)
    dpia = register.read_dpia(office)
    if dpia is None:
        raise NotFound("No data-protection impact assessment is on record: matching is off.", slug="dpia-missing")
    return dpia_out(dpia, register.to_ask_anew(office, now), office.day(now))


@router.get(
    "/destructions",
    operation_id="list_destructions",
    summary="What was destroyed of children's faces, newest first",
    response_model=DestructionPage,
    responses=errors(),
)
def list_destructions(
    service: Serving, principal: Auditor, limit: Limit = 20, cursor: Cursor = None
) -> DestructionPage:
    """By the pupil's id alone. The record outlives the child's own."""
    with service.database.read() as session:
        page = destructions.page(Store(session, principal.school_id), limit=limit, cursor=cursor)
    return DestructionPage(items=[destruction_out(one) for one in page.items], next=page.next)


@router.get(
    "/faces-due",
    operation_id="list_faces_due",
    summary="Families to be asked anew and photos to be taken anew",
    response_model=DueOut,
    responses=errors(),
)
def list_due(service: Serving, principal: Registrar, now: Now) -> DueOut:
    """A photo is due after a year; some weeks later it is not compared with any more."""
    office = office_of(service, principal.school_id)
    return DueOut(
        ask_anew=list(register.to_ask_anew(office, now)),
        photos=[photo_out(one) for one in register.photos_due(office, now)],
    )


@router.get(
    "/pupils/{pupil_id}/biometrics",
    operation_id="read_biometrics",
    summary="What is on record of a child's face, and whether it may be",
    response_model=FacesOut,
    responses=errors(404, 409),
)
def read_faces(service: Serving, principal: Registrar, pupil_id: str, now: Now) -> FacesOut:
    """Contacts, notices, answers, photos; and everything that keeps the face from being on record."""
    return faces_out(register.read_faces(office_of(service, principal.school_id), pupil_id, now))


@router.post(
    "/pupils/{pupil_id}/biometric-notices",
    operation_id="record_biometric_notices",
    summary="Record who has parental responsibility, and who was told in writing or is exempt",
    response_model=StandingOut,
    responses=errors(404, 409),
)
def record_notices(
    service: Serving, principal: Registrar, pupil_id: str, body: NoticesIn, key: RepeatKey, now: Now
) -> Response:
    """Every contact must be told or exempt. One who is known and not told ends validity, and destroys what is on record."""
    office = office_of(service, principal.school_id)
    given = [Notice(pupil_id, one.contact, one.sent_on, one.exemption or "") for one in body.notices]
    route = f"POST /v1/pupils/{pupil_id}/biometric-notices"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        register.record_notices(office, pupil_id, given, by=principal.id, now=now)
        made = standing_out(register.read_faces(office, pupil_id, now))
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 200, made)


@router.get(
    "/pupils/{pupil_id}/reference-photos",
    operation_id="list_reference_photos",
    summary="A child's reference photos and their age",
    response_model=PhotoList,
    responses=errors(404, 409),
)
def list_photos(service: Serving, principal: Registrar, pupil_id: str, now: Now) -> PhotoList:
    """Never the pictures themselves."""
    record = register.read_faces(office_of(service, principal.school_id), pupil_id, now)
    return PhotoList(items=[photo_out(one) for one in record.photos])


@router.delete(
    "/pupils/{pupil_id}/reference-photos/{photo_id}",
    operation_id="remove_reference_photo",
    summary="Take one reference photo off record, with what was made of it",
    status_code=204,
    responses=errors(404, 409),
)
def remove_photo(service: Serving, principal: Registrar, pupil_id: str, photo_id: str, now: Now) -> Response:
    """As when it is another child's."""
    office = office_of(service, principal.school_id)
    register.remove_reference_photo(office, pupil_id, photo_id, by=principal.id, now=now)
    return Response(status_code=204)
