"""The desk: drafts are submitted, vetted again, decided by people, withdrawn, covered.

Each step that changes something is one short transaction; looking and judging happen before it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.db import Database
from app.domain import QUEUED, Box, Draft, Photo, Stage, Verdict, stage_of
from app.errors import Conflict, Fault, Malformed, NotAllowed, NotFound
from app.policy import Policy
from app.store import Store, drafts, photos, recalls, schools, verdicts
from app.store.drafts import StoredDraft
from app.store.photos import StoredPhoto, Upload
from app.store.recalls import Recall, RecallOutcome, Recheck, WhyFound
from app.store.verdicts import DecisionKind, StoredVerdict
from app.vault import PhotoFiles
from app.vetting import Eyes, Snapshot, Submitted, Vetted, vet
from app.vision.clean import CleanPhoto

ROLL_CALL = "children.roll-call"
_AT_ONCE = 200
NOT_IN_PHOTO, IN_PHOTO, CANT_TELL = "not-in-photo", "in-photo", "cant-tell"


@dataclass(frozen=True, slots=True)
class Register:
    """How the desk gets at the register: a snapshot of now, and the policy in force."""

    snapshot: Callable[[datetime], Snapshot]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Taken:
    """A photo as it was taken in: how it is filed, and its publishable copy."""

    upload: Upload
    clean: CleanPhoto

    @property
    def submitted(self) -> Submitted:
        """The photo for vetting."""
        return Submitted(self.upload.photo, self.upload.width, self.upload.height, lambda: self.clean.data)


def take(eyes: Eyes, data: bytes, *, file_name: str, alt_text: str) -> Taken:
    """Open a photo as it came and make the copy that would be published. Raises PhotoRefused."""
    opened = eyes.open(data)
    clean = opened.clean
    photo = Photo(
        sha256=clean.sha256,
        alt_text=alt_text,
        file_name=file_name,
        metadata=opened.metadata,
        dropped=opened.dropped,
        doubts=tuple(doubt.value for doubt in opened.doubts),
    )
    return Taken(Upload(photo, opened.width, opened.height, len(clean.data), clean.media_type), clean)


def stored(photo: StoredPhoto, files: PhotoFiles, alt_text: str | None = None) -> Submitted:
    """A stored photo for vetting; its file is read only when somebody looks."""
    one = photo.photo if alt_text is None else replace(photo.photo, alt_text=alt_text)
    return Submitted(one, photo.width, photo.height, lambda: files.get(one.sha256))


def delete_unused(database: Database, school_id: str, files: PhotoFiles, *, by: str, now: datetime) -> int:
    """Delete the photos that no draft took in time, with their files; returns how many photos.

    A file that was written in the last hour stays: somebody may just be uploading the same picture.
    """
    deleted = 0
    while True:
        with database.read() as session:
            ids = photos.expired(Store(session, school_id), limit=_AT_ONCE, now=now)
        if not ids:
            return deleted
        with database.write() as session:
            unneeded = photos.remove(Store(session, school_id), ids, by=by, now=now)
        for sha256 in unneeded:
            files.delete_older(sha256, now - timedelta(hours=1))
        deleted += len(ids)


# ---------------------------------------------------------------- submitting


def submit(store: Store, draft: Draft, taken: Sequence[Taken], vetted: Vetted, *, kind: str, now: datetime) -> str:
    """Keep a draft, its photos and its verdict, all in the caller's transaction; returns the draft's id.

    ``taken`` are photos that came with the draft, whose files are written already; their ids are filled in here.
    """
    author = draft.author or ""
    new = iter(photos.add(store, one.upload, expires_at=now, by=author, now=now) for one in taken)
    filled = replace(
        draft, photos=tuple(photo if photo.id else replace(photo, id=next(new).id) for photo in draft.photos)
    )
    added = drafts.add(store, filled, author_kind=kind, by=author, now=now)
    _keep_verdict(store, added, vetted, by=author, now=now)
    return added.id


def _keep_verdict(store: Store, draft: StoredDraft, vetted: Vetted, *, by: str, now: datetime) -> None:
    _add_verdict(store, draft, vetted, by=by, now=now)
    stage = stage_of(vetted.verdict.answer)
    if stage is not draft.stage and not drafts.move(store, draft.id, draft.stage, stage, by=by, now=now):
        raise Conflict("The draft moved on meanwhile.", slug="wrong-stage")


def _add_verdict(store: Store, draft: StoredDraft, vetted: Vetted, *, by: str, now: datetime) -> None:
    verdicts.add(
        store,
        draft.id,
        vetted.verdict,
        vetted.evidence,
        revision=draft.revision,
        register_version=vetted.register_version,
        by=by,
        now=now,
    )


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
        submitted = _submitted(store, draft, at.files)
    _vettable(draft)
    vetted = vet(draft.draft, submitted, at.register.snapshot(now), at.eyes, at.register.policy, now)
    with at.database.write() as session:
        store = Store(session, at.school_id)
        current = drafts.get(store, draft_id)
        if (current.stage, current.revision) != (draft.stage, draft.revision):
            raise Conflict("The draft moved on meanwhile.", slug="wrong-stage")
        _keep_verdict(store, current, vetted, by=by, now=now)


def _refuse_rejected(store: Store, draft: StoredDraft) -> None:
    """What an approver rejected does not come back to the queue unchanged."""
    said = verdicts.decisions(store, [draft.id])[draft.id]
    if any(one.decision is DecisionKind.REJECT and one.revision == draft.revision for one in said):
        raise Conflict("An approver rejected this draft; it must change first.", slug="rejected-by-approver")


def _vettable(draft: StoredDraft) -> None:
    if draft.stage not in QUEUED | {Stage.REJECTED, Stage.RETURNED, Stage.APPROVED, Stage.RECEIVED}:
        raise Conflict(f"A draft that is {draft.stage} is not vetted again.", slug="wrong-stage")


def _submitted(store: Store, draft: StoredDraft, files: PhotoFiles) -> list[Submitted]:
    found = photos.find_each(store, [photo.id or "" for photo in draft.draft.photos])
    return [stored(found[photo.id or ""], files, photo.alt_text) for photo in draft.draft.photos]


# ---------------------------------------------------------------- deciding


@dataclass(frozen=True, slots=True)
class Deciding:
    """An approver's decision as it comes in."""

    decision: DecisionKind
    digest: str
    reason: str
    answers: Mapping[str, str]


