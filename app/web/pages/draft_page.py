"""A draft's page: the post with its marks, the photos with their boxes, findings, comparisons, and the form to decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from starlette.datastructures import FormData
from starlette.responses import Response

from app.desk import ROLL_CALL
from app.domain import QUEUED, Stage
from app.errors import FledglingError, NotFound
from app.store import Store, events, looks, people
from app.store.looks import Look
from app.web.dossiers import draft_out
from app.web.pages import kept, publication_words
from app.web.pages.changes import Change, changes
from app.web.pages.comparing import ANSWERS, Compared, compared
from app.web.pages.deciding import REASONS, review_of
from app.web.pages.draft_access import draft_for
from app.web.pages.marking import alike, face_at, mark_linked, places_of
from app.web.pages.photo_views import photos_shown
from app.web.pages.phrasing import phrase_of
from app.web.pages.publication_words import Shown
from app.web.pages.rendering import Visitor, printable, render
from app.web.roll_calls import FACE_PX
from app.web.schemas import DraftOut, FindingOut, RegionWhere, Report
from app.web.security import Scope
from app.web.service import Service

__all__ = ["Allowing", "Answered", "PhraseForm", "draft_for", "show_draft"]

VETTABLE = QUEUED | {Stage.REJECTED, Stage.RETURNED, Stage.APPROVED, Stage.RECEIVED}
_REWRITTEN = frozenset({Stage.REJECTED, Stage.RETURNED, Stage.WITHDRAWN, Stage.EXPIRED})
_COMPARED = QUEUED | {Stage.REJECTED}

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
    "policy-changed": "Press “Check again” below, look at what it finds now, then decide.",
    "other-digest": "The page now shows the draft as it stands: look at it again, then decide.",
    "other-findings": "The page now shows what it says: look at it again, then decide.",
    "wrong-stage": "Somebody else was quicker, perhaps. The page now shows how the draft stands.",
    "verdict-is-reject": "Return it to its author, who changes it and sends it anew.",
    "roll-call-open": "Look for each child in the photos. If one is there, or you cannot tell, return or reject the draft.",
    "reason-missing": "Choose one of the reasons or write why, so that the author knows what to change.",
    "own-draft": "Somebody else decides on it.",
    "escalation-incomplete": "Choose a colleague and write a note.",
    "box-outside": "Draw it inside the photo.",
}

_WORDS: Mapping[str, object] = {
    "kept_told": kept.TOLD,
    "roll_call": ROLL_CALL,
    "answers": ANSWERS,
    "face_px": FACE_PX,
    "reasons": REASONS,
}
"""Words and sizes that stand on every draft's page."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What stood in the forms when something was not taken. ``answers`` are those of the roll-call, by pupil."""

    reason: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    quick: tuple[str, ...] = ()
    to: str = ""
    note: str = ""

    def __bool__(self) -> bool:
        """Whether anything was written or chosen."""
        return bool(self.reason or self.answers or self.quick or self.to or self.note)


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
class FindingShown:
    """Findings that say the same. ``lights`` names what they point at in the photos, ``faces`` by photo which to cover."""

    number: int
    finding: FindingOut
    places: list[str]
    lights: tuple[str, ...]
    faces: dict[int, tuple[int, ...]]
    forms: list[PhraseForm]


@dataclass(frozen=True, slots=True)
class Read:
    """What one transaction reads of a draft for its page."""

    draft: DraftOut
    look: Look
    photos: list[object]
    event: str
    names: Mapping[str, str]
    changed: list[Change]
    publication: Shown | None


def show_draft(
    service: Service,
    visitor: Visitor,
    draft_id: str,
    *,
    problem: FledglingError | None = None,
    answered: Answered | None = None,
    allowing: Allowing | None = None,
    seen: str = "",
) -> Response:
    """The page; with ``problem``, why something was not done and what can be. ``seen`` is the verdict looked at before."""
    again = None if answered else _kept(service, visitor, draft_id)
    given = answered or again or Answered()
    read = _read(service, visitor, draft_id, seen)
    draft = read.draft
    review = review_of(service, visitor, draft, read.look, claim=problem is None or problem.slug != "locked")
    may_vet = Stage(draft.stage) in VETTABLE
    return render(
        "draft.html",
        visitor,
        status=problem.status if problem else 200,
        faults=_faults(problem),
        locked=problem is not None and problem.slug == "locked" and review.held is not None,
        again=again is not None,
        compared=_compared(service, visitor, draft, read.look, given),
        given=_printable(given),
        typed=bool(given),
        review=review,
        may_vet=may_vet,
        may_rewrite=Stage(draft.stage) in _REWRITTEN and draft.author == visitor.principal.id,
        own=draft.author == visitor.principal.id,
        **_WORDS,
        **_seen(read, allowing, may_allow=review.reviews and may_vet),
    )


def _seen(read: Read, allowing: Allowing | None, *, may_allow: bool) -> dict[str, object]:
    """What the page shows of the draft itself, the same to everybody who may see it."""
    groups = alike(read.draft.report)
    return {
        "draft": read.draft,
        "look": read.look.id,
        "names": read.names,
        "event": read.event,
        "marked": mark_linked(read.draft.text, groups, "text"),
        "photos": read.photos,
        "findings": _findings(read.draft, read.look, groups, may_allow, allowing),
        "changed": read.changed,
        "publication": read.publication,
    }


