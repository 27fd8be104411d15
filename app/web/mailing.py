"""What is told to whom by mail, and when: what waits, reminders, drafts passed on, and decisions.

Mails hold counts, lights and ages, and a link; no text of a post, no name, no picture.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from app.errors import SetUpError
from app.integrations.mail import Letter, MailServer, Outcome, send, server_of
from app.policy import Policy
from app.store import Store, deputies, escalations, notices, people, queue, schools
from app.store.notices import Kind, Notice, Rhythm, State, Wishes
from app.store.people import Person
from app.store.queue import Line
from app.web.duty import APPROVERS, Duty, duty, reviews, writes
from app.web.letters import Pile, words_of
from app.web.schoolwork import policy_of
from app.web.service import Service

_log = logging.getLogger(__name__)

AT_ONCE = 50
"""So many mails are sent in one round."""
_WAITING_AT_MOST = 500
LOOKED_BACK = timedelta(days=7)
TRIED_FOR = timedelta(days=1)
KEPT = timedelta(days=90)
_LONGEST_WAIT = timedelta(hours=1)
_HELD = timedelta(minutes=15)


def send_due(service: Service) -> int:
    """Make the mails that are due and send them; returns how many were sent. To be called every minute or so.

    Nothing happens where no mail server is set up. Any number of processes may do this at once.
    """
    try:
        server = server_of(service.settings)
    except SetUpError as error:
        _log.error("no mail is sent: %s", error.slug)
        return 0
    if server is None:
        return 0
    now = service.clock()
    with service.database.read() as session:
        concerned = notices.schools_concerned(session, now - LOOKED_BACK)
    for school_id in concerned:
        try:
            _make(service, school_id, now)
        except Exception as error:  # noqa: BLE001 - one school must not keep the others waiting
            _log.error("mails of a school could not be made: %s", type(error).__name__)
    return _send_all(service, server, now)


# ---------------------------------------------------------------- making


@dataclass(frozen=True, slots=True)
class ToTell:
    """A mail that is due to be made. ``also``: what else it makes needless to tell."""

    person_id: str
    kind: Kind
    things: tuple[str, ...]
    counts: dict[str, int]
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Readers:
    """Who is told of what waits, each with their wishes; deputies and administrators with those of their duty."""

    wishes: dict[str, Wishes]
    said: dict[str, Wishes]
    desk: Duty


def _make(service: Service, school_id: str, now: datetime) -> None:
    policy = policy_of(service, school_id)
    with service.database.read() as session:
        to_tell = due(Store(session, school_id), policy, now)
    for one in to_tell:
        with service.database.write() as session:
            store = Store(session, school_id)
            also = {Kind.DIGEST: one.also} if one.also else None
            notices.post(store, one.person_id, one.kind, one.things, one.counts, also=also, now=now)


def due(store: Store, policy: Policy, now: datetime) -> list[ToTell]:
    """The mails that are due to be made now."""
    readers = readers_of(store, policy, now)
    waits = queue.waiting(store, limit=_WAITING_AT_MOST).items
    passed = escalations.standing(store, [line.id for line in waits])
    fresh = notices.decided(store, now - LOOKED_BACK)
    things = [*map(_thing, waits), *(one.id for one in passed.values()), *(one.id for one in fresh)]
    told, last = notices.told(store, things), notices.last_made(store)
    found: list[ToTell] = []
    for person_id, wishes in readers.wishes.items():
        if wishes.reach.is_open(now):
            theirs = [line for line in waits if line.author != person_id]
            found += _of_queue(person_id, wishes, theirs, told, last, policy, now)
    for one in passed.values():
        for person_id in _heirs(readers, one.to_person):
            if _open(readers, policy, person_id, now) and (person_id, Kind.PASSED_ON, one.id) not in told:
                found.append(ToTell(person_id, Kind.PASSED_ON, (one.id,), {"passed-on": 1}))
    return found + _of_decisions(readers, policy, fresh, told, now)


def _of_queue(
    person_id: str,
    wishes: Wishes,
    waits: Sequence[Line],
    told: frozenset[tuple[str, Kind, str]],
    last: dict[tuple[str, Kind], datetime],
    policy: Policy,
    now: datetime,
) -> list[ToTell]:
    """A reminder of what waits too long, else what is new; at most one of them in the policy's minutes."""
    apart = timedelta(minutes=policy.desk.digest_minutes)
    every = tuple(_thing(line) for line in waits)
    if wishes.nudges and _ago(last.get((person_id, Kind.NUDGE)), now) >= apart:
        patience = timedelta(hours=policy.desk.nudge_hours)
        late = [line for line in waits if wishes.reach.between(line.changed_at, now) >= patience]
        things = tuple(one for one in map(_thing, late) if (person_id, Kind.NUDGE, one) not in told)
        if things:
            return [ToTell(person_id, Kind.NUDGE, things, {}, also=every)]
    recent = max(filter(None, (last.get((person_id, kind)) for kind in (Kind.DIGEST, Kind.NUDGE))), default=None)
    up_to = _told_up_to(wishes, recent, apart, now)
    if up_to is None:
        return []
    new = any(line.changed_at <= up_to and (person_id, Kind.DIGEST, _thing(line)) not in told for line in waits)
    return [ToTell(person_id, Kind.DIGEST, every, {})] if new else []


