"""Safeguarding holds: for the safeguarding lead, as a person who is signed in. No key opens these doors."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app import register
from app.store import Store
from app.store.holds import HoldLevel
from app.web.api.pages import Cursor, Limit, page_after
from app.web.docs import errors
from app.web.permission_schemas import (
    HoldIn,
    HoldOut,
    HoldPage,
    HoldReason,
    HoldsOfPupil,
    hold_line_out,
    hold_out,
)
from app.web.repeats import RepeatKey, fingerprint, once
from app.web.schoolwork import office_of
from app.web.security import Lead
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["safeguarding"])


@router.get(
    "/holds",
    operation_id="list_holds",
    summary="The holds that stand",
    response_model=HoldPage,
    responses=errors(),
)
def list_holds(service: Serving, principal: Lead, limit: Limit = 20, cursor: Cursor = None) -> HoldPage:
    """Those to be reviewed first in front."""
    every = register.list_holds(office_of(service, principal.school_id))
    page, following = page_after(every, cursor, limit, lambda hold: hold.id)
    return HoldPage(items=[hold_out(one) for one in page], next=following)


@router.get(
    "/pupils/{pupil_id}/holds",
    operation_id="list_holds_of_pupil",
    summary="A child's holds, lifted ones too",
    response_model=HoldsOfPupil,
    responses=errors(404, 409),
)
def holds_of(service: Serving, principal: Lead, pupil_id: str) -> HoldsOfPupil:
    """And what was done about them, out of the audit trail, where nobody else can tell it from an ordinary no."""
    office = office_of(service, principal.school_id)
    return HoldsOfPupil(
        items=[hold_out(one) for one in register.holds_of(office, pupil_id)],
        history=[hold_line_out(one) for one in register.hold_history(office, pupil_id)],
    )


@router.post(
    "/pupils/{pupil_id}/holds",
    operation_id="set_hold",
    summary="Set a hold",
    status_code=201,
    response_model=HoldOut,
    responses=errors(404, 409),
)
def set_hold(service: Serving, principal: Lead, pupil_id: str, body: HoldIn, key: RepeatKey, now: Now) -> Response:
    """Whatever its level, the child is not shown, at once. Everybody else sees an ordinary no."""
    office = office_of(service, principal.school_id)
    route = f"POST /v1/pupils/{pupil_id}/holds"
    with once(service, principal, key, route=route, body_hash=fingerprint(body)) as attempt:
        if attempt.again:
            return attempt.again
        hold = register.set_hold(
            office,
            pupil_id,
            body.reason,
            level=HoldLevel(body.level),
            review_on=body.review_on,
            by=principal.id,
            now=now,
        )
        with service.database.write() as session:
            return attempt.answer(Store(session, principal.school_id), 201, hold_out(hold))


@router.get(
    "/pupils/{pupil_id}/holds/{hold_id}/reason",
    operation_id="read_hold_reason",
    summary="Why a hold was set",
    response_model=HoldReason,
    responses=errors(404, 409),
)
def read_reason(service: Serving, principal: Lead, pupil_id: str, hold_id: str, now: Now) -> HoldReason:
    """Reading it is audited."""
    office = office_of(service, principal.school_id)
    reason = register.read_hold_reason(office, pupil_id, hold_id, by=principal.id, now=now)
    return HoldReason(id=hold_id, reason=reason)


@router.delete(
    "/holds/{hold_id}",
    operation_id="lift_hold",
    summary="Lift a hold",
    status_code=204,
    responses=errors(404),
)
def lift(service: Serving, principal: Lead, hold_id: str, now: Now) -> Response:
    """It stays on record. What families said holds again once a child's last hold is lifted."""
    register.lift_hold(office_of(service, principal.school_id), hold_id, by=principal.id, now=now)
    return Response(status_code=204)


@router.delete(
    "/pupils/{pupil_id}/unnamed-no",
    operation_id="end_unnamed_no",
    summary="End a no of which nobody noted who gave it",
    status_code=204,
    responses=errors(404, 409),
)
def end_unnamed_no(service: Serving, principal: Lead, pupil_id: str, now: Now) -> Response:
    """Nobody else can: nobody is known to be its giver. 409 where a hold stands behind it."""
    register.end_unnamed_no(office_of(service, principal.school_id), pupil_id, by=principal.id, now=now)
    return Response(status_code=204)
