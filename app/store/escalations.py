"""Drafts that an approver passed on to somebody else, with a note; they wait in the queue as before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, exists, insert, select

from app.db import new_id
from app.store import Store, audit
from app.tables import DecisionRow, EscalationRow


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is asked to decide, by whom and why; ``to_person`` is a person's id."""

    id: str
    draft_id: str
    revision: int
    to_person: str
    note: str
    by: str
    at: datetime


def add(store: Store, draft_id: str, to_person: str, note: str, *, revision: int, by: str, now: datetime) -> Escalation:
    """Pass a draft on. The audit line holds no note: it is about children."""
    made = Escalation(new_id(now), draft_id, revision, to_person, note, by, now)
    detail = {"to": to_person, "revision": revision}
    audit.append(store, audit.Action.DRAFT_ESCALATE, draft_id, detail, by=by, now=now)
    store.session.execute(
        insert(EscalationRow).values(
            id=made.id,
            school_id=store.school_id,
            draft_id=draft_id,
            revision=revision,
            to_person=to_person,
            note=note,
            escalated_by=by,
            escalated_at=now,
        )
    )
    return made


def standing(store: Store, draft_ids: Collection[str]) -> dict[str, Escalation]:
    """The last escalation of each of the drafts on which nobody decided since, by the draft's id."""
    decided = exists().where(
        and_(DecisionRow.draft_id == EscalationRow.draft_id, DecisionRow.decided_at >= EscalationRow.escalated_at)
    )
    query = (
        select(EscalationRow)
        .where(EscalationRow.school_id == store.school_id, EscalationRow.draft_id.in_(draft_ids), ~decided)
        .order_by(EscalationRow.escalated_at, EscalationRow.id)
    )
    return {row.draft_id: _escalation(row) for row in store.session.scalars(query)}


def _escalation(row: EscalationRow) -> Escalation:
    return Escalation(row.id, row.draft_id, row.revision, row.to_person, row.note, row.escalated_by, row.escalated_at)
