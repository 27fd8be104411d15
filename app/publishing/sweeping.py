"""Looking round: what nobody is at is put in line again, and approvals that have lapsed end."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from app.db import Database
from app.domain import Stage
from app.jobs.queues import is_in_line, put
from app.policy import Policy
from app.publishing.planning import publish_job
from app.publishing.settling import ACTOR, end
from app.publishing.timing import lapses_at
from app.store import Store, drafts, publications
from app.store.publications import State

_PATIENCE = timedelta(minutes=2)
_AT_ONCE = 200
_LAPSING = (State.WAITING, State.HELD, State.TASK, State.REHEARSED, State.FAILED)
_APPROVED = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED})

_log = logging.getLogger(__name__)


def pick_up(database: Database, now: datetime) -> int:
    """Put in line again what should have been done minutes ago, in all schools; returns how much.

    What is still in line keeps its place: where more is due than can be done in minutes, nothing would ever be done
    if all of it were sent to the end again and again.
    """
    with database.read() as session:
        late = publications.overdue(session, now - _PATIENCE, limit=_AT_ONCE)
    picked = 0
    for school_id, draft_id in late:
        with database.write() as session:
            store = Store(session, school_id)
            store.take_turn()
            current = publications.get(store, draft_id)
            if is_in_line(session, publish_job(store, current, now).id):
                publications.change(store, draft_id, current.state, now=now)  # looked at: others have their turn first
                continue
            again = publications.next_turn(store, draft_id, now=now)
            put(session, publish_job(store, again, now))
            picked += 1
    if picked:
        _log.warning("publications that nobody was at are put in line again: %d", picked)
    return picked


def let_lapse(database: Database, school_id: str, policy: Policy, now: datetime) -> int:
    """End the approvals of a school that hold no longer; returns how many."""
    with database.read() as session:
        store = Store(session, school_id)
        before = now - timedelta(days=policy.publishing.approval_days)
        old = publications.approved_before(store, before, _LAPSING, limit=_AT_ONCE)
    ended = 0
    for publication in old:
        with database.write() as session:
            store = Store(session, school_id)
            store.take_turn()
            draft = drafts.get(store, publication.draft_id)
            lapses = lapses_at(publication.approved_at, draft.draft.publish_at, policy)
            if draft.stage not in _APPROVED or lapses > now:
                continue
            drafts.move(store, draft.id, draft.stage, Stage.EXPIRED, by=ACTOR, now=now)
            end(store, draft.id, "expired", "Its approval had lapsed before it was published.", now=now)
            ended += 1
    return ended
