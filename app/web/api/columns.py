"""The headings of the school's own reports."""

from __future__ import annotations

from fastapi import APIRouter

from app import register
from app.web.docs import errors
from app.web.import_schemas import ColumnsIn, ColumnsOut
from app.web.schoolwork import office_of
from app.web.security import Registrar
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1/roster/columns", tags=["register"])


@router.get(
    "",
    operation_id="get_columns",
    summary="The headings that the school maps itself",
    response_model=ColumnsOut,
    responses=errors(),
)
def get_columns(service: Serving, principal: Registrar) -> ColumnsOut:
    """They are looked for before the headings that are known of SIMS, Arbor, Bromcom, ScholarPack and Horizon."""
    return ColumnsOut(register.read_columns(office_of(service, principal.school_id)))


@router.put(
    "",
    operation_id="put_columns",
    summary="Map the headings of the school's own reports",
    response_model=ColumnsOut,
    responses=errors(413),
)
def put_columns(service: Serving, principal: Registrar, body: ColumnsIn, now: Now) -> ColumnsOut:
    """The whole map, each time.

    A field is `upn`, `admission_no`, `legal_first`, `legal_surname`, `preferred_first`,
    `preferred_surname`, `middle`, `former`, `year`, `class_name`, `born_on`, `leaving_on`, `in_care`, `school`, any heading known
    of one, or `unused`. Case, blanks and signs in headings do not matter. Those of `upn` and `admission_no` hold for answers too.
    """
    office = office_of(service, principal.school_id)
    return ColumnsOut(register.put_columns(office, body.root, by=principal.id, now=now))
