"""Who fails to sign in too often has to wait, longer each time: kept in the database, so that it holds for every process.

An attempt counts as failed before anything is looked at, and the count is taken back where it was right: so many at once
gain nothing. Rows hold a keyed hash of who or whence, belong to no school, and are not audited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.tables import SignInWaitRow

SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(hours=24)
ROWS = 50_000
"""How many rows there are at most; those that failed longest ago go first."""


@dataclass(frozen=True, slots=True)
class Counter:
    """What failures are counted by: ``free`` of them cost nothing, and all are forgotten after a while without any."""

    mark: str
    free: int
    forgotten_after: timedelta = FORGOTTEN


def begin(session: Session, counters: Iterable[Counter], *, now: datetime) -> timedelta:
    """Count an attempt, as failed until it turns out right; if somebody must wait, how long, and nothing is counted."""
    ordered = sorted(counters, key=lambda one: one.mark)  # all take their rows in one order, so that none deadlocks
    rows = [(counter, _locked(session, counter.mark, now)) for counter in ordered]
    waits = [row.wait_until - now for _, row in rows if row.wait_until is not None and row.wait_until > now]
    if waits:
        return max(waits)
    for counter, row in rows:
        before = row.failures if now - row.failed_at < counter.forgotten_after else 0
        _set(session, counter, before + 1, now)
    return timedelta(0)


def was_right(session: Session, counters: Iterable[Counter], *, forgiven: Iterable[str] = (), now: datetime) -> None:
    """The attempt was right: take its count back, and forget all failures of the marks that are ``forgiven``."""
    clean = frozenset(forgiven)
    for counter in sorted(counters, key=lambda one: one.mark):
        row = _find(session, counter.mark)
        if counter.mark in clean or (row is not None and row.failures <= 1):
            session.execute(delete(SignInWaitRow).where(SignInWaitRow.mark == counter.mark))
        elif row is not None:
            _set(session, counter, row.failures - 1, now)


def forget_old(session: Session, *, now: datetime) -> None:
    """Remove what counts no longer, and the oldest where there are too many."""
    old = select(SignInWaitRow.mark).where(SignInWaitRow.failed_at <= now - FORGOTTEN)
    _remove(session, old)
    surplus = session.scalars(select(func.count()).select_from(SignInWaitRow)).one() - ROWS
    if surplus > 0:
        _remove(session, select(SignInWaitRow.mark).order_by(SignInWaitRow.failed_at).limit(surplus))


def _remove(session: Session, marks: Select[str]) -> None:
    # Those that somebody else just counts with are left: waiting for them could deadlock.
    free = marks.with_for_update(skip_locked=True)
    session.execute(delete(SignInWaitRow).where(SignInWaitRow.mark.in_(free)))


def _locked(session: Session, mark: str, now: datetime) -> SignInWaitRow:
    found = _find(session, mark)
    if found is not None:
        return found
    forget_old(session, now=now)
    try:
        with session.begin_nested():
            session.execute(insert(SignInWaitRow).values(mark=mark, failures=0, failed_at=now))
    except IntegrityError:  # somebody else was a moment faster; their row is locked until they are through
        pass
    return session.scalars(_of(mark)).one()


def _find(session: Session, mark: str) -> SignInWaitRow | None:
    return session.scalars(_of(mark)).one_or_none()


def _of(mark: str) -> Select[SignInWaitRow]:
    return select(SignInWaitRow).where(SignInWaitRow.mark == mark).with_for_update()


def _set(session: Session, counter: Counter, failures: int, now: datetime) -> None:
    over = failures - counter.free
    wait = min(LONGEST, SHORTEST * 2 ** min(over, 10)) if over >= 0 else None
    until = None if wait is None else now + wait
    session.execute(
        update(SignInWaitRow)
        .where(SignInWaitRow.mark == counter.mark)
        .values(failures=failures, failed_at=now, wait_until=until)
    )