def _told_up_to(wishes: Wishes, recent: datetime | None, apart: timedelta, now: datetime) -> datetime | None:
    """What came until then is to be told of now, by the rhythm; None: it is not the time."""
    match wishes.rhythm:
        case Rhythm.NEVER:
            return None
        case Rhythm.DAILY:
            told_at = wishes.reach.last(wishes.daily_at, now)
            return told_at if told_at is not None and (recent is None or recent < told_at) else None
        case Rhythm.HOURLY:
            return now if _ago(recent, now) >= max(apart, timedelta(hours=1)) else None
        case Rhythm.AT_ONCE:
            return now if _ago(recent, now) >= apart else None


def _ago(instant: datetime | None, now: datetime) -> timedelta:
    return timedelta.max if instant is None else now - instant


def _thing(line: Line) -> str:
    return f"{line.id}:{line.revision}"


def _of_decisions(
    readers: Readers,
    policy: Policy,
    fresh: Iterable[notices.Fresh],
    told: frozenset[tuple[str, Kind, str]],
    now: datetime,
) -> list[ToTell]:
    new = [one for one in fresh if (one.author, Kind.DECIDED, one.id) not in told]
    found = []
    for author, theirs in groupby(sorted(new, key=lambda one: one.author), key=lambda one: one.author):
        decisions = list(theirs)
        wishes = readers.said.get(author, usual(policy, None))
        person = readers.desk.people.get(author)
        if person is None or not writes(person) or not wishes.decisions or not wishes.reach.is_open(now):
            continue
        counts = dict(Counter(one.decision for one in decisions))
        found.append(ToTell(author, Kind.DECIDED, tuple(one.id for one in decisions), counts))
    return found


# ---------------------------------------------------------------- who is told


def usual(policy: Policy, person: Person | None) -> Wishes:
    """What somebody is told who has said nothing: approvers of what waits, all others of decisions on their own."""
    expected = person is not None and person.role in APPROVERS
    wishes = Wishes(reach=replace(Wishes().reach, zone=policy.timezone))
    return wishes if expected else replace(wishes, rhythm=Rhythm.NEVER, nudges=False)


def readers_of(store: Store, policy: Policy, now: datetime) -> Readers:
    """Who is told of what waits: approvers who are not away, deputies of those who are, else the administrators."""
    desk = duty(people.every(store), deputies.current(store, policy.day_of(now)))
    said = notices.wishes(store, policy.timezone)
    found: dict[str, Wishes] = {}
    for person in filter(reviews, desk.people.values()):
        wishes = said.get(person.id, usual(policy, person))
        in_charge = bool(desk.stands_in(person.id)) or (desk.is_empty and person.role == "administrator")
        if in_charge:
            rhythm = Rhythm.AT_ONCE if wishes.rhythm is Rhythm.NEVER else wishes.rhythm
            found[person.id] = replace(wishes, rhythm=rhythm, nudges=True)
        elif not desk.is_away(person.id) or any(one.both for one in desk.away if one.person_id == person.id):
            found[person.id] = wishes
    return Readers(found, said, desk)


