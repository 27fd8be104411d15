"""What the machine said of drafts, and what people decided; neither is ever changed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, insert, select

from app.db import new_id
from app.domain import Evidence, Verdict
from app.store import Store, audit, outbox
from app.store.records import read_evidence, read_findings, write_evidence, write_findings
from app.tables import DecisionRow, VerdictRow

# Of verdicts of one instant, the one with the newer register: ids of one millisecond are in no order.
_NEWEST_FIRST = (
    VerdictRow.revision.desc(),
    VerdictRow.vetted_at.desc(),
    VerdictRow.register_version.desc(),
    VerdictRow.id.desc(),
)


class DecisionKind(StrEnum):
    """What a person may decide."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict on one revision of a draft, and the version of the register it was made with."""

    id: str
    draft_id: str
    revision: int
    verdict: Verdict
    register_version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision on one revision; ``answers`` are those to the questions the desk asked."""

    id: str
    draft_id: str
    revision: int
    decision: DecisionKind
    reason: str
    digest: str
    answers: Mapping[str, object]
    decided_by: str
    decided_at: datetime


def add(
    store: Store,
    draft_id: str,
    verdict: Verdict,
    evidence: Evidence,
    *,
    revision: int,
    register_version: int,
    by: str,
    now: datetime,
) -> StoredVerdict:
    """Keep a verdict with all it was judged on; moving the draft is another step of the same transaction."""
    verdict_id = new_id(now)
    detail = {
        "verdict": verdict_id,
        "revision": revision,
        "answer": str(verdict.answer),
        "rules": sorted({finding.rule for finding in verdict.findings}),
        "policy": verdict.policy,
        "digest": verdict.digest,
        "register_version": register_version,
    }
    audit.append(store, audit.Action.DRAFT_VET, draft_id, detail, by=by, now=now)
    row = {
        "id": verdict_id,
        "school_id": store.school_id,
        "draft_id": draft_id,
        "revision": revision,
        "answer": str(verdict.answer),
        "findings": write_findings(verdict.findings),
        "evidence": write_evidence(evidence),
        "policy": verdict.policy,
        "engine": verdict.engine,
        "digest": verdict.digest,
        "register_version": register_version,
        "vetted_at": verdict.vetted_at,
    }
    store.insert(VerdictRow, row)
    told = {"draft_id": draft_id, "revision": revision, "verdict": str(verdict.answer)}
    outbox.add(store, outbox.EventType.DRAFT_VETTED, told, now)
    return StoredVerdict(verdict_id, draft_id, revision, verdict, register_version)


def latest(store: Store, draft_ids: Collection[str]) -> dict[str, StoredVerdict]:
    """The last verdict on each of the drafts that has one, by the draft's id."""
    newest = func.row_number().over(partition_by=VerdictRow.draft_id, order_by=_NEWEST_FIRST).label("place")
    placed = (
        select(VerdictRow.id, newest)
        .where(VerdictRow.school_id == store.school_id, VerdictRow.draft_id.in_(draft_ids))
        .subquery()
    )
    query = select(
        VerdictRow.id,
        VerdictRow.draft_id,
        VerdictRow.revision,
        VerdictRow.findings,
        VerdictRow.policy,
        VerdictRow.engine,
        VerdictRow.digest,
        VerdictRow.register_version,
        VerdictRow.vetted_at,
    ).join(placed, placed.c.id == VerdictRow.id)
    return {
        row.draft_id: StoredVerdict(
            row.id,
            row.draft_id,
            row.revision,
            Verdict(read_findings(row.findings), row.policy, row.engine, row.digest, row.vetted_at),
            row.register_version,
        )
        for row in store.session.execute(query.where(placed.c.place == 1))
    }


def evidence(store: Store, verdict_id: str) -> Evidence | None:
    """What a verdict was judged on; None if there is no such verdict."""
    query = select(VerdictRow.evidence).where(VerdictRow.school_id == store.school_id, VerdictRow.id == verdict_id)
    written = store.session.scalars(query).one_or_none()
    return None if written is None else read_evidence(written)


def decide(
    store: Store,
    draft_id: str,
    decision: DecisionKind,
    *,
    revision: int,
    digest: str,
    reason: str,
    answers: Mapping[str, object],
    by: str,
    now: datetime,
) -> Decision:
    """Keep a person's decision; moving the draft is another step of the same transaction."""
    decided = Decision(new_id(now), draft_id, revision, decision, reason, digest, dict(answers), by, now)
    detail = {"decision": str(decision), "revision": revision, "digest": digest, "answers": dict(answers)}
    audit.append(store, audit.Action.DRAFT_DECIDE, draft_id, detail, by=by, now=now)
    store.session.execute(
        insert(DecisionRow).values(
            id=decided.id,
            school_id=store.school_id,
            draft_id=draft_id,
            revision=revision,
            decision=str(decision),
            reason=reason,
            digest=digest,
            answers=decided.answers,
            decided_by=by,
            decided_at=now,
        )
    )
    told = {"draft_id": draft_id, "revision": revision, "decision": str(decision)}
    outbox.add(store, outbox.EventType.DRAFT_DECIDED, told, now)
    return decided


def decisions(store: Store, draft_ids: Collection[str]) -> dict[str, tuple[Decision, ...]]:
    """The decisions on each of the drafts, oldest first, by the draft's id."""
    query = select(DecisionRow).where(DecisionRow.school_id == store.school_id, DecisionRow.draft_id.in_(draft_ids))
    found: dict[str, list[Decision]] = {draft_id: [] for draft_id in draft_ids}
    for row in store.session.scalars(query.order_by(DecisionRow.decided_at, DecisionRow.id)):
        found[row.draft_id].append(
            Decision(
                row.id,
                row.draft_id,
                row.revision,
                DecisionKind(row.decision),
                row.reason,
                row.digest,
                row.answers,
                row.decided_by,
                row.decided_at,
            )
        )
    return {draft_id: tuple(each) for draft_id, each in found.items()}
