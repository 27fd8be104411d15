"""The audit trail in a browser: who did what and when, found, saved and proved; and what is kept for how long.

Looking at it tells what colleagues did, and so is itself a line of the trail. It names no child.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app import register
from app.errors import FledglingError, Malformed
from app.integrations.sheets import write_sheet
from app.store import Store, audit, destructions, trail
from app.store.audit import AuditLine, AuditReport
from app.store.trail import Asked
from app.web.pages import doings
from app.web.pages.policy_words import kept_words
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import PageRoute, Posted, Visiting
from app.web.schoolwork import office_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)

LISTED = 50
LONGEST_FILE = 100_000
"""Lines that one file holds at most; more are saved by asking for fewer days."""

_LEAD = "safeguarding."


def _reading(visitor: Visiting) -> Visitor:
    visitor.need(Scope.AUDIT)
    return visitor


Reading = Annotated[Visitor, Depends(_reading)]
Short = Annotated[str, Query(max_length=200)]
Cursor = Annotated[str | None, Query(max_length=400)]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form asks for, as it was filled in; days are the school's."""

    who: str = ""
    what: str = ""
    thing: str = ""
    since: str = ""
    until: str = ""

    @property
    def query(self) -> str:
        """The same as a query string, without what is empty."""
        pairs = (
            ("who", self.who),
            ("what", self.what),
            ("thing", self.thing),
            ("since", self.since),
            ("until", self.until),
        )
        return urlencode([(name, value) for name, value in pairs if value])

    def asked(self, zone: str) -> Asked:
        """The same for the store; Malformed for days that are none, or in the wrong order."""
        first, last = _day(self.since), _day(self.until)
        if first and last and last < first:
            raise Malformed("The last day lies before the first: nothing can be between them.")
        return Asked(
            actor=self.who,
            actions=_actions(self.what),
            subject=self.thing.strip(),
            since=_midnight(first, zone),
            until=_midnight(last + timedelta(days=1), zone) if last else None,
        )


def _day(written: str) -> date | None:
    if not written.strip():
        return None
    try:
        day = date.fromisoformat(written.strip())
    except ValueError:
        raise Malformed("A day is written as 2026-09-30.") from None
    if not date.min.year < day.year < date.max.year:
        raise Malformed("There is no such day in this trail.")
    return day


def _midnight(day: date | None, zone: str) -> datetime | None:
    return datetime.combine(day, time(), ZoneInfo(zone)) if day else None


def _actions(what: str) -> frozenset[str]:
    """The actions of a group, or the one; all where none is asked for."""
    every = doings.actions_by_group()
    if what in every:
        return frozenset(action for action, _ in every[what])
    return frozenset({what}) if what else frozenset()


def _wanted(who: Short = "", what: Short = "", thing: Short = "", since: Short = "", until: Short = "") -> Wanted:
    return Wanted(*(printable(one) for one in (who, what, thing, since, until)))


Filter = Annotated[Wanted, Depends(_wanted)]


@router.get("/audit")
def show(service: Serving, visitor: Reading, wanted: Filter, now: Now, cursor: Cursor = None) -> Response:
    """The lines asked for, newest first."""
    return _page(service, visitor, wanted, now, cursor=cursor)


