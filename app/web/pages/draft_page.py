"""A draft's page: the post with its marks, the photos with their boxes, findings, decisions, and the form to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from starlette.responses import Response

from app import desk
from app.domain import QUEUED, Stage
from app.errors import FledglingError, NotFound
from app.store import Store, drafts, people
from app.web.dossiers import draft_out
from app.web.pages.marking import alike, grouped, mark, other_boxes
from app.web.pages.phrasing import phrase_of
from app.web.pages.rendering import Visitor, printable, render
from app.web.roll_calls import FACE_PX, Asked, roll_call
from app.web.schemas import DraftOut, FindingOut
from app.web.security import Scope
from app.web.service import Service

VETTABLE = QUEUED | {Stage.REJECTED, Stage.RETURNED, Stage.APPROVED, Stage.RECEIVED}
_REWRITTEN = frozenset({Stage.REJECTED, Stage.RETURNED, Stage.WITHDRAWN, Stage.EXPIRED})

_ALLOWABLE = {
    "names.perhaps-pupil": "names",
    "names.pupil-named": "names",
    "wording.offensive": "wording",
    "wording.undermining": "wording",
}
"""The rules whose findings an allowed phrase can settle, and what it is then about."""

_WHAT_TO_DO = {
    "phrase-is-a-name": "Take the words around it too, or leave the name out of the post.",
    "phrase-allowed-already": "Press “Check again” below: if the words are still found, they are more than that phrase.",
    "register-changed": "Press “Check again” below, look at what it finds now, then decide.",
    "other-digest": "The page now shows the draft as it stands: look at it again, then decide.",
    "wrong-stage": "Somebody else was quicker, perhaps. The page now shows how the draft stands.",
    "verdict-is-reject": "Return it to its author, who changes it and sends it anew.",
    "roll-call-open": "Look for each child in the photos. If one is there, or you cannot tell, return or reject the draft.",
    "reason-missing": "Write why, so that the author knows what to change.",
    "own-draft": "Somebody else decides on it.",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What stood in the form when a decision was not taken. ``answers`` are those of the roll-call, by pupil."""

    reason: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Allowing:
    """What stood in the form to allow a phrase when it was not taken; ``place`` says in which of them."""

    place: str
    phrase: str
    reason: str


@dataclass(frozen=True, slots=True)
class PhraseForm:
    """A form to allow a phrase, at the finding that it belongs to. ``place`` is its name on the page."""

    place: str
    about: str
    phrase: str
    reason: str = ""
    opened: bool = False


@dataclass(frozen=True, slots=True)
class ChildAsked:
    """A child to look for, and what was answered for them already."""

    asked: Asked
    answer: str


def draft_for(store: Store, visitor: Visitor, draft_id: str) -> drafts.StoredDraft:
    """The draft, if it is theirs or they review; NotFound otherwise."""
    found = drafts.get(store, draft_id)
    if found.draft.author != visitor.principal.id and not visitor.principal.may(Scope.REVIEW):
        raise NotFound("There is no such draft.")
    return found


def show_draft(
    service: Service,
    visitor: Visitor,
    draft_id: str,
    *,
    problem: FledglingError | None = None,
    answered: Answered | None = None,
    allowing: Allowing | None = None,
) -> Response:
    """The page; with ``problem``, why something was not done and what can be."""
    reviews = visitor.principal.may(Scope.REVIEW)
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        draft_for(store, visitor, draft_id)
        draft = draft_out(store, draft_id, visitor.policy, visitor.principal)
        author = people.find(store, draft.author)
        deciders = {one.decided_by: people.find(store, one.decided_by) for one in draft.decisions}
    why_not = _why_not(visitor, draft) if reviews else ""
    may_decide = reviews and not why_not
    asked = roll_call(service, visitor.principal, draft_id, now=service.clock()).children if may_decide else ()
    may_vet = Stage(draft.stage) in VETTABLE
    return render(
        "draft.html",
        visitor,
        status=problem.status if problem else 200,
        draft=draft,
        author=author.name if author else "a program (by key)",
        deciders={one: person.name if person else "somebody" for one, person in deciders.items()},
        marked=mark(draft.text, draft.report.findings, "text"),
        photos=_photos(draft),
        findings=grouped(draft.report, draft.text, [photo.alt_text for photo in draft.photos]),
        phrase_forms=[
            _forms(number, group, draft, allowing) if reviews and may_vet else []
            for number, group in enumerate(alike(draft.report))
        ],
        faults=_faults(problem),
        roll_call=[_answered(one, answered or Answered()) for one in asked],
        face_px=FACE_PX,
        report_faces=[len(photo.faces) for photo in draft.report.photos],
        reason=printable(answered.reason) if answered else "",
        may_decide=may_decide,
        why_not=why_not,
        may_vet=may_vet,
        may_rewrite=Stage(draft.stage) in _REWRITTEN and draft.author == visitor.principal.id,
    )


def _faults(problem: FledglingError | None) -> list[str]:
    if problem is None:
        return []
    return [" ".join(part for part in (problem.detail, _WHAT_TO_DO.get(problem.slug, "")) if part)]


def _why_not(visitor: Visitor, draft: DraftOut) -> str:
    """Why a reviewer cannot decide; empty where they can."""
    if draft.stage == Stage.REJECTED and draft.report.verdict == "reject":
        return "The rules stop this draft: nobody can approve it as it is."
    if Stage(draft.stage) not in QUEUED:
        return "There is nothing to decide."
    if draft.photos and draft.author == visitor.principal.id:
        return "This draft is your own and shows a photo: somebody else must decide on it."
    return ""


def _forms(number: int, group: Sequence[FindingOut], draft: DraftOut, allowing: Allowing | None) -> list[PhraseForm]:
    """A form for each phrase that could be allowed to settle the findings, filled in as it was sent last."""
    about = _ALLOWABLE.get(group[0].rule)
    if about is None:
        return []
    alt_texts = [photo.alt_text for photo in draft.photos]
    suggested = (phrase_of(one, draft.text, alt_texts) for one in group)
    phrases = {phrase.casefold(): phrase for phrase in suggested if phrase is not None}
    forms = [PhraseForm(f"{number}-{turn}", about, phrase) for turn, phrase in enumerate(phrases.values())]
    return [_as_sent(form, allowing) if allowing and allowing.place == form.place else form for form in forms]


def _as_sent(form: PhraseForm, allowing: Allowing) -> PhraseForm:
    return replace(form, phrase=printable(allowing.phrase), reason=printable(allowing.reason), opened=True)


def _photos(draft: DraftOut) -> list[dict[str, object]]:
    """The photos as the template draws them: with marks on their descriptions and boxes beside the faces."""
    findings, seen = draft.report.findings, draft.report.photos
    return [
        {
            "alt_text": photo.alt_text,
            "marked": mark(photo.alt_text, findings, "alt_text", number),
            "seen": seen[number],
            "others": other_boxes(findings, seen, number),
        }
        for number, photo in enumerate(draft.photos)
    ]


def _answered(asked: Asked, answered: Answered) -> ChildAsked:
    return ChildAsked(asked, answered.answers.get(asked.pupil, desk.CANT_TELL))
