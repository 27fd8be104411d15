"""Stored drafts as the contract shows them: with the report on the latest revision and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain import Evidence
from app.errors import NotFound
from app.policy import Policy
from app.store import Store, drafts, photos, verdicts
from app.store.drafts import StoredDraft
from app.web.reports import report
from app.web.schemas import DecisionOut, DraftOut, DraftPhotoOut, QueueItem
from app.web.security import Principal, Scope


def draft_out(
    store: Store, draft_id: str, policy: Policy, principal: Principal, evidence: Evidence | None = None
) -> DraftOut:
    """The draft in full; ``evidence`` of its latest verdict, where it is at hand. NotFound if there is no such draft."""
    found = drafts.get(store, draft_id)
    said = verdicts.latest(store, [draft_id]).get(draft_id)
    if evidence is None and said is not None:
        evidence = verdicts.evidence(store, said.id)
    if said is None or evidence is None:
        raise NotFound("There is no such draft.")
    sizes = photos.find_each(store, [photo.id or "" for photo in found.draft.photos])
    draft, reviews = found.draft, principal.may(Scope.REVIEW)
    return DraftOut(
        id=found.id,
        stage=found.stage.value,
        verdict=said.verdict.answer.value,
        revision=found.revision,
        text=draft.text,
        photos=[
            DraftPhotoOut(
                id=one.id or "",
                sha256=one.sha256,
                alt_text=one.alt_text,
                width=sizes[one.id or ""].width,
                height=sizes[one.id or ""].height,
            )
            for one in draft.photos
        ],
        classes=list(draft.classes),
        outsiders=draft.outsiders,
        event_id=draft.event_id,
        account=draft.account,
        reply_to=draft.reply_to,
        repost_of=draft.repost_of,
        publish_at=draft.publish_at,
        source_url=draft.source_url,
        author=draft.author or "",
        digest=found.digest,
        created_at=found.created_at,
        updated_at=found.updated_at,
        report=report(said.verdict, evidence, policy, reviewer=reviews),
        decisions=[
            DecisionOut(
                decision=one.decision.value,
                reason=one.reason,
                digest=one.digest,
                answers={pupil: str(said) for pupil, said in one.answers.items()} if reviews else None,
                decided_by=one.decided_by,
                decided_at=one.decided_at,
            )
            for one in verdicts.decisions(store, [draft_id])[draft_id]
        ],
    )


def queue_items(store: Store, found: Sequence[StoredDraft]) -> list[QueueItem]:
    """Drafts in short."""
    said = verdicts.latest(store, [one.id for one in found]) if found else {}
    return [
        QueueItem(
            id=one.id,
            stage=one.stage.value,
            verdict=said[one.id].verdict.answer.value,
            text=one.draft.text,
            photos=len(one.draft.photos),
            account=one.draft.account,
            author=one.draft.author or "",
            rules=list(dict.fromkeys(finding.rule for finding in said[one.id].verdict.findings)),
            digest=one.digest,
            created_at=one.created_at,
        )
        for one in found
        if one.id in said
    ]
