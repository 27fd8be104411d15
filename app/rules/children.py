"""Children who must not be shown, and whether what is known of them is up to date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from app.domain import (
    Box,
    ChildNotShown,
    Composition,
    Evidence,
    Face,
    LineUp,
    Match,
    Matching,
    Outcome,
    PhotoFacts,
    Region,
    Unseen,
)
from app.policy import Policy
from app.rules.places import hides_faces, looks, may_show_children, photo_number
from app.rules.rule import DRAFT, SCHOOL, Remark, given, rule

_STRANGER = Face(Box(10, 10, 40, 50))
_CLEAR = Face(Box(60, 10, 90, 50), match=Match.CLEAR, pupils=("p1",))
_NEAR = Face(Box(60, 10, 90, 50), match=Match.POSSIBLE, pupils=("p1", "p2"))
_SHOWN = PhotoFacts(composition=Composition.PAIR, faces=(_STRANGER, _STRANGER), matching=Matching.DONE)
_OAK = replace(DRAFT, classes=("Oak",))
_ASH = replace(DRAFT, classes=("Ash",))
_GUARDED = replace(
    SCHOOL, not_shown=(ChildNotShown("p1", "Oak", has_templates=True),), classes=frozenset({"Oak", "Ash"})
)
_RULED_OUT = replace(_SHOWN, line_ups=(LineUp("p1", (1, 0), ruled_out=True),))

_NOT_COMPARED = {
    Matching.DONE: "Comparing faces cannot rule a child out.",
    Matching.OFF: "Faces were not compared.",
    Matching.NOT_PERMITTED: "Faces were not compared: not everyone has agreed to it.",
    Matching.UNAVAILABLE: "Faces could not be compared.",
}


@rule(
    id="children.opted-out",
    title="No child is shown against the family's wish",
    clause="images-2",
    outcome=Outcome.REJECT,
    fails=[given(photos=(replace(_SHOWN, faces=(_STRANGER, _CLEAR)),))],
    passes=[given(photos=(_SHOWN,)), given(photos=(replace(_SHOWN, faces=(_STRANGER, _NEAR)),))],
)
def opted_out(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """The family, the child or the school said no, for reasons that are nobody's business here.

    A clear likeness is refused; a lesser one goes to a person.
    """
    for number, face in _matching(evidence, Match.CLEAR):
        yield Remark(
            f"A face in {photo_number(number)} is that of a child who must not be shown, by all likeness.",
            "Cover the face or choose another photo.",
            Region(number, face.box),
            face.pupils,
        )


@rule(
    id="children.perhaps-opted-out",
    title="Who may be a child not to be shown is looked at",
    clause="images-2",
    outcome=Outcome.REFER,
    fails=[given(photos=(replace(_SHOWN, faces=(_STRANGER, _NEAR)),))],
    passes=[given(photos=(_SHOWN,)), given(photos=(replace(_SHOWN, faces=(_STRANGER, _CLEAR)),))],
)
def perhaps_opted_out(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Children's faces are hard to tell apart for a machine; somebody who knows them looks again."""
    for number, face in _matching(evidence, Match.POSSIBLE):
        yield Remark(
            f"A face in {photo_number(number)} may be that of a child who must not be shown.",
            "Somebody who knows the children looks; if in doubt, cover the face.",
            Region(number, face.box),
            face.pupils,
        )


def _matching(evidence: Evidence, match: Match) -> Iterator[tuple[int, Face]]:
    for number, photo in enumerate(evidence.photos):
        yield from ((number, face) for face in photo.faces if face.match is match)


