"""Approved drafts on their way out: when each is due, what holds it, and where it has got to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import Session

from app.domain import Stage
from app.errors import NotFound
from app.store import Store, audit, everywhere
from app.store.paging import Page, cut, read_cursor, write_cursor
from app.tables import DraftRow, HoldingRow, PublicationRow


class State(StrEnum):
    """Where an approved draft has got to on its way out."""

    WAITING = "waiting"
    """In line, or planned for later."""
    HELD = "held"
    """A person must see to something first."""
    TASK = "task"
    """A person is to post it by hand."""
    REHEARSED = "rehearsed"
    """What would be posted was put together and checked; nothing went out."""
    POSTING = "posting"
    UNCERTAIN = "uncertain"
    """It may be out or not: a person must look."""
    PUBLISHED = "published"
    FAILED = "failed"
    TAKING_DOWN = "taking-down"
    """A person is to take it down by hand."""
    TAKEN_DOWN = "taken-down"
    ENDED = "ended"
    """It goes nowhere any more: withdrawn, expired, or its approval was lost."""


class WhyThen(StrEnum):
    """Why a publication is due when it is."""

    NOW = "now"
    WANTED = "wanted"
    EVENT = "event"
    HOURS = "hours"
    RATE = "rate"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Publication:
    """An approved draft on its way out.

    ``wanted_at`` is when somebody wants it out; ``due_at`` when it is its turn, and ``why_then`` why so. ``problem`` is
    a word for what holds it, ``words`` a sentence about it. A job of another ``turn`` does nothing.
    """

    draft_id: str
    revision: int
    state: State
    turn: int
    wanted_at: datetime | None
    due_at: datetime | None
    why_then: WhyThen
    problem: str
    words: str
    failures: int
    approved_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """When a draft is to go out, and why then."""

    due_at: datetime
    why: WhyThen
    wanted_at: datetime | None = None


def put_in_line(
    store: Store, draft_id: str, plan: Plan, *, revision: int, approved_at: datetime, by: str, now: datetime
) -> Publication:
    """Plan an approved draft, anew if it was planned before: a new turn, and nothing holds it."""
    store.take_turn()
    before = find(store, draft_id)
    turn = before.turn + 1 if before else 1
    detail = {"turn": turn, "due_at": plan.due_at.isoformat(), "why": str(plan.why)}
    audit.append(store, audit.Action.PUBLISH_PLAN, draft_id, detail, by=by, now=now)
    values = {
        "revision": revision,
        "state": str(State.WAITING),
        "turn": turn,
        "wanted_at": plan.wanted_at,
        "due_at": plan.due_at,
        "why_then": str(plan.why),
        "problem": "",
        "words": "",
        "failures": 0,
        "approved_at": approved_at,
        "updated_at": now,
    }
    if before:
        store.session.execute(update(PublicationRow).where(*_this(store, draft_id)).values(**values))
    else:
        row = {"school_id": store.school_id, "draft_id": draft_id, **values}
        store.session.execute(insert(PublicationRow).values(**row))
    return get(store, draft_id)


def change(store: Store, draft_id: str, state: State, *, now: datetime, **values: Any) -> Publication:
    """Note where a publication has got to. ``values`` are further fields of it; the caller's audit line tells of it."""
    changed = {name: str(value) if isinstance(value, StrEnum) else value for name, value in values.items()}
    store.session.execute(
        update(PublicationRow).where(*_this(store, draft_id)).values(state=str(state), updated_at=now, **changed)
    )
    return get(store, draft_id)


def find(store: Store, draft_id: str) -> Publication | None:
    """How far a draft has got, or None where it was never approved."""
    row = store.session.scalars(select(PublicationRow).where(*_this(store, draft_id))).one_or_none()
    return None if row is None else _publication(row)


def get(store: Store, draft_id: str) -> Publication:
    """How far a draft has got; NotFound where it was never approved."""
    found = find(store, draft_id)
    if found is None:
        raise NotFound("There is no such publication.")
    return found


def find_each(store: Store, draft_ids: Collection[str]) -> dict[str, Publication]:
    """Those of the drafts that were approved, by the draft's id."""
    query = select(PublicationRow).where(
        PublicationRow.school_id == store.school_id, PublicationRow.draft_id.in_(draft_ids)
    )
    return {row.draft_id: _publication(row) for row in store.session.scalars(query)}


