"""Faces beside the children they may be: the compare panel and the roll-call, with what people answered."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from app import desk
from app.domain import Evidence, Pupil, fold_class
from app.register import called
from app.register.likeness import pictured
from app.store import Store, comparisons, people, roster, verdicts
from app.store.comparisons import Comparison, Likeness
from app.store.looks import Look
from app.web.pages.pictures import child_path, face_path, faces_path
from app.web.pages.rendering import Visitor
from app.web.roll_calls import NOBODY_KNOWN
from app.web.schoolwork import office_of
from app.web.service import Service

_LIKEST = 5
"""With how many children a face is compared at most, likeliest first."""

ANSWERS = ((Likeness.SAME, "Same child"), (Likeness.DIFFERENT, "Not this child"), (Likeness.CANT_TELL, "Can't tell"))
_WORDS = dict(ANSWERS)


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody else answered."""

    who: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Child:
    """A child as an approver is told of them; ``picture`` is empty where none may be looked at."""

    id: str
    name: str
    class_name: str = ""
    picture: str = ""
    alike: str = ""  # why another child may be taken for them

    @property
    def named(self) -> str:
        """The name with the class, where there is one."""
        return f"{self.name} ({self.class_name})" if self.class_name else self.name


@dataclass(frozen=True, slots=True)
class Panel:
    """One face beside one child. ``match`` is "clear" or "possible"; ``mine`` the visitor's answer."""

    photo: int
    face: int
    match: str
    picture: str
    child: Child
    mine: str
    others: tuple[Said, ...]

    @property
    def name(self) -> str:
        """What the panel's field is called in the form."""
        return f"same-{self.photo}-{self.face}-{self.child.id}"


@dataclass(frozen=True, slots=True)
class LineUp:
    """All faces of one photo, likest first where they were compared; each with the path of its large picture."""

    photo: int
    strip: str
    count: int
    faces: tuple[tuple[int, str], ...]
    compared: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """A child of the roll-call: the faces to look through, what was answered, and what was said of single faces."""

    child: Child
    line_ups: tuple[LineUp, ...]
    answer: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """All that is compared on a draft."""

    panels: tuple[Panel, ...] = ()
    asked: tuple[Asked, ...] = ()
    faces_seen: int = 0
    class_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many children of the roll-call were answered for, one way or the other."""
        return sum(one.answer != desk.CANT_TELL for one in self.asked)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the panels of one draft are made with."""

    visitor: Visitor
    draft_id: str
    look: Look
    children: Mapping[str, Child]
    answers: tuple[Comparison, ...]
    names: Mapping[str, str]


def compared(
    service: Service, visitor: Visitor, draft_id: str, look: Look, given: Mapping[str, str], now: datetime
) -> Compared:
    """The panels of a draft; ``given`` are the answers of the roll-call that stand in the form, by pupil."""
    wanted = desk.asked_about(look.verdict, look.evidence)
    if not wanted:
        return Compared()
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        pupils = roster.every(store)
        answers = comparisons.latest(store, draft_id, look.revision)
        names = {one.by: _name(store, one.by) for one in answers}
    with_picture = pictured(office_of(service, visitor.principal.school_id), wanted, now)
    children = _children(visitor, draft_id, pupils, wanted, with_picture)
    at = _Desk(visitor, draft_id, look, children, answers, names)
    panels = tuple(_panels(at))
    return Compared(
        panels,
        tuple(_asked(at, one, given) for one in _in_order(children, desk.roll_call(look.verdict))),
        sum(len(photo.faces) for photo in look.evidence.photos),
        _class_lists(pupils, look.evidence, wanted),
    )


def asked_by_name(store: Store, draft_id: str) -> tuple[str, ...]:
    """The children of a draft's roll-call as it names them, in its order."""
    said = verdicts.latest(store, [draft_id]).get(draft_id)
    asked = desk.roll_call(said.verdict) if said else frozenset()
    known = {one.id: called(one) for one in roster.every(store) if one.id in asked}
    children = {
        one: Child(one, known[one].name, known[one].class_name) if one in known else Child(one, NOBODY_KNOWN)
        for one in asked
    }
    return tuple(child.named for child in _in_order(children, asked))


def _name(store: Store, person_id: str) -> str:
    found = people.find(store, person_id)
    return found.name if found else "somebody"