def decide(store: Store, draft_id: str, deciding: Deciding, *, by: str, now: datetime) -> None:
    """Record a decision and move the draft, in the caller's transaction.

    Raises Conflict (409) for a wrong stage, another digest, a register that changed since the verdict,
    a ``reject`` verdict, or a roll-call left open; NotAllowed (403) for an own draft with a photo.
    """
    store.take_turn()
    draft = drafts.get(store, draft_id)
    found = verdicts.latest(store, [draft_id]).get(draft_id)
    refuse_own(draft, by)
    if deciding.decision is DecisionKind.APPROVE and draft.stage is Stage.REJECTED:
        raise Conflict("The rules reject this draft: change the draft or the register first.", slug="verdict-is-reject")
    if draft.stage not in QUEUED or found is None:
        raise Conflict(f"The draft is {draft.stage}; only one that waits can be decided.", slug="wrong-stage")
    if deciding.digest != draft.digest or found.revision != draft.revision:
        raise Conflict("The draft is not the one that was looked at; look again.", slug="other-digest")
    _refuse_unasked(roll_call(found.verdict), deciding)
    if deciding.decision is DecisionKind.APPROVE:
        _approvable(store, found, deciding)
    elif not deciding.reason.strip():
        raise Malformed("The author needs a reason.", slug="reason-missing", errors=(Fault("#/reason", "is empty"),))
    verdicts.decide(
        store,
        draft_id,
        deciding.decision,
        revision=draft.revision,
        digest=deciding.digest,
        reason=deciding.reason,
        answers=deciding.answers,
        by=by,
        now=now,
    )
    drafts.move(store, draft_id, draft.stage, _STAGES[deciding.decision], by=by, now=now)


_STAGES = {
    DecisionKind.APPROVE: Stage.APPROVED,
    DecisionKind.RETURN: Stage.RETURNED,
    DecisionKind.REJECT: Stage.REJECTED,
}


def refuse_own(draft: StoredDraft, by: str) -> None:
    """NotAllowed where the draft shows a photo and is that person's or key's own."""
    if draft.draft.photos and draft.draft.author == by:
        raise NotAllowed("Nobody decides on a draft of their own that shows a photo.", slug="own-draft")


def _approvable(store: Store, found: StoredVerdict, deciding: Deciding) -> None:
    if schools.register_version(store) != found.register_version:
        raise Conflict("The register has changed since the draft was vetted; vet it again.", slug="register-changed")
    given = {pupil: deciding.answers.get(pupil, "") for pupil in sorted(roll_call(found.verdict))}
    left = tuple(
        Fault(f"#/answers/{pupil}", _LEFT.get(said, "is no answer"))
        for pupil, said in given.items()
        if said != NOT_IN_PHOTO
    )
    if left:
        raise Conflict(
            "Each child of the roll-call must be answered, and none be in the photo or left in doubt.",
            slug="roll-call-open",
            errors=left,
        )