@rule(
    id="children.roll-call",
    title="The class list is checked",
    clause="images-2",
    outcome=Outcome.REFER,
    fails=[
        given(photos=(_SHOWN,), draft=_OAK, school=_GUARDED),
        given(photos=(_SHOWN,), school=_GUARDED),
        given(photos=(replace(_RULED_OUT, matching=Matching.OFF),), draft=_OAK, school=_GUARDED),
        given(photos=(replace(_RULED_OUT, unseen=(Unseen.BLURRED,)),), draft=_OAK, school=_GUARDED),
        given(draft=replace(_OAK, photos=given(photos=(_SHOWN,)).draft.photos), school=_GUARDED),
        given(photos=(_SHOWN,), draft=replace(_ASH, classes=("Ashe",)), school=_GUARDED),
        given(photos=(_SHOWN,), draft=replace(_ASH, outsiders=True), school=_GUARDED),
    ],
    passes=[
        given(photos=(_SHOWN,), draft=replace(_ASH, classes=("class ash",)), school=_GUARDED),
        given(photos=(_SHOWN,), draft=_ASH, school=_GUARDED),
        given(photos=(_RULED_OUT,), draft=_OAK, school=_GUARDED),
        given(photos=(PhotoFacts(),), draft=_OAK, school=_GUARDED),
        given(photos=(PhotoFacts(unseen=(Unseen.WORDS,)),), draft=_OAK, school=_GUARDED),
        given(draft=_OAK, school=_GUARDED),
    ],
    alongside=("photos.unseen",),
)
def roll_call(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """That no face was matched does not make a photo safe; only somebody who knows the children can say who is in it.

    Twice in March 2020 a primary school was reprimanded because a refusal lay on file and nobody looked.
    """
    expected = evidence.school.not_shown_in(evidence.draft.classes)
    whose, hint = _list_of(evidence)
    for number, photo in looks(evidence):
        if not may_show_children(photo):
            continue
        if evidence.draft.outsiders:
            yield Remark(
                f"Children from elsewhere may be in {photo_number(number)}: nobody here knows whether they may be shown.",
                "Ask their school or family, or choose another photo.",
                unmade=True,
            )
        left = tuple(child.pupil for child in expected if not _is_ruled_out(child, photo))
        if left:
            reason = "It was not looked at." if photo is None else _NOT_COMPARED[photo.matching]
            yield Remark(
                f"For {photo_number(number)}, a person must check the list of children {whose} who must not be shown. {reason}",
                hint,
                pupils=left,
                unmade=True,
            )


def _list_of(evidence: Evidence) -> tuple[str, str]:
    """Whose list is to be checked, and what would help."""
    classes = evidence.draft.classes
    if not classes:
        return "of the whole school", "Declare the classes pictured: the list gets shorter."
    if evidence.school.unknown_classes(classes):
        return "of the whole school", "A class declared is not on the roll: correct it, and the list gets shorter."
    return "of the classes declared", "Go through the class list with the photo."


def _is_ruled_out(child: ChildNotShown, photo: PhotoFacts | None) -> bool:
    """Only where all faces were seen and compared, with pictures of that child."""
    if photo is None or hides_faces(photo) or photo.matching is not Matching.DONE or not child.has_templates:
        return False
    return any(line_up.ruled_out for line_up in photo.line_ups if line_up.pupil == child.pupil)


@rule(
    id="children.register-stale",
    title="The register is up to date",
    clause="images-3",
    outcome=Outcome.REFER,
    fails=[
        given(school=replace(SCHOOL, roster_as_of=None)),
        given(photos=(_SHOWN,), school=replace(SCHOOL, roster_as_of=datetime(2019, 6, 4, 7, tzinfo=UTC))),
        given(photos=(_SHOWN,), school=replace(SCHOOL, permissions_as_of=None)),
        given(photos=(_SHOWN,), school=replace(SCHOOL, permissions_as_of=datetime(2018, 8, 31, 7, tzinfo=UTC))),
    ],
    passes=[
        given(school=replace(SCHOOL, roster_as_of=datetime(2019, 1, 7, 7, tzinfo=UTC), permissions_as_of=None)),
        given(photos=(_SHOWN,), school=replace(SCHOOL, roster_as_of=datetime(2019, 6, 5, 7, tzinfo=UTC))),
        given(photos=(_SHOWN,), school=replace(SCHOOL, permissions_as_of=datetime(2018, 9, 1, 7, tzinfo=UTC))),
    ],
)
def register_stale(evidence: Evidence, policy: Policy) -> Iterator[Remark]:
    """Names and wishes can be kept only as far as they are known: children come, and families change their minds.

    Families are asked anew each school year.
    """
    school, today = evidence.school, policy.day_of(evidence.now)
    if school.roster_as_of is None:
        yield Remark("No roster has been loaded: pupils' names could not be checked.", "Load the roster.", unmade=True)
    elif evidence.draft.photos and (today - policy.day_of(school.roster_as_of)).days > policy.staleness.roster_days:
        yield Remark(
            f"The roster is more than {policy.staleness.roster_days} days old: who must not be shown may have changed.",
            "Load the roster afresh.",
        )
    if not evidence.draft.photos:
        return
    if school.permissions_as_of is None or policy.day_of(school.permissions_as_of) < policy.school_year_of(today):
        yield Remark(
            "Families have not been asked this school year whether their children may be shown.",
            "Hold this year's round and load its answers.",
        )
