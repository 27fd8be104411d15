"""Single children: who they are, whether they may be shown, whether their faces may be matched, erasure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from app import register
from app.domain import hash_of
from app.errors import Fault, Malformed
from app.store import Store, roster
from app.store.biometrics import Actor, BiometricDecision, Notice
from app.store.biometrics import Response as Said
from app.store.permissions import PermissionAnswer
from app.web.api.pages import Cursor, Limit, page_after
from app.web.docs import errors, reference_body
from app.web.intake import read_file_form, read_upload
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schemas import (
    BiometricIn,
    BiometricOut,
    BoxOut,
    PermissionIn,
    PermissionOut,
    PupilOut,
    PupilPage,
    ReferenceOut,
    day_of,
)
from app.web.schoolwork import office_of, register_of
from app.web.security import Principal, Registrar, Scope, Staff
from app.web.service import Now, Service, Serving

_ROLL = 1_000_000  # more pupils than any school has

router = APIRouter(prefix="/v1/pupils", tags=["register"])


@router.get(
    "", operation_id="find_pupils", summary="Find pupils by name or UPN", response_model=PupilPage, responses=errors()
)
def find(
    service: Serving,
    principal: Registrar,
    now: Now,
    q: Annotated[str, Query(max_length=200, description="Words of a name, or a UPN; empty: all.")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> PupilPage:
    """By surname and first name. Whether a child may be shown, and nothing of why not."""
    guarded = _guarded(service, principal, now)
    with service.database.read() as session:
        every = roster.search(Store(session, principal.school_id), q, limit=_ROLL)
    items, following = page_after(every, cursor, limit, lambda pupil: pupil.id)
    return PupilPage(
        items=[
            PupilOut(
                id=one.id,
                upn=one.upn,
                legal_first=one.legal_first,
                legal_surname=one.legal_surname,
                preferred_first=one.preferred_first,
                preferred_surname=one.preferred_surname,
                year=one.year,
                class_name=one.class_name,
                left_on=one.left_on,
                may_be_shown=one.id not in guarded,
            )
            for one in items
        ],
        next=following,
    )


def _guarded(service: Service, principal: Principal, now: datetime) -> frozenset[str]:
    """Who must not be shown now; nothing of why."""
    facts = register_of(service, principal.school_id).snapshot(now).facts
    return frozenset(child.pupil for child in facts.not_shown)


@router.post(
    "/{pupil_id}/publication-permission",
    operation_id="record_permission",
    summary="Record at once what a family or the child says to being shown",
    response_model=PermissionOut,
    responses=errors(404, 409),
)
def permission(
    service: Serving, principal: Staff, pupil_id: str, body: PermissionIn, key: RepeatKey, now: Now
) -> Response:
    """Any no holds, whoever gives it; it takes effect with this call.

    Any member of staff may record one that keeps a child out of posts; all else is for holders of `register:write`.
    """
    if not _only_lowers(body):
        principal.need(Scope.REGISTER)
    office = office_of(service, principal.school_id)
    word = register.Word(PermissionAnswer(body.answer), body.channel, body.told_by, body.told_on, body.form)
    route = f"POST /v1/pupils/{pupil_id}/publication-permission"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        standing = register.record_permission(office, pupil_id, word, by=principal.id, now=now)
        shown = pupil_id not in _guarded(service, principal, now)
        made = PermissionOut(pupil=pupil_id, answer=standing.answer.value, may_be_shown=shown, note=standing.note)
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 200, made)


def _only_lowers(body: PermissionIn) -> bool:
    """Whether it is a no to posts: whoever says it, the child is out of them, and the answer tells nothing more."""
    return PermissionAnswer(body.answer) in register.NO and register.forbids_posts(body.channel)


@router.post(
    "/{pupil_id}/biometric-response",
    operation_id="record_biometric_response",
    summary="Record what a parent or the child says to face matching",
    response_model=BiometricOut,
    responses=errors(404, 409),
)
def biometric(
    service: Serving, principal: Staff, pupil_id: str, body: BiometricIn, key: RepeatKey, now: Now
) -> Response:
    """Validity is computed from all notices and responses. Losing it destroys templates and reference photos at once.

    Any member of staff may record that the child objects, in whatever form; all else is for holders of `register:write`.
    """
    if (body.actor, body.decision) != ("child", "object") or body.notice_sent_on:
        principal.need(Scope.REGISTER)
    office = office_of(service, principal.school_id)
    said = Said(
        pupil_id,
        Actor(body.actor),
        BiometricDecision(body.decision),
        body.in_writing,
        body.received_on,
        contact=body.contact,
    )
    notices = [Notice(pupil_id, body.contact or body.actor, body.notice_sent_on)] if body.notice_sent_on else []
    route = f"POST /v1/pupils/{pupil_id}/biometric-response"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        valid = register.record_response(office, pupil_id, said, notices, by=principal.id, now=now)
        with service.database.write() as session:
            store = Store(session, principal.school_id)
            return attempt.answer(store, 200, BiometricOut(pupil=pupil_id, valid=valid))


@dataclass(frozen=True, slots=True)
class _Reference:
    """A reference photo as it comes in."""

    data: bytes
    taken_on: date | None


async def _reference(request: Request) -> _Reference:
    async with read_file_form(request) as (form, part):
        return _Reference(await read_upload(part), _day(form.get("taken_on")))


def _day(value: object) -> date | None:
    if not value:
        return None
    try:
        return day_of(str(value))
    except ValueError:
        faults = (Fault("#/taken_on", "is not a day such as 2026-09-30"),)
        raise Malformed("The day is not one.", errors=faults) from None


@router.post(
    "/{pupil_id}/reference-photos",
    operation_id="add_reference_photo",
    summary="Put a child's face on record, where biometric consent is valid",
    status_code=201,
    response_model=ReferenceOut,
    responses=errors(404, 409, 413, 415),
    openapi_extra=reference_body(),
)
def reference_photo(
    service: Serving,
    principal: Registrar,
    pupil_id: str,
    sent: Annotated[_Reference, Depends(_reference)],
    key: RepeatKey,
    now: Now,
) -> Response:
    """One face, large, sharp and frontal enough; refused with the reason otherwise. Kept sealed."""
    office = office_of(service, principal.school_id)
    route = f"POST /v1/pupils/{pupil_id}/reference-photos"
    body_hash = hash_of(sent.data, str(sent.taken_on).encode())
    with once(service, principal, key, route=route, body_hash=body_hash) as attempt:
        if attempt.again:
            return attempt.again
        photo = register.add_reference_photo(
            office, pupil_id, sent.data, service.eyes, taken_on=sent.taken_on, by=principal.id, now=now
        )
        box = BoxOut(left=photo.face.left, top=photo.face.top, right=photo.face.right, bottom=photo.face.bottom)
        made = ReferenceOut(id=photo.id, pupil=pupil_id, box=box, taken_on=photo.taken_on)
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 201, made)


@router.delete(
    "/{pupil_id}",
    operation_id="erase_pupil",
    summary="Erase a pupil with all that is held of them",
    status_code=204,
    responses=errors(404),
)
def erase(service: Serving, principal: Registrar, pupil_id: str, now: Now) -> Response:
    """Names, answers, photos, templates, and the child in what is stored of drafts. A roster file that names the child again is refused until it is confirmed."""
    register.erase_pupil(office_of(service, principal.school_id), pupil_id, by=principal.id, now=now)
    return Response(status_code=204)