def _children(
    visitor: Visitor, draft_id: str, pupils: Iterable[Pupil], wanted: frozenset[str], with_picture: Collection[str]
) -> dict[str, Child]:
    on_roll = [one for one in pupils if one.left_on is None]
    known = {one.id: one for one in pupils if one.id in wanted}
    found = {}
    for pupil_id in wanted:
        pupil = known.get(pupil_id)
        path = child_path(visitor, draft_id, pupil_id) if pupil_id in with_picture else ""
        if pupil is None:
            found[pupil_id] = Child(pupil_id, NOBODY_KNOWN, picture=path)
        else:
            one = called(pupil)
            found[pupil_id] = Child(pupil_id, one.name, one.class_name, path, _alike(pupil, on_roll))
    return found


def _alike(pupil: Pupil, on_roll: Iterable[Pupil]) -> str:
    """A hint where another child may well be a twin, or brother or sister."""
    mine = _surnames(pupil)
    family = [one for one in on_roll if one.id != pupil.id and mine & _surnames(one)]
    if pupil.born_on and any(one.born_on == pupil.born_on for one in family):
        return "Another child at the school has the same surname and birthday: perhaps a twin."
    if pupil.year and any(one.year == pupil.year for one in family):
        return "Another child of the same year has the same surname: perhaps a twin, brother or sister."
    return ""


def _surnames(pupil: Pupil) -> set[str]:
    return {name.casefold() for name in (pupil.legal_surname, pupil.preferred_surname) if name}


def _in_order(children: Mapping[str, Child], asked: Iterable[str]) -> list[Child]:
    return sorted((children[one] for one in asked), key=lambda child: (child.class_name, child.name, child.id))


def _panels(at: _Desk) -> Iterable[Panel]:
    """Clear matches first."""
    found = [
        _panel(at, number, index, pupil, face.match.value)
        for number, photo in enumerate(at.look.evidence.photos)
        for index, face in enumerate(photo.faces)
        if face.match
        for pupil in face.pupils[:_LIKEST]
    ]
    return sorted(found, key=lambda panel: panel.match != "clear")


def _panel(at: _Desk, photo: int, face: int, pupil: str, match: str) -> Panel:
    said = [one for one in at.answers if (one.photo, one.face, one.pupil) == (photo, face, pupil)]
    me = at.visitor.principal.id
    mine = next((one.answer.value for one in said if one.by == me), Likeness.CANT_TELL.value)
    others = tuple(Said(at.names[one.by], _WORDS[one.answer].lower(), one.at) for one in said if one.by != me)
    path = face_path(at.visitor, at.draft_id, photo, at.look.revision, face)
    return Panel(photo, face, match, path, at.children[pupil], mine, others)


def _asked(at: _Desk, child: Child, given: Mapping[str, str]) -> Asked:
    me = at.visitor.principal.id
    of_child = [one for one in at.answers if one.pupil == child.id]
    seen_by_me = any(one.answer is Likeness.SAME and one.by == me for one in of_child)
    default = desk.IN_PHOTO if seen_by_me else desk.CANT_TELL
    said = tuple(Said("You" if one.by == me else at.names[one.by], _of_face(at, one), one.at) for one in of_child)
    return Asked(child, tuple(_line_ups(at, child.id)), given.get(child.id, default), said)


def _of_face(at: _Desk, one: Comparison) -> str:
    where = f"face {one.face + 1}" + (f" of photo {one.photo + 1}" if len(at.look.evidence.photos) > 1 else "")
    return f"{where}: {_WORDS[one.answer].lower()}"


def _line_ups(at: _Desk, pupil: str) -> Iterable[LineUp]:
    for number, photo in enumerate(at.look.evidence.photos):
        if not photo.faces:
            continue
        ranked = next((one.faces for one in photo.line_ups if one.pupil == pupil and one.faces), ())
        order = ranked or tuple(range(len(photo.faces)))
        paths = tuple((face, face_path(at.visitor, at.draft_id, number, at.look.revision, face)) for face in order)
        strip = faces_path(at.visitor, at.draft_id, number, at.look.revision)
        yield LineUp(number, strip, len(photo.faces), paths, bool(ranked))


def _class_lists(pupils: Iterable[Pupil], evidence: Evidence, wanted: frozenset[str]) -> dict[str, tuple[str, ...]]:
    """Who else is in the classes declared, by class."""
    declared = {fold_class(name) for name in evidence.draft.classes}
    found: dict[str, list[str]] = {}
    for pupil in pupils:
        if pupil.left_on is None and pupil.id not in wanted and fold_class(pupil.class_name) in declared:
            found.setdefault(pupil.class_name, []).append(called(pupil).name)
    return {name: tuple(sorted(names)) for name, names in sorted(found.items())}
