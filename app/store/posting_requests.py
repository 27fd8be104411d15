"""Requests for the right to post, and their answers. Both are kept for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, insert, select, update

from app.db import new_id
from app.errors import Conflict
from app.store import Store, audit
from app.tables import PostingRequestRow

LISTED = 100


class Outcome(StrEnum):
    """What came of a request."""

    WAITING = ""
    GRANTED = "granted"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class PostingRequest:
    """Who asked to post to which account and why; ``granted_account`` is the one that was given, perhaps another."""

    id: str
    person_id: str
    account: str
    reason: str
    asked_at: datetime
    outcome: Outcome = Outcome.WAITING
    granted_account: str = ""
    answer: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None


def ask(store: Store, account: str, reason: str, *, by: str, now: datetime) -> PostingRequest:
    """Ask for oneself; Conflict while the same request waits already."""
    asked = PostingRequest(new_id(now), by, account, reason, now)
    audit.append(store, audit.Action.POSTING_ASK, asked.id, {"account": account}, by=by, now=now)
    if any(one.account == account for one in of_person(store, by) if one.outcome is Outcome.WAITING):
        raise Conflict("You have asked for this account already. The answer will stand here.", slug="asked-already")
    store.session.execute(
        insert(PostingRequestRow).values(
            id=asked.id,
            school_id=store.school_id,
            person_id=by,
            account=account,
            reason=reason,
            asked_at=now,
            outcome="",
            granted_account="",
            answer="",
            decided_by="",
        )
    )
    return asked


def decide(
    store: Store, request_id: str, outcome: Outcome, answer: str, *, account: str = "", by: str, now: datetime
) -> bool:
    """Answer a request; False if none of that id still waits. ``account`` is the one granted."""
    store.take_turn()
    waiting = find(store, request_id)
    if waiting is None or waiting.outcome is not Outcome.WAITING:
        return False
    detail = {"outcome": str(outcome), "account": account, "person": waiting.person_id}
    audit.append(store, audit.Action.POSTING_DECIDE, request_id, detail, by=by, now=now)
    store.session.execute(
        update(PostingRequestRow)
        .where(PostingRequestRow.school_id == store.school_id, PostingRequestRow.id == request_id)
        .values(outcome=str(outcome), granted_account=account, answer=answer, decided_by=by, decided_at=now)
    )
    return True


def find(store: Store, request_id: str) -> PostingRequest | None:
    """The request of that id, or None."""
    query = select(PostingRequestRow).where(
        PostingRequestRow.school_id == store.school_id, PostingRequestRow.id == request_id
    )
    row = store.session.scalars(query).one_or_none()
    return None if row is None else _request(row)


def waiting(store: Store) -> tuple[PostingRequest, ...]:
    """All that wait for an answer, oldest first."""
    query = select(PostingRequestRow).where(
        PostingRequestRow.school_id == store.school_id, PostingRequestRow.outcome == ""
    )
    rows = store.session.scalars(query.order_by(PostingRequestRow.asked_at, PostingRequestRow.id))
    return tuple(_request(row) for row in rows)


def count_waiting(store: Store) -> int:
    """How many wait: the menu's badge."""
    query = select(func.count()).select_from(PostingRequestRow)
    return store.session.scalars(
        query.where(PostingRequestRow.school_id == store.school_id, PostingRequestRow.outcome == "")
    ).one()


def decided(store: Store, *, limit: int = LISTED) -> tuple[PostingRequest, ...]:
    """Those answered last, latest first."""
    query = select(PostingRequestRow).where(
        PostingRequestRow.school_id == store.school_id, PostingRequestRow.outcome != ""
    )
    latest = query.order_by(PostingRequestRow.decided_at.desc(), PostingRequestRow.id.desc())
    return tuple(_request(row) for row in store.session.scalars(latest.limit(limit)))


def of_person(store: Store, person_id: str) -> tuple[PostingRequest, ...]:
    """All that somebody ever asked for, latest first."""
    query = select(PostingRequestRow).where(
        PostingRequestRow.school_id == store.school_id, PostingRequestRow.person_id == person_id
    )
    rows = store.session.scalars(query.order_by(PostingRequestRow.asked_at.desc(), PostingRequestRow.id.desc()))
    return tuple(_request(row) for row in rows)


def was_granted(store: Store, person_id: str) -> bool:
    """Whether somebody was ever granted the right to post."""
    return any(one.outcome is Outcome.GRANTED for one in of_person(store, person_id))


def _request(row: PostingRequestRow) -> PostingRequest:
    return PostingRequest(
        row.id,
        row.person_id,
        row.account,
        row.reason,
        row.asked_at,
        Outcome(row.outcome),
        row.granted_account,
        row.answer,
        row.decided_by,
        row.decided_at,
    )