def _read(service: Service, visitor: Visitor, draft_id: str, seen: str) -> Read:
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        draft_for(store, visitor, draft_id)
        draft = draft_out(store, draft_id, visitor.policy, visitor.principal)
        look = looks.of_revision(store, draft_id, draft.revision)
        if look is None:
            raise NotFound("There is no such draft.")
        before = looks.find(store, draft_id, seen) if seen else None
        ids = {draft.author, *(one.decided_by for one in draft.decisions)}
        event = next((one.title for one in events.every(store) if one.id == draft.event_id), "")
        return Read(
            draft,
            look,
            list(photos_shown(store, visitor, draft, alike(draft.report))),
            event,
            {one: person.name for one in ids if (person := people.find(store, one)) is not None},
            changes(before, look) if before is not None and before.id != look.id else [],
            publication_words.shown(store, draft_id, visitor.policy),
        )


def _kept(service: Service, visitor: Visitor, draft_id: str) -> Answered | None:
    """What was typed here before the session ended, or None."""
    page = f"/drafts/{draft_id}"
    for path in (page, f"{page}/decision", f"{page}/escalation"):
        fields = kept.take(service, visitor, path)
        if fields is not None:
            return answered_in(fields)
    return None


def answered_in(fields: Mapping[str, Sequence[str]]) -> Answered:
    """What stands in the fields of a form of this page."""

    def first(name: str) -> str:
        return next(iter(fields.get(name, ())), "")

    answers = {name.removeprefix("answer-"): first(name) for name in fields if name.startswith("answer-")}
    return Answered(first("reason"), answers, tuple(fields.get("quick", ())), first("to"), first("note"))


def answered_by(form: FormData) -> Answered:
    """What stands in a form of this page that was sent."""
    fields: dict[str, list[str]] = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    return answered_in(fields)


def _printable(given: Answered) -> Answered:
    return replace(given, reason=printable(given.reason), note=printable(given.note))


def _compared(service: Service, visitor: Visitor, draft: DraftOut, look: Look, given: Answered) -> Compared:
    """What is compared, for those who review and may decide on it, before anybody decided."""
    shown = visitor.principal.may(Scope.REVIEW) and Stage(draft.stage) in _COMPARED
    if not shown or (draft.photos and draft.author == visitor.principal.id):
        return Compared()
    return compared(service, visitor, draft.id, look, given.answers, service.clock())


def _faults(problem: FledglingError | None) -> list[str]:
    if problem is None:
        return []
    return [" ".join(part for part in (problem.detail, _WHAT_TO_DO.get(problem.slug, "")) if part)]


def _findings(
    draft: DraftOut, look: Look, groups: Sequence[Sequence[FindingOut]], may_allow: bool, allowing: Allowing | None
) -> list[FindingShown]:
    alt_texts = [photo.alt_text for photo in draft.photos]
    picture_texts = [photo.picture_text for photo in look.evidence.photos]
    found = []
    for number, group in enumerate(groups):
        faces = _faces_of(group, draft.report)
        lights = tuple(f"p{photo}f{face}" for photo, each in faces.items() for face in each)
        forms = _forms(number, group, draft, picture_texts, allowing) if may_allow else []
        places = places_of(group, draft.report, draft.text, alt_texts, picture_texts)
        found.append(FindingShown(number, group[0], places, lights, faces, forms))
    return found


def _faces_of(group: Sequence[FindingOut], report: Report) -> dict[int, tuple[int, ...]]:
    """The faces that findings point at, by photo."""
    found: dict[int, list[int]] = {}
    for one in group:
        if isinstance(one.where, RegionWhere) and (face := face_at(one.where, report.photos)) is not None:
            found.setdefault(one.where.photo, []).append(face)
    return {photo: tuple(dict.fromkeys(faces)) for photo, faces in found.items()}


def _forms(
    number: int,
    group: Sequence[FindingOut],
    draft: DraftOut,
    picture_texts: Sequence[str],
    allowing: Allowing | None,
) -> list[PhraseForm]:
    """A form for each phrase that could be allowed to settle the findings, filled in as it was sent last."""
    about = _ALLOWABLE.get(group[0].rule)
    if about is None:
        return []
    alt_texts = [photo.alt_text for photo in draft.photos]
    suggested = (phrase_of(one, draft.text, alt_texts, picture_texts) for one in group)
    phrases = {phrase.casefold(): phrase for phrase in suggested if phrase is not None}
    forms = [PhraseForm(f"{number}-{turn}", about, phrase) for turn, phrase in enumerate(phrases.values())]
    return [_as_sent(form, allowing) if allowing and allowing.place == form.place else form for form in forms]


def _as_sent(form: PhraseForm, allowing: Allowing) -> PhraseForm:
    return replace(form, phrase=printable(allowing.phrase), reason=printable(allowing.reason), opened=True)
