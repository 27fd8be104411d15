"""Children who must not be shown: whom a person must look for, and when the register is too old."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.domain import (
    Box,
    ChildNotShown,
    Composition,
    Evidence,
    Face,
    LineUp,
    Match,
    Matching,
    PhotoFacts,
    Region,
    Unseen,
)
from app.rules import children
from app.rules.rule import DRAFT, SCHOOL, given
from tests.rules.trying import remarks

FACE = Face(Box(0, 0, 9, 9))
OAK, ASH, NO_TEMPLATES = (
    ChildNotShown("p1", "Oak", has_templates=True),
    ChildNotShown("p2", "Ash", has_templates=True),
    ChildNotShown("p3", "Oak"),
)
GUARDED = replace(SCHOOL, not_shown=(OAK, ASH, NO_TEMPLATES), classes=frozenset({"Oak", "Ash", "Elm"}))
RULED_OUT = tuple(LineUp(child.pupil, (0,), ruled_out=True) for child in GUARDED.not_shown)
SEEN = PhotoFacts(composition=Composition.PAIR, faces=(FACE, FACE), matching=Matching.DONE, line_ups=RULED_OUT)


def roll_call(photo: PhotoFacts, *classes: str) -> list[tuple[str, ...]]:
    evidence = given(photos=(photo,), school=GUARDED, draft=replace(DRAFT, classes=classes))
    return [remark.pupils for remark in remarks(children.roll_call, evidence)]


def test_matches_are_pointed_at_with_the_likest_first() -> None:
    clear = replace(FACE, match=Match.CLEAR, pupils=("p1",))
    near = replace(FACE, match=Match.POSSIBLE, pupils=("p2", "p1"))
    evidence = given(photos=(PhotoFacts(), PhotoFacts(faces=(clear, FACE, near))))

    (sure,) = remarks(children.opted_out, evidence)
    (perhaps,) = remarks(children.perhaps_opted_out, evidence)
    assert (sure.where, sure.pupils) == (Region(1, FACE.box), ("p1",))
    assert (perhaps.where, perhaps.pupils) == (Region(1, FACE.box), ("p2", "p1"))


class TestRollCall:
    def test_only_a_child_with_templates_can_be_ruled_out(self) -> None:
        assert roll_call(SEEN) == [("p3",)]

    def test_only_children_of_the_classes_declared_are_looked_for(self) -> None:
        assert roll_call(replace(SEEN, line_ups=()), "ash") == [("p2",)]
        assert roll_call(SEEN, "Ash") == []

    def test_no_class_declared_means_the_whole_school(self) -> None:
        assert roll_call(replace(SEEN, line_ups=())) == [("p1", "p2", "p3")]

    @pytest.mark.parametrize("matching", [Matching.OFF, Matching.NOT_PERMITTED, Matching.UNAVAILABLE])
    def test_without_comparing_nobody_is_ruled_out(self, matching: Matching) -> None:
        assert roll_call(replace(SEEN, matching=matching), "Ash") == [("p2",)]

    def test_a_line_up_that_rules_nobody_out_rules_nobody_out(self) -> None:
        assert roll_call(replace(SEEN, line_ups=(LineUp("p2", (0, 1)),)), "Ash") == [("p2",)]

    def test_where_a_face_may_be_hidden_nobody_is_ruled_out(self) -> None:
        assert roll_call(replace(SEEN, unseen=(Unseen.FACES_TOO_SMALL,)), "Ash") == [("p2",)]
        assert roll_call(PhotoFacts(unseen=(Unseen.ORIENTATION,)), "Ash") == [("p2",)]

    def test_a_face_that_is_only_possible_is_enough(self) -> None:
        assert roll_call(PhotoFacts(faces=(replace(FACE, possible=True),)), "Ash") == [("p2",)]

    def test_a_photo_without_anyone_needs_none(self) -> None:
        assert roll_call(PhotoFacts(), "Ash") == []

    def test_each_photo_is_called_by_itself(self) -> None:
        found = remarks(children.roll_call, given(photos=(SEEN, PhotoFacts(), SEEN), school=GUARDED))

        assert [remark.message.split(",")[0] for remark in found] == ["For photo 1", "For photo 3"]

    def test_says_no_more_of_the_children_than_that_the_list_must_be_checked(self) -> None:
        few = given(photos=(replace(SEEN, line_ups=()),), school=replace(SCHOOL, not_shown=(OAK,)))
        many = given(photos=(replace(SEEN, line_ups=()),), school=GUARDED)

        assert _said(few) == _said(many)

    @pytest.mark.parametrize("matching", list(Matching))
    def test_no_match_is_never_said_to_be_safe(self, matching: Matching) -> None:
        evidence = given(photos=(replace(SEEN, matching=matching, line_ups=()),), school=GUARDED)

        assert "safe" not in str(_said(evidence))
        assert "a person must check the list" in str(_said(evidence))


def _said(evidence: Evidence) -> list[tuple[str, str]]:
    return [(remark.message, remark.hint) for remark in remarks(children.roll_call, evidence)]


class TestRegister:
    def test_without_a_roster_nothing_could_be_checked(self) -> None:
        (remark,) = remarks(children.register_stale, given(school=replace(SCHOOL, roster_as_of=None)))

        assert remark.unmade

    def test_everything_may_be_out_of_date_at_once(self) -> None:
        school = replace(SCHOOL, roster_as_of=None, permissions_as_of=None)

        assert len(remarks(children.register_stale, given(photos=(SEEN,), school=school))) == 2

    def test_a_roster_is_as_old_as_the_calendar_says(self) -> None:
        late = replace(SCHOOL, roster_as_of=datetime(2019, 6, 5, 0, tzinfo=UTC))  # 1 a.m. at the school
        before = replace(SCHOOL, roster_as_of=datetime(2019, 6, 4, 22, tzinfo=UTC))  # 11 p.m. of the 4th

        assert not remarks(children.register_stale, given(photos=(SEEN,), school=late))
        (remark,) = remarks(children.register_stale, given(photos=(SEEN,), school=before))
        assert remark.message.startswith("The roster is more than 7 days old")

    def test_on_the_first_of_september_last_years_answers_are_old(self) -> None:
        answers = replace(SCHOOL, roster_as_of=datetime(2019, 8, 31, tzinfo=UTC))
        before, after = datetime(2019, 8, 31, 22, tzinfo=UTC), datetime(2019, 8, 31, 23, tzinfo=UTC)

        assert not remarks(children.register_stale, given(photos=(SEEN,), school=answers, now=before))
        (remark,) = remarks(children.register_stale, given(photos=(SEEN,), school=answers, now=after))
        assert "this school year" in remark.message
