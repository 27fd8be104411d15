"""All that is held about one child, for the data protection officer or an administrator."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Security
from starlette.responses import Response

from app.register import folder, held
from app.web.docs import errors
from app.web.schoolwork import office_of
from app.web.security import Caller, Principal, Scope
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1/pupils", tags=["register"])


async def _asking(
    principal: Caller,
    with_holds: Annotated[bool, Query(description="With safeguarding holds: for the safeguarding lead alone.")] = False,
) -> Principal:
    """The caller; NotAllowed for others. What an administrator may do, the lead's secrets are not among."""
    if with_holds:
        principal.need(Scope.SAFEGUARDING)
    elif not _is_officer(principal) and not principal.may(Scope.SAFEGUARDING):
        principal.need(Scope.ADMIN)
    return principal


def _is_officer(principal: Principal) -> bool:
    """Whether this is a data protection officer: a person who may read the trail. A key that may is not enough."""
    return principal.kind == "person" and principal.may(Scope.AUDIT)


class Zip(Response):
    """A zip file."""

    media_type = "application/zip"


@router.get(
    "/{pupil_id}/export",
    operation_id="export_pupil",
    summary="All that is held about a child, as a zip file",
    response_class=Zip,
    responses={200: {"content": {Zip.media_type: {"schema": {"type": "string", "format": "binary"}}}}, **errors(404)},
)
def export(
    service: Serving,
    principal: Annotated[Principal, Security(_asking, scopes=[Scope.ADMIN])],
    pupil_id: str,
    now: Now,
    with_holds: bool = False,
) -> Response:
    """For an administrator or the data protection officer; with holds, for the safeguarding lead. Audited."""
    office = office_of(service, principal.school_id)
    made = held.gather(office, pupil_id, with_holds=with_holds, by=principal.id, now=now)
    headers = {"Content-Disposition": 'attachment; filename="held.zip"', "Cache-Control": "no-store"}
    return Zip(folder.zipped(made), headers=headers)
