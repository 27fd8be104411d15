"""In which drafts a child was found: named in the words, taken for a face, or looked for by name in a roll-call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Text, cast, or_, select

from app.domain import Evidence, Finding, Stage
from app.store import Store
from app.store.records import read_evidence, read_findings
from app.tables import DraftRow, VerdictRow


@dataclass(frozen=True, slots=True)
class Appearance:
    """A verdict on a draft that a child's id is part of."""

    draft: str
    stage: Stage
    created_at: datetime
    revision: int
    vetted_at: datetime
    evidence: Evidence
    findings: tuple[Finding, ...]


def of_pupil(store: Store, pupil_id: str) -> tuple[Appearance, ...]:
    """The latest verdict on each draft in which the child was found, oldest draft first."""
    mentions = or_(
        cast(VerdictRow.evidence, Text).contains(pupil_id, autoescape=True),
        cast(VerdictRow.findings, Text).contains(pupil_id, autoescape=True),
    )
    query = (
        select(VerdictRow, DraftRow.stage, DraftRow.created_at)
        .join(DraftRow, DraftRow.id == VerdictRow.draft_id)
        .where(VerdictRow.school_id == store.school_id, mentions)
        .order_by(DraftRow.created_at, VerdictRow.draft_id, VerdictRow.revision, VerdictRow.vetted_at, VerdictRow.id)
    )
    found: dict[str, Appearance] = {}
    for row, stage, created_at in store.session.execute(query):
        one = Appearance(
            row.draft_id,
            Stage(stage),
            created_at,
            row.revision,
            row.vetted_at,
            read_evidence(row.evidence),
            read_findings(row.findings),
        )
        if _is_in(one, pupil_id):
            found[one.draft] = one
    return tuple(found.values())


def _is_in(one: Appearance, pupil_id: str) -> bool:
    """Whether the child was found, and is not only one of the many whom the rules were told of."""
    evidence = one.evidence
    return (
        any(pupil_id in finding.pupils for finding in one.findings)
        or any(pupil_id in name.pupils for name in evidence.text.names)
        or any(pupil_id in face.pupils for photo in evidence.photos for face in photo.faces)
        or any(pupil_id == line_up.pupil for photo in evidence.photos for line_up in photo.line_ups)
    )
