"""What people decide on a draft: approve, return, reject, withdraw, or keep what was published."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app.domain import QUEUED, Stage, Verdict
from app.errors import Conflict, Fault, Malformed, NotAllowed, NotFound
from app.store import Store, drafts, locks, looks, policies, recalls, schools, verdicts
from app.store.drafts import StoredDraft
from app.store.recalls import Recall, RecallOutcome
from app.store.verdicts import DecisionKind, StoredVerdict

ROLL_CALL = "children.roll-call"
NOT_IN_PHOTO, IN_PHOTO, CANT_TELL = "not-in-photo", "in-photo", "cant-tell"


@dataclass(frozen=True, slots=True)
class Deciding:
    """An approver's decision as it comes in. ``seen`` is the id of the verdict that they had before them, if it is known."""

    decision: DecisionKind
    digest: str
    reason: str
    answers: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""


def decide(store: Store, draft_id: str, deciding: Deciding, *, by: str, now: datetime) -> None:
    """Record a decision and move the draft, in the caller's transaction. Raises as ``check``."""
    store.take_turn()
    draft = check(store, draft_id, deciding, by=by, now=now)
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
    locks.release(store, draft_id, by=by, now=now)


_STAGES = {
    DecisionKind.APPROVE: Stage.APPROVED,
    DecisionKind.RETURN: Stage.RETURNED,
    DecisionKind.REJECT: Stage.REJECTED,
}


def check(store: Store, draft_id: str, deciding: Deciding, *, by: str, now: datetime) -> StoredDraft:
    """The draft, where that decision can be taken on it now.

    Raises Conflict (409) for a wrong stage, another digest, other findings, a register or policy that changed since the
    verdict, a ``reject`` verdict, a roll-call left open, or a draft that somebody else holds; NotAllowed (403) for an own
    draft with a photo.
    """
    draft = drafts.get(store, draft_id)
    found = verdicts.latest(store, [draft_id]).get(draft_id)
    refuse_own(draft, by)
    if deciding.decision is DecisionKind.APPROVE and draft.stage is Stage.REJECTED:
        raise Conflict("The rules reject this draft: change the draft or the register first.", slug="verdict-is-reject")
    if draft.stage not in QUEUED or found is None:
        raise Conflict(f"The draft is {draft.stage}; only one that waits can be decided.", slug="wrong-stage")
    refuse_held(store, draft_id, by=by, now=now)
    if deciding.digest != draft.digest or found.revision != draft.revision:
        raise Conflict("The draft is not the one that was looked at; look again.", slug="other-digest")
    _refuse_unasked(roll_call(found.verdict), deciding)
    if deciding.decision is DecisionKind.APPROVE:
        _approvable(store, found, deciding)
    elif not deciding.reason.strip():
        raise Malformed("The author needs a reason.", slug="reason-missing", errors=(Fault("#/reason", "is empty"),))
    return draft


def refuse_own(draft: StoredDraft, by: str) -> None:
    """NotAllowed where the draft shows a photo and is that person's or key's own."""
    if draft.draft.photos and draft.draft.author == by:
        raise NotAllowed("Nobody decides on a draft of their own that shows a photo.", slug="own-draft")


def refuse_held(store: Store, draft_id: str, *, by: str, now: datetime) -> None:
    """Conflict where somebody else is looking at the draft."""
    held = locks.find(store, draft_id, now=now)
    if held is not None and held.person_id != by:
        raise Conflict(f"{held.name} is looking at this draft. Ask them, or take it over first.", slug="locked")


def _approvable(store: Store, found: StoredVerdict, deciding: Deciding) -> None:
    if schools.register_version(store) != found.register_version:
        raise Conflict("The register has changed since the draft was vetted; vet it again.", slug="register-changed")
    policy = policies.current(store)
    if policy is not None and found.verdict.policy.rpartition("@")[2] != str(policy.version):
        raise Conflict("The policy has changed since the draft was vetted; vet it again.", slug="policy-changed")
    if deciding.seen and deciding.seen != found.id:
        _refuse_other_findings(store, found, deciding.seen)
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


def _refuse_other_findings(store: Store, found: StoredVerdict, seen: str) -> None:
    """Conflict where the verdict that was looked at says anything else than the latest."""
    before = looks.find(store, found.draft_id, seen)
    if before is None or Counter(before.verdict.findings) != Counter(found.verdict.findings):
        raise Conflict(
            "The draft was vetted again meanwhile and says something else; look again.", slug="other-findings"
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


def end_recall(store: Store, recall_id: str, outcome: RecallOutcome, reason: str, *, by: str, now: datetime) -> Recall:
    """Record that a published draft was taken down, or is kept and why; nobody keeps one of their own."""
    store.take_turn()
    recall = recalls.get_recall(store, recall_id)
    if outcome is RecallOutcome.KEPT:
        refuse_own(drafts.get(store, recall.draft), by)
    if not reason.strip():
        raise Malformed("It takes a reason.", slug="reason-missing", errors=(Fault("#/reason", "is empty"),))
    return recalls.close_recall(store, recall_id, outcome, reason.strip(), by=by, now=now)
