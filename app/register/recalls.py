"""A permission that is lost reaches back: to drafts that wait or are approved, and to those that are out.

It is noticed by comparing who must not be shown with who it was when the register last changed, at the end of
whatever changes it. What was lost, by a family's word, a child's or a hold, makes no difference to anything here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain import ChildNotShown, Pupil, SchoolFacts, Stage
from app.policy import MatchingMode, Policy
from app.rules.places import looks, may_show_children
from app.store import Store, drafts, recalls, roster, verdicts
from app.store.recalls import PhotoDraft, WhyFound

ACTOR = "register"
"""Who stops drafts and lists them: always the same, or the trail would tell a hold from a family's no."""

OPEN = frozenset({Stage.REFERRED, Stage.READY, Stage.RETURNED, Stage.APPROVED, Stage.SCHEDULED, Stage.FAILED})
"""The stages from which a draft may still be published."""
OUT = frozenset({Stage.PUBLISHING, Stage.PUBLISHED})
"""The stages from which a draft can only be taken down."""

_WAITS = frozenset({Stage.REFERRED, Stage.RETURNED})
_RULES = {
    "children.roll-call": WhyFound.ROLL_CALL,
    "children.opted-out": WhyFound.MATCH,
    "children.perhaps-opted-out": WhyFound.MATCH,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """Who must not be shown, as the register now has it; ``pupils`` are all whom it guards."""

    pupils: Sequence[Pupil]
    not_shown: Sequence[ChildNotShown]
    said_no: Collection[str]


def notice_losses(store: Store, policy: Policy, standing: Standing, now: datetime) -> None:
    """Note who must not be shown, and reach back for those who might be before; in the transaction of the loss."""
    noted = {child.pupil: child.pupil in standing.said_no for child in standing.not_shown}
    losses = recalls.note_not_shown(store, noted, now=now)
    lost = losses.not_shown | losses.said_no
    enrolled = {child.pupil for child in standing.not_shown if child.has_templates}
    reach_back(
        store,
        policy,
        [pupil for pupil in standing.pupils if pupil.id in lost],
        recalled=losses.said_no,
        compared=lost & enrolled if policy.matching is not MatchingMode.OFF else frozenset(),
        now=now,
    )


def reach_back(
    store: Store,
    policy: Policy,
    lost: Sequence[Pupil],
    *,
    recalled: Collection[str],
    compared: Collection[str] = frozenset(),
    now: datetime,
) -> None:
    """Stop the open drafts that may show these children; list for taking down those that are out and may show one of ``recalled``.

    What can only be told by comparing faces, of those ``compared``, is looked at after the commit.
    """
    if not lost:
        return
    store.take_turn()
    every = recalls.with_photos(store, OPEN | OUT)
    found = _found(store, policy, every, lost, now)
    for draft in every:
        children = found.get(draft.id, {})
        if draft.stage in OUT:
            theirs = {pupil: why for pupil, why in children.items() if pupil in recalled}
            if theirs and not _shows_nobody(store, draft.id, theirs):
                recalls.open_recall(store, draft.id, theirs, by=ACTOR, now=now)
        elif children:
            _stop(store, draft, children, now)
        if unseen := set(compared) - children.keys():
            recalls.ask_recheck(store, draft.id, unseen, now=now)


def _stop(store: Store, draft: PhotoDraft, children: Mapping[str, WhyFound], now: datetime) -> None:
    if draft.stage not in _WAITS:
        drafts.move(store, draft.id, draft.stage, Stage.REFERRED, by=ACTOR, now=now)
    recalls.ask_recheck(store, draft.id, children, now=now)


def _found(
    store: Store, policy: Policy, every: Sequence[PhotoDraft], lost: Sequence[Pupil], now: datetime
) -> dict[str, dict[str, WhyFound]]:
    """By draft, which of the children it may show, and why that is thought."""
    found = recalls.mentions(store, [draft.id for draft in every], [pupil.id for pupil in lost], _RULES)
    classes = frozenset(one.class_name for one in roster.every(store) if one.class_name and one.left_on is None)
    school = SchoolFacts(
        not_shown=tuple(ChildNotShown(pupil.id, pupil.class_name) for pupil in lost),
        classes=classes | {pupil.class_name for pupil in lost},
    )
    joined, year_began = roster.joined(store), policy.school_year_of(policy.day_of(now))
    for draft in every:
        known = found.setdefault(draft.id, {})
        for pupil in _of_classes(draft, school, policy.day_of(draft.created_at), year_began):
            if not _came_later(joined.get(pupil), draft, policy):
                known.setdefault(pupil, WhyFound.CLASS)
    return found


def _of_classes(draft: PhotoDraft, school: SchoolFacts, created_on: date, year_began: date) -> tuple[str, ...]:
    """Those of the classes declared. Of the whole school where none is, one is not known, or other children were in them then."""
    classes = draft.classes if created_on >= year_began else ()
    return tuple(child.pupil for child in school.not_shown_in(classes))


def _came_later(joined: date | None, draft: PhotoDraft, policy: Policy) -> bool:
    return joined is not None and joined > policy.day_of(draft.created_at)


def _shows_nobody(store: Store, draft_id: str, children: Mapping[str, WhyFound]) -> bool:
    """Whether nothing but the class speaks for it and no photo shows, or may hide, anybody."""
    if set(children.values()) != {WhyFound.CLASS}:
        return False
    verdict = verdicts.latest(store, [draft_id]).get(draft_id)
    evidence = verdicts.evidence(store, verdict.id) if verdict else None
    return evidence is not None and not any(may_show_children(photo) for _, photo in looks(evidence))
