"""How much there is of what, over all schools: numbers for whoever runs the service, none about a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.domain import QUEUED
from app.store import everywhere
from app.store.notices import State as NoticeState
from app.store.records import read_findings
from app.tables import (
    ConnectionRow,
    DeliveryRow,
    DraftRow,
    HoldingRow,
    NoticeRow,
    OutgoingEventRow,
    PublicationRow,
    SchoolRow,
    SessionRow,
    VerdictRow,
)

LAG = timedelta(seconds=10)
"""For so long a verdict with an older id may still be on its way to be committed."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A school's queue: how many drafts, and since when the oldest has lain there."""

    school: str
    drafts: int
    oldest_at: datetime | None


def queues(session: Session) -> tuple[Queue, ...]:
    """The queue of every school, by its short name."""
    stages = [str(stage) for stage in QUEUED]
    waiting = (
        select(DraftRow.school_id, func.count().label("drafts"), func.min(DraftRow.created_at).label("oldest_at"))
        .where(DraftRow.stage.in_(stages))
        .group_by(DraftRow.school_id)
        .subquery()
    )
    query = select(SchoolRow.slug, func.coalesce(waiting.c.drafts, 0), waiting.c.oldest_at)
    found = everywhere(session).execute(
        query.outerjoin(waiting, waiting.c.school_id == SchoolRow.id).order_by(SchoolRow.slug)
    )
    return tuple(Queue(slug, drafts, oldest_at) for slug, drafts, oldest_at in found)


def publications(session: Session) -> Mapping[str, int]:
    """Approved drafts by where they have got to."""
    return _by(session, PublicationRow.state)


def problems(session: Session) -> Mapping[str, int]:
    """What holds publications, or waits for X's limit, by its word."""
    query = select(PublicationRow.problem, func.count()).where(PublicationRow.problem != "")
    return _counted(session, query.group_by(PublicationRow.problem))


def overdue(session: Session, now: datetime) -> int:
    """Publications that have been due for five minutes and more, and that nobody has seen to."""
    late = (PublicationRow.state == "waiting", PublicationRow.due_at < now - timedelta(minutes=5))
    paused = select(HoldingRow.school_id).where(HoldingRow.paused_at.is_not(None))
    query = select(func.count()).select_from(PublicationRow).where(*late, PublicationRow.school_id.not_in(paused))
    return everywhere(session).scalars(query).one()


def waiting_for_rate(session: Session) -> int:
    """Publications that wait until X takes calls again."""
    these = (PublicationRow.state == "waiting", PublicationRow.why_then == "rate")
    return everywhere(session).scalars(select(func.count()).select_from(PublicationRow).where(*these)).one()


def deliveries(session: Session) -> Mapping[str, int]:
    """What is to be told to other programs, by how far it is."""
    return _by(session, DeliveryRow.state)


def events_unhanded(session: Session) -> int:
    """Events that were not given to delivery yet."""
    query = select(func.count()).select_from(OutgoingEventRow).where(OutgoingEventRow.handed_on_at.is_(None))
    return everywhere(session).scalars(query).one()


def mails(session: Session) -> Mapping[str, int]:
    """Mails by how far they are."""
    return {str(state): 0 for state in NoticeState} | _by(session, NoticeRow.state)


def held(session: Session) -> Mapping[str, int]:
    """Schools whose publishing is held, by the word for why; nothing: a person did it."""
    query = select(HoldingRow.problem, func.count()).where(HoldingRow.paused_at.is_not(None))
    return _counted(session, query.group_by(HoldingRow.problem))


def connections_in_trouble(session: Session) -> int:
    """Accounts whose connection to X does not work any more."""
    return (
        everywhere(session)
        .scalars(select(func.count()).select_from(ConnectionRow).where(ConnectionRow.trouble != ""))
        .one()
    )


def sessions_open(session: Session, now: datetime, idle: timedelta) -> int:
    """Sessions that hold now."""
    these = (SessionRow.revoked_at.is_(None), SessionRow.expires_at > now, SessionRow.seen_at > now - idle)
    return everywhere(session).scalars(select(func.count()).select_from(SessionRow).where(*these)).one()


def verdicts_before(instant: datetime) -> str:
    """What all ids of verdicts from then on sort after."""
    return f"{int((instant - LAG).timestamp() * 1000):012x}"


def verdicts_since(
    session: Session, seen: str, now: datetime
) -> tuple[str, Mapping[str, int], Mapping[tuple[str, str], int]]:
    """The newest verdict counted, verdicts by answer, and their findings by rule and outcome, after the one seen last."""
    until = verdicts_before(now)
    query = select(VerdictRow.id, VerdictRow.answer, VerdictRow.findings)
    answers: Counter[str] = Counter()
    findings: Counter[tuple[str, str]] = Counter()
    for found in everywhere(session).execute(
        query.where(VerdictRow.id > seen, VerdictRow.id < until).order_by(VerdictRow.id)
    ):
        seen = found.id
        answers[found.answer] += 1
        findings.update({(one.rule, one.outcome.word) for one in read_findings(found.findings)})
    return seen, answers, findings


def _counted(session: Session, query: Select[str, int]) -> dict[str, int]:
    return {str(word): int(count) for word, count in everywhere(session).execute(query)}


def _by(session: Session, column: Any) -> dict[str, int]:
    query: Select[str, int] = select(column, func.count()).group_by(column)
    return _counted(session, query)
