"""How a publication ends or halts: published, refused, held for a person, its approval void, the draft taken down.

Each is one change of the record within the caller's transaction.
"""

from __future__ import annotations

from datetime import datetime

from app.domain import Outcome, Stage, Verdict, stage_of
from app.integrations.publisher import Posted
from app.store import Store, attempts, drafts, outbox, publications, recalls
from app.store.attempts import Attempt, AttemptOutcome
from app.store.drafts import StoredDraft
from app.store.outbox import EventType
from app.store.publications import Publication, State
from app.store.recalls import RecallOutcome

ACTOR = "publisher"


def end(store: Store, draft_id: str, problem: str, words: str, *, now: datetime) -> Publication:
    """Nothing more is to be done."""
    return publications.change(store, draft_id, State.ENDED, now=now, due_at=None, problem=problem, words=words)


def hold(store: Store, draft_id: str, problem: str, words: str, *, now: datetime) -> Publication:
    """A person must see to it. What may be out already is in doubt, whatever else is the matter."""
    publication = publications.get(store, draft_id)
    attempt = attempts.find(store, draft_id, publication.revision)
    state = State.UNCERTAIN if attempt is not None and attempt.in_doubt else State.HELD
    return publications.change(store, draft_id, state, now=now, due_at=None, problem=problem, words=words)


def send_back(store: Store, draft_id: str, *, to: Stage = Stage.APPROVED, by: str = ACTOR, now: datetime) -> bool:
    """Take a draft that was being published back to its approval, as nothing is out; False where something may be."""
    draft = drafts.get(store, draft_id)
    attempt = attempts.find(store, draft_id, draft.revision)
    if attempt is not None and attempt.in_doubt:
        return False
    if draft.stage is Stage.PUBLISHING:
        drafts.move(store, draft_id, draft.stage, to, by=by, now=now)
    return True


def void(store: Store, draft: StoredDraft, verdict: Verdict, *, now: datetime) -> None:
    """Take the approval back: the rules of now find what the approver did not know of."""
    drafts.move(store, draft.id, draft.stage, stage_of(verdict.answer), by=ACTOR, now=now)
    found = dict.fromkeys(one.title for one in verdict.findings if one.outcome >= Outcome.REFER)
    words = "Checked again before it went out, the rules found what was not known when it was approved: "
    end(store, draft.id, "approval-void", f"{words}{'; '.join(found)}.", now=now)


def published(store: Store, attempt: Attempt, post: Posted, *, by: str, now: datetime) -> None:
    """It is out."""
    attempts.end(store, attempt, AttemptOutcome.POSTED, post_id=post.id, url=post.url, by=by, now=now)
    drafts.move(store, attempt.draft_id, Stage.PUBLISHING, Stage.PUBLISHED, by=by, now=now)
    publications.change(store, attempt.draft_id, State.PUBLISHED, now=now, due_at=None, problem="", words="")
    data = {"draft_id": attempt.draft_id, "post_id": post.id, "url": post.url}
    outbox.add(store, EventType.DRAFT_PUBLISHED, data, now)


def refused(store: Store, attempt: Attempt, slug: str, words: str, *, now: datetime) -> None:
    """It will not go out as it is."""
    attempts.end(store, attempt, AttemptOutcome.REFUSED, by=ACTOR, now=now)
    drafts.move(store, attempt.draft_id, Stage.PUBLISHING, Stage.FAILED, by=ACTOR, now=now)
    publications.change(store, attempt.draft_id, State.FAILED, now=now, due_at=None, problem=slug, words=words)
    outbox.add(store, EventType.DRAFT_PUBLISH_FAILED, {"draft_id": attempt.draft_id, "reason": slug}, now)


def taken_down(store: Store, attempt: Attempt, reason: str, *, by: str, now: datetime) -> None:
    """It is out no longer; whoever waited for that is told, and what was listed for it is closed."""
    attempts.take_down(store, attempt, by=by, now=now)
    drafts.move(store, attempt.draft_id, Stage.PUBLISHED, Stage.WITHDRAWN, by=by, now=now)
    publications.change(
        store, attempt.draft_id, State.TAKEN_DOWN, now=now, due_at=None, problem="taken-down", words=reason
    )
    for recall in recalls.open_of_draft(store, attempt.draft_id):
        recalls.close_recall(store, recall.id, RecallOutcome.TAKEN_DOWN, reason, by=by, now=now)
