"""Taking in the school's files in a browser: the difference is shown first, then applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from app import register
from app.errors import Conflict, FledglingError, Malformed, NotFound, TooLarge
from app.integrations.sheets import MAX_BYTES
from app.register import Manner, Office
from app.store import Store, events, permissions, roster, trail
from app.store.audit import Action
from app.store.trail import Asked
from app.web import handed_in
from app.web.handed_in import HandedIn
from app.web.intake import safe_name
from app.web.pages import column_map, doings
from app.web.pages.differing import Kind, is_xml, is_zip, refuse_empty, take_in, view
from app.web.pages.rendering import Visitor, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Visiting, field
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 15

TITLES = {
    Kind.ROSTER: "Roster",
    Kind.STAFF: "Staff",
    Kind.PERMISSIONS: "Families' answers",
    Kind.EVENTS: "Calendar",
}
HELP = {
    Kind.ROSTER: "A CSV report of all pupils from the MIS, a OneRoster zip, or a common transfer file (XML). "
    "Whoever is missing from a CSV file has left.",
    Kind.STAFF: "CSV: title, first, surname, role, personal_handles. Without the column of handles, those known stay.",
    Kind.PERMISSIONS: "CSV: one row a pupil, with the UPN and a column a channel. A blank is “not answered”, never a yes.",
    Kind.EVENTS: "CSV (id, title, starts_at, ends_at, place, synonyms) or iCalendar (.ics). What is missing is no longer planned.",
}
ACCEPTED = {
    Kind.ROSTER: ".csv,.txt,.zip,.xml",
    Kind.STAFF: ".csv,.txt",
    Kind.PERMISSIONS: ".csv,.txt",
    Kind.EVENTS: ".csv,.txt,.ics",
}
_DOINGS = {
    Kind.ROSTER: (Action.ROSTER_REPLACE, Action.ROSTER_AMEND),
    Kind.STAFF: (Action.STAFF_REPLACE,),
    Kind.PERMISSIONS: (Action.PERMISSIONS_RECORD,),
    Kind.EVENTS: (Action.EVENTS_REPLACE,),
}


def _with_register(visitor: Visiting) -> Visitor:
    visitor.need(Scope.REGISTER)
    return visitor


def _kind(kind: str) -> Kind:
    try:
        return Kind(kind)
    except ValueError:
        raise NotFound("There is no such page.") from None


Registering = Annotated[Visitor, Depends(_with_register)]
OfKind = Annotated[Kind, Depends(_kind)]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one of the registers stands: when it was last taken in, what it holds, and whether it is out of date."""

    kind: Kind
    as_of: datetime | None
    holds: str
    stale: str = ""


@router.get("/imports")
def show(service: Serving, visitor: Registering, now: Now, done: str = "") -> Response:
    """What can be taken in, how fresh each is, and what was taken in last."""
    return _front(service, visitor, now, done=TITLES[Kind(done)] if done in set(Kind) else "")