def _page(
    service: Service,
    visitor: Visitor,
    wanted: Wanted,
    now: datetime,
    *,
    cursor: str | None = None,
    report: AuditReport | None = None,
) -> Response:
    problem: FledglingError | None = None
    lines: tuple[AuditLine, ...] = ()
    following: str | None = None
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        names = doings.names_of(store)
        who = sorted({one: doings.called(names, one) for one in trail.actors(store)}.items(), key=lambda one: one[1])
        try:
            found = trail.page(store, wanted.asked(visitor.policy.timezone), limit=LISTED, cursor=cursor)
            lines, following = found.items, found.next
        except Malformed as malformed:
            problem = malformed
    if lines:
        _note(service, visitor, wanted, len(lines), now)
    return render(
        "audit.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        wanted=wanted,
        who=who,
        groups=doings.actions_by_group(),
        lines=[_told(line, names, visitor) for line in lines],
        next=following,
        report=report,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Told:
    """A line as it is shown."""

    seq: int
    at: datetime
    who: str
    did: str
    action: str
    subject: str
    path: str


def _told(line: AuditLine, names: dict[str, str], visitor: Visitor) -> Told:
    """The line in words. What only the safeguarding lead knows of is told to nobody else."""
    who = doings.called(names, line.actor)
    if line.action.startswith(_LEAD) and not visitor.principal.may(Scope.SAFEGUARDING):
        return Told(line.seq, line.at, who, "did something for the safeguarding lead", _LEAD.strip("."), "", "")
    path = (
        f"/drafts/{line.subject}"
        if line.action.startswith("desk.draft.") and visitor.principal.may(Scope.REVIEW)
        else ""
    )
    subject = names.get(line.subject, line.subject) if line.subject != visitor.principal.school_id else ""
    return Told(line.seq, line.at, who, doings.said(line), line.action, subject, path)


def _note(service: Service, visitor: Visitor, wanted: Wanted, lines: int, now: datetime, *, file: bool = False) -> None:
    """Write into the trail that somebody looked at it, and at whose doings."""
    detail = {"lines": lines, "who": wanted.who, "thing": wanted.thing.strip()[:100], "file": file}
    with service.database.write() as session:
        store = Store(session, visitor.principal.school_id)
        audit.append(store, audit.Action.AUDIT_READ, store.school_id, detail, by=visitor.principal.id, now=now)


@router.get("/audit/lines.csv")
def save(service: Serving, visitor: Reading, wanted: Filter, now: Now) -> Response:
    """The lines asked for as a file, oldest first; that it was saved is noted."""
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        names = doings.names_of(store)
        lines = tuple(_some(trail.every(store, wanted.asked(visitor.policy.timezone))))
    _note(service, visitor, wanted, len(lines), now, file=True)
    return Response(
        write_sheet([_HEADINGS, *(_row(line, names, visitor) for line in lines)]),
        media_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="audit.csv"'},
    )


_HEADINGS = ("Line", "When (UTC)", "Who", "Who (id)", "Did", "Action", "To (id)", "Hash")


def _some(lines: Iterator[AuditLine]) -> Iterator[AuditLine]:
    for number, line in enumerate(lines):
        if number == LONGEST_FILE:
            raise Malformed(f"That is more than {LONGEST_FILE:,} lines: ask for fewer days at a time.")
        yield line


def _row(line: AuditLine, names: dict[str, str], visitor: Visitor) -> tuple[str, ...]:
    told = _told(line, names, visitor)
    subject = line.subject if told.subject or line.subject == visitor.principal.school_id else ""
    return (
        str(line.seq),
        f"{line.at:%Y-%m-%d %H:%M:%S}",
        told.who,
        line.actor,
        told.did,
        told.action,
        subject,
        line.hash,
    )


@router.post("/audit/verify")
def verify(service: Serving, visitor: Reading, _form: Posted, now: Now) -> Response:
    """Go through the whole chain, and show its head to be kept elsewhere."""
    with service.database.read() as session:
        report = audit.verify(Store(session, visitor.principal.school_id))
    return _page(service, visitor, Wanted(), now, report=report)


@router.get("/audit/kept")
def kept(service: Serving, visitor: Reading, now: Now, cursor: Cursor = None) -> Response:
    """What is kept for how long, what is due to go, and what of children's faces was destroyed."""
    office = office_of(service, visitor.principal.school_id)
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        gone = destructions.page(store, limit=LISTED, cursor=cursor)
        names = doings.names_of(store)
    return render(
        "kept.html",
        visitor,
        kept=kept_words(office.policy, service.settings.photo_hours),
        due=register.would_purge(office, now).counts,
        gone=[(one, doings.called(names, one.destroyed_by)) for one in gone.items],
        next=gone.next,
    )