def listed(
    store: Store, states: Collection[State], *, limit: int, cursor: str | None = None, latest_first: bool = False
) -> Page[Publication]:
    """Publications in those states, changed first in front, or last."""
    place = (PublicationRow.updated_at, PublicationRow.draft_id)
    query = select(PublicationRow).where(_lives(store), PublicationRow.state.in_([str(state) for state in states]))
    if cursor is not None:
        after = tuple_(*read_cursor(cursor), types=[one.type for one in place])
        query = query.where(tuple_(*place) < after if latest_first else tuple_(*place) > after)
    order = [one.desc() for one in place] if latest_first else list(place)
    rows, more = cut(store.session.scalars(query.order_by(*order).limit(limit + 1)).all(), limit)
    items = tuple(_publication(row) for row in rows)
    return Page(items, write_cursor(items[-1].updated_at, items[-1].draft_id) if more else None)


def planned(store: Store, *, limit: int = 200) -> tuple[Publication, ...]:
    """Those that wait their turn, due first in front."""
    query = select(PublicationRow).where(_lives(store), PublicationRow.state == str(State.WAITING))
    rows = store.session.scalars(query.order_by(PublicationRow.due_at, PublicationRow.draft_id).limit(limit))
    return tuple(_publication(row) for row in rows)


def counts(store: Store) -> Mapping[State, int]:
    """How many publications are in which state."""
    query = select(PublicationRow.state, func.count()).where(_lives(store))
    return {State(state): count for state, count in store.session.execute(query.group_by(PublicationRow.state))}


def approved_before(
    store: Store, before: datetime, states: Collection[State], *, limit: int
) -> tuple[Publication, ...]:
    """Those in such a state that were approved before then, longest ago in front."""
    query = select(PublicationRow).where(
        _lives(store), PublicationRow.state.in_([str(state) for state in states]), PublicationRow.approved_at <= before
    )
    return tuple(
        _publication(row) for row in store.session.scalars(query.order_by(PublicationRow.approved_at).limit(limit))
    )


def overdue(session: Session, before: datetime, *, limit: int) -> tuple[tuple[str, str], ...]:
    """School and draft of publications that somebody should long be at: a job was lost, or never put in line.

    Not of schools that hold everything; those that nobody looked at for longest in front.
    """
    paused = select(HoldingRow.school_id).where(HoldingRow.paused_at.is_not(None))
    query = select(PublicationRow.school_id, PublicationRow.draft_id).where(
        PublicationRow.state.in_([str(State.WAITING), str(State.POSTING), str(State.UNCERTAIN)]),
        PublicationRow.due_at < before,  # where nobody is to be at it, there is no such time
        PublicationRow.updated_at < before,
        PublicationRow.school_id.not_in(paused),
    )
    query = query.order_by(PublicationRow.updated_at, PublicationRow.draft_id).limit(limit)
    return tuple((row.school_id, row.draft_id) for row in everywhere(session).execute(query))


def next_turn(store: Store, draft_id: str, *, now: datetime, state: State | None = None, **values: Any) -> Publication:
    """Begin another turn of a publication, as it stands but for ``values``: jobs of earlier ones do nothing any more."""
    store.take_turn()
    found = get(store, draft_id)
    return change(store, draft_id, state or found.state, now=now, turn=found.turn + 1, **values)


_OVER = (State.ENDED, State.TAKEN_DOWN)
_ALIVE = (Stage.APPROVED, Stage.SCHEDULED, Stage.PUBLISHING, Stage.PUBLISHED, Stage.FAILED)


def _lives(store: Store) -> ColumnElement[bool]:
    """Of the school, and either over or still approved: what was withdrawn or stopped is on nobody's list."""
    approved = exists().where(
        DraftRow.id == PublicationRow.draft_id, DraftRow.stage.in_([str(stage) for stage in _ALIVE])
    )
    return and_(
        PublicationRow.school_id == store.school_id,
        or_(PublicationRow.state.in_([str(state) for state in _OVER]), approved),
    )


def _this(store: Store, draft_id: str) -> tuple[Any, ...]:
    return PublicationRow.school_id == store.school_id, PublicationRow.draft_id == draft_id


def _publication(row: PublicationRow) -> Publication:
    return Publication(
        row.draft_id,
        row.revision,
        State(row.state),
        row.turn,
        row.wanted_at,
        row.due_at,
        WhyThen(row.why_then),
        row.problem,
        row.words,
        row.failures,
        row.approved_at,
        row.updated_at,
    )