def _heirs(readers: Readers, person_id: str) -> list[str]:
    """Who is told in the place of that person: they themselves, or while they are away their deputy."""
    away = [one for one in readers.desk.away if one.person_id == person_id]
    if not away:
        return [person_id]
    told = [one.deputy_id for one in away if one.deputy_id]
    return [*told, person_id] if not told or any(one.both for one in away) else told


def _open(readers: Readers, policy: Policy, person_id: str, now: datetime) -> bool:
    person = readers.desk.people.get(person_id)
    if person is None or not reviews(person):
        return False
    return readers.said.get(person_id, usual(policy, person)).reach.is_open(now)


# ---------------------------------------------------------------- sending


def _send_all(service: Service, server: MailServer, now: datetime) -> int:
    with service.database.write() as session:
        lost = notices.end_cut_short(session, now=now)
        notices.forget_before(session, now - KEPT)
    if lost:
        _log.warning("mails of which it is not known whether they went out: %d", lost)
    with service.database.read() as session:
        ids = notices.due(session, limit=AT_ONCE, now=now)
    return sum(_send_one(service, server, notice_id) for notice_id in ids)


def _send_one(service: Service, server: MailServer, notice_id: str) -> bool:
    """Take one mail, send it, and say what became of it: three transactions, none open while the server is spoken to."""
    now = service.clock()
    with service.database.write() as session:
        notice = notices.take(session, notice_id, now=now)
    if notice is None:
        return False
    try:
        letter = _letter(service, notice, now)
    except _NotNow:
        with service.database.write() as session:
            store = Store(session, notice.school_id)
            notices.put_off(store, notice, now + _HELD, notice.fault, counted=False)
        return False
    delivery = send(server, letter) if letter is not None else None
    with service.database.write() as session:
        store, after = Store(session, notice.school_id), service.clock()
        if delivery is None:
            notices.settle(store, notice, State.DROPPED, now=after)
        elif delivery.outcome is Outcome.SENT:
            notices.settle(store, notice, State.SENT, now=after)
        elif delivery.outcome is Outcome.UNSURE:
            notices.settle(store, notice, State.UNSURE, delivery.fault, now=after)
        elif after - notice.created_at >= TRIED_FOR:
            notices.settle(store, notice, State.GIVEN_UP, delivery.fault, now=after)
        else:
            wait = _LONGEST_WAIT if delivery.outcome is Outcome.REFUSED else backoff(notice.tries)
            notices.put_off(store, notice, after + wait, delivery.fault)
    if delivery is not None and delivery.outcome is not Outcome.SENT:
        _log.warning("a mail was not sent: %s", delivery.fault)
    return delivery is not None and delivery.outcome is Outcome.SENT


def backoff(tries: int) -> timedelta:
    """How long to wait after that many tries: a minute, then twice as long each time, an hour at most."""
    return min(timedelta(minutes=2 ** min(tries - 1, 10)), _LONGEST_WAIT)


class _NotNow(Exception):
    """It has become quiet for that person meanwhile."""


def _letter(service: Service, notice: Notice, now: datetime) -> Letter | None:
    """The letter as things stand now; None where nothing is left to say, or the person has no business with it any more."""
    policy = policy_of(service, notice.school_id)
    with service.database.read() as session:
        store = Store(session, notice.school_id)
        readers, school = readers_of(store, policy, now), schools.get(store).name
        waits = queue.waiting(store, limit=_WAITING_AT_MOST).items
    person = readers.desk.people.get(notice.person_id)
    if person is None or not person.active:
        return None
    wishes = readers.said.get(person.id, usual(policy, person))
    if notice.kind is not Kind.DECIDED and not reviews(person):
        return None
    if notice.kind in {Kind.DIGEST, Kind.NUDGE} and person.id not in readers.wishes:
        return None
    if not wishes.reach.is_open(now):
        raise _NotNow
    pile = Pile.of([line for line in waits if line.author != person.id])
    if notice.kind is not Kind.DECIDED and not pile.total:
        return None
    stands_in = bool(readers.desk.stands_in(person.id))
    written = words_of(
        notice, pile, school=school, policy=policy, site=service.settings.public_url, stands_in=stands_in, now=now
    )
    return Letter(notice.id, person.email, written.subject, written.body, now)
