"""The roll-call of a draft: the children to look for, their pictures, and the faces to compare with."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.web.docs import errors
from app.web.recall_schemas import ChildAskedOut, LikestOut, RollCallOut
from app.web.roll_calls import faces_of, picture_of, roll_call
from app.web.security import Approver
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["desk"])


class Jpeg(Response):
    """A JPEG picture."""

    media_type = "image/jpeg"


@router.get(
    "/drafts/{draft_id}/roll-call",
    operation_id="read_roll_call",
    summary="The children whom an approver must look for",
    response_model=RollCallOut,
    responses=errors(404),
)
def read(service: Serving, principal: Approver, draft_id: str, now: Now) -> RollCallOut:
    """By class and name; nothing tells why they must not be shown. A decision's `answers` are keyed by `pupil`."""
    found = roll_call(service, principal, draft_id, now)
    return RollCallOut(
        digest=found.draft.digest,
        children=[
            ChildAskedOut(
                pupil=one.pupil,
                name=one.name,
                class_name=one.class_name,
                has_reference_photo=one.has_picture,
                likest=[LikestOut(photo=number, faces=list(faces)) for number, faces in one.likest],
            )
            for one in found.children
        ],
    )


@router.get(
    "/drafts/{draft_id}/roll-call/{pupil_id}/reference-photo",
    operation_id="read_roll_call_photo",
    summary="What a child of the roll-call looks like",
    response_class=Jpeg,
    responses=errors(404),
)
def reference_photo(service: Serving, principal: Approver, draft_id: str, pupil_id: str, now: Now) -> Response:
    """Only of children whom this draft asks for, and only while their faces may be on record. Looking is audited."""
    return picture_of(service, principal, draft_id, pupil_id, now)


@router.get(
    "/drafts/{draft_id}/photos/{number}/faces",
    operation_id="read_faces",
    summary="The faces of a photo, side by side",
    response_class=Jpeg,
    responses=errors(404),
)
def faces(service: Serving, principal: Approver, draft_id: str, number: int, now: Now) -> Response:
    """Squares of 112 pixels from left to right, in the order of the report's `faces`. Looking is audited."""
    return faces_of(service, principal, draft_id, number, now)
