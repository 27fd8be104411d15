"""Looking again at drafts that are stored: with the register and policy of now, or when a permission was lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.db import Database
from app.desk.submitting import add_verdict, keep_verdict, stored
from app.domain import QUEUED, Stage
from app.errors import Conflict
from app.policy import Policy
from app.store import Store, drafts, photos, recalls, verdicts
from app.store.drafts import StoredDraft
from app.store.recalls import Recheck, WhyFound
from app.store.verdicts import DecisionKind
from app.vault import PhotoFiles
from app.vetting import Eyes, Snapshot, Submitted, Vetted, vet


@dataclass(frozen=True, slots=True)
class Register:
    """How the desk gets at the register: a snapshot of now, and the policy in force."""

    snapshot: Callable[[datetime], Snapshot]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Workplace:
    """What looking at a school's stored drafts again takes."""

    database: Database
    school_id: str
    register: Register
    eyes: Eyes
    files: PhotoFiles


def revet(at: Workplace, draft_id: str, *, by: str, now: datetime) -> None:
    """Vet a draft again with the register and policy of now.

    Conflict where its stage does not allow it, or a person rejected this very revision.
    """
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, draft_id)
        _refuse_rejected(store, draft)
        submitted = submitted_of(store, draft, at.files)
    refuse_unvettable(draft)
    vetted = vet(draft.draft, submitted, at.register.snapshot(now), at.eyes, at.register.policy, now)
    with at.database.write() as session:
        store = Store(session, at.school_id)
        current = drafts.get(store, draft_id)
        if (current.stage, current.revision) != (draft.stage, draft.revision):
            raise Conflict("The draft moved on meanwhile.", slug="wrong-stage")
        keep_verdict(store, current, vetted, by=by, now=now)


def _refuse_rejected(store: Store, draft: StoredDraft) -> None:
    """What an approver rejected does not come back to the queue unchanged."""
    said = verdicts.decisions(store, [draft.id])[draft.id]
    if any(one.decision is DecisionKind.REJECT and one.revision == draft.revision for one in said):
        raise Conflict("An approver rejected this draft; it must change first.", slug="rejected-by-approver")


def refuse_unvettable(draft: StoredDraft) -> None:
    """Conflict for a draft that is past being vetted."""
    if draft.stage not in QUEUED | {Stage.REJECTED, Stage.RETURNED, Stage.APPROVED, Stage.RECEIVED}:
        raise Conflict(f"A draft that is {draft.stage} is not vetted again.", slug="wrong-stage")


def submitted_of(store: Store, draft: StoredDraft, files: PhotoFiles) -> list[Submitted]:
    """The photos of a draft for vetting."""
    found = photos.find_each(store, [photo.id or "" for photo in draft.draft.photos])
    return [stored(found[photo.id or ""], files, photo.alt_text) for photo in draft.draft.photos]


def look_again(at: Workplace, recheck: Recheck, *, by: str, now: datetime) -> None:
    """Look again at a draft that may show children who must not be shown any more, after the register stopped it.

    One that waits gets another verdict; one that is out is listed for taking down where a face is one of theirs.
    Nothing is done where it moved on meanwhile: it is looked at next time.
    """
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, recheck.draft)
        submitted = submitted_of(store, draft, at.files)
    wanted = draft.stage in _REVETTED | _COMPARED | _OUT
    vetted = (
        vet(draft.draft, submitted, at.register.snapshot(now), at.eyes, at.register.policy, now) if wanted else None
    )
    with at.database.write() as session:
        store = Store(session, at.school_id)
        store.take_turn()
        current = drafts.get(store, recheck.draft)
        if (current.stage, current.revision) != (draft.stage, draft.revision):
            return
        if vetted is not None:
            _follow(store, current, vetted, recheck, by=by, now=now)
        recalls.end_recheck(store, recheck)


_REVETTED = QUEUED | {Stage.RETURNED}
_COMPARED = frozenset({Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED})
_OUT = frozenset({Stage.PUBLISHING, Stage.PUBLISHED})


def _follow(store: Store, draft: StoredDraft, vetted: Vetted, recheck: Recheck, *, by: str, now: datetime) -> None:
    """What a second look leads to: a returned draft stays with its author, an approved one stays unless a face is a child's."""
    seen = {pupil for photo in vetted.evidence.photos for face in photo.faces if face.match for pupil in face.pupils}
    theirs = seen.intersection(recheck.pupils)
    if draft.stage in _OUT:
        found = dict.fromkeys(theirs & recalls.said_no(store), WhyFound.MATCH)
        recalls.open_recall(store, draft.id, found, by=by, now=now)
    elif draft.stage is Stage.RETURNED:
        add_verdict(store, draft, vetted, by=by, now=now)
    elif draft.stage in QUEUED or theirs:
        keep_verdict(store, draft, vetted, by=by, now=now)
