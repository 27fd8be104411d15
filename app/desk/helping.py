"""What approvers do beside deciding: compare a face with a child's picture, pass a draft on to somebody else."""

from __future__ import annotations

from datetime import datetime

from app.desk.deciding import refuse_held, refuse_own, roll_call
from app.domain import QUEUED, Evidence, Stage, Verdict
from app.errors import Conflict, Fault, Malformed, NotFound
from app.store import Store, comparisons, drafts, escalations, locks, looks, people, roster
from app.store.comparisons import Compared, Comparison, Likeness
from app.store.escalations import Escalation
from app.store.looks import Look

NOTE_CHARACTERS = 2_000
_COMPARABLE = QUEUED | {Stage.REJECTED}


def compare(
    store: Store, draft_id: str, compared: Compared, answer: Likeness, *, revision: int, by: str, now: datetime
) -> Comparison:
    """Keep whether a face is a child's, as somebody sees it. It changes no verdict: a person's word clears no machine's.

    Conflict where the draft is not of that revision any more, or is past review; NotFound for a face that is not there, and
    for a child whom nothing asks about; NotAllowed for an own photo.
    """
    store.take_turn()
    draft = drafts.get(store, draft_id)
    refuse_own(draft, by)
    if draft.stage not in _COMPARABLE:
        raise Conflict(f"The draft is {draft.stage}; there is nothing to compare.", slug="wrong-stage")
    look = looks.of_revision(store, draft_id, draft.revision)
    if look is None or draft.revision != revision:
        raise Conflict("The draft is not the one that was looked at; look again.", slug="other-digest")
    _refuse_unknown(store, look, compared)
    return comparisons.add(store, draft_id, compared, answer, revision=revision, by=by, now=now)


def _refuse_unknown(store: Store, look: Look, compared: Compared) -> None:
    shown = look.evidence.photos
    if not (0 <= compared.photo < len(shown) and 0 <= compared.face < len(shown[compared.photo].faces)):
        raise NotFound("There is no such face in the draft.")
    asked = asked_about(look.verdict, look.evidence)
    if compared.pupil not in asked or roster.find(store, compared.pupil) is None:
        raise NotFound("The draft does not ask for this child.")


def asked_about(verdict: Verdict, evidence: Evidence) -> frozenset[str]:
    """The children whom a draft asks people to look for: those of the roll-call, and those whom a face is like."""
    alike = {pupil for photo in evidence.photos for face in photo.faces if face.match for pupil in face.pupils}
    return roll_call(verdict) | alike


def escalate(store: Store, draft_id: str, to_person: str, note: str, *, by: str, now: datetime) -> Escalation:
    """Pass a draft that waits on to somebody else, who may be anybody active but oneself; it waits as before.

    That they may decide is for the door to see to. Malformed without a note, or for nobody; Conflict where it does not
    wait, or somebody else holds it.
    """
    store.take_turn()
    draft = drafts.get(store, draft_id)
    if draft.stage not in QUEUED:
        raise Conflict(f"The draft is {draft.stage}; only one that waits is passed on.", slug="wrong-stage")
    refuse_held(store, draft_id, by=by, now=now)
    faults = []
    person = people.find(store, to_person)
    if person is None or not person.active or person.id == by:
        faults.append(Fault("#/to", "is nobody to pass it on to"))
    if not note.strip():
        faults.append(Fault("#/note", "is empty"))
    if len(note) > NOTE_CHARACTERS:
        faults.append(Fault("#/note", f"has more than {NOTE_CHARACTERS:,} characters"))
    if faults:
        raise Malformed(
            "Say to whom, and what they should look at.", slug="escalation-incomplete", errors=tuple(faults)
        )
    made = escalations.add(store, draft_id, to_person, note.strip(), revision=draft.revision, by=by, now=now)
    locks.release(store, draft_id, by=by, now=now)
    return made
