"""What people wish to be told by mail, what they were told, and the mails on their way.

A mail is on record before it is sent, together with all it tells of, so that nothing is told twice and nothing is
forgotten by a restart. None of it is audited: the record itself says what was told to whom and when.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from app.db import new_id
from app.domain import QUEUED
from app.domain.reach import Reach
from app.store import Store, everywhere
from app.tables import DecisionRow, DraftRow, NoticeRow, NoticeWishRow, PersonRow, ToldRow

LEASE = timedelta(minutes=15)
"""Whoever took a mail to send it and has not said what became of it after so long, will not."""


class Rhythm(StrEnum):
    """How often somebody is told of what waits."""

    AT_ONCE = "at-once"
    HOURLY = "hourly"
    DAILY = "daily"
    NEVER = "never"


class Kind(StrEnum):
    """What a mail is about."""

    DIGEST = "digest"
    NUDGE = "nudge"
    PASSED_ON = "passed-on"
    DECIDED = "decided"


class State(StrEnum):
    """What has become of a mail. ``unsure``: it was given over, or was just being, and no answer came."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    DROPPED = "dropped"
    GIVEN_UP = "given-up"
    UNSURE = "unsure"


# ---------------------------------------------------------------- wishes

_WORKING_HOURS = Reach()


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody wishes to be told, and when they may be written to."""

    rhythm: Rhythm = Rhythm.AT_ONCE
    daily_at: time = time(15, 30)
    reach: Reach = _WORKING_HOURS
    nudges: bool = True
    decisions: bool = True


def put_wishes(store: Store, person_id: str, wishes: Wishes, *, now: datetime) -> None:
    """Keep what a person wishes; their own business, and not audited."""
    store.take_turn()
    store.session.execute(
        delete(NoticeWishRow).where(NoticeWishRow.school_id == store.school_id, NoticeWishRow.person_id == person_id)
    )
    store.session.execute(
        insert(NoticeWishRow).values(
            school_id=store.school_id,
            person_id=person_id,
            rhythm=str(wishes.rhythm),
            daily_at=f"{wishes.daily_at:%H:%M}",
            opens=f"{wishes.reach.opens:%H:%M}",
            closes=f"{wishes.reach.closes:%H:%M}",
            days=sorted(wishes.reach.days),
            nudges=wishes.nudges,
            decisions=wishes.decisions,
            changed_at=now,
        )
    )


def wishes(store: Store, zone: str) -> dict[str, Wishes]:
    """The wishes of all who said any, by person; ``zone`` is the school's."""
    query = select(NoticeWishRow).where(NoticeWishRow.school_id == store.school_id)
    return {
        row.person_id: Wishes(
            Rhythm(row.rhythm),
            time.fromisoformat(row.daily_at),
            Reach(time.fromisoformat(row.opens), time.fromisoformat(row.closes), frozenset(row.days), zone),
            row.nudges,
            row.decisions,
        )
        for row in store.session.scalars(query)
    }


# ---------------------------------------------------------------- what there is to tell


@dataclass(frozen=True, slots=True)
class Fresh:
    """A decision and whose draft it was on."""

    id: str
    author: str
    decision: str


def schools_concerned(session: Session, since: datetime) -> tuple[str, ...]:
    """The schools in which something waits, was decided since, or a mail is on its way."""
    waits = select(DraftRow.school_id).where(DraftRow.stage.in_([str(stage) for stage in QUEUED]))
    decided = select(DecisionRow.school_id).where(DecisionRow.decided_at >= since)
    going = select(NoticeRow.school_id).where(NoticeRow.state.in_([str(State.WAITING), str(State.SENDING)]))
    return tuple(sorted(everywhere(session).scalars(waits.union(decided, going))))


def decided(store: Store, since: datetime) -> tuple[Fresh, ...]:
    """The decisions since then that somebody else than the author made, where the author is a person."""
    query = (
        select(DecisionRow.id, DraftRow.author, DecisionRow.decision)
        .join(DraftRow, DraftRow.id == DecisionRow.draft_id)
        .join(PersonRow, PersonRow.id == DraftRow.author)
        .where(
            DecisionRow.school_id == store.school_id,
            DecisionRow.decided_at >= since,
            DecisionRow.decided_by != DraftRow.author,
        )
        .order_by(DecisionRow.decided_at, DecisionRow.id)
    )
    return tuple(Fresh(row.id, row.author or "", row.decision) for row in store.session.execute(query))


