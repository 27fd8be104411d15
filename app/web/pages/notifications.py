"""When one is told by mail; who stands in for whom; and for administrators whether mail goes out at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as field_of
from datetime import date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from app.db import new_id
from app.domain.reach import Reach
from app.errors import Conflict, FledglingError, Malformed, NotAllowed, NotFound, SetUpError
from app.integrations.mail import Letter, Outcome, send, server_of
from app.policy import Policy
from app.store import Store, deputies, notices, people
from app.store.deputies import Naming
from app.store.notices import Rhythm, Wishes
from app.web.duty import APPROVERS, duty, reviews
from app.web.mailing import usual
from app.web.pages.rendering import Visitor, printable, render
from app.web.pages.visiting import SEE_OTHER, PageRoute, Posted, Reviewing, Visiting, field
from app.web.schemas import day_of
from app.web.security import Scope
from app.web.service import Now, Service, Serving

router = APIRouter(route_class=PageRoute)


def _told(visitor: Visiting) -> Visitor:
    # Whoever neither writes nor decides gets no mail, and has nothing to wish for.
    if not visitor.principal.may(Scope.REVIEW):
        visitor.need(Scope.DRAFTS)
    return visitor


Told = Annotated[Visitor, Depends(_told)]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
RHYTHMS = {
    Rhythm.AT_ONCE: "As they come, a few in one mail",
    Rhythm.HOURLY: "Once an hour at most",
    Rhythm.DAILY: "Once a day",
    Rhythm.NEVER: "Not by mail",
}
FAULTS = {
    "certificate": "The server's certificate is not to be trusted (FLEDGLING_SMTP_CA_FILE for an authority of your own).",
    "tls": "The line could not be guarded: FLEDGLING_SMTP_TLS or the port do not fit the server.",
    "password": "The server did not take user and password.",
    "not-offered": "The server does not offer what is asked of it: STARTTLS or signing in.",
    "timed-out": "The server did not answer in time.",
    "cut-off": "The server refused or cut the line.",
    "unreachable": "The server cannot be reached: name or port may be wrong.",
    "not-understood": "The server's answer made no sense.",
    "address": "The address cannot be written to.",
    "no-answer": "The server took the mail and fell silent: it may have been sent.",
    "cut-short": "The service was stopped while it sent the mail: it may have been sent.",
}
_REFUSED = {"sender": "the sender's address", "recipient": "the address", "letter": "the mail"}
_TROUBLED = 50


def fault_words(fault: str) -> str:
    """Why a mail was not sent, for people."""
    what, _, code = fault.rpartition("-")
    if what in _REFUSED:
        return f"The server refused {_REFUSED[what]} (code {code})."
    return FAULTS.get(fault, "It was not sent.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What stood in a form that was not taken, by its fields' names; ``form`` says in which."""

    form: str = ""
    fields: Mapping[str, str] = field_of(default_factory=dict)
    days: frozenset[str] = frozenset()


@router.get("/notifications")
def show(service: Serving, visitor: Told, now: Now, done: str = "") -> Response:
    """The page."""
    return _page(service, visitor, now, done=done)


def _page(
    service: Service,
    visitor: Visitor,
    now: datetime,
    *,
    problem: FledglingError | None = None,
    sent: Sent | None = None,
    done: str = "",
) -> Response:
    me, today = visitor.principal, visitor.policy.day_of(now)
    administrator = me.may(Scope.ADMIN)
    with service.database.read() as session:
        store = Store(session, me.school_id)
        everybody = people.every(store)
        mine = notices.wishes(store, visitor.policy.timezone).get(me.id)
        coming = deputies.coming(store, today) if me.may(Scope.REVIEW) else ()
        desk = duty(everybody, deputies.current(store, today))
        troubled = notices.troubled(store, limit=_TROUBLED) if administrator else ()
    person = next((one for one in everybody if one.id == me.id), None)
    return render(
        "notifications.html",
        visitor,
        status=problem.status if problem else 200,
        faults=[problem.detail] if problem else [],
        sent=sent or Sent(),
        done=_DONE.get(done, ""),
        wishes=mine or usual(visitor.policy, person),
        rhythms={one.value: words for one, words in RHYTHMS.items()},
        day_names=list(enumerate(DAYS)),
        address=person.email if person else "",
        mail=_state(service),
        coming=[one for one in coming if administrator or me.id in {one.person_id, one.deputy_id}],
        others=[one for one in everybody if reviews(one) and one.id != me.id],
        approvers=[one for one in everybody if reviews(one) and one.role in APPROVERS] if administrator else [],
        nobody=desk.is_empty and me.may(Scope.REVIEW),
        administrator=administrator,
        troubled=troubled,
        names={one.id: one.name for one in everybody},
        fault_words=fault_words,
        today=today,
    )


_DONE = {
    "kept": "Kept: you are told as you wish from now on.",
    "named": "The absence is on record.",
    "ended": "The absence has ended.",
    "tested": "The mail server took the test mail. It should be in your inbox soon.",
}


def _state(service: Service) -> str:
    """Whether mail is set up: ``on``, ``off``, or why it cannot be used."""
    try:
        return "on" if server_of(service.settings) else "off"
    except SetUpError as error:
        return error.detail


# ---------------------------------------------------------------- one's own wishes


