"""What families say to pictures: one child's record, and the yearly round with its forms and its chase list."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from app import register
from app.web.api.pages import Cursor, Limit, page_after
from app.web.docs import errors
from app.web.pages.printing import forms_page
from app.web.permission_schemas import (
    FormIn,
    FormOut,
    RecordOut,
    RoundStateOut,
    SlipPage,
    form_out,
    record_out,
    round_out,
    slip_out,
)
from app.web.schoolwork import name_of, office_of
from app.web.security import Registrar
from app.web.service import Now, Serving
from app.web.slips import chase_csv, forms_csv

router = APIRouter(prefix="/v1", tags=["register"])


class Csv(Response):
    """A file of rows, to be saved."""

    media_type = "text/csv"


@router.get(
    "/pupils/{pupil_id}/permissions",
    operation_id="read_permissions",
    summary="What holds for a child, channel by channel, and all that was ever said",
    response_model=RecordOut,
    responses=errors(404, 409),
)
def read_record(service: Serving, principal: Registrar, pupil_id: str, now: Now) -> RecordOut:
    """For this school year; a yes expires with its year, a no holds until it is answered anew. Looking is audited."""
    office = office_of(service, principal.school_id)
    return record_out(register.read_record(office, pupil_id, by=principal.id, now=now))


@router.get(
    "/permission-round",
    operation_id="read_round",
    summary="This school year's permission round, and what a blank means",
    response_model=RoundStateOut,
    responses=errors(),
)
def read_round(service: Serving, principal: Registrar, now: Now) -> RoundStateOut:
    """A blank is what the policy makes of it, and never a yes before the day by which that family was to answer."""
    return round_out(register.read_round(office_of(service, principal.school_id), now))


@router.put(
    "/permission-round/form",
    operation_id="put_permission_form",
    summary="The wording in which families are asked",
    response_model=FormOut,
    responses=errors(),
)
def put_form(service: Serving, principal: Registrar, body: FormIn, now: Now) -> FormOut:
    """Another wording is a new version; earlier ones stay on record."""
    office = office_of(service, principal.school_id)
    return form_out(register.keep_form(office, body.wording, by=principal.id, now=now))


@router.get(
    "/permission-round/forms",
    operation_id="print_permission_forms",
    summary="The forms to print: one slip for each child on roll",
    response_class=HTMLResponse,
    responses=errors(409),
)
def forms(service: Serving, principal: Registrar, now: Now) -> Response:
    """With the wording, its version, what a blank means and each child's own date."""
    office = office_of(service, principal.school_id)
    return forms_page(register.read_forms(office, now), name_of(service, principal.school_id), office.policy)


@router.get(
    "/permission-round/forms.csv",
    operation_id="export_permission_forms",
    summary="The slips as a file to fill in and send back to PUT /v1/permissions",
    response_class=Csv,
    responses=errors(409),
)
def forms_file(service: Serving, principal: Registrar, now: Now) -> Response:
    """One row a child, one column a channel. No cell is a formula."""
    return Csv(forms_csv(register.read_forms(office_of(service, principal.school_id), now)))


@router.get(
    "/permission-round/unanswered",
    operation_id="list_unanswered",
    summary="Whose family has not answered this school year",
    response_model=SlipPage,
    responses=errors(),
)
def unanswered(service: Serving, principal: Registrar, now: Now, limit: Limit = 20, cursor: Cursor = None) -> SlipPage:
    """By class and name. Answered is what says yes to social media, or no to anything that keeps a child out of it."""
    every = register.unanswered(office_of(service, principal.school_id), now)
    page, following = page_after(every, cursor, limit, lambda slip: slip.pupil.id)
    return SlipPage(items=[slip_out(one) for one in page], next=following)


@router.get(
    "/permission-round/unanswered.csv",
    operation_id="export_unanswered",
    summary="The chase list",
    response_class=Csv,
    responses=errors(),
)
def unanswered_file(service: Serving, principal: Registrar, now: Now) -> Response:
    """The same as a file. No cell is a formula."""
    return Csv(chase_csv(register.unanswered(office_of(service, principal.school_id), now)))
