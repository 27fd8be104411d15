"""What a person had before them when they looked at a draft: one verdict with the draft it was made on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select

from app.domain import QUEUED, Evidence, Verdict
from app.store import Store
from app.store.records import read_evidence, read_findings
from app.store.verdicts import Decision
from app.tables import DraftRow, VerdictRow


@dataclass(frozen=True, slots=True)
class Look:
    """A verdict, the revision it is on, and all it was judged on, the draft among it."""

    id: str
    revision: int
    verdict: Verdict
    evidence: Evidence
    register_version: int


def find(store: Store, draft_id: str, verdict_id: str) -> Look | None:
    """The look of that verdict, if it is one of that draft's."""
    return next(iter(_looks(store, draft_id, VerdictRow.id == verdict_id)), None)


def of_revision(store: Store, draft_id: str, revision: int) -> Look | None:
    """The last look at that revision of a draft."""
    return next(iter(_looks(store, draft_id, VerdictRow.revision == revision)), None)


def decided_on(store: Store, decision: Decision) -> Look | None:
    """What a decision was taken on: the last verdict on its revision by then."""
    by_then: datetime = decision.decided_at
    wanted = (VerdictRow.revision == decision.revision, VerdictRow.vetted_at <= by_then)
    return next(iter(_looks(store, decision.draft_id, *wanted)), None)


def _looks(store: Store, draft_id: str, *wanted: object) -> list[Look]:
    query = select(VerdictRow).where(
        VerdictRow.school_id == store.school_id,
        VerdictRow.draft_id == draft_id,
        *wanted,  # type: ignore[arg-type]
    )
    newest = (VerdictRow.vetted_at.desc(), VerdictRow.register_version.desc(), VerdictRow.id.desc())
    return [_look(row) for row in store.session.scalars(query.order_by(*newest).limit(1))]


def _look(row: VerdictRow) -> Look:
    verdict = Verdict(read_findings(row.findings), row.policy, row.engine, row.digest, row.vetted_at)
    return Look(row.id, row.revision, verdict, read_evidence(row.evidence), row.register_version)


def waiting_before(store: Store, draft_id: str) -> str | None:
    """The draft that waits and came in right before that one, or None."""
    here = select(DraftRow.created_at).where(DraftRow.school_id == store.school_id, DraftRow.id == draft_id)
    earlier = or_(
        DraftRow.created_at < here.scalar_subquery(),
        and_(DraftRow.created_at == here.scalar_subquery(), DraftRow.id < draft_id),
    )
    waiting = DraftRow.stage.in_([str(stage) for stage in QUEUED])
    query = select(DraftRow.id).where(DraftRow.school_id == store.school_id, waiting, earlier)
    return store.session.scalars(query.order_by(DraftRow.created_at.desc(), DraftRow.id.desc()).limit(1)).first()
