"""The register's files: the whole of each, every time, with the difference shown first if asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query, Request
from pydantic import Field

from app import register
from app.domain import Account
from app.errors import Unsupported
from app.store import Store, accounts, events
from app.web.api.pages import Cursor, Limit, page_after
from app.web.docs import errors, sheet_body
from app.web.import_schemas import PermissionDifference
from app.web.intake import media_type
from app.web.schemas import (
    AccountIn,
    AccountOut,
    Difference,
    EventOut,
    EventPage,
    LineProblem,
    RosterDifference,
    RoundIn,
    RoundOut,
)
from app.web.schoolwork import office_of
from app.web.security import Author, Registrar
from app.web.service import Now, Serving

router = APIRouter(prefix="/v1", tags=["register"])

DryRun = Annotated[bool, Query(description="Only say what would change.")]
Confirm = Annotated[bool, Query(description="Take the file though more than a fifth of our own roll would leave.")]


def _sheet(*kinds: str) -> Callable[[Request], object]:
    async def read(request: Request) -> bytes:
        if media_type(request) not in kinds:
            raise Unsupported(f"This takes {' or '.join(kinds)}.")
        return await request.body()

    return read


Csv = Annotated[bytes, Depends(_sheet("text/csv"))]
_ZIPS = ("application/zip", "application/x-zip-compressed")  # the latter is what Windows calls it
_XMLS = ("application/xml", "text/xml")
Roster = Annotated[bytes, Depends(_sheet("text/csv", *_ZIPS, *_XMLS))]
CsvOrCalendar = Annotated[bytes, Depends(_sheet("text/csv", "text/calendar"))]


def _out(difference: register.Difference) -> Difference:
    return Difference(
        added=list(difference.added),
        changed=list(difference.changed),
        left=list(difference.left),
        problems=[
            LineProblem(line=one.line, detail=f"{one.pointer}: {one.detail}" if one.pointer else one.detail)
            for one in difference.problems
        ],
    )


@router.put(
    "/roster",
    operation_id="put_roster",
    summary="The whole roster, from the MIS",
    response_model=RosterDifference,
    responses=errors(409, 413, 415),
    openapi_extra=sheet_body("text/csv", "application/zip", "application/xml"),
)
def put_roster(
    request: Request,
    service: Serving,
    principal: Registrar,
    data: Roster,
    now: Now,
    dry_run: DryRun = False,
    confirm: Confirm = False,
) -> RosterDifference:
    """A CSV file with headers as the MIS names them, or a OneRoster 1.1 or 1.2 zip. Children who are missing have left.

    A OneRoster delta changes what it names alone. A common transfer file (XML) only adds preferred, middle and former
    names, and who is in care, to pupils on the roster. A CSV file of a whole trust has a column of schools: of other
    schools' pupils only full names are looked for.
    """
    office = office_of(service, principal.school_id)
    kind, manner = media_type(request), register.Manner(dry_run, confirm)
    if kind in _ZIPS:
        made = register.import_oneroster(office, data, manner, by=principal.id, now=now)
    elif kind in _XMLS:
        made = register.import_transfers(office, data, manner, by=principal.id, now=now)
    else:
        made = register.import_roster(office, data, by=principal.id, now=now, dry_run=dry_run, confirm=confirm)
    return RosterDifference(**_out(made).model_dump(), elsewhere=made.elsewhere)


@router.put(
    "/staff",
    operation_id="put_staff",
    summary="All staff, with their personal handles",
    response_model=Difference,
    responses=errors(413, 415),
    openapi_extra=sheet_body("text/csv"),
)
def put_staff(service: Serving, principal: Registrar, data: Csv, now: Now, dry_run: DryRun = False) -> Difference:
    """`title,first,surname,role,personal_handles`, handles split by semicolons."""
    office = office_of(service, principal.school_id)
    return _out(register.import_staff(office, data, by=principal.id, now=now, dry_run=dry_run))


@router.put(
    "/permissions",
    operation_id="put_permissions",
    summary="All answers of this school year's permission round",
    response_model=PermissionDifference,
    responses=errors(413, 415),
    openapi_extra=sheet_body("text/csv"),
)
def put_permissions(
    service: Serving, principal: Registrar, data: Csv, now: Now, dry_run: DryRun = False
) -> PermissionDifference:
    """One row a pupil, keyed by UPN, one column a channel. Blank, pending or unmapped is "not answered", never a yes.

    Where families permit less than before, that is recorded first, by itself: it stands even if the rest should fail.
    """
    office = office_of(service, principal.school_id)
    made = register.import_permissions(office, data, by=principal.id, now=now, dry_run=dry_run)
    return PermissionDifference(**_out(made).model_dump(), lowered=list(made.lowered))


@router.put(
    "/permission-round",
    operation_id="open_round",
    summary="Open this school year's permission round",
    response_model=RoundOut,
    responses=errors(),
)
def open_round(service: Serving, principal: Registrar, body: RoundIn, now: Now) -> RoundOut:
    """Until its date has passed, silence permits nothing; after it, what the policy says of silence holds."""
    office = office_of(service, principal.school_id)
    year = register.open_round(office, opened_on=body.opened_on, due_on=body.due_on, by=principal.id, now=now)
    return RoundOut(school_year=year, opened_on=body.opened_on, due_on=body.due_on)


@router.put(
    "/events",
    operation_id="put_events",
    summary="The whole calendar",
    response_model=Difference,
    responses=errors(413, 415),
    openapi_extra=sheet_body("text/csv", "text/calendar"),
)
def put_events(
    request: Request, service: Serving, principal: Registrar, data: CsvOrCalendar, now: Now, dry_run: DryRun = False
) -> Difference:
    """`id,title,starts_at,ends_at,place,synonyms`, or iCalendar. `id` is a draft's `event_id`."""
    office = office_of(service, principal.school_id)
    kind = media_type(request)
    return _out(register.import_events(office, data, kind, by=principal.id, now=now, dry_run=dry_run))


@router.get("/events", operation_id="list_events", summary="The calendar", response_model=EventPage, responses=errors())
def list_events(service: Serving, principal: Author, limit: Limit = 20, cursor: Cursor = None) -> EventPage:
    """Earliest first."""
    with service.database.read() as session:
        every = events.every(Store(session, principal.school_id))
    page, following = page_after(every, cursor, limit, lambda event: event.id)
    return EventPage(items=[EventOut.model_validate(one) for one in page], next=following)


@router.put(
    "/accounts",
    operation_id="put_accounts",
    summary="Register the school's own accounts",
    response_model=list[AccountOut],
    responses=errors(),
)
def put_accounts(
    service: Serving,
    principal: Registrar,
    body: Annotated[list[AccountIn], Body(), Field(min_length=1, max_length=500)],
    now: Now,
) -> list[AccountOut]:
    """Registers further accounts and changes known ones; the first ever registered stays the default."""
    office = office_of(service, principal.school_id)
    given = [Account(one.handle, tuple(one.classes), tuple(one.posters)) for one in body]
    register.put_accounts(office, given, by=principal.id, now=now)
    with service.database.read() as session:
        every = accounts.every(Store(session, principal.school_id))
    return [AccountOut(handle=one.handle, classes=list(one.classes), posters=list(one.posters)) for one in every]