_LEFT = {"": "has no answer", CANT_TELL: "cannot be told", IN_PHOTO: "is in the photo"}


def _refuse_unasked(children: frozenset[str], deciding: Deciding) -> None:
    if unasked := set(deciding.answers) - children:
        faults = tuple(Fault(f"#/answers/{pupil}", "was not asked") for pupil in sorted(unasked))
        raise Malformed("An answer was given that was not asked for.", slug="answer-unasked", errors=faults)


def roll_call(verdict: Verdict) -> frozenset[str]:
    """The children an approver must look for in the photos."""
    return frozenset(pupil for finding in verdict.findings if finding.rule == ROLL_CALL for pupil in finding.pupils)


def withdraw(store: Store, draft_id: str, *, by: str, may_review: bool, now: datetime) -> None:
    """Take a draft out of the way: by its author, or by a reviewer. Conflict once it is being published."""
    store.take_turn()
    draft = drafts.get(store, draft_id)
    if not may_review and draft.draft.author != by:
        raise NotFound("There is no such draft.")
    if draft.stage in {Stage.PUBLISHING, Stage.PUBLISHED, Stage.WITHDRAWN, Stage.EXPIRED}:
        raise Conflict(f"A draft that is {draft.stage} cannot be withdrawn.", slug="wrong-stage")
    drafts.move(store, draft_id, draft.stage, Stage.WITHDRAWN, by=by, now=now)


# ---------------------------------------------------------------- covering


def cover_photo(at: Workplace, draft_id: str, number: int, boxes: Sequence[Box], *, by: str, now: datetime) -> None:
    """Put a covered copy in the place of a photo and vet the draft as it is then, all or nothing.

    Boxes are pixels of the upright photo as it came. Malformed where a box covers nothing.
    """
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, draft_id)
        if not 0 <= number < len(draft.draft.photos):
            raise NotFound("The draft has no such photo.")
        submitted = _submitted(store, draft, at.files)
    _vettable(draft)
    copy, submitted[number] = _covered(at, submitted[number], boxes)
    changed = replace(draft.draft, photos=tuple(one.photo for one in submitted))
    vetted = vet(changed, submitted, at.register.snapshot(now), at.eyes, at.register.policy, now)
    with at.database.write() as session:
        store = Store(session, at.school_id)
        added = photos.add(store, copy, expires_at=now, by=by, now=now)
        kept = tuple(replace(photo, id=photo.id or added.id) for photo in changed.photos)
        kept_draft = replace(changed, photos=kept)
        if not drafts.revise(store, draft_id, kept_draft, expected=draft.revision, by=by, now=now):
            raise Conflict("The draft changed meanwhile.", slug="wrong-stage")
        _keep_verdict(store, drafts.get(store, draft_id), vetted, by=by, now=now)


def _covered(at: Workplace, photo: Submitted, boxes: Sequence[Box]) -> tuple[Upload, Submitted]:
    """The covered copy, its file written: how it is filed, and how it is vetted."""
    clean = at.eyes.cover(photo, boxes)
    at.files.put(clean.sha256, clean.data)
    new = replace(photo.photo, sha256=clean.sha256, id=None)
    upload = Upload(new, photo.width, photo.height, len(clean.data), clean.media_type)
    return upload, Submitted(new, photo.width, photo.height, lambda: clean.data)


# ---------------------------------------------------------------- when a permission was lost


def look_again(at: Workplace, recheck: Recheck, *, by: str, now: datetime) -> None:
    """Look again at a draft that may show children who must not be shown any more, after the register stopped it.

    One that waits gets another verdict; one that is out is listed for taking down where a face is one of theirs.
    Nothing is done where it moved on meanwhile: it is looked at next time.
    """
    with at.database.read() as session:
        store = Store(session, at.school_id)
        draft = drafts.get(store, recheck.draft)
        submitted = _submitted(store, draft, at.files)
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
        _add_verdict(store, draft, vetted, by=by, now=now)
    elif draft.stage in QUEUED or theirs:
        _keep_verdict(store, draft, vetted, by=by, now=now)


def end_recall(store: Store, recall_id: str, outcome: RecallOutcome, reason: str, *, by: str, now: datetime) -> Recall:
    """Record that a published draft was taken down, or is kept and why; nobody keeps one of their own."""
    store.take_turn()
    recall = recalls.get_recall(store, recall_id)
    if outcome is RecallOutcome.KEPT:
        refuse_own(drafts.get(store, recall.draft), by)
    if not reason.strip():
        raise Malformed("It takes a reason.", slug="reason-missing", errors=(Fault("#/reason", "is empty"),))
    return recalls.close_recall(store, recall_id, outcome, reason.strip(), by=by, now=now)