def told(store: Store, things: Collection[str]) -> frozenset[tuple[str, Kind, str]]:
    """Who was told of which of the things, and by which kind of mail."""
    query = select(ToldRow.person_id, ToldRow.kind, ToldRow.thing).where(
        ToldRow.school_id == store.school_id, ToldRow.thing.in_(things)
    )
    return frozenset((row.person_id, Kind(row.kind), row.thing) for row in store.session.execute(query))


def last_made(store: Store) -> dict[tuple[str, Kind], datetime]:
    """When the last mail of each kind was made, by person and kind."""
    query = (
        select(NoticeRow.person_id, NoticeRow.kind, func.max(NoticeRow.created_at).label("at"))
        .where(NoticeRow.school_id == store.school_id)
        .group_by(NoticeRow.person_id, NoticeRow.kind)
    )
    return {(row.person_id, Kind(row.kind)): row.at for row in store.session.execute(query)}


# ---------------------------------------------------------------- mails on their way


@dataclass(frozen=True, slots=True)
class Notice:
    """A mail to somebody. ``counts`` are numbers by word; ``fault`` says in a word why it was not sent."""

    id: str
    school_id: str
    person_id: str
    kind: Kind
    counts: Mapping[str, int]
    state: State
    tries: int
    fault: str
    created_at: datetime
    ended_at: datetime | None


def post(
    store: Store,
    person_id: str,
    kind: Kind,
    things: Iterable[str],
    counts: Mapping[str, int] | None = None,
    *,
    also: Mapping[Kind, Iterable[str]] | None = None,
    now: datetime,
) -> bool:
    """Put a mail on its way that tells a person of those things; False where they were told of all of them already.

    Where one of that kind waits to be sent, it tells of these as well. ``also``: what else the mail makes needless.
    """
    store.take_turn()
    if not _note(store, person_id, kind, things, now):
        return False
    for other, those in (also or {}).items():
        _note(store, person_id, other, those, now)
    waits = (
        NoticeRow.school_id == store.school_id,
        NoticeRow.person_id == person_id,
        NoticeRow.kind == str(kind),
        NoticeRow.state == str(State.WAITING),
    )
    row = store.session.execute(select(NoticeRow.id, NoticeRow.counts).where(*waits).limit(1)).one_or_none()
    added = dict(counts or {})
    if row is None:
        _add(store, person_id, kind, added, now)
    else:
        both = {word: row.counts.get(word, 0) + added.get(word, 0) for word in row.counts.keys() | added.keys()}
        store.session.execute(update(NoticeRow).where(*waits, NoticeRow.id == row.id).values(counts=both))
    return True


def _add(store: Store, person_id: str, kind: Kind, counts: Mapping[str, int], now: datetime) -> None:
    store.session.execute(
        insert(NoticeRow).values(
            id=new_id(now),
            school_id=store.school_id,
            person_id=person_id,
            kind=str(kind),
            counts=dict(counts),
            state=str(State.WAITING),
            tries=0,
            fault="",
            created_at=now,
            next_try_at=now,
            ended_at=None,
        )
    )


def due(session: Session, *, limit: int, now: datetime) -> tuple[str, ...]:
    """The ids of mails that are to be sent now, of whichever school, the one due longest first."""
    query = select(NoticeRow.id).where(NoticeRow.state == str(State.WAITING), NoticeRow.next_try_at <= now)
    return tuple(everywhere(session).scalars(query.order_by(NoticeRow.next_try_at, NoticeRow.id).limit(limit)))


def take(session: Session, notice_id: str, *, now: datetime) -> Notice | None:
    """Take a mail to send it; None where another process was quicker. To be committed before it is sent."""
    taken = (
        everywhere(session)
        .scalars(
            update(NoticeRow)
            .where(NoticeRow.id == notice_id, NoticeRow.state == str(State.WAITING), NoticeRow.next_try_at <= now)
            .values(state=str(State.SENDING), tries=NoticeRow.tries + 1, next_try_at=now + LEASE)
            .returning(NoticeRow)
        )
        .one_or_none()
    )
    return None if taken is None else _notice(taken)


