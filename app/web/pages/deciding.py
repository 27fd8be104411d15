"""What an approver needs to decide on a draft: whether they may, who else looks at it, what came before, whom to ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import QUEUED, Stage
from app.errors import NotFound
from app.store import Store, escalations, locks, looks, people, verdicts
from app.store.escalations import Escalation
from app.store.locks import Lock
from app.store.looks import Look
from app.store.people import Person
from app.store.verdicts import Decision, DecisionKind
from app.web.pages.changes import Change, changes
from app.web.pages.rendering import Visitor
from app.web.schemas import DraftOut, FindingOut
from app.web.security import ROLES, Scope
from app.web.service import Service

REASONS = (
    "Leave out the child's name.",
    "Cover the face of a child who must not be shown.",
    "Choose another photo.",
    "Say what the photo shows, for those who cannot see it.",
    "Wait until the event is over.",
    "Say it in other words.",
)
"""Reasons to return a draft that can be picked; own words may follow."""

_ROLES = {"dsl": "safeguarding lead"}


@dataclass(frozen=True, slots=True)
class Passed:
    """To whom a draft was passed on, by whom and why, in names."""

    escalation: Escalation
    to: str
    by: str
    to_me: bool


@dataclass(frozen=True, slots=True)
class Voided:
    """An approval that does not count any more, and what changed since."""

    decision: Decision
    by: str
    changed: list[Change]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody to whom a draft can be passed on."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Review:
    """Where a draft stands for its visitor. ``why_not`` says why a reviewer cannot decide; ``held`` is somebody else's lock."""

    reviews: bool = False
    may_decide: bool = False
    why_not: str = ""
    held: Lock | None = None
    mine: Lock | None = None
    passed: Passed | None = None
    voided: Voided | None = None
    colleagues: tuple[Colleague, ...] = ()
    accepted: tuple[FindingOut, ...] = ()


def review_of(service: Service, visitor: Visitor, draft: DraftOut, look: Look, *, claim: bool) -> Review:
    """How the draft stands. With ``claim``, somebody who can decide on it holds it from now, unless another does."""
    if not visitor.principal.may(Scope.REVIEW):
        return Review()
    why_not = _why_not(visitor, draft)
    lock = None if why_not else _lock(service, visitor, draft.id, claim=claim)
    held = lock if lock is not None and lock.person_id != visitor.principal.id else None
    with service.database.read() as session:
        store = Store(session, visitor.principal.school_id)
        staff = {one.id: one for one in people.every(store)}
        return Review(
            reviews=True,
            may_decide=not why_not and held is None,
            why_not=why_not,
            held=held,
            mine=None if held else lock,
            passed=_passed(store, visitor, draft, staff),
            voided=_voided(store, draft, look, staff),
            colleagues=colleagues(staff, visitor.principal.id) if not why_not else (),
            accepted=accepted(draft),
        )


def accepted(draft: DraftOut) -> tuple[FindingOut, ...]:
    """What somebody accepts by approving the draft: each thing to check, once."""
    to_check = [one for one in draft.report.findings if one.outcome == "refer"]
    return tuple({(one.rule, one.message): one for one in to_check}.values())


def colleagues(staff: Mapping[str, Person], me: str) -> tuple[Colleague, ...]:
    """Those who may decide too, the safeguarding lead first."""
    found = [
        Colleague(one.id, one.name, _ROLES.get(one.role, one.role))
        for one in staff.values()
        if one.active and one.id != me and Scope.REVIEW in ROLES.get(one.role, frozenset())
    ]
    return tuple(sorted(found, key=lambda one: (one.role != _ROLES["dsl"], one.name, one.id)))


def _why_not(visitor: Visitor, draft: DraftOut) -> str:
    if draft.stage == Stage.REJECTED and draft.report.verdict == "reject":
        return "The rules stop this draft: nobody can approve it as it is."
    if Stage(draft.stage) not in QUEUED:
        return "There is nothing to decide."
    if draft.photos and draft.author == visitor.principal.id:
        return "This draft is your own and shows a photo: somebody else must decide on it."
    return ""


def _lock(service: Service, visitor: Visitor, draft_id: str, *, claim: bool) -> Lock | None:
    now, me = service.clock(), visitor.principal
    with service.database.read() as session:
        found = locks.find(Store(session, me.school_id), draft_id, now=now)
    if not claim or (found is not None and found.person_id != me.id):
        return found
    try:
        with service.database.write() as session:
            return locks.claim(Store(session, me.school_id), draft_id, by=me.id, now=now)
    except NotFound:
        return None


def _passed(store: Store, visitor: Visitor, draft: DraftOut, staff: Mapping[str, Person]) -> Passed | None:
    found = escalations.standing(store, [draft.id]).get(draft.id)
    if found is None or Stage(draft.stage) not in QUEUED:
        return None
    names = {one: staff[one].name if one in staff else "somebody" for one in (found.to_person, found.by)}
    return Passed(found, names[found.to_person], names[found.by], found.to_person == visitor.principal.id)


def _voided(store: Store, draft: DraftOut, look: Look, staff: Mapping[str, Person]) -> Voided | None:
    """The last decision, where it was an approval and the draft is back among those that wait or are stopped."""
    said = verdicts.decisions(store, [draft.id])[draft.id]
    if not said or said[-1].decision is not DecisionKind.APPROVE or Stage(draft.stage) not in QUEUED | {Stage.REJECTED}:
        return None
    before = looks.decided_on(store, said[-1])
    by = staff[said[-1].decided_by].name if said[-1].decided_by in staff else "a program (by key)"
    return Voided(said[-1], by, changes(before, look) if before else [])
