"""The assessment that face matching needs, in a browser: the data protection officer reads, an administrator records."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, FledglingError, Malformed
from app.store import Store, destructions
from app.store.dpias import Dpia
from app.web.face_schemas import DpiaIn
from app.web.pages.rendering import Visitor, in_plain_words, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.problems import faults_of
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 20
_FIELDS = ("reference", "version", "date", "dpo_opinion", "approved_by", "review_due")


def _reading(visitor: Visiting) -> Visitor:
    visitor.need(Scope.AUDIT)
    return visitor


def _recording(visitor: Visiting) -> Visitor:
    visitor.need(Scope.ADMIN)
    return visitor


Reading = Annotated[Visitor, Depends(_reading)]
Recording = Annotated[Visitor, Depends(_recording)]


@router.get("/dpia")
def show(service: Serving, visitor: Reading, now: Now) -> Response:
    """The assessment in force, and what was destroyed lately."""
    return _page(service, visitor, now)


@router.post("/dpia")
def record(service: Serving, visitor: Recording, form: Posted, now: Now) -> Response:
    """Put an assessment in force; where that cannot be, the page again with what was filled in."""
    office = office_of(service, visitor.principal.school_id)
    try:
        wanted, confirm = _read(form), bool(field(form, "confirm"))
        register.record_dpia(office, wanted, confirm=confirm, by=visitor.principal.id, now=now)
    except (Conflict, Malformed) as problem:
        return _page(service, visitor, now, problem, {name: field(form, name) for name in _FIELDS})
    return RedirectResponse("/dpia", SEE_OTHER)


def _read(form: FormData) -> Dpia:
    try:
        taken = DpiaIn.model_validate({name: field(form, name) for name in _FIELDS})
    except ValidationError as error:
        faults = faults_of(error.errors(include_input=False, include_url=False))
        said = "; ".join(f"{fault.pointer.removeprefix('#/')}: {in_plain_words(fault.detail)}" for fault in faults)
        raise Malformed(f"The form cannot be taken as it is ({said}).") from None
    return Dpia(taken.reference, taken.version, taken.date_, taken.dpo_opinion, taken.approved_by, taken.review_due)


def _page(
    service: Service,
    visitor: Visitor,
    now: datetime,
    problem: FledglingError | None = None,
    given: dict[str, str] | None = None,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        gone = destructions.page(Store(session, visitor.principal.school_id), limit=LISTED).items
    faults = [] if problem is None else [problem.detail, *(fault.detail for fault in problem.errors)]
    return render(
        "dpia.html",
        visitor,
        status=problem.status if problem else 200,
        faults=faults,
        would_destroy=isinstance(problem, register.DpiaWouldDestroy),
        given=given or dict.fromkeys(_FIELDS, ""),
        dpia=register.read_dpia(office),
        today=office.day(now),
        ask_anew=len(register.to_ask_anew(office, now)),
        gone=gone,
        matching=office.policy.matching.value,
    )