def settle(store: Store, notice: Notice, state: State, fault: str = "", *, now: datetime) -> None:
    """Say what became of a mail that was taken. One given up was never sent: what it told of may be told by another."""
    _end(store, notice, {"state": str(state), "fault": fault, "ended_at": now})
    if state is State.GIVEN_UP:
        store.session.execute(
            delete(ToldRow).where(
                ToldRow.school_id == store.school_id,
                ToldRow.person_id == notice.person_id,
                ToldRow.kind == str(notice.kind),
                ToldRow.told_at >= notice.created_at,
            )
        )


def put_off(store: Store, notice: Notice, until: datetime, fault: str = "", *, counted: bool = True) -> None:
    """Try a mail that was taken again at that time; ``counted`` where this was a try."""
    tries = notice.tries if counted else notice.tries - 1
    _end(store, notice, {"state": str(State.WAITING), "fault": fault, "next_try_at": until, "tries": tries})


def _end(store: Store, notice: Notice, values: Mapping[str, Any]) -> None:
    mine = (NoticeRow.school_id == store.school_id, NoticeRow.id == notice.id, NoticeRow.state == str(State.SENDING))
    store.session.execute(update(NoticeRow).where(*mine).values(dict(values)))


def end_cut_short(session: Session, *, now: datetime) -> int:
    """Mails that were being sent when their process ended: whether they went out is not known, so they are not sent again."""
    cut = update(NoticeRow).where(NoticeRow.state == str(State.SENDING), NoticeRow.next_try_at <= now)
    values = {"state": str(State.UNSURE), "fault": "cut-short", "ended_at": now}
    return len(everywhere(session).scalars(cut.values(values).returning(NoticeRow.id)).all())


def forget_before(session: Session, instant: datetime) -> None:
    """Remove mails that ended, and what was told, before that instant."""
    session = everywhere(session)
    session.execute(delete(NoticeRow).where(NoticeRow.ended_at < instant))
    session.execute(delete(ToldRow).where(ToldRow.told_at < instant))


def troubled(store: Store, *, limit: int) -> tuple[Notice, ...]:
    """Mails that were given up, may not have gone out, or are tried again; the newest first."""
    query = select(NoticeRow).where(
        NoticeRow.school_id == store.school_id,
        or_(
            NoticeRow.state.in_([str(State.GIVEN_UP), str(State.UNSURE)]),
            (NoticeRow.state == str(State.WAITING)) & (NoticeRow.tries > 0),
        ),
    )
    rows = store.session.scalars(query.order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit))
    return tuple(_notice(row) for row in rows)


def of_person(store: Store, person_id: str, *, limit: int) -> tuple[Notice, ...]:
    """The last mails to somebody, the newest first."""
    query = select(NoticeRow).where(NoticeRow.school_id == store.school_id, NoticeRow.person_id == person_id)
    rows = store.session.scalars(query.order_by(NoticeRow.created_at.desc(), NoticeRow.id.desc()).limit(limit))
    return tuple(_notice(row) for row in rows)


def _note(store: Store, person_id: str, kind: Kind, things: Iterable[str], now: datetime) -> bool:
    """Write down that the person is told of these; False where they were told of all of them already."""
    wanted = sorted(set(things))
    known = told(store, wanted)
    rows = [
        {"school_id": store.school_id, "person_id": person_id, "kind": str(kind), "thing": thing, "told_at": now}
        for thing in wanted
        if (person_id, kind, thing) not in known
    ]
    if rows:
        store.session.execute(insert(ToldRow), rows)
    return bool(rows)


def _notice(row: NoticeRow) -> Notice:
    return Notice(
        row.id,
        row.school_id,
        row.person_id,
        Kind(row.kind),
        row.counts,
        State(row.state),
        row.tries,
        row.fault,
        row.created_at,
        row.ended_at,
    )