@router.post("/notifications")
def wish(service: Serving, visitor: Told, form: Posted, now: Now) -> Response:
    """Keep when the visitor wishes to be told."""
    try:
        taken = _wishes(form, visitor.policy, reviewer=visitor.principal.may(Scope.REVIEW))
    except Malformed as problem:
        return _page(service, visitor, now, problem=problem, sent=_sent("wishes", form))
    with service.database.write() as session:
        notices.put_wishes(Store(session, visitor.principal.school_id), visitor.principal.id, taken, now=now)
    return RedirectResponse("/notifications?done=kept", SEE_OTHER)


def _wishes(form: FormData, policy: Policy, *, reviewer: bool) -> Wishes:
    days = frozenset(value for value in form.getlist("days") if isinstance(value, str))
    if not days or not days <= {str(number) for number in range(7)}:
        raise Malformed("Choose at least one day of the week.", slug="days-missing")
    reach = Reach(_clock(form, "opens"), _clock(form, "closes"), frozenset(map(int, days)), policy.timezone)
    if reach.opens >= reach.closes:
        raise Malformed("The hours must begin before they end, on the same day.", slug="hours-malformed")
    wishes = Wishes(reach=reach, decisions=bool(field(form, "decisions")), rhythm=Rhythm.NEVER, nudges=False)
    if not reviewer:
        return wishes
    if field(form, "rhythm") not in set(Rhythm):
        raise Malformed("Choose how often you are told of what waits.", slug="rhythm-missing")
    rhythm = Rhythm(field(form, "rhythm"))
    daily_at = _clock(form, "daily_at") if rhythm is Rhythm.DAILY or field(form, "daily_at") else wishes.daily_at
    if rhythm is Rhythm.DAILY and not reach.opens <= daily_at < reach.closes:
        raise Malformed("The time of the daily mail must lie in the hours you give.", slug="hours-malformed")
    return replace(wishes, rhythm=rhythm, daily_at=daily_at, nudges=bool(field(form, "nudges")))


def _clock(form: FormData, name: str) -> time:
    try:
        taken = time.fromisoformat(field(form, name))
    except ValueError:
        taken = None
    if taken is None or taken.tzinfo is not None:
        raise Malformed("Write times as hours and minutes, such as 07:30.", slug="hours-malformed")
    return taken.replace(second=0, microsecond=0)


def _sent(name: str, form: FormData) -> Sent:
    fields = {key: printable(value) for key, value in form.items() if isinstance(value, str) and key != "csrf"}
    return Sent(name, fields, frozenset(value for value in form.getlist("days") if isinstance(value, str)))


# ---------------------------------------------------------------- absences


@router.post("/notifications/deputies")
def name_deputy(service: Serving, visitor: Reviewing, form: Posted, now: Now) -> Response:
    """Put an absence on record: one's own, or by an administrator anybody's who may approve."""
    me = visitor.principal
    try:
        with service.database.write() as session:
            store = Store(session, me.school_id)
            naming = _naming(form, store, visitor)
            deputies.name(store, naming, today=visitor.policy.day_of(now), by=me.id, now=now)
    except (Malformed, Conflict, NotFound, NotAllowed) as problem:
        return _page(service, visitor, now, problem=problem, sent=_sent("away", form))
    return RedirectResponse("/notifications?done=named#away", SEE_OTHER)


def _naming(form: FormData, store: Store, visitor: Visitor) -> Naming:
    person_id = field(form, "person") or visitor.principal.id
    if person_id != visitor.principal.id and not visitor.principal.may(Scope.ADMIN):
        raise NotAllowed("You can say of yourself alone that you are away.", slug="not-yours")
    deputy_id = field(form, "deputy") or None
    for one in filter(None, (person_id, deputy_id)):
        found = people.find(store, one)
        if found is None or not reviews(found):
            raise Malformed("Choose somebody who may decide on drafts.", slug="not-an-approver")
    return Naming(person_id, deputy_id, _day(form, "begins_on"), _day(form, "ends_on"), both=bool(field(form, "both")))


def _day(form: FormData, name: str) -> date:
    try:
        return day_of(field(form, name))
    except ValueError:
        raise Malformed("Give the first and the last day, such as 2026-11-30.", slug="days-malformed") from None


@router.post("/notifications/deputies/{absence_id}/end")
def end(service: Serving, visitor: Reviewing, absence_id: str, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """End an absence before its time."""
    me = visitor.principal
    with service.database.write() as session:
        whose = None if me.may(Scope.ADMIN) else me.id
        deputies.end(Store(session, me.school_id), absence_id, whose=whose, by=me.id, now=now)
    return RedirectResponse("/notifications?done=ended#away", SEE_OTHER)


# ---------------------------------------------------------------- a test mail


@router.post("/notifications/test")
def send_test(service: Serving, visitor: Visiting, form: Posted, now: Now) -> Response:  # noqa: ARG001
    """Send a mail to the administrator who asks for it, and say what the server said."""
    visitor.need(Scope.ADMIN)
    try:
        server = server_of(service.settings)
        if server is None:
            raise SetUpError("No mail server is set up.")
        with service.database.read() as session:
            person = people.find(Store(session, visitor.principal.school_id), visitor.principal.id)
        body = "Mail from Fledgling reaches you.\n\nYou asked for this on the page of notifications.\n"
        delivery = send(server, Letter(new_id(now), person.email if person else "", "Test mail", body, now))
        if delivery.outcome is not Outcome.SENT:
            raise Conflict(fault_words(delivery.fault), slug="mail-not-sent")
    except (SetUpError, Conflict) as problem:
        return _page(service, visitor, now, problem=Conflict(problem.detail, slug="mail-not-sent"))
    return RedirectResponse("/notifications?done=tested", SEE_OTHER)