def _front(
    service: Service,
    visitor: Visitor,
    now: datetime,
    *,
    done: str = "",
    problem: FledglingError | None = None,
    wrong: Kind | None = None,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        store = Store(session, office.school_id)
        names = doings.names_of(store)
        every = tuple(action.value for kind in Kind for action in _DOINGS[kind])
        recent = [
            one for one in trail.page(store, Asked(actions=every), limit=LISTED * 4).items if _is_file(one.detail)
        ]
        standing = _standing(store, office, now)
    return render(
        "imports.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_faults(problem),
        wrong=wrong,
        done=done,
        standing=standing,
        titles=TITLES,
        helps=HELP,
        accepted=ACCEPTED,
        history=[(one.at, doings.called(names, one.actor), doings.said(one)) for one in recent[:LISTED]],
    )


def _is_file(detail: object) -> bool:
    """Whether a line is of a file rather than of what one person said."""
    return not (isinstance(detail, dict) and detail.get("source") == permissions.TOLD)


def _faults(problem: FledglingError | None) -> list[str]:
    return [] if problem is None else [problem.detail, *(fault.detail for fault in problem.errors)]


def _standing(store: Store, office: Office, now: datetime) -> list[Standing]:
    today = office.day(now)
    on_roll = sum(pupil.left_on is None for pupil in roster.every(store))
    loaded = roster.as_of(store)
    last_fresh = today - timedelta(days=office.policy.staleness.roster_days)
    old = loaded is not None and office.day(loaded) < last_fresh
    year = register.school_years(office.policy, today)[0]
    asked = permissions.round_of(store, year)
    answered = asked.as_of if asked else None
    return [
        Standing(
            Kind.ROSTER,
            loaded,
            f"{on_roll:,} children on roll",
            "No roster was ever taken in: every post is held up." if loaded is None
            else f"Older than {office.policy.staleness.roster_days} days: every post with a photo is held up." if old else "",
        ),
        Standing(
            Kind.PERMISSIONS,
            answered,
            f"{year}",
            "" if answered else "No file of answers was taken in this school year: every post with a photo is held up.",
        ),
        Standing(Kind.STAFF, _last(store, Action.STAFF_REPLACE), f"{len(roster.staff(store)):,} members of staff"),
        Standing(Kind.EVENTS, _last(store, Action.EVENTS_REPLACE), f"{len(events.every(store)):,} events"),
    ]  # fmt: skip


def _last(store: Store, action: Action) -> datetime | None:
    found = trail.page(store, Asked(actions=(action.value,)), limit=1).items
    return found[0].at if found else None


async def _chosen(form: Posted) -> tuple[bytes, str]:
    """The file of the form and its name; no bytes where none was chosen."""
    part = form.get("file")
    if not isinstance(part, UploadFile):
        return b"", ""
    if part.size is not None and part.size > MAX_BYTES:
        raise TooLarge(f"The file is larger than {MAX_BYTES // 1024**2} MB.", slug="file-too-large")
    return await part.read(), safe_name(part.filename)


Chosen = Annotated[tuple[bytes, str], Depends(_chosen)]


@router.post("/imports/{kind}")
def choose(service: Serving, visitor: Registering, kind: OfKind, chosen: Chosen, now: Now) -> Response:
    """Keep the file sealed, and lead to what it would change."""
    data, name = chosen
    try:
        refuse_empty(data, name)
    except Malformed as problem:
        return _front(service, visitor, now, problem=problem, wrong=kind)
    token = handed_in.keep(service, visitor.principal, kind.value, name, data, now)
    return RedirectResponse(f"/imports/{kind.value}/{token}", SEE_OTHER)


@router.get("/imports/{kind}/{token}")
def preview(
    service: Serving, visitor: Registering, kind: OfKind, token: str, now: Now, mapped: bool = False
) -> Response:
    """What the file would change; nothing is done."""
    try:
        file = handed_in.take(service, visitor.principal, kind.value, token, now)
    except Conflict as problem:
        return _front(service, visitor, now, problem=problem, wrong=kind)
    return _preview(service, visitor, kind, token, file, now, mapped=mapped)


def _preview(
    service: Service,
    visitor: Visitor,
    kind: Kind,
    token: str,
    file: HandedIn,
    now: datetime,
    *,
    problem: FledglingError | None = None,
    mapped: bool = False,
) -> Response:
    office = office_of(service, visitor.principal.school_id)
    found = take_in(office, kind, file.data, Manner(dry_run=True), by=visitor.principal.id, now=now)
    sheet = kind is Kind.ROSTER and not is_zip(file.data) and not is_xml(file.data)
    columns = column_map.read_map(file.data, register.read_columns(office)) if sheet else column_map.ColumnMap()
    return render(
        "import_preview.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_faults(problem),
        kind=kind,
        title=TITLES[kind],
        token=token,
        file=file,
        view=view(office, kind, file.data, found, now),
        map=columns,
        fields=column_map.FIELDS,
        mapped=mapped,
        now=now,
    )


@router.post("/imports/{kind}/{token}/apply")
def apply(service: Serving, visitor: Registering, kind: OfKind, token: str, form: Posted, now: Now) -> Response:
    """Take the file in, if the difference is still the one that was shown."""
    try:
        file = handed_in.take(service, visitor.principal, kind.value, token, now)
    except Conflict as problem:
        return _front(service, visitor, now, problem=problem, wrong=kind)
    office = office_of(service, visitor.principal.school_id)
    try:
        _check_seen(office, visitor, kind, file, field(form, "seen"), field(form, "leaving"), now)
        manner = Manner(confirm=bool(field(form, "leaving").strip()))
        take_in(office, kind, file.data, manner, by=visitor.principal.id, now=now)
    except (Malformed, Conflict) as problem:
        return _preview(service, visitor, kind, token, file, now, problem=problem)
    handed_in.drop(service, visitor.principal, kind.value)
    return RedirectResponse(f"/imports?done={kind.value}", SEE_OTHER)


def _check_seen(
    office: Office, visitor: Visitor, kind: Kind, file: HandedIn, seen: str, leaving: str, now: datetime
) -> None:
    """Conflict where the difference is another than was shown; Malformed where so many would leave and nobody typed how many."""
    found = take_in(office, kind, file.data, Manner(dry_run=True), by=visitor.principal.id, now=now)
    shown = view(office, kind, file.data, found, now)
    if shown.errors:
        return  # taking it in says what is wrong
    if shown.seen != seen:
        raise Conflict(
            "The register has changed since this was shown. Look at the difference again, then apply it.",
            slug="difference-changed",
        )
    if shown.leaving and leaving.strip() != str(shown.leaving):
        raise Malformed(
            f"{shown.leaving:,} of {shown.on_roll:,} children would leave. If that is right, type {shown.leaving} below; if not, choose another file."
        )


@router.post("/imports/roster/{token}/columns")
def map_columns(service: Serving, visitor: Registering, token: str, form: Posted, now: Now) -> Response:
    """Say what the columns of the file are; kept for the school, and looked for first from then on."""
    try:
        file = handed_in.take(service, visitor.principal, Kind.ROSTER.value, token, now)
    except Conflict as problem:
        return _front(service, visitor, now, problem=problem, wrong=Kind.ROSTER)
    office = office_of(service, visitor.principal.school_id)
    headings, fields = ([str(one) for one in form.getlist(name)] for name in ("heading", "field"))
    try:
        wanted = column_map.with_choices(register.read_columns(office), headings, fields)
        register.put_columns(office, wanted, by=visitor.principal.id, now=now)
    except Malformed as problem:
        return _preview(service, visitor, Kind.ROSTER, token, file, now, problem=problem)
    return RedirectResponse(f"/imports/roster/{token}?mapped=true", SEE_OTHER)


@router.post("/imports/{kind}/{token}/drop")
def discard(service: Serving, visitor: Registering, kind: OfKind, token: str, _form: Posted) -> Response:  # noqa: ARG001
    """Delete the file that was handed in, and change nothing."""
    handed_in.drop(service, visitor.principal, kind.value)
    return RedirectResponse("/imports", SEE_OTHER)
